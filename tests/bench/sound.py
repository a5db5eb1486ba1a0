"""Sound in bursts, and sound after a long silence: its pitch, its level, whether it is whole, and where it lies.

In virtual time with devices whose clocks are wrong and that deliver nothing while nothing plays (as Windows' loopback
does), where all is exact and the same each run, however busy the machine; `pulse_sound.py` has the real server.
"""

import statistics
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from ionia.core.audio.engine import AudioInput
from ionia.core.media import SAMPLE_RATE
from tests.bench import devices, filters
from tests.bench.drift import EPOCH, SMOOTH, SMOOTH_GOAL
from tests.bench.parts import Form
from tests.bench.pulse_sound import CENTS_GOAL, LEVEL_GOAL_DB, MEDIAN_GOAL_MS, P95_GOAL_MS
from tests.bench.report import PartResult, Row
from tests.bench.tone import Tone, tone_of, worst_cents, worst_level
from tests.fakes.audio_blocks import roughness
from tests.fakes.mixed_sound import MixedSound, MixedTick
from tests.simulation.audio import AudioThread, ScriptedDevice, Wave, clicks, tone
from tests.simulation.loop import Loop, S

TONE_HZ = 440.0
TONE_AMPLITUDE = 0.5
PERIOD = 2
"""Seconds from one burst to the next in virtual time; each is a second long, its middle at a multiple of this."""

MARGIN = 0.1
"""Seconds at both ends of a burst that are left out: the device begins and ends in the middle of a wave."""


def measure(form: Form) -> PartResult:
    """Nothing of it waits, and of the machine only the thread's own CPU time is asked."""
    clocks = (0, 300, -300)
    bursts = form.of(quick=16, full=100)
    silent_minutes = form.of(quick=1, full=30)
    rows = bursty_rows(clocks, bursts)
    rows += after_silence_rows(clocks, silent_minutes)
    rows += devices.rows()
    rows += filters.rows(form.of(quick=9, full=30))
    note = (
        f"Virtual time: clocks off by {', '.join(f'{ppm:+d}' for ppm in clocks)} ppm; blocks of 20 ms, delivered and "
        "stamped up to 15 ms late at random, seeded; nothing is delivered while nothing plays. Pitch is told in cents "
        "(hundredths of a semitone), continuity as the largest second difference against the sine's own. Devices: a "
        "tone in their first channel, by the source that converts here. Filters: a voice and a fan are synthesised; "
        "noise is what is left in pauses; CPU of filters is that of the one thread that mixes."
    )
    return PartResult(rows=rows, notes=[note])


def bursty_rows(clocks: Sequence[int], bursts: int) -> list[Row]:
    """One second of sound, one of nothing, and so on."""
    quiet = [(round((PERIOD * n + 0.5) * S), round((PERIOD * n + 1.5) * S)) for n in range(bursts + 1)]
    places, tones, rough = [], [], []
    for ppm in clocks:
        places += click_places(played(clicks(PERIOD), ppm, PERIOD * bursts, quiet), range(1, bursts))
        sound = played(tone, ppm, PERIOD * bursts, quiet)
        for number in range(1, bursts):
            middle = PERIOD * number * SAMPLE_RATE
            half = round((0.5 - MARGIN) * SAMPLE_RATE)
            tones.append(tone_of(sound[middle - half : middle + half, 0], TONE_HZ))
            rough.append(roughness(sound[middle - half : middle + half]) / SMOOTH)
    return virtual_rows("sound in bursts", places, tones, max(rough))


def after_silence_rows(clocks: Sequence[int], minutes: int) -> list[Row]:
    """Ten seconds of sound, nothing for long, and sound again for ten."""
    begin, end = 11, 11 + minutes * 60
    quiet = [(begin * S, end * S)]
    places, tones, rough = [], [], []
    numbers = range(end // PERIOD + 1, end // PERIOD + 5)
    for ppm in clocks:
        places += click_places(played(clicks(PERIOD), ppm, end + 12, quiet), numbers)
        sound = played(tone, ppm, end + 12, quiet)[round((end + MARGIN) * SAMPLE_RATE) : (end + 10) * SAMPLE_RATE]
        tones += [tone_of(second[:, 0], TONE_HZ) for second in np.split(sound[: len(sound) // 9 * 9], 9)]
        rough.append(roughness(sound) / SMOOTH)
    return virtual_rows(f"sound after {minutes} min of silence", places, tones, max(rough))


def virtual_rows(what: str, places: Sequence[float], tones: Sequence[Tone], rough: float) -> list[Row]:
    """Where it lies, and what it sounds like."""
    away = [abs(ms) for ms in places]
    cents, level = worst_cents(tones, TONE_HZ), worst_level(tones, TONE_AMPLITUDE)
    return [
        Row(
            what=f"{what}: late by, {len(places)} clicks",
            ours=f"median {statistics.median(away):.1f} ms, at worst {max(away):.1f} ms",
            goal=f"≤ {MEDIAN_GOAL_MS:.0f} ms, at worst ≤ {P95_GOAL_MS:.0f} ms",
            met=statistics.median(away) <= MEDIAN_GOAL_MS and max(away) <= P95_GOAL_MS,
        ),
        Row(
            what=f"{what}: pitch, level, continuity at worst",
            ours=f"{cents:.2f} cents, {level:+.2f} dB, {rough:.3f} × the sine's own",
            goal=f"≤ {CENTS_GOAL:.0f} cents, ±{LEVEL_GOAL_DB} dB, ≤ {SMOOTH_GOAL}",
            met=cents <= CENTS_GOAL and abs(level) <= LEVEL_GOAL_DB and rough <= SMOOTH_GOAL,
        ),
    ]


def played(wave: Wave, ppm: int, seconds: float, quiet: Sequence[tuple[int, int]]) -> npt.NDArray[np.float32]:
    """What comes out of one device whose clock runs `ppm` fast, on the timeline from its epoch on."""
    parts: list[npt.NDArray[np.float32]] = []

    def keep(_: int, tick: MixedTick) -> None:
        parts.append(tick.samples)

    thread = AudioThread(MixedSound(EPOCH, {AudioInput.MIC: 1.0}), keep, checksums=False)
    device = ScriptedDevice(AudioInput.MIC, thread, EPOCH, wave, rate_ppm=ppm, block=960, seed=ppm + 1000, quiet=quiet)
    loop = Loop(now_ns=EPOCH)
    loop.machines += [thread, device]
    loop.run(EPOCH + round(seconds * S))
    return np.concatenate(parts)


def click_places(sound: npt.NDArray[np.float32], numbers: Iterable[int]) -> list[float]:
    """By how many ms each click's centre of gravity is late; a click that is missing is late by a second."""
    reach = SAMPLE_RATE // 10
    places = []
    for number in numbers:
        middle = PERIOD * number * SAMPLE_RATE
        level = sound[middle - reach : middle + reach, 0].astype(np.float64)
        weight = float(level.sum())
        places.append(float((level * np.arange(-reach, reach)).sum()) / weight / 48 if weight > 1 else 1000.0)
    return places
