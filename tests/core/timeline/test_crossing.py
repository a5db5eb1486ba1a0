"""From one encode to another: each frame once, in order, whichever of them is the quicker."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.media import EncodedPacket
from ionia.core.timeline.crossing import Crossing
from tests.fakes.media import video_packet


def frames(first: int, end: int, *keyframes: int) -> list[EncodedPacket]:
    return [video_packet(index, keyframe=index in keyframes) for index in range(first, end)]


def test_the_other_one_waits_for_the_frames_that_are_still_to_come() -> None:
    crossing = Crossing(5)
    assert crossing.coming(frames(2, 8, 2, 5)) == []
    assert crossing.leaving(frames(0, 4)) == frames(0, 4)
    assert not crossing.over
    assert crossing.leaving(frames(4, 7, 5)) == [*frames(4, 5), *frames(5, 8, 5)]
    assert crossing.over
    assert crossing.leaving(frames(7, 9)) == []
    assert crossing.coming(frames(8, 10)) == frames(8, 10)


def test_what_the_other_one_gives_late_begins_with_its_keyframe_all_the_same() -> None:
    crossing = Crossing(5)
    assert crossing.leaving(frames(3, 6, 5)) == frames(3, 5)
    assert crossing.coming(frames(2, 5, 2)) == []
    assert crossing.coming(frames(5, 7, 5)) == frames(5, 7, 5)


def test_one_that_rests_has_given_what_it_passes_by() -> None:
    crossing = Crossing(5)
    assert crossing.coming_passes(9) is None
    assert crossing.leaving_passes(4) == ([], 4)
    assert crossing.leaving_passes(5) == ([], 9)
    assert crossing.over
    assert crossing.leaving_passes(6) == ([], None)
    assert crossing.coming_passes(12) == 12


def test_one_that_ends_has_no_more_to_give() -> None:
    crossing = Crossing(5)
    assert crossing.leaving(frames(0, 2)) == frames(0, 2)
    assert crossing.coming(frames(5, 7, 5)) == []
    assert crossing.end() == frames(5, 7, 5)


@given(st.lists(st.booleans(), max_size=40), st.integers(3, 10))
def test_every_frame_goes_once_and_in_order(turns: list[bool], at: int) -> None:
    crossing, given_by = Crossing(at), [0, at - 2]
    gone: list[EncodedPacket] = []
    for other in [*turns, *[False] * 20, *[True] * 20]:
        index = given_by[other]
        given_by[other] += 1
        packets = frames(index, index + 1, at)
        gone += crossing.coming(packets) if other else crossing.leaving(packets)
    assert [packet.pts for packet in gone] == list(range(len(gone)))
    assert len(gone) >= at + 1
    assert [packet.pts for packet in gone if packet.keyframe] == [at]
