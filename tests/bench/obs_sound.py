"""OBS's own sound filters and tracks, where it is installed: what ours are held against.

OBS hears on a real PulseAudio what our filters get as it is; the two are laid over each other by their loudness.
"""

import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ionia.core.audio.filter_bank import Filters
from ionia.core.audio.filters import Compressor, Gate, NoiseSuppression
from ionia.core.media import SAMPLE_RATE
from tests.bench.filters import filtered, left
from tests.bench.media import sound_of
from tests.bench.obs import Obs, obs_missing
from tests.bench.parts import Form
from tests.bench.recorders import Stage, stage
from tests.bench.report import Row, spread
from tests.bench.usage import cpu_share, usage
from tests.fakes.spoken import fan, voice

FPS = 10
LEVELS_DB = (-50, -30, -24, -15, -10, -8, -30, -50, -20, -28, -31, -40)
"""Across all thresholds and back, and between a gate's two. Louder, libav's AAC is no measure of a level."""

STEP_SECONDS = 0.8
SETTLED_SECONDS = 0.7
"""Behind a gate's hold and release, 200 and 150 ms."""

SPOKEN_SECONDS = 21.0
ALIKE_GOAL_DB = 0.5
_SECTION = SAMPLE_RATE // 100
_LEAST = 1e-6
_SUPPRESSION: Filters = (NoiseSuppression(),)
_DYNAMICS: Mapping[str, tuple[str, Filters]] = {
    "compressor": ("compressor_filter", (Compressor(),)),
    "gate": ("noise_gate_filter", (Gate(),)),
}
_Sound = npt.NDArray[np.floating]


def rows(form: Form) -> list[Row]:
    """Nothing without OBS, or in the quick form."""
    if not form.full or obs_missing():
        return []
    with stage(320, 240) as where:
        return [_dynamics(where, form.folder), _suppression(where, form.folder), _tracks(where, form)]


def _dynamics(where: Stage, folder: Path) -> Row:
    """How loud a stepped tone is behind each filter as it comes, the worst step of each."""
    at = np.arange(round(STEP_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.concatenate([10 ** (level / 20) * np.sin(2 * np.pi * 1000 * at) for level in LEVELS_DB])
    apart = {}
    for name, (kind, ours) in _DYNAMICS.items():
        theirs = _heard(where, folder / f"obs-{name}.mkv", tone, kind)
        own, _ = filtered(ours, np.stack([tone, tone]).astype(np.float32))
        apart[name] = _worst_step(own[0], theirs)
    return Row(
        what="compressor and gate as OBS's with the same settings: a stepped tone's level",
        ours=", ".join(f"{name} {away:.2f} dB apart at worst" for name, away in apart.items()),
        goal=f"≤ {ALIKE_GOAL_DB} dB",
        met=max(apart.values()) <= ALIKE_GOAL_DB,
    )


def _worst_step(own: _Sound, theirs: _Sound) -> float:
    """Between two settled levels, dB; silence is as good as silence."""
    begin = _place(theirs, own)
    ours, other = _loudness(own), _loudness(theirs[begin : begin + own.size])
    first, last = (round(seconds * 100) for seconds in (SETTLED_SECONDS, STEP_SECONDS))
    steps = range(0, min(ours.size, other.size) // last * last, last)
    settled = [[float(np.median(side[at + first : at + last])) for side in (ours, other)] for at in steps]
    return max(abs(max(-80.0, one) - max(-80.0, two)) for one, two in settled)


def _suppression(where: Stage, folder: Path) -> Row:
    spoken, blown = voice(SPOKEN_SECONDS), fan(SPOKEN_SECONDS)
    sound, noise = spoken + blown, float(np.mean(blown**2))
    own, _ = filtered(_SUPPRESSION, np.stack([sound] * 2).astype(np.float32))
    theirs = _heard(where, folder / "obs-noise.mkv", sound, "noise_suppress_filter", {"method": "rnnoise"})
    begin = _place(theirs, own[0])
    figures = [left(one.astype(np.float32), spoken, noise) for one in (own[0], theirs[begin : begin + sound.size])]
    words = [f"{noisy:.1f} dB of noise, {said:+.2f} dB of voice" for noisy, said in figures]
    return Row(what="noise suppression as OBS's (RNNoise): a fan, and the voice over it", ours=words[0], peer=words[1])


def _tracks(where: Stage, form: Form) -> Row:
    """OBS with one and with six tracks of one sound, in turns."""
    shares: dict[int, list[float]] = {1: [], 6: []}
    player = _play(where, voice(60.0) + fan(60.0))
    for _ in range(3):
        for tracks, taken in shares.items():
            with Obs(tracks=tracks).record(where, form.folder / "obs-tracks.mkv", FPS) as recording:
                time.sleep(1.0)
                before = usage(recording.pid)
                time.sleep(6.0)
                taken.append(100 * cpu_share(before, usage(recording.pid)))
    player.kill()
    further = sorted((six - one) / 5 for one, six in zip(*shares.values(), strict=True))
    return Row(what="each further track in OBS: CPU of one core", ours="–", peer=spread(further, ".2f", "%"))


def _heard(
    where: Stage, path: Path, sound: _Sound, kind: str, settings: Mapping[str, object] | None = None
) -> npt.NDArray[np.float32]:
    """What OBS records of a sound through one of its filters, mono."""
    with Obs(filters=((kind, settings or {}),)).record(where, path, FPS) as recording:
        time.sleep(1.0)
        player = _play(where, sound)
        player.wait(timeout=60.0)
        time.sleep(1.0)
        recording.stop()
    _, samples = sound_of(path)
    return samples[:, 0]


def _play(where: Stage, sound: _Sound) -> "subprocess.Popen[bytes]":
    return where.sound.play_as("player", np.stack([sound, sound], axis=1).astype(np.float32))


def _loudness(sound: _Sound) -> npt.NDArray[np.float64]:
    """RMS of each 10 ms, dB of full scale."""
    sections = sound[: sound.size // _SECTION * _SECTION].reshape(-1, _SECTION)
    return np.asarray(20 * np.log10(np.sqrt((sections.astype(np.float64) ** 2).mean(axis=1)) + _LEAST))


def _place(recorded: _Sound, sound: _Sound) -> int:
    """Where a sound begins in what was recorded of it, samples: where their amounts are most alike."""
    size = 1 << (recorded.size + sound.size).bit_length()
    spectra = [np.fft.rfft(np.abs(one), size) for one in (recorded, sound)]
    return int(np.fft.irfft(spectra[0] * np.conj(spectra[1]), size)[: recorded.size].argmax())
