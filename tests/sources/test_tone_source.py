"""The built-in sound device."""

import threading
import time

import numpy as np
import pytest

from ionia.core.test_card.pattern import MIC_BEEP_HZ, find_beeps
from ionia.sources.test_tone import ToneSource
from tests.fakes.manual_clock import ManualClock
from tests.sources.screen_protocol import DEADLINE, RealClock

MS = 1_000_000


def test_a_block_can_be_read_when_it_is_over() -> None:
    clock = ManualClock(3 * MS)
    tone = ToneSource(clock=clock)
    assert tone.open() == "Test tone 1000 Hz"
    assert tone.backend == "test-tone"
    clock.now = 20 * MS - 1
    assert tone.read(0) is None
    clock.now = 20 * MS
    block = tone.read(0)
    assert block is not None
    assert block.start_ns == 10 * MS
    assert block.samples.shape == (480, 2)
    assert block.samples.dtype == np.float32
    assert tone.read(0) is None


@pytest.mark.parametrize("hz", [1000, MIC_BEEP_HZ])
def test_beeps_begin_on_whole_seconds_of_the_clock(hz: int) -> None:
    clock = ManualClock(1_234 * MS)
    tone = ToneSource(clock=clock, hz=hz)
    tone.open()
    blocks = []
    while clock.now < 4_500 * MS:
        clock.now += 10 * MS
        blocks.append(tone.read(0))
    taken = [block for block in blocks if block is not None]
    assert [block.start_ns for block in taken] == list(range(1_240 * MS, taken[-1].start_ns + 1, 10 * MS))
    onsets = find_beeps(np.concatenate([block.samples for block in taken]), hz)
    instants = [taken[0].start_ns + onset * 1e9 / 48_000 for onset in onsets]
    assert instants == pytest.approx([2e9, 3e9, 4e9], abs=20_000)


def test_a_late_reader_gets_what_it_missed_up_to_two_seconds() -> None:
    clock = ManualClock(0)
    tone = ToneSource(clock=clock)
    tone.open()
    clock.now = 1_500 * MS
    first = [tone.read(0) for _ in range(150)]
    assert [block.start_ns for block in first if block] == [n * 10 * MS for n in range(150)]
    assert tone.read(0) is None
    clock.now = 6_500 * MS
    block = tone.read(0)
    assert block is not None
    assert block.start_ns == 4_500 * MS


def test_a_clock_that_stands_still_does_not_hold_the_reader() -> None:
    tone = ToneSource(clock=ManualClock(5 * MS))
    tone.open()
    assert tone.read(0.02) is None


def test_it_waits_for_the_next_block() -> None:
    tone = ToneSource(clock=RealClock())
    tone.open()
    block = tone.read(DEADLINE)
    assert block is not None
    assert block.start_ns + 10 * MS <= time.perf_counter_ns()


def test_interrupt_wakes_the_reader_and_lasts() -> None:
    tone = ToneSource(clock=ManualClock(5 * MS))
    tone.open()
    timer = threading.Timer(0.05, tone.interrupt)
    # A clock that is always a little before the end of the block: the read would last as long as it may.
    tone._clock = _Approaching()
    timer.start()
    try:
        assert tone.read(DEADLINE) is None
        assert tone.read(DEADLINE) is None
    finally:
        timer.join()
    tone.close()


class _Approaching:
    def now_ns(self) -> int:
        return -1_000_000_000


def test_it_must_be_open_to_be_read() -> None:
    tone = ToneSource(clock=ManualClock())
    with pytest.raises(RuntimeError, match="not open"):
        tone.read(0)
    tone.open()
    tone.close()
    tone.close()
    with pytest.raises(RuntimeError, match="not open"):
        tone.read(0)
