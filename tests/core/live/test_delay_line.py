"""A stream's delay: everything that much later, sound and picture alike, and nothing out of order when it changes."""

import itertools
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec.codec import AAC, AV1
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.delay_line import MOST_BYTES, DelayLine, check_delay
from ionia.core.live.stand_in import StandIn
from ionia.core.media import AUDIO, VIDEO, AudioTrack, EncodedPacket, MediaHeader, VideoTrack
from ionia.core.timebase import NS_PER_S, frame_start_ns

FPS = 10
STEP_NS = NS_PER_S // FPS
INTERVAL = 20
"""Pictures from one keyframe to the next."""


HEADER = MediaHeader(
    tracks=(
        VideoTrack(codec=AV1, extradata=b"", bitrate=1_000_000, width=64, height=64, fps=FPS),  # repeats each second
        AudioTrack(codec=AAC, extradata=b"", bitrate=1),
    )
)


def made(seconds: float = 0.0, **options: int) -> DelayLine:
    return DelayLine(fps=FPS, stand_in=partial(StandIn, HEADER), seconds=seconds, **options)


def picture(index: int, size: int = 100) -> EncodedPacket:
    return EncodedPacket(
        track=VIDEO, pts=index, dts=index, duration=1, keyframe=index % INTERVAL == 0, data=bytes(size)
    )


def sound(index: int) -> EncodedPacket:
    """With picture `index`, a little later."""
    position = index * 4800 + 100
    return EncodedPacket(track=AUDIO, pts=position, dts=position, duration=1024, keyframe=True, data=bytes(10))


def run(line: DelayLine, first: int, last: int) -> list[tuple[int, EncodedPacket]]:
    """A picture and its sound each tenth of a second, with the instant at which each came out."""
    out = []
    for index in range(first, last):
        now_ns = index * STEP_NS
        line.push([picture(index), sound(index)], now_ns)
        out += [(now_ns, packet) for packet in line.take(now_ns)]
    return out


def pictures(out: list[tuple[int, EncodedPacket]]) -> list[tuple[int, int]]:
    """Tenth of a second at which it came out, and its time in the stream."""
    return [(at // STEP_NS, packet.dts) for at, packet in out if packet.track == VIDEO]


def test_without_a_delay_the_very_packets_go_through() -> None:
    line = made()
    packets = [picture(0), sound(0), picture(1)]
    line.push(packets, 7)
    assert all(one is other for one, other in zip(line.take(7), packets, strict=True))
    assert line.passes
    assert line.deadline_ns is None


def test_with_one_they_come_so_much_later_with_times_so_much_later() -> None:
    line = made(3)
    out = run(line, 0, 100)
    assert pictures(out) == [(index, index) for index in range(30, 100)]
    moved = [packet.dts for _, packet in out if packet.track == AUDIO]
    assert moved == [sound(index).dts for index in range(30, 100)]
    figures = line.figures
    assert (figures.seconds, figures.held, figures.held_bytes) == (3, 60, 30 * 110)
    assert line.deadline_ns == 100 * STEP_NS
    assert not line.passes
    line.discard()
    figures = line.figures
    assert (figures.held, figures.held_bytes, figures.discarded) == (0, 0, 60)
    assert line.deadline_ns is None


def test_while_a_longer_one_grows_the_next_keyframe_stands_and_nothing_is_lost() -> None:
    line = made(1)
    run(line, 0, 23)
    line.set(4)
    after = run(line, 23, 80)
    # Picture 20 is the next keyframe that is due, at 30: until it is due again at 60 it is repeated each second.
    assert pictures(after) == [(index, index) for index in (*range(23, 31), 40, 50, *range(60, 80))]
    assert all(
        packet.data == picture(20).data for at, packet in after if at // STEP_NS in (40, 50) and packet.track == VIDEO
    )
    heard = [packet.dts for _, packet in after if packet.track == AUDIO]
    silent = sound(19).dts + 10 * 4800 + 1024
    assert heard[7:-20] == list(range(silent, 60 * 4800, 1024))
    assert heard[-20:] == [sound(index).dts for index in range(60, 80)]
    figures = line.figures
    assert (figures.skipped, figures.filled) == (0, 3 + len(heard) - 27)
    assert figures.seconds == 4


def test_one_that_grows_from_none_stands_from_the_next_keyframe_on() -> None:
    line = made()
    run(line, 0, 23)
    line.set(3)
    assert not line.passes
    after = run(line, 23, 100)
    assert pictures(after) == [(index, index) for index in (*range(23, 41), 50, 60, *range(70, 100))]


def test_one_that_changes_while_it_grows_goes_on_standing_or_with_what_is_due() -> None:
    line = made()
    run(line, 0, 20)
    line.set(6)
    run(line, 20, 45)  # picture 20 stands
    line.set(8)
    assert pictures(run(line, 45, 120)) == [(index, index) for index in (*range(50, 81, 10), 90, *range(100, 120))]
    line.set(0)
    after = run(line, 120, 150)
    assert pictures(after) == [(index, index) for index in range(120, 150)]
    assert line.passes
    line.set(6)
    run(line, 150, 185)  # picture 160 stands
    line.set(2)
    assert pictures(run(line, 185, 210)) == [(index, index) for index in (190, *range(200, 210))]


def test_before_anything_went_out_a_longer_one_shows_nothing() -> None:
    line = made(3)
    run(line, 0, 20)
    line.set(5)
    assert pictures(run(line, 20, 70)) == [(index, index) for index in range(50, 70)]


def test_a_shorter_one_goes_on_with_a_keyframe_that_is_due() -> None:
    line = made(5)
    run(line, 0, 103)  # picture 52 came out last
    line.set(1)
    after = run(line, 103, 150)
    # Of what is older than a second by now nothing comes any more. Picture 100 is the next keyframe, a second later.
    assert pictures(after) == [(index, index) for index in range(110, 150)]
    assert line.figures.skipped == 2 * (100 - 53)
    assert (line.figures.held, line.figures.seconds) == (20, 1)


def test_none_any_more_begins_with_the_next_keyframe_and_goes_through_again() -> None:
    line = made(5)
    run(line, 0, 103)
    line.set(0)
    assert not line.passes
    after = run(line, 103, 130)
    assert pictures(after) == [(index, index) for index in range(120, 130)]
    assert line.passes
    assert line.figures.seconds == 0


def test_before_anything_came_a_shorter_one_leaves_nothing_out() -> None:
    line = made(5)
    line.set(1)
    assert pictures(run(line, 0, 20)) == [(index, index) for index in range(10, 20)]


def test_memory_is_bounded_whatever_an_encoder_makes() -> None:
    line = made(900, largest_bytes=5000)
    for index in range(200):
        line.push([picture(index)], index * STEP_NS)
        assert line.figures.held_bytes <= 5000
    figures = line.figures
    assert figures.crowded + figures.held == 200
    line.set(60)
    out = [packet for now in range(200, 800) for packet in line.take(now * STEP_NS)]
    assert out[0].keyframe
    assert figures.crowded % INTERVAL == 0


def test_one_that_takes_too_much_memory_is_refused_with_the_most() -> None:
    check_delay(900, MOST_BYTES * 8 // 900)
    with pytest.raises(IoniaError, match="171 s are the most") as raised:
        check_delay(900, 50_000_000)
    assert raised.value.kind is ErrorKind.BAD_DELAY


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from([0, 0.1, 0.25, 1, 2.5, 4])), max_size=8))
def test_whatever_it_becomes_times_only_go_on_and_all_is_accounted_for(changes: list[tuple[int, float]]) -> None:
    line, out, index = made(), [], 0
    for steps, seconds in [*changes, (60, 0.0)]:
        out += run(line, index, index + steps)
        index += steps
        line.set(seconds)
    times = [frame_start_ns(0, FPS if packet.track == VIDEO else 48_000, packet.dts) for _, packet in out]
    assert times == sorted(set(times))
    figures = line.figures
    assert len(out) - figures.filled + figures.held + figures.skipped == 2 * index
    heard = [packet for _, packet in out if packet.track == AUDIO]
    assert all(packet.dts < after.dts for packet, after in itertools.pairwise(heard))
    assert out[0][1].keyframe
