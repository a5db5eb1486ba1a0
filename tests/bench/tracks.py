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

import numpy as np
import numpy.typing as npt

from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE
from ionia.runtime.encode.audio_encode import BATCH_TICKS
from tests.bench.machine import ffmpeg_program
from tests.bench.parts import Form
from tests.bench.recorders import END_TIMEOUT
from tests.bench.report import Row, spread
from tests.bench.usage import own_cpu_ns
from tests.fakes.engine_process import EngineProcess
from tests.fakes.pulse import PulseServer
from tests.fakes.spoken import fan, voice

SINKS = ("game", "voice")
RATES = (192_000, 160_000)
TRACKS = tuple((name, sounds, rate) for rate in RATES for name, sounds in (("mix", SINKS), *((s, (s,)) for s in SINKS)))
TRACK_GOAL = 1.5
SETTLE_SECONDS = 1.5
"""Half a second longer than both sides must have been the same to be encoded once."""

TURN_SECONDS = 18 * BATCH_TICKS * AUDIO_TICK_SAMPLES / SAMPLE_RATE
"""Voice and pause take three seconds: each turn hears the same. Just so many batches of packets, of which one more is
0.08 % of a core for each track."""

PLAYED_SECONDS = 360

_Way = Callable[[], AbstractContextManager[int]]
"""One way of recording, and the process that does."""

_Pairs = Sequence[tuple[float, float]]
"""CPU in percent of a core, of one way and of another right before or after it."""

DEVICES = [
    {"name": "game", "kind": "desktop", "device": "game"},
    {"name": "voice", "kind": "mic", "device": "voice.monitor"},
]

PROGRAM = {"name": "game", "kind": "app", "app": {"process": "player-game"}}


def rows(form: Form) -> list[Row]:
    """Ours and the peer's."""
    few, pairs = form.of(quick=(1, 1), full=(4, 7))  # the more the nearer it is to its goal
    spoken, blown, around = voice(9.0), fan(9.0), np.roll(voice(9.0), SAMPLE_RATE // 3)
    same = np.stack([spoken + blown] * 2, axis=1)
    # Each side has noise of its own: in a pause of the voice they are no more alike than in a room.
    room = np.stack([spoken + around / 2 + blown, spoken - around / 2 + np.roll(blown, SAMPLE_RATE)], axis=1)
    with _playing(same) as server, EngineProcess(server.environment) as engine:
        ours, peers = _further_pairs(engine, server, few, form.folder)
        by_device, by_program = (_ours(engine, form.folder, {"sounds": [one]}) for one in (DEVICES[0], PROGRAM))
        (program,) = _in_turns([(by_device, by_program)], few)
    with _playing(room) as server, EngineProcess(server.environment) as engine:
        own_apart, peers_apart = _further_pairs(engine, server, pairs, form.folder)
    one, other = [one for one, _ in ours], [one for one, _ in peers]
    return [
        Row(
            what="two devices, sound alone, one track: CPU of one core, the whole process",
            ours=spread(one, ".1f", "%"),
            peer=spread(other, ".1f", "%"),
            ratio=f"{statistics.median(one) / max(0.01, statistics.median(other)):.2f}",
        ),
        _further_row("both sides the same, as a microphone's", ours, peers, form),
        _further_row("sides that differ", own_apart, peers_apart, form),
        Row(
            what="one program's sound against its device's: CPU of one core, the whole process",
            ours=f"{spread([two for _, two in program], '.1f', '%')} against "
            f"{spread([one for one, _ in program], '.1f', '%')}",
        ),
    ]


def _further_row(sides: str, ours: _Pairs, peers: _Pairs, form: Form) -> Row:
    own, theirs = (sorted((six - one) / (len(TRACKS) - 1) for one, six in pairs) for pairs in (ours, peers))
    further = statistics.median(own)
    return Row(
        what=f"each further track, one of six, {sides}: CPU of one core, the whole process",
        ours=spread(own, ".2f", "%"),
        peer=spread(theirs, ".2f", "%"),
        ratio=f"{further / max(0.01, statistics.median(theirs)):.2f}",
        goal=f"≤ {TRACK_GOAL} %",
        met=further <= TRACK_GOAL if form.full else None,
    )


@contextmanager
def _playing(sound: npt.NDArray[np.float64]) -> Iterator[PulseServer]:
    with PulseServer(SINKS) as server:
        again = PLAYED_SECONDS * SAMPLE_RATE // len(sound)
        for sink in SINKS:
            server.play_as(f"player-{sink}", np.tile(sound.astype(np.float32), (again, 1)), sink)
        yield server


def _further_pairs(engine: EngineProcess, server: PulseServer, pairs: int, folder: Path) -> list[_Pairs]:
    """With one and with six tracks: ours, all in one engine, and the peer's, a process each."""
    counts = (1, len(TRACKS))
    ours = [_ours(engine, folder, _asked(tracks)) for tracks in counts]
    peers = [_peers(server.environment, folder, tracks) for tracks in counts]
    return _in_turns([(ours[0], ours[1]), (peers[0], peers[1])], pairs)


def _in_turns(compared: Sequence[tuple[_Way, _Way]], pairs: int) -> list[_Pairs]:
    """Of each two ways that are compared as many pairs.

    Two engines, and two minutes, differ by more than a track costs: so each is held against its neighbour.
    """
    found: list[list[tuple[float, float]]] = [[] for _ in compared]
    for number in range(pairs):
        for (one, other), pairs_found in zip(compared, found, strict=True):
            if number % 2 == 0:
                first = _share(one)
                pairs_found.append((first, _share(other)))
            else:
                first = _share(other)
                pairs_found.append((_share(one), first))
    return list(found)


def _share(way: _Way) -> float:
    """CPU in percent of a core."""
    with way() as pid:
        time.sleep(SETTLE_SECONDS)
        before, began = own_cpu_ns(pid), time.monotonic_ns()
        time.sleep(TURN_SECONDS)
        return 100 * (own_cpu_ns(pid) - before) / (time.monotonic_ns() - began)


def _asked(tracks: int) -> dict[str, object]:
    wished = [
        {"name": f"{name} {rate}", "sounds": list(names), "bitrate": rate} for name, names, rate in TRACKS[:tracks]
    ]
    return {"sounds": DEVICES, "tracks": wished}


def _ours(engine: EngineProcess, folder: Path, asked: Mapping[str, object]) -> _Way:
    @contextmanager
    def recording() -> Iterator[int]:
        path = str(folder / "tracks.m4a")
        engine.call("recorder.initialize", {"outputPath": path, "video": "none", **asked})
        engine.call("recorder.start")
        yield engine.process.pid
        engine.call("recorder.stop")

    return recording


def _peers(environment: Mapping[str, str], folder: Path, tracks: int) -> _Way:
    """FFmpeg with its encoder set as ours is: the fast search, and no TNS."""
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
    command += ["-c:a", "aac", "-aac_coder", "fast", "-aac_tns", "0", str(folder / "tracks.m4a")]

    @contextmanager
    def recording() -> Iterator[int]:
        process = subprocess.Popen(command, env=dict(environment), stdin=subprocess.PIPE)
        try:
            yield process.pid
            process.communicate(b"q", timeout=END_TIMEOUT)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    return recording
