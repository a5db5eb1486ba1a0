"""What filters make of a voice over a fan, where they leave a click, how they are switched, and what all of it costs.

The voice is synthesised (formants on a gliding pitch): a real one is more irregular, and keeps more of its level.
"""

import resource
import subprocess
import time

import numpy as np
import numpy.typing as npt

from ionia.core.audio.engine import AudioTick
from ionia.core.audio.filter_bank import FilterBank, FilterChain, Filters
from ionia.core.audio.filters import Compressor, Gate, Limiter, NoiseSuppression
from ionia.core.audio.input import Rendered
from ionia.core.audio.mix import ControlChange, Mix, SoundControl
from ionia.core.audio.resampler import Planes
from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE
from ionia.media.opening import open_audio
from tests.bench.machine import ffmpeg_program
from tests.bench.report import Row
from tests.fakes.spoken import fan, voice

TICK = AUDIO_TICK_SAMPLES
CLICK = 30_090
NOISE_GOAL_DB = -15.0
LEVEL_GOAL_DB = 1.0
CPU_GOAL = 2.0
TRACK_GOAL = 1.5
SETS: dict[str, Filters] = {
    "noise suppression": (NoiseSuppression(),),
    "gate": (Gate(),),
    "compressor": (Compressor(),),
    "limiter": (Limiter(threshold_db=-12),),
}
ALL: Filters = tuple(one for filters in SETS.values() for one in filters)


def rows(seconds: int) -> list[Row]:
    """All of it, of so many seconds of sound."""
    return [*_suppression(seconds), _place(), _switching(), *_costs(seconds), _further_track(seconds)]


def filtered(filters: Filters, sound: Planes) -> tuple[Planes, float]:
    """What comes out, and the CPU seconds that it took."""
    chain, out, begin = FilterChain(filters), [], time.thread_time()
    for at in range(0, sound.shape[1] // TICK * TICK, TICK):
        tick = chain.push(sound[:, at : at + TICK])
        if tick is not None:
            out.append(tick)
    return np.concatenate(out, axis=1), time.thread_time() - begin


def left(sound: npt.NDArray[np.float32], spoken: npt.NDArray[np.float64], noise: float) -> tuple[float, float]:
    """What is left of the noise in pauses and of the voice, dB, after the first three seconds."""
    at = np.arange(sound.size) / SAMPLE_RATE
    said = spoken[: sound.size]
    pause, speaks = (at > 3) & (at % 3 > 2.2) & (at % 3 < 2.9), (at > 3) & (np.abs(said) > 0.03)
    energy = [float(np.mean(part.astype(np.float64) ** 2)) for part in (sound[pause], sound[speaks], said[speaks])]
    return float(10 * np.log10(energy[0] / noise)), float(10 * np.log10(energy[1] / energy[2]))


def _suppression(seconds: int) -> list[Row]:
    spoken, blown = voice(float(seconds)), fan(float(seconds))
    sound = np.stack([spoken + blown] * 2).astype(np.float32)
    noise = float(np.mean(blown**2))
    ours = left(filtered(SETS["noise suppression"], sound)[0][0], spoken, noise)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    raw = ["-f", "f32le", "-ar", str(SAMPLE_RATE), "-ac", "1"]
    command = [ffmpeg_program(), "-v", "error", *raw, "-i", "-", "-af", "afftdn=nr=30:nf=-45:tn=1", *raw, "-"]
    done = subprocess.run(command, input=sound[0].tobytes(), capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    late = 1200  # samples, which FFmpeg's filter does not take back
    theirs = left(np.frombuffer(done.stdout, np.float32)[late:], spoken, noise)
    cost = 100 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / seconds
    words = [f"{noisy:.1f} dB of noise, {spoke:+.2f} dB of voice" for noisy, spoke in (ours, theirs)]
    return [
        Row(
            what="noise suppression: a fan of -45 dBFS, and the voice over it",
            ours=words[0],
            peer=f"{words[1]} (afftdn; {cost:.1f} % of a core)",
            goal=f"≤ {NOISE_GOAL_DB:.0f} dB, ±{LEVEL_GOAL_DB:.0f} dB",
            met=ours[0] <= NOISE_GOAL_DB and abs(ours[1]) <= LEVEL_GOAL_DB,
        )
    ]


def _place() -> Row:
    sound = np.random.default_rng(5).standard_normal((2, 40 * TICK)).astype(np.float32) * np.float32(1e-4)
    sound[:, 30_000:30_096] = 0.1  # so long that a gate has begun to open
    sound[:, CLICK] = 0.9
    away = [int(np.abs(filtered(one, sound)[0][0]).argmax()) - CLICK for one in (*SETS.values(), ALL)]
    return Row(
        what="filters: a click is late by, each filter and all",
        ours=f"{max(away, key=abs)} samples at worst",
        goal="≤ 96 samples (2 ms)",
        met=max(map(abs, away)) <= 96,
    )


def _switching() -> Row:
    worst = max(_bend(one) for one in (*SETS.values(), ALL))
    return Row(
        what="filters switched on and off in a sine: largest step",
        ours=f"{worst:.0f} dB",
        goal="≤ -60 dB",
        met=worst <= -60,
    )


def _bend(filters: Filters) -> float:
    """The largest change of slope beyond the sine's own, dB of full scale."""
    bank: FilterBank[str] = FilterBank()
    mix: Mix[str] = Mix({"mic": SoundControl()})
    out: list[npt.NDArray[np.float32]] = []
    last: AudioTick[str] | None = None
    for index in range(60):
        phase = 2 * np.pi * 440 * np.arange(index * TICK, (index + 1) * TICK) / SAMPLE_RATE
        planes = np.stack([0.5 * np.sin(phase)] * 2).astype(np.float32)
        parts = {"mic": Rendered(planes=planes, covered=((0, TICK),))}
        bank.take(parts)
        if index in {30, 45}:
            mix.set("mic", ControlChange(filters=filters if index == 30 else ()))
        if last is not None:
            out.append(mix.render(AudioTick(index=last.index, parts=last.parts, filtered=bank.before)))
        last = AudioTick(index=index, parts=parts)
    bends = np.abs(np.diff(np.concatenate(out)[:, 0], 2)).max() - 0.5 * (2 * np.pi * 440 / SAMPLE_RATE) ** 2
    return float(20 * np.log10(max(1e-9, float(bends))))


def _costs(seconds: int) -> list[Row]:
    sound = np.stack([voice(float(seconds)) + fan(float(seconds))] * 2).astype(np.float32)
    apart = sound * np.array([[1.0], [0.9]], dtype=np.float32)
    shares = {name: 100 * filtered(one, sound)[1] / seconds for name, one in SETS.items()}
    both = 100 * filtered(SETS["noise suppression"], apart)[1] / seconds
    every = 100 * filtered(ALL, sound)[1] / seconds
    each = ", ".join(f"{name} {share:.2f} %" for name, share in shares.items())
    return [
        Row(what="filters: CPU of one core, each", ours=f"{each}; two different sides suppressed {both:.2f} %"),
        Row(
            what="filters: CPU of one core, all four on a microphone",
            ours=f"{every:.2f} %",
            goal=f"≤ {CPU_GOAL:.0f} %",
            met=every <= CPU_GOAL,
        ),
    ]


def _further_track(seconds: int) -> Row:
    spoken = np.stack([voice(float(seconds)) + fan(float(seconds))] * 2, axis=1).astype(np.float32)
    shares = [100 * _encoded(sound) / seconds for sound in (spoken, np.zeros_like(spoken))]
    return Row(
        what="a further track: CPU of one core, its encoder",
        ours=f"voice {shares[0]:.2f} %, silence {shares[1]:.2f} %",
        goal=f"≤ {TRACK_GOAL} %",
        met=shares[0] <= TRACK_GOAL,
    )


def _encoded(sound: npt.NDArray[np.float32]) -> float:
    encoder = open_audio(192_000).encoder
    begin = time.thread_time()
    for at in range(0, len(sound) // TICK * TICK, TICK):
        encoder.encode(np.ascontiguousarray(sound[at : at + TICK]), at)
    spent = time.thread_time() - begin
    encoder.close()
    return spent
