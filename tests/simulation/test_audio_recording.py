"""Whole recordings of sound in virtual time: what the devices captured must lie where it was captured."""

import numpy as np
import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.media import SAMPLE_RATE, Samples
from tests.fakes.audio_blocks import roughness, sine_offset_ms
from tests.fakes.mixed_sound import MixedSound, MixedTick
from tests.simulation.audio import AudioThread, ScriptedDevice, Wave, clicks, silence, tone
from tests.simulation.loop import MS, Loop, S

EPOCH = 77 * S + 123
DESKTOP, MIC = AudioInput.DESKTOP, AudioInput.MIC
SMOOTH = 0.5 * (2 * np.pi * 440 / SAMPLE_RATE) ** 2 * 1.05


class Recording:
    """One microphone, and a desktop of digital silence if asked for."""

    def __init__(
        self, wave: Wave, *, stalls: tuple[tuple[int, int], ...] = (), desktop: bool = False, **device
    ) -> None:
        self.ticks: list[MixedTick] = []
        self.delays_ns: list[int] = []
        self.engine = MixedSound(EPOCH, {DESKTOP: 1.0, MIC: 1.0} if desktop else {MIC: 1.0})
        self.thread = AudioThread(self.engine, self._consume)
        self.loop = Loop(now_ns=EPOCH, stalls=[(EPOCH + begin, EPOCH + end) for begin, end in stalls])
        self.loop.machines.append(self.thread)
        self.loop.machines.append(ScriptedDevice(MIC, self.thread, EPOCH, wave, **device))
        if desktop:
            self.loop.machines.append(ScriptedDevice(DESKTOP, self.thread, EPOCH, silence, rate_ppm=-40, seed=9))

    def _consume(self, now_ns: int, tick: MixedTick) -> None:
        self.ticks.append(tick)
        self.delays_ns.append(now_ns - EPOCH - (tick.pts + 1024) * S // SAMPLE_RATE)

    def run(self, seconds: float) -> Samples:
        self.loop.run(EPOCH + round(seconds * S))
        assert [tick.index for tick in self.ticks] == list(range(len(self.ticks)))
        return np.concatenate([tick.samples for tick in self.ticks])


def click_offsets_ms(samples: Samples, period: float) -> dict[int, float]:
    """How far each click's centre of gravity is from where it belongs, by the click's number."""
    offsets = {}
    for number in range(1, int(len(samples) / SAMPLE_RATE / period)):
        centre = round(number * period * SAMPLE_RATE)
        around = samples[centre - 1200 : centre + 1200, 0].astype(np.float64)
        if around.max() > 0.2:
            offsets[number] = float((around * np.arange(-1200, 1200)).sum() / around.sum() / 48)
    return offsets


def test_same_seed_same_transcript():
    def transcript(seed: int) -> list[str]:
        recording = Recording(tone, desktop=True, rate_ppm=120, seed=seed, stalls=((2 * S, 3 * S),))
        recording.run(6)
        return recording.loop.transcript

    first = transcript(5)
    assert first == transcript(5)
    assert first != transcript(6)


def test_every_tick_comes_at_its_time_whatever_the_devices_do():
    recording = Recording(tone, desktop=True, lost=((2 * S, 4 * S),), quiet=((6 * S, 8 * S),))
    recording.run(10)
    assert max(recording.delays_ns) <= 80 * MS + 1
    assert min(recording.delays_ns) >= 80 * MS


@pytest.mark.parametrize("stall", [0.5, 3.0, 60.0])
def test_a_stall_of_the_machine_loses_nothing(stall: float):
    recording = Recording(tone, rate_ppm=80, stalls=((20 * S, round((20 + stall) * S)),))
    out = recording.run(30 + stall)
    assert roughness(out[2048:]) < SMOOTH
    assert recording.engine.silence_samples < 720
    assert recording.engine.counters(MIC).late == 0
    assert max(map(abs, sine_offset_ms(out)[150:])) < 0.6


@pytest.mark.parametrize("ppm", [0, 100, -100, 300, -300])
def test_a_skewed_clock_and_late_blocks_leave_a_tone_whole_and_soon_in_place(ppm: int):
    recording = Recording(tone, rate_ppm=ppm)
    out = recording.run(30)
    offsets = sine_offset_ms(out)
    assert max(map(abs, offsets)) < 4.0
    assert max(map(abs, offsets[50:])) < 2.0
    assert max(map(abs, offsets[150:])) < 0.6
    assert roughness(out[1024:]) < SMOOTH
    assert np.abs(out[1024:]).max() == pytest.approx(0.5, abs=1e-3)
    assert recording.engine.counters(MIC).drift_ppm == pytest.approx(ppm, abs=5)
    assert recording.engine.counters(MIC).runs == 1


def test_a_device_that_is_lost_and_found_is_silent_in_between_and_right_again():
    recording = Recording(clicks(0.5), rate_ppm=-200, lost=((20 * S + 250 * MS, 25 * S + 250 * MS),))
    out = recording.run(40)
    offsets = click_offsets_ms(out, 0.5)
    assert sorted(offsets) == [*range(1, 41), *range(51, 79)]
    assert max(map(abs, offsets.values())) < 4.0
    assert not out[round(20.3 * SAMPLE_RATE) : round(25.2 * SAMPLE_RATE)].any()
    assert recording.engine.silence_samples == pytest.approx(5 * SAMPLE_RATE, abs=1500)
    assert [line.split(maxsplit=1)[1] for line in recording.loop.transcript if "mic" in line] == [
        "mic lost",
        "mic found",
    ]


def test_minutes_of_quiet_shift_nothing():
    recording = Recording(clicks(1.0), rate_ppm=250, quiet=((10 * S + 500 * MS, 190 * S + 500 * MS),))
    offsets = click_offsets_ms(recording.run(215), 1.0)
    assert sorted(offsets) == [*range(1, 11), *range(191, 214)]
    assert max(map(abs, offsets.values())) < 4.0
    assert all(abs(offsets[number]) < 1.0 for number in range(205, 214))


@pytest.mark.slow
@pytest.mark.parametrize(("ppm", "seconds"), [(300, 3600), (-300, 600)])
def test_an_hour_in_place_with_a_skewed_clock_and_late_blocks(ppm: int, seconds: int):
    """An hour of a clock that runs fast; of one that runs slow, enough to show any drift."""
    recording = Recording(clicks(20.0), rate_ppm=ppm, block=960, seed=ppm + 1000)
    recording.thread.checksums = False
    recording.ticks = Sparse()
    recording.loop.run(EPOCH + seconds * S)
    assert len(recording.delays_ns) == (seconds * 1000 - 80) * 48 // 1024
    offsets = recording.ticks.offsets_ms(20.0)
    assert len(offsets) == seconds // 20 - 1
    assert max(map(abs, offsets)) < 2.0
    assert recording.engine.counters(MIC).drift_ppm == pytest.approx(ppm, abs=10)
    assert recording.engine.counters(MIC).runs == 1


class Sparse(list[MixedTick]):
    """Keeps only the ticks that have sound."""

    def append(self, tick: MixedTick) -> None:
        if tick.samples.any():
            super().append(tick)

    def offsets_ms(self, period: float) -> list[float]:
        """As click_offsets_ms, for clicks that may lie across two ticks."""
        weights: dict[int, list[float]] = {}
        for tick in self:
            place = tick.pts + np.arange(1024)
            number = round(tick.pts / SAMPLE_RATE / period)
            level = tick.samples[:, 0].astype(np.float64)
            moment = weights.setdefault(number, [0.0, 0.0])
            moment[0] += float((level * (place - number * period * SAMPLE_RATE)).sum())
            moment[1] += float(level.sum())
        return [moment[0] / moment[1] / 48 for number, moment in weights.items() if number]
