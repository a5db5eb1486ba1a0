"""Facts of the engine as structs of the wire, made from their dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any

import msgspec
import pytest

from ionia.core.facts import Mark, Sentence
from ionia.rpc.wire import to_wire, wire_type


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """Something within."""

    free_bytes: Annotated[int, "Bytes free."]
    place: str = "rtmp://host/app/KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Something else within."""

    minutes: float = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Outer:
    """Facts of a session."""

    session_id: str
    common: Annotated[Inner, Mark.FLAT]
    message: Sentence = "KEY at rtmp://host/app/KEY"
    name: str = "KEY"
    colour: Colour = Colour.RED
    several: tuple[Inner, ...] = ()
    either: Annotated[Inner | Other, "One of two."] = field(default_factory=Other)
    perhaps: Other | None = None
    rarely: Annotated[Colour | None, "If at all.", Mark.OMITTED_IF_NONE] = None
    figures: Mapping[str, int | str] = field(default_factory=dict)


def sent(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(to_wire(value, lambda text: text.replace("KEY", "****"))))


def test_values_are_written_with_the_names_of_the_wire_and_without_secrets() -> None:
    value = Outer(session_id="a", common=Inner(free_bytes=3), several=(Inner(free_bytes=4, place="x"),))
    assert sent(value) == {
        "id": "a",
        "freeBytes": 3,
        "place": "rtmp://host/app/****",
        "message": "**** at rtmp://host/app/****",
        "name": "KEY",  # no sentence: a name that happens to be a secret's text stays
        "colour": "red",
        "several": [{"freeBytes": 4, "place": "x"}],
        "either": {"minutes": 1.5},
        "perhaps": None,
        "figures": {},
    }
    assert sent(Outer(session_id="a", common=Inner(free_bytes=3), rarely=Colour.RED))["rarely"] == "red"


def test_the_struct_says_what_the_fields_say() -> None:
    (reference,), components = msgspec.json.schema_components([wire_type(Outer)], ref_template="#/{name}")
    schema = components["Outer"]
    assert reference == {"$ref": "#/Outer"}
    assert schema["description"] == "Facts of a session."
    assert schema["properties"]["freeBytes"] == {"type": "integer", "description": "Bytes free."}
    assert schema["properties"]["either"]["anyOf"][1] == {"$ref": "#/components/schemas/Other"}
    assert schema["properties"]["rarely"]["description"] == "If at all."
    assert set(schema["properties"]) - set(schema["required"]) == {"rarely"}


def test_a_missing_field_is_noticed_where_it_is_made() -> None:
    with pytest.raises(TypeError):
        wire_type(Inner)(free_bytes=1)
