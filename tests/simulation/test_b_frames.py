"""What is cut out of B-frames: a part of a take has whatever its pictures refer to, and each picture at its time."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.timeline.file_timeline import FileTimeline, Placed
from ionia.core.timeline.pauses import Pauses
from tests.fakes.reordered import reordered


def test_a_pause_among_b_frames_begins_behind_what_they_refer_to() -> None:
    encoded = reordered(range(12), keys=(9,), b_frames=2)
    assert [(packet.pts, packet.dts) for packet in encoded.packets[:5]] == [(0, -1), (3, 0), (1, 1), (2, 2), (6, 3)]
    timeline = FileTimeline(fps=30)
    assert timeline.pause_at(5) == 5
    timeline.resume_at(8)
    placed = [one for packet in encoded.packets for one in timeline.place(packet)]
    assert [(one.packet.data, one.packet.pts, one.packet.dts) for one in placed[4:]] == [
        (b"v6", 6, 3),
        (b"v4", 4, 4),
        (b"v5", 5, 5),
        (b"v9", 7, 6),
        (b"v11", 9, 7),
        (b"v10", 8, 8),
    ]
    assert (timeline.frames, timeline.pauses, timeline.paused_seconds) == (10, 1, Fraction(2, 30))
    assert timeline.unnamed_frames == 2 - (8 - 5)


@given(
    st.integers(1, 3),
    st.frozensets(st.integers(1, 79), max_size=12),
    st.frozensets(st.integers(1, 79), max_size=8),
    st.lists(st.tuples(st.sampled_from(["pause", "resume", "split"]), st.integers(0, 79), st.integers(0, 79))),
)
def test_whatever_is_cut_out_of_b_frames_each_part_can_be_decoded(
    b_frames: int, keys: frozenset[int], gone: frozenset[int], asked: list[tuple[str, int, int]]
) -> None:
    """`gone`: frames that the encoder had no room for. What is asked comes before the picture of so many."""
    encoded = reordered([0, *(index for index in range(1, 80) if index not in gone)], keys=keys, b_frames=b_frames)
    timeline = FileTimeline(fps=30)
    wishes = {"pause": timeline.pause_at, "resume": timeline.resume_at, "split": timeline.split_at}
    placed: list[Placed] = []
    asked.sort(key=lambda one: one[1])
    for at, packet in enumerate(encoded.packets):
        while asked and asked[0][1] <= at:
            wish, _, index = asked.pop(0)
            wishes[wish](max(index, packet.dts))
        placed += timeline.place(packet)
    for part in {one.part for one in placed}:
        of_part = [one.packet for one in placed if one.part == part]
        there: set[int] = set()
        for packet in of_part:
            index = int(packet.data[1:])
            assert there.issuperset(encoded.needs[index]), f"{index} can't be decoded"
            there.add(index)
        assert (of_part[0].pts, of_part[0].dts) == (0, -1)
        assert all(before.dts < after.dts for before, after in pairwise(of_part))
        assert all(packet.dts <= packet.pts for packet in of_part)
        shown = sorted((packet.pts, int(packet.data[1:])) for packet in of_part)
        assert [index for _, index in shown] == sorted(there)
        assert len({at for at, _ in shown}) == len(shown)
        if not gone:
            assert [at for at, _ in shown] == list(range(len(shown)))


@given(
    st.integers(0, 3),
    st.frozensets(st.integers(1, 79), min_size=1),
    st.lists(st.integers(1, 78), unique=True, max_size=9).map(sorted),
    st.integers(0, 40),
)
def test_a_pause_is_as_long_as_what_is_not_in_the_file(
    b_frames: int, keys: frozenset[int], asked: list[int], behind: int
) -> None:
    """Pause and resume by turns, the pictures coming `behind` what is asked."""
    timeline, pauses = FileTimeline(fps=30), Pauses()
    placed: list[Placed] = []
    packets = reordered(range(80), keys=keys, b_frames=b_frames).packets
    for now in range(len(packets) + behind):
        if now in asked and pauses.paused_at is None:
            pauses.pause(timeline.pause_at(now))
        elif now in asked:
            timeline.resume_at(now)
            pauses.resume(now)
        if now >= behind:
            placed += timeline.place(packets[now - behind])
    if pauses.paused_at is not None or not timeline.paused:  # else it waits for a keyframe by now
        assert pauses.frames(len(packets)) + timeline.unnamed_frames == len(packets) - len(placed)
