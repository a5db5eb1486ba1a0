"""What repeats the picture before is left out, and what comes later is counted as if it had never been."""

from dataclasses import replace

import pytest

from ionia.core.codec.codec import HEVC
from ionia.core.codec.h264 import NAL_FILLER, annex_b, nal_units
from ionia.core.codec.skip_pictures import SkipPictures
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.timeline.distinct_pictures import distinct_pictures
from ionia.core.timeline.stored_form import StoredForm
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.media import video_packet

SETS = bytes.fromhex("000000016764000dacb423d80b5010101a50000003001000000303c8f142aa0000000168ee3cb0")
"""libx264's, of 64 x 48."""

STILL = SkipPictures(SETS)
TRACK = replace(encoded_clip().header.video, extradata=SETS, rests=True)
FILLER = bytes((NAL_FILLER, 0xFF, 0x80))


def coded(frame_number: int, *slices: bytes) -> bytes:
    """An encoder's picture: such slices, each under this number."""
    first = next(nal_units(STILL.repeated(frame_number, 0)))[:4]
    return annex_b([*(first + one for one in slices), FILLER])


def group(*pictures: bytes) -> list[EncodedPacket]:
    keyframe = annex_b([*nal_units(SETS), b"\x65\x88\x84\x21key"])
    return [
        video_packet(7 + number, keyframe=number == 0, data=data) for number, data in enumerate([keyframe, *pictures])
    ]


MOVES = group(
    coded(1, b"one", b"two"),
    STILL.repeated(2, 200),
    STILL.repeated(3, 0),
    coded(4, b"three", b"four"),
    STILL.repeated(5, 200),
    coded(6, b"five"),
)


@pytest.mark.parametrize("stored", [False, True])
def test_repeats_go_and_the_others_keep_their_times(stored: bool) -> None:
    form = StoredForm(MediaHeader(tracks=(TRACK,)))
    kept = distinct_pictures(TRACK, [form.of(one) if stored else one for one in MOVES])
    assert [one.pts for one in kept] == [7, 8, 11, 13]
    assert not any(one.stored for one in kept)
    assert [STILL.number(one.data) for one in kept[1:]] == [1, 2, 3]
    slices = [[unit[4:] for unit in nal_units(one.data) if unit != FILLER] for one in kept[1:]]
    assert slices == [[b"one", b"two"], [b"three", b"four"], [b"five"]]


def test_a_picture_that_an_encoder_made_stays_however_small_it_is() -> None:
    made = group(coded(1, b"a"), annex_b([next(nal_units(STILL.repeated(2, 0)))[:-1] + b"\x7f"]))
    assert distinct_pictures(TRACK, made) is made


def test_other_streams_are_left_alone() -> None:
    assert distinct_pictures(replace(TRACK, rests=False), MOVES) is MOVES
    assert distinct_pictures(replace(TRACK, reordered=True), MOVES) is MOVES
    assert distinct_pictures(replace(TRACK, codec=HEVC), MOVES) is MOVES
    strange = [replace(MOVES[0], data=annex_b([b"\x67abcd", b"\x68a", b"\x65key"])), *MOVES[1:]]
    assert distinct_pictures(TRACK, strange) is strange
