"""What a further sound track costs, and one program's sound: CPU of the whole process, in turns, beside FFmpeg's.

Two programs play on a real PulseAudio, a voice over a fan each. Six tracks: both, each alone, and the same three at
another bit rate, so that no two share an encoder. With both sides the same, as a microphone's, and with a room around.
"""

import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ionia.core.media import SAMPLE_RATE
from tests.bench.machine import ffmpeg_program
from tests.bench.parts import Form
from tests.bench.recorders import END_TIMEOUT
from tests.bench.report import Row, spread
from tests.bench.usage import cpu_share, usage
from tests.fakes.engine_process import EngineProcess
from tests.fakes.pulse import PulseServer
from tests.fakes.spoken import fan, voice

SINKS = ("game", "voice")
RATES = (192_000, 160_000)
TRACKS = tuple((name, sounds, rate) for rate in RATES for name, sounds in (("mix", SINKS), *((s, (s,)) for s in SINKS)))
TRACK_GOAL = 1.5
SETTLE_SECONDS = 2.5
"""A second longer than both sides must have been the same to be encoded once."""

_Recording = Callable[[Mapping[str, str], Path, Any], AbstractContextManager[int]]
DEVICES = [
    {"name": "game", "kind": "desktop", "device": "game"},
    {"name": "voice", "kind": "mic", "device": "voice.monitor"},
]


def rows(form: Form) -> list[Row]:
    """Ours and the peer's."""
    rounds, seconds = form.of(quick=(1, 3.0), full=(2, 6.0))
    spoken, around = voice(9.0) + fan(9.0), np.roll(voice(9.0), SAMPLE_RATE // 3)
    alike = _shares(form, rounds, seconds, np.stack([spoken, spoken], axis=1), programs=True)
    apart = _shares(form, rounds, seconds, np.stack([spoken + around / 2, spoken - around / 2], axis=1), programs=False)
    return [
        Row(
            what="two devices, sound alone, one track: CPU of one core, the whole process",
            ours=spread(alike["ours 1"], ".1f", "%"),
            peer=spread(alike["FFmpeg 1"], ".1f", "%"),
            ratio=f"{statistics.median(alike['ours 1']) / max(0.01, statistics.median(alike['FFmpeg 1'])):.2f}",
        ),
        _further_row("both sides the same, as a microphone's", alike, form),
        _further_row("sides that differ", apart, form),
        Row(
            what="one program's sound against its device's: CPU of one core, the whole process",
            ours=f"{spread(alike['program'], '.1f', '%')} against {spread(alike['device'], '.1f', '%')}",
        ),
    ]


def _further_row(sides: str, shares: Mapping[str, Sequence[float]], form: Form) -> Row:
    ours, peers = (_further(shares[f"{who} 1"], shares[f"{who} 6"]) for who in ("ours", "FFmpeg"))
    return Row(
        what=f"each further track, one of six, {sides}: CPU of one core, the whole process",
        ours=f"{ours:.2f} %",
        peer=f"{peers:.2f} %",
        ratio=f"{ours / max(0.01, peers):.2f}",
        goal=f"≤ {TRACK_GOAL} %",
        met=ours <= TRACK_GOAL if form.full else None,
    )


def _shares(
    form: Form, rounds: int, seconds: float, sound: npt.NDArray[np.float64], *, programs: bool
) -> dict[str, list[float]]:
    """What each way of recording it takes, in turns."""
    shares: dict[str, list[float]] = {}
    with PulseServer(SINKS) as server:
        for sink in SINKS:
            server.play_as(f"player-{sink}", np.tile(sound.astype(np.float32), (60, 1)), sink)
        runs: dict[str, tuple[_Recording, Any]] = {
            "ours 1": (_ours, _asked(DEVICES, 1)),
            "ours 6": (_ours, _asked(DEVICES, len(TRACKS))),
            "FFmpeg 1": (_peers, 1),
            "FFmpeg 6": (_peers, len(TRACKS)),
        }
        if programs:
            of_program = {"sounds": [{"name": "game", "kind": "app", "app": {"process": "player-game"}}]}
            runs |= {"device": (_ours, {"sounds": DEVICES[:1]}), "program": (_ours, of_program)}
        for _ in range(rounds):
            for name, (recording, asked) in runs.items():
                with recording(server.environment, form.folder / "tracks.m4a", asked) as pid:
                    time.sleep(SETTLE_SECONDS)
                    before = usage(pid)
                    time.sleep(seconds)
                    shares.setdefault(name, []).append(100 * cpu_share(before, usage(pid)))
    return shares


def _further(one: Sequence[float], six: Sequence[float]) -> float:
    return (statistics.median(six) - statistics.median(one)) / (len(TRACKS) - 1)


def _asked(sounds: Sequence[Mapping[str, str]], tracks: int) -> dict[str, object]:
    wished = [
        {"name": f"{name} {rate}", "sounds": list(names), "bitrate": rate} for name, names, rate in TRACKS[:tracks]
    ]
    return {"sounds": list(sounds), "tracks": wished}


@contextmanager
def _ours(environment: Mapping[str, str], path: Path, asked: Mapping[str, object]) -> Iterator[int]:
    with EngineProcess(environment) as engine:
        engine.call("recorder.initialize", {"outputPath": str(path), "video": "none", **asked})
        engine.call("recorder.start")
        yield engine.process.pid
        engine.call("recorder.stop")


@contextmanager
def _peers(environment: Mapping[str, str], path: Path, tracks: int) -> Iterator[int]:
    """FFmpeg with the encoder's fast search, which is ours."""
    graph = "[0:a]asplit=4[a0][a1][a2][a3];[1:a]asplit=4[b0][b1][b2][b3];"
    graph += "[a0][b0]amix=normalize=0[m0];[a1][b1]amix=normalize=0[m1]"
    outputs, rates = ["m0", "a2", "b2", "m1", "a3", "b3"], [rate for _, _, rate in TRACKS]
    if tracks == 1:
        graph, outputs = "[0:a][1:a]amix=normalize=0[m0]", ["m0"]
    command = [ffmpeg_program(), "-v", "error", "-y"]
    for sink in SINKS:
        command += ["-f", "pulse", "-i", f"{sink}.monitor"]
    command += ["-filter_complex", graph]
    for place, (output, rate) in enumerate(zip(outputs, rates, strict=False)):
        command += ["-map", f"[{output}]", f"-b:a:{place}", str(rate)]
    process = subprocess.Popen(
        [*command, "-c:a", "aac", "-aac_coder", "fast", str(path)], env=dict(environment), stdin=subprocess.PIPE
    )
    try:
        yield process.pid
        process.communicate(b"q", timeout=END_TIMEOUT)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
