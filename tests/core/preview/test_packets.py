"""What a reader of an encode's packets gets: whole runs that begin with a keyframe, and nothing that is long past."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec.codec import H264
from ionia.core.media import VIDEO, EncodedPacket, VideoTrack
from ionia.core.preview.packets import BEHIND_SECONDS, PacketQueue, decodable, web_codec

FPS = 30
MOST = round(FPS * BEHIND_SECONDS)
SETS = bytes.fromhex("00000001 67 64001f acd9 00000001 68 ebe3cb")


def packet(index: int, *, keyframe: bool = False, data: bytes = b"\0\0\0\1\x41\1") -> EncodedPacket:
    return EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=keyframe, data=data)


def taken(queue: PacketQueue) -> list[int]:
    found = []
    while (one := queue.take()) is not None:
        found.append(one.pts)
    return found


def test_it_begins_with_a_keyframe() -> None:
    queue = PacketQueue(fps=FPS)
    queue.offer([packet(3), packet(4), packet(5, keyframe=True), packet(6)])
    assert taken(queue) == [5, 6]


def test_a_reader_that_is_behind_goes_on_with_the_next_keyframe() -> None:
    queue = PacketQueue(fps=FPS)
    queue.offer([packet(0, keyframe=True), *(packet(index) for index in range(1, MOST))])
    assert len(queue) == MOST
    queue.offer([packet(MOST)])
    assert taken(queue) == []
    queue.offer([packet(MOST + 1), packet(MOST + 2, keyframe=True), packet(MOST + 3)])
    assert taken(queue) == [MOST + 2, MOST + 3]


def test_a_keyframe_takes_the_place_of_what_is_too_much() -> None:
    queue = PacketQueue(fps=FPS)
    queue.offer([packet(0, keyframe=True), *(packet(index) for index in range(1, MOST))])
    queue.offer([packet(MOST, keyframe=True)])
    assert taken(queue) == [MOST]


def test_forgotten_it_begins_anew() -> None:
    queue = PacketQueue(fps=FPS)
    queue.offer([packet(0, keyframe=True)])
    queue.forget()
    queue.offer([packet(1), packet(2, keyframe=True)])
    assert taken(queue) == [2]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3))), st.integers(1, 120))
def test_no_run_has_a_hole_and_never_too_much_waits(steps: list[tuple[bool, int]], fps: int) -> None:
    queue = PacketQueue(fps=fps)
    before: int | None = None
    for index, (keyframe, wished) in enumerate(steps):
        queue.offer([packet(index, keyframe=keyframe)])
        assert len(queue) <= max(2, round(fps * BEHIND_SECONDS))
        for _ in range(wished):
            if (one := queue.take()) is None:
                break
            assert one.keyframe or one.pts - 1 == before
            before = one.pts


def test_a_keyframe_brings_its_parameter_sets() -> None:
    track = VideoTrack(codec=H264, extradata=SETS, bitrate=1, width=64, height=36, fps=FPS)
    idr = b"\0\0\0\1\x65\x88"
    assert decodable(packet(0, keyframe=True, data=idr), track) == SETS + idr
    assert decodable(packet(0, keyframe=True, data=SETS + idr), track) == SETS + idr
    assert decodable(packet(1, data=idr), track) == idr


def test_a_stream_is_named_as_rfc_6381_has_it() -> None:
    assert web_codec(SETS) == "avc1.64001f"
    with pytest.raises(ValueError, match="parameter set"):
        web_codec(b"\0\0\0\1\x68\xeb")
