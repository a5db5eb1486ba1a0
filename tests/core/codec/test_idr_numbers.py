"""A keyframe that is sent several times in a row, told apart: each is a picture, and the same one."""

from itertools import pairwise

import av
import numpy as np
import pytest

from ionia.core.codec.h264 import annex_b, nal_type, nal_units
from ionia.core.codec.idr_numbers import renumbered
from tests.fakes.idr_number import idr_number

_PLAIN = "keyint=4:min-keyint=4:scenecut=0:bframes=0:threads=1"


def encoded(params: str, profile: str = "high") -> tuple[bytes, list[bytes]]:
    """Eight pictures with a keyframe each four: extradata, access units."""
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt, context.time_base, context.framerate = 96, 80, "yuv420p", 1, 1
    context.flags |= av.codec.context.Flags.global_header
    context.options = {"preset": "veryfast", "tune": "zerolatency", "profile": profile, "x264-params": params}
    context.open()
    random, units = np.random.default_rng(1), []
    for index in range(8):
        frame = av.VideoFrame.from_ndarray(random.integers(0, 255, (120, 96), np.uint8), format="yuv420p")
        frame.pts = index
        units += [bytes(packet) for packet in context.encode(frame)]
    return bytes(context.extradata or b""), units


def shown(extradata: bytes, units: list[bytes]) -> list[bytes]:
    context = av.CodecContext.create("h264", "r")
    context.options = {"err_detect": "explode"}
    context.extradata = extradata
    frames = [frame for unit in units for frame in context.decode(av.Packet(unit))]
    return [frame.to_ndarray().tobytes() for frame in [*frames, *context.decode(None)]]


@pytest.mark.parametrize(
    ("params", "profile"),
    [
        (_PLAIN, "high"),
        (f"{_PLAIN}:slices=4", "high"),
        (f"{_PLAIN}:cabac=0", "high"),
        (f"{_PLAIN}:cabac=0:slices=3", "baseline"),
        (f"{_PLAIN}:no-deblock=1:qp=3", "main"),
        (f"{_PLAIN}:deblock=-2,1:cqm=jvt", "high"),
    ],
)
def test_it_shows_the_same_picture_each_time_and_what_follows_follows(params: str, profile: str) -> None:
    extradata, units = encoded(params, profile)
    keyframe, *rest = units[4:]
    forms = [renumbered(extradata, keyframe, by) for by in (1, 0x8000, 0x8001, 0xFFFF)]
    numbers = [idr_number(extradata, unit) for unit in (units[0], *forms, keyframe)]
    assert all(one != other for one, other in pairwise(numbers))
    pictures = shown(extradata, units)
    repeated = shown(extradata, [*units[:4], *forms, keyframe, *rest])
    assert repeated == [*pictures[:4], *[pictures[4]] * 4, *pictures[4:]]
    assert list(nal_units(renumbered(extradata, forms[1], -0x8000))) == list(nal_units(keyframe))


def test_what_is_not_understood_is_refused() -> None:
    fields, units = encoded(f"{_PLAIN}:tff=1")
    with pytest.raises(ValueError, match="fields"):
        renumbered(fields, units[0], 1)
    extradata, units = encoded(_PLAIN)
    sets = list(nal_units(extradata))
    assert renumbered(annex_b([*sets, *sets]), units[0], 1) == renumbered(extradata, units[0], 1)
    with pytest.raises(ValueError, match="several parameter sets"):
        renumbered(annex_b([*sets, *nal_units(fields)]), units[0], 1)
    (nal,) = (unit for unit in nal_units(units[0]) if nal_type(unit) == 5)
    with pytest.raises(ValueError, match="zero words"):
        renumbered(extradata, annex_b([nal + b"\0\0\3"]), 1)
    with pytest.raises(ValueError, match="early"):
        renumbered(extradata, annex_b([nal[:2]]), 1)
