"""Several streams as one sound: in place, without clicks, whatever begins, ends or is late among them."""

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.audio.stream_sum import PATIENCE_NS, SUM_LATENCY_NS, StreamSum
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE, AudioBlock
from tests.fakes.examples import examples

MS = 1_000_000
BLOCK = 960
T0 = 1000 * MS
ARRIVAL_NS = 25 * MS
"""From a block's first sample to its arrival: its own 20 ms, and the way."""


def tone(hz: float, first_ns: int, count: int) -> npt.NDArray[np.float32]:
    """By the instants of its samples, so that its phase says where it was put."""
    times = first_ns / 1e9 + np.arange(count) / SAMPLE_RATE
    return np.repeat((0.25 * np.sin(2 * np.pi * hz * times))[:, None], 2, axis=1).astype(np.float32)


def blocks(hz: float, begin_ns: int, count: int) -> list[tuple[int, AudioBlock]]:
    """Blocks of 20 ms with the instants at which they arrive."""
    starts = [begin_ns + n * BLOCK * 1_000_000_000 // SAMPLE_RATE for n in range(count)]
    return [(start + ARRIVAL_NS, AudioBlock(start_ns=start, samples=tone(hz, start, BLOCK))) for start in starts]


def run(
    streams: dict[int, list[tuple[int, AudioBlock]]], until_ns: int, *, step_ns: int = 5 * MS, ends: bool = True
) -> list[tuple[int, AudioBlock]]:
    """What comes of them, with the instants at which it does."""
    total, out = StreamSum(), []
    coming = {stream: list(each) for stream, each in streams.items()}
    begun: set[int] = set()
    for now in range(T0, until_ns, step_ns):
        for stream, waiting in coming.items():
            if stream not in begun and waiting and waiting[0][0] - ARRIVAL_NS <= now:
                total.add(stream, now)
                begun.add(stream)
            while waiting and waiting[0][0] <= now:
                total.push(stream, waiting.pop(0)[1])
                if not waiting and ends:
                    total.end(stream, now)
        out += [(now, block) for block in total.advance(now)]
    return out


def joined(out: list[tuple[int, AudioBlock]]) -> AudioBlock:
    """As one block; asserts that nothing is missing between."""
    for (_, one), (_, two) in itertools.pairwise(out):
        assert abs(two.start_ns - one.start_ns - AUDIO_TICK_SAMPLES * 1e9 / SAMPLE_RATE) < 2
    return AudioBlock(start_ns=out[0][1].start_ns, samples=np.concatenate([block.samples for _, block in out]))


def test_two_streams_are_summed_each_at_its_place() -> None:
    whole = joined(run({1: blocks(440, T0, 50), 2: blocks(1000, T0 + 333 * MS // 10, 48)}, T0 + 1500 * MS))
    first = int((T0 + 100 * MS - whole.start_ns) * SAMPLE_RATE / 1e9)
    start_ns = whole.start_ns + round(first * 1e9 / SAMPLE_RATE)
    middle = slice(first, first + 30_000)
    expected = tone(440, start_ns, 30_000) + tone(1000, start_ns, 30_000)
    # Both together move by 2260 a second: each lies within 10 us of its place.
    assert np.abs(whole.samples[middle] - expected).max() < 0.02


def test_a_stream_that_begins_and_ends_beside_another_clicks_nowhere() -> None:
    whole = joined(run({1: blocks(220, T0, 60), 2: blocks(220, T0 + 200 * MS, 20)}, T0 + 1600 * MS))
    # A sine of 220 Hz at 0.5 moves by 0.0144 a sample; a step of its own height would be 0.25.
    body = whole.samples[1024 * 3 : -1024 * 3, 0]
    assert np.abs(np.diff(body)).max() < 0.02


def test_where_nothing_plays_nothing_comes() -> None:
    total = StreamSum()
    assert total.next_deadline_ns is None
    assert list(total.advance(T0)) == []
    out = run({1: blocks(440, T0, 10), 2: blocks(440, T0 + 900 * MS, 10)}, T0 + 2500 * MS)
    starts = [(block.start_ns - T0) / MS for _, block in out]
    assert all(start < 230 or start > 850 for start in starts)
    assert min(starts) < 10
    assert max(starts) > 1050


def test_all_streams_gone_it_costs_nothing_any_more() -> None:
    total = StreamSum()
    total.add(1, T0)
    total.end(1, T0)
    assert total.next_deadline_ns is not None
    list(total.advance(T0 + 3000 * MS))
    assert total.next_deadline_ns is None


def test_what_is_complete_comes_early_and_what_is_late_is_waited_for() -> None:
    tick_ns = AUDIO_TICK_SAMPLES * 1_000_000_000 // SAMPLE_RATE
    out = run({1: blocks(440, T0, 100)}, T0 + 2000 * MS, step_ns=MS)
    delays = [now - block.start_ns - tick_ns for now, block in out]
    assert max(delays[:-3]) <= SUM_LATENCY_NS + 2 * MS
    late = [(at + (35 * MS if 20 <= n < 30 else 0), block) for n, (at, block) in enumerate(blocks(440, T0, 100))]
    waited = run({1: late}, T0 + 2000 * MS, step_ns=MS)
    assert max(now - block.start_ns - tick_ns for now, block in waited) <= SUM_LATENCY_NS + PATIENCE_NS + 2 * MS
    body = joined(waited).samples[1024 * 3 : 48_000, 0]
    assert np.abs(np.diff(body)).max() < 0.02, "nothing of it is missing"


@pytest.mark.parametrize("stall_ms", [150, 3000])
def test_after_a_stall_of_our_own_nothing_is_missing(stall_ms: int) -> None:
    stall = range(T0 + 500 * MS, T0 + (500 + stall_ms) * MS)
    held = [(stall[-1] + 1 if at in stall else at, block) for at, block in blocks(440, T0, 250)]
    total, out = StreamSum(), []
    total.add(1, T0)
    for now in range(T0, T0 + 5200 * MS, 5 * MS):
        if now in stall:
            continue
        while held and held[0][0] <= now:
            total.push(1, held.pop(0)[1])
        out += [(now, block) for block in total.advance(now)]
    body = joined(out).samples[1024 * 3 : 48_000 * 4, 0]
    assert np.abs(np.diff(body)).max() < 0.02


@examples(60)
@given(st.lists(st.tuples(st.integers(0, 800), st.integers(1, 30), st.integers(0, 20)), min_size=1, max_size=5))
def test_blocks_never_overlap_and_never_exceed_the_sum(streams: list[tuple[int, int, int]]) -> None:
    """Streams that begin, last and are late as they like."""
    coming = {
        number: [(at + late * MS, block) for at, block in blocks(300.0 + 70 * number, T0 + begin * MS, count)]
        for number, (begin, count, late) in enumerate(streams)
    }
    out = run(coming, T0 + 2600 * MS)
    assert out, "all of it would be silence"
    assert all(later.start_ns - one.start_ns >= 21_333_332 for (_, one), (_, later) in itertools.pairwise(out))
    assert max(float(np.abs(block.samples).max()) for _, block in out) <= 0.26 * len(streams)
