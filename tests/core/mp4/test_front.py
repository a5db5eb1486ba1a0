"""The index in front: in its room as it would be behind, or not at all."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.mp4.front import front_index, index_room
from tests.core.mp4.test_boxes import HEADER
from tests.fakes.examples import examples
from tests.fakes.written_mp4 import Recording, finished, samples, steady, tracks, video, walk


def test_what_is_left_of_the_room_stays_a_box_and_needs_its_header() -> None:
    movie = b"\0\0\0\x0cmoovbody"
    front = front_index(movie, room=20, offset=100)
    assert front is not None
    assert (front.seal, front.seal_offset) == (b"\0\0\0\x0cmoov", 100)
    assert (front.body, front.body_offset) == (b"body\0\0\0\x08free", 108)
    assert front_index(movie, room=19, offset=100) is None


@pytest.mark.parametrize("seconds", [4, 4000])
def test_with_room_in_front_the_index_gets_there_and_says_the_same(seconds: float) -> None:
    writer = Recording(HEADER, front_seconds=seconds)
    data = finished(writer, steady(120))
    finale = writer.finish()
    front = finale.front
    assert front is not None
    early = bytearray(data[: writer.size])
    early[front.body_offset : front.body_offset + len(front.body)] = front.body
    early[front.seal_offset : front.seal_offset + len(front.seal)] = front.seal
    top = [(kind, position) for kind, position, _ in walk(bytes(early)) if kind in (b"ftyp", b"moov", b"free", b"mdat")]
    assert [kind for kind, _ in top] == [b"ftyp", b"moov", b"free", b"mdat"]
    assert early[front.seal_offset :][: len(finale.tail)] == finale.tail
    assert len(early) == writer.size == len(data) - len(finale.tail)
    assert samples(bytes(early), tracks(bytes(early))[0]) == samples(data, tracks(data)[0])


@pytest.mark.long
def test_an_index_that_outgrew_its_room_stays_behind() -> None:
    writer = Recording(HEADER, front_seconds=1)
    for index in range(15_000):
        writer.add(video(index, keyframe=True))
        if writer.due:
            writer.fragment()
            writer.commit()
    assert len(writer.finish().tail) > index_room(HEADER, 1)
    assert writer.finish().front is None


@pytest.mark.long
@examples(20)
@given(fps=st.sampled_from((15, 30, 60)), seconds=st.integers(1, 90))
def test_the_room_is_enough_for_its_seconds(fps: int, seconds: int) -> None:
    header = HEADER.with_track(replace(HEADER.video, fps=fps))
    writer = Recording(header, front_seconds=seconds)
    data = finished(writer, steady(fps * seconds, fps=fps))
    front = writer.finish().front
    assert front is not None
    assert data.index(b"moov") > index_room(header, seconds)
