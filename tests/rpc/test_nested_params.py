"""Params that hold objects and lists are checked to their depth, and a complaint names the place.

No method has such params yet; this one stands for those to come.
"""

from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft202012Validator
from msgspec import Meta, Struct

from ionia.rpc.openrpc import method_entry
from ionia.rpc.schema import Method, Role
from ionia.rpc.validation import InvalidParamsError, bind

Pixels = Annotated[int, Meta(ge=0, le=65_535)]
Name = Annotated[str, Meta(min_length=1, max_length=20)]


class Region(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A part of the picture."""

    x: Pixels
    y: Pixels
    width: Annotated[int, Meta(ge=2, le=65_535)] = 2


class Track(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A track and its sounds."""

    name: Name
    sounds: tuple[Name, ...]
    gain_db: Annotated[float, Meta(ge=-120, le=40)] = 0.0


class Crf(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Constant quality."""

    crf: Annotated[int, Meta(ge=0, le=51)]


class Params(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Params of a kind that sessions will have."""

    region: Annotated[Region | None, Meta(description="Part of the picture.")] = None
    tracks: Annotated[tuple[Track, ...] | None, Meta(description="Tracks of the file.")] = None
    quality: Annotated[Literal["bitrate", "high"] | Crf, Meta(description="How good.")] = "bitrate"


METHOD = Method(name="made.up", role=Role.QUICK, params=Params, result=None, summary="Nothing.")


def test_values_arrive_at_their_depth() -> None:
    bound = bind(
        METHOD,
        {
            "region": {"x": 3.0, "y": 4, "width": None},
            "tracks": [{"name": "all", "sounds": ["desktop", "mic"], "gainDb": -3}, {"name": "mic", "sounds": []}],
            "quality": {"crf": 20},
        },
    )
    assert bound == Params(
        region=Region(x=3, y=4),
        tracks=(Track(name="all", sounds=("desktop", "mic"), gain_db=-3.0), Track(name="mic", sounds=())),
        quality=Crf(crf=20),
    )
    assert bind(METHOD, {"quality": "high"}) == Params(quality="high")
    assert bind(METHOD, None) == Params()


TRACK = {"name": "a", "sounds": []}
TEXT = "text of 1 to 20 characters"


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"region": 5}, '"region" must be an object with x, y, width, not 5'),
        ({"region": []}, '"region" must be an object with x, y, width, not an array'),
        ({"region": {"x": -1, "y": 0}}, '"region.x" must be an integer from 0 to 65535, not -1'),
        ({"region": {"x": 1}}, '"region" needs the member "y": an integer from 0 to 65535'),
        ({"region": {"x": 1, "y": 1, "z": 1}}, '"region" has no member "z"; it has x, y, width'),
        ({"tracks": {}}, '"tracks" must be a list of an object with name, sounds, gainDb, not an object'),
        ({"tracks": ["a"]}, '"tracks[0]" must be an object with name, sounds, gainDb, not "a"'),
        ({"tracks": [TRACK, {"name": "b"}]}, f'"tracks[1]" needs the member "sounds": a list of {TEXT}'),
        ({"tracks": [TRACK, {"name": "b", "sounds": [7]}]}, f'"tracks[1].sounds[0]" must be {TEXT}, not 7'),
        ({"tracks": [TRACK, {"name": "b", "sounds": "x"}]}, f'"tracks[1].sounds" must be a list of {TEXT}, not "x"'),
        ({"tracks": [{**TRACK, "gainDb": True}]}, '"tracks[0].gainDb" must be a number from -120 to 40, not true'),
        ({"tracks": [{**TRACK, "gain": 1}]}, '"tracks[0]" has no member "gain"; it has name, sounds, gainDb'),
        ({"quality": "low"}, '"quality" must be one of "bitrate", "high" or an object with crf, not "low"'),
        ({"quality": {"crf": 52}}, '"quality.crf" must be an integer from 0 to 51, not 52'),
    ],
)
def test_complaints_name_the_place(params: object, message: str) -> None:
    with pytest.raises(InvalidParamsError) as raised:
        bind(METHOD, params)
    assert str(raised.value) == message


def test_the_document_describes_them() -> None:
    entry, components = method_entry(METHOD)
    schemas: dict[str, Any] = {param["name"]: param["schema"] for param in entry["params"]}
    assert [param["description"] for param in entry["params"]] == [
        "Part of the picture.",
        "Tracks of the file.",
        "How good.",
    ]
    assert set(components) == {"Region", "Track", "Crf"}

    def fits(name: str, value: object) -> bool:
        schema = {**schemas[name], "components": {"schemas": components}}
        return bool(Draft202012Validator(schema).is_valid(value))

    assert fits("region", {"x": 1, "y": 2})
    assert not fits("region", {"x": 1})
    assert fits("tracks", [TRACK])
    assert not fits("tracks", [{**TRACK, "more": 1}])
    assert fits("quality", "high")
    assert fits("quality", {"crf": 1})
    assert not fits("quality", "low")
