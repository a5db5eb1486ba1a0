"""Sound from devices whose clocks are wrong, in virtual time: an hour of recording in seconds, the same each run."""

import math
from collections.abc import Callable

import numpy as np

from ionia.core.audio.engine import AudioInput
from ionia.core.media import SAMPLE_RATE
from tests.bench.parts import Form
from tests.bench.report import PartResult, Plot, Row, Series
from tests.fakes.audio_blocks import roughness
from tests.fakes.mixed_sound import MixedSound, MixedTick
from tests.simulation.audio import AudioThread, ScriptedDevice, Wave, clicks, tone
from tests.simulation.loop import Loop, S

EPOCH = 77 * S + 123
CLICK_SECONDS = 20.0
DRIFT_GOAL_MS = 10.0
SMOOTH = 0.5 * (2 * np.pi * 440 / SAMPLE_RATE) ** 2
"""Largest second difference of the sine itself: one sample out of place makes it many times as large."""

SMOOTH_GOAL = 1.05
SETTLED_SAMPLES = 2048
"""The sine begins from nothing: its first samples are left out."""


def measure(form: Form) -> PartResult:
    """Clicks for the drift, a sine for discontinuities."""
    minutes = form.of(quick=4, full=60)
    errors = form.of(quick=(0, 300, -300), full=(0, 100, -100, 300, -300))
    rows, series = [], []
    for ppm in errors:
        points = click_offsets(ppm, minutes)
        worst = max(abs(ms) for _, ms in points)
        rough = sine_roughness(ppm)
        rows.append(
            Row(
                what=f"drift in {minutes} min, device clock {ppm:+d} ppm",
                ours=f"{worst:.2f} ms at worst, {points[-1][1] - points[0][1]:+.2f} ms from first to last",
                goal=f"≤ {DRIFT_GOAL_MS:.0f} ms",
                met=worst <= DRIFT_GOAL_MS,
            )
        )
        rows.append(
            Row(
                what=f"discontinuity in a sine, device clock {ppm:+d} ppm",
                ours=f"{rough:.3f} × the sine's own curvature",
                goal=f"≤ {SMOOTH_GOAL}",
                met=rough <= SMOOTH_GOAL,
            )
        )
        series.append(Series(label=f"{ppm:+d} ppm", x=[at / 60 for at, _ in points], y=[ms for _, ms in points]))
    plot = Plot(
        name="drift",
        title="Where clicks lie that a device with a wrong clock captured",
        x_label="minutes",
        y_label="late by, ms",
        series=series,
    )
    note = "Virtual time: blocks of 20 ms, delivered and stamped up to 15 ms late at random, seeded. No machine's load."
    return PartResult(rows=rows, notes=[note], plots=[plot])


def run(wave: Wave, ppm: int, seconds: float, consume: Callable[[MixedTick], None]) -> None:
    """One microphone whose clock runs `ppm` fast."""
    thread = AudioThread(MixedSound(EPOCH, {AudioInput.MIC: 1.0}), lambda _, tick: consume(tick), checksums=False)
    loop = Loop(now_ns=EPOCH)
    loop.machines += [
        thread,
        ScriptedDevice(AudioInput.MIC, thread, EPOCH, wave, rate_ppm=ppm, block=960, seed=ppm + 1000),
    ]
    loop.run(EPOCH + round(seconds * S))


def click_offsets(ppm: int, minutes: float) -> list[tuple[float, float]]:
    """(seconds, ms late) of each click's centre of gravity."""
    weights: dict[int, list[float]] = {}

    def weigh(tick: MixedTick) -> None:
        if tick.samples.any():
            number = round(tick.pts / SAMPLE_RATE / CLICK_SECONDS)
            away = tick.pts + np.arange(len(tick.samples)) - number * CLICK_SECONDS * SAMPLE_RATE
            level = tick.samples[:, 0].astype(np.float64)
            moment = weights.setdefault(number, [0.0, 0.0])
            moment[0] += float((level * away).sum())
            moment[1] += float(level.sum())

    run(clicks(CLICK_SECONDS), ppm, minutes * 60, weigh)
    # The click at the epoch is half there.
    return [
        (n * CLICK_SECONDS, m[0] / m[1] / 48) for n, m in sorted(weights.items()) if n and not math.isclose(m[1], 0)
    ]


def sine_roughness(ppm: int) -> float:
    """Largest second difference in a minute of a sine, as a multiple of the sine's own."""
    samples: list[np.ndarray] = []
    run(tone, ppm, 60, lambda tick: samples.append(tick.samples))
    return roughness(np.concatenate(samples)[SETTLED_SAMPLES:]) / SMOOTH
