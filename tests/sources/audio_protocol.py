"""What every AudioSource must do, whatever it captures. A platform's tests derive from it and bring the source."""

import itertools
import threading
import time
from pathlib import Path

import numpy as np

from ionia.core.media import SAMPLE_RATE, AudioBlock
from ionia.core.ports import AudioSource
from tests.sources.screen_protocol import DEADLINE

TOLERANCE_NS = 2_000_000
"""How far a block may begin from where the one before ended: what a source's dating may move by, no lost sample."""


def next_block(source: AudioSource) -> AudioBlock:
    """The next block, waited for until it comes."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        block = source.read(1.0)
        if block is not None:
            return block
    raise AssertionError("no sound")


class AudioProtocol:
    """Derive, and define a fixture `source`: not open yet, on a RealClock, and giving sound (silence is sound)."""

    def test_blocks_are_float32_stereo_dated_while_the_source_was_open(self, source: AudioSource) -> None:
        before = time.perf_counter_ns()
        assert source.open() != ""
        block = next_block(source)
        assert block.samples.dtype == np.float32
        assert block.samples.ndim == 2
        assert block.samples.shape[1] == 2
        assert len(block.samples) > 0
        assert before - 100_000_000 < block.start_ns < time.perf_counter_ns() + 100_000_000

    def test_blocks_follow_one_another(self, source: AudioSource) -> None:
        source.open()
        blocks = [next_block(source) for _ in range(60)][20:]
        for block, following in itertools.pairwise(blocks):
            end_ns = block.start_ns + len(block.samples) * 1_000_000_000 // SAMPLE_RATE
            assert abs(following.start_ns - end_ns) < TOLERANCE_NS

    def test_a_block_outlives_the_reads_after_it_and_the_source(self, source: AudioSource) -> None:
        source.open()
        block = next_block(source)
        copy = block.samples.copy()
        for _ in range(20):
            next_block(source)
        source.close()
        assert np.array_equal(block.samples, copy)

    def test_a_read_that_may_not_wait_returns_none_in_the_end(self, source: AudioSource) -> None:
        source.open()
        next_block(source)
        end = time.monotonic() + DEADLINE
        while source.read(0) is not None:
            assert time.monotonic() < end

    def test_interrupt_ends_the_read_under_way_and_all_later_ones(self, source: AudioSource) -> None:
        source.open()
        next_block(source)
        ended = threading.Event()

        def read_until_none() -> None:
            while source.read(DEADLINE * 10) is not None:
                pass
            ended.set()

        reader = threading.Thread(target=read_until_none)
        reader.start()
        source.interrupt()
        assert ended.wait(DEADLINE)
        reader.join()
        assert source.read(DEADLINE * 10) is None
        source.close()
        source.interrupt()

    def test_it_can_be_closed_at_any_time_and_opened_again(self, source: AudioSource) -> None:
        source.close()
        name = source.open()
        source.close()
        source.close()
        assert source.open() == name
        assert source.open() == name
        assert len(next_block(source).samples) > 0

    def test_opening_and_closing_leaves_nothing_behind(self, source: AudioSource) -> None:
        source.open()
        source.close()
        threads, files = threading.active_count(), _open_files()
        for _ in range(50):
            source.open()
            source.close()
        assert threading.active_count() == threads
        assert _open_files() == files

    def test_it_says_what_it_is(self, source: AudioSource) -> None:
        assert source.backend != ""


def _open_files() -> int:
    files = Path("/proc/self/fd")
    return len(list(files.iterdir())) if files.exists() else 0
