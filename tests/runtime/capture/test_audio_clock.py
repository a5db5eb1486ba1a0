"""The clock's thread: ticks without a gap to everyone, commands between them, and an end that leaves nobody waiting."""

import threading

import numpy as np
import pytest

from ionia.core.audio.engine import AudioEngine, AudioInput, AudioTick
from ionia.core.media import AudioBlock
from ionia.core.sharing import SoundKey
from ionia.runtime.capture.audio_clock import AudioClock
from ionia.runtime.capture.sound_capture import SoundMessage
from ionia.threads.clock import MonotonicClock
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.live_stream import eventually

KEY = SoundKey(which=AudioInput.MIC, device=None, offset_ms=None)


class Taker:
    hurried = True

    def __init__(self) -> None:
        self.ticks: list[AudioTick[SoundKey]] = []
        self.left = threading.Event()
        self.error: BaseException | None = None

    def tick(self, tick: AudioTick[SoundKey]) -> None:
        self.ticks.append(tick)

    def leave(self) -> None:
        self.left.set()

    def fail(self, error: BaseException) -> None:
        self.error = error


def started() -> tuple[AudioClock, MonotonicClock, int]:
    monotonic = MonotonicClock()
    epoch_ns = monotonic.now_ns() - 3_000_000_000
    clock = AudioClock(monotonic, epoch_ns)
    clock.start()
    return clock, monotonic, epoch_ns


def test_everyone_gets_every_tick_from_their_first_to_their_last() -> None:
    clock, _, _ = started()
    one, two = Taker(), Taker()
    clock.add(one)
    eventually(lambda: len(one.ticks) >= 5, "nothing ticks")
    clock.add(two)
    eventually(lambda: len(two.ticks) >= 5, "nothing ticks")
    assert clock.remove(two)
    assert two.left.is_set()
    clock.close()
    assert one.left.is_set()
    for taker in (one, two):
        indexes = [tick.index for tick in taker.ticks]
        assert indexes == list(range(indexes[0], indexes[0] + len(indexes)))
    assert one.ticks[0].index > 130  # 3 s of the timeline had passed


def test_what_is_captured_is_in_the_ticks_while_its_sound_is_there() -> None:
    clock, monotonic, _ = started()
    taker = Taker()
    clock.add_sound(KEY, 0)
    clock.add(taker)
    samples = np.full((48_000, 2), 0.25, np.float32)
    clock.inbox.put(SoundMessage(source=KEY, block=AudioBlock(start_ns=monotonic.now_ns(), samples=samples)))

    def heard() -> bool:
        planes = [tick.parts[KEY].planes for tick in taker.ticks if KEY in tick.parts]
        return any(one is not None and abs(float(one.max()) - 0.25) < 1e-3 for one in planes)

    eventually(heard, "nothing is heard")
    assert clock.counters.of(KEY).runs == 1
    clock.inbox.put(SoundMessage(source=KEY, block=None))
    clock.remove_sound(KEY)
    eventually(lambda: KEY not in taker.ticks[-1].parts, "it is still there")
    assert clock.counters.of(KEY).runs == 0
    clock.close()


def test_a_sound_that_is_opened_anew_outlives_the_end_of_the_old_one() -> None:
    clock, _, _ = started()
    taker = Taker()
    clock.add(taker)
    clock.add_sound(KEY, 0)
    clock.add_sound(KEY, 0)  # somebody else, while the first one's device is being closed
    clock.remove_sound(KEY)
    seen = len(taker.ticks)
    eventually(lambda: len(taker.ticks) > seen + 2, "nothing ticks")
    assert KEY in taker.ticks[-1].parts
    clock.remove_sound(KEY)
    eventually(lambda: KEY not in taker.ticks[-1].parts, "it is still there")
    clock.close()


def test_commands_after_the_end_are_carried_out_at_once() -> None:
    clock, _, _ = started()
    clock.close()
    ran = threading.Event()
    clock.run(ran.set)
    assert ran.is_set()
    assert clock.remove(Taker())


def test_a_mistake_of_its_own_is_told_to_everyone_and_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, _, _ = started()
    taker = Taker()
    clock.add(taker)
    eventually(lambda: bool(taker.ticks), "nothing ticks")

    def mistaken(engine: AudioEngine[SoundKey], now_ns: int) -> list[AudioTick[SoundKey]]:
        raise ZeroDivisionError

    monkeypatch.setattr(AudioEngine, "advance", mistaken)
    assert taker.left.wait(WAIT_SECONDS)
    eventually(lambda: clock.failed, "it goes on")
    assert isinstance(taker.error, ZeroDivisionError)
    assert clock.remove(taker)
    clock.close()
