"""A take that is paused a hundred times, beside one that isn't: what is cut, whether sound and picture stay together.

Both share the encode: each packet's place in one file is compared with its place in the other, and the other must not
notice. The sidecar says between which frames the take was running.
"""

import json
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

import av

from tests.bench.media import timing
from tests.bench.parts import Form
from tests.bench.peers import missing_peers
from tests.bench.report import PartResult, Row, spread
from tests.bench.usage import cpu_share, usage
from tests.fakes.engine_process import EngineProcess

FPS = 30
CARD = {"screen": "test", "desktopAudio": "test", "audioMode": "desktop", "encoder": "x264", "fps": FPS}
OFFSET_GOAL_MS = 10.7
"""Half a packet of sound: those aren't cut (decision 0161)."""

PACKET_SECONDS = 1024 / 48_000

SHORTEST, LONGEST = 0.05, 0.6
"""Seconds of a run or a pause."""

RESTING_GOAL = 0.5
"""CPU of a take that is paused and alone, against one that runs: the card is drawn all the while, the encoder rests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """What was seen of the take and of the one beside it. Frames, and ms."""

    frames: int
    ran: int
    wrong_cuts: int
    uneven: int
    apart_ms: float
    offsets_ms: Sequence[float]
    other: dict[str, Any]
    other_uneven: int


def measure(form: Form) -> PartResult:
    """The pauses; then a take alone, for what a pause costs."""
    pauses, edge = form.of(quick=10, full=100), form.of(quick=4.0, full=12.0)
    seen = paused(form.folder, pauses, edge)
    running, resting, grown = alone(form, form.of(quick=3.0, full=20.0))
    drift = max(map(abs, seen.offsets_ms))
    rows = [
        Row(
            what=f"frames after {pauses} pauses, against the running times together",
            ours=f"{seen.frames} of {seen.ran}; {seen.uneven} uneven; {seen.wrong_cuts} cuts beside their frame",
            goal="±1 frame; 0; 0",
            met=abs(seen.frames - seen.ran) <= 1 and not seen.uneven and not seen.wrong_cuts,
        ),
        Row(
            what=f"A/V offset from the first to behind {pauses} pauses, against before",
            ours=f"{spread(seen.offsets_ms, '+.2f', 'ms')}, {len(seen.offsets_ms)} packets",
            goal=f"within {OFFSET_GOAL_MS} ms",
            met=drift <= OFFSET_GOAL_MS,
        ),
        Row(
            what="tracks end apart",
            ours=f"{seen.apart_ms:.1f} ms",
            goal="≤ 33.4 ms",
            met=seen.apart_ms <= 33.4,
        ),
        Row(
            what="lagged and skipped frames, and uneven ones, of a recording beside it on the same encode",
            ours=f"{seen.other['videoFramesLagged'] + seen.other['videoFramesSkipped']}, {seen.other_uneven}",
            goal="uneven: 0",
            met=seen.other_uneven == 0,
        ),
        Row(
            what="CPU in a pause, when nobody else needs the encode",
            ours=f"{resting:.2f} cores",
            peer=f"running: {running:.2f} cores",
            ratio=f"{resting / running:.2f}",
            goal=f"≤ {RESTING_GOAL:.2f} of running",
            met=resting <= RESTING_GOAL * running,
        ),
        Row(what="memory in that pause", ours=f"{grown:+.1f} MB"),
    ]
    note = (
        f"The test card at 720p30: {pauses} pauses of {SHORTEST} to {LONGEST} s between runs of as much. Cuts and "
        "offset are exact, whatever the machine did: each packet's place in the paused take against its place in the "
        "one beside it, which has the same packets. FFmpeg's command line has no pause."
    )
    return PartResult(rows=rows, notes=[note, *missing_peers(form)])


def paused(folder: Path, pauses: int, edge: float) -> Paused:
    """The take and the one beside it; what is in the files."""
    take, other = folder / "take.mp4", folder / "other.mp4"
    chance = random.Random(3)  # noqa: S311 - moments, not secrets
    with EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(other), "id": "other", **CARD})
        engine.call("recorder.initialize", {"outputPath": str(take), "sidecar": True, **CARD})
        engine.call("recorder.start", {"id": "other"})
        engine.call("recorder.start")
        run(engine, edge)
        for _ in range(pauses):
            engine.call("recorder.pause")
            time.sleep(chance.uniform(SHORTEST, LONGEST))
            engine.call("recorder.resume")
            time.sleep(chance.uniform(SHORTEST, LONGEST))
        run(engine, edge)
        engine.call("recorder.stop")
        engine.call("recorder.stop", {"id": "other"})
        beside = engine.call("recorder.getStats", {"id": "other"})
    found, ran = timing(take, FPS), stretches(Path(f"{take}.json"))
    pictures = shifts(take, other)
    offsets = offsets_of(pictures, take, other)
    began = statistics.median(ms for at, ms in offsets if at < edge)
    return Paused(
        frames=found.frames,
        ran=sum(ran),
        wrong_cuts=sum(cut != told for cut, told in zip_longest(stretches_cut(pictures), ran)),
        uneven=found.uneven,
        apart_ms=1000 * abs(found.video_seconds - found.audio_seconds),
        offsets_ms=[ms - began for at, ms in offsets if at >= edge],
        other=beside,
        other_uneven=timing(other, FPS).uneven,
    )


def run(engine: EngineProcess, seconds: float) -> None:
    """Let the take become so much longer."""
    until = engine.call("recorder.getStats")["durationSeconds"] + seconds
    while (left := until - engine.call("recorder.getStats")["durationSeconds"]) > 0:
        time.sleep(min(0.2, left))


def stretches(sidecar: Path) -> list[int]:
    """Between pauses, in frames, as the sidecar's instants have them: the last one from its length."""
    began, ran = 0.0, list[int]()
    running = True
    for line in map(json.loads, sidecar.read_text(encoding="utf-8").splitlines()):
        if line["type"] in ("start", "resume"):
            began, running = instant(line["startUtc" if line["type"] == "start" else "utc"]), True
        elif line["type"] == "pause" and running:
            ran.append(round((instant(line["utc"]) - began) * FPS))
            running = False
        elif line["type"] == "end":
            ran.append(round(line["durationSeconds"] * FPS) - sum(ran))
    return ran


def instant(text: str) -> float:
    """Seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()


def placed(path: Path) -> dict[bytes, float]:
    """When each picture begins in the file, of those whose data is there once."""
    times: dict[bytes, list[float]] = {}
    with av.open(str(path)) as file:
        for packet in file.demux(video=0):
            if packet.size and packet.pts is not None and packet.time_base is not None and not packet.is_discard:
                times.setdefault(bytes(packet), []).append(float(packet.pts * packet.time_base))
    return {data: each[0] for data, each in times.items() if len(each) == 1}


def shifts(take: Path, whole: Path) -> list[tuple[float, float, float]]:
    """Of each picture that is in both: when in the take, when in the whole recording, and the first less the second."""
    there = placed(whole)
    found = [(at, there[data]) for data, at in placed(take).items() if data in there]
    return sorted((at, before, at - before) for at, before in found)


def stretches_cut(pictures: Sequence[tuple[float, float, float]]) -> list[int]:
    """Lengths of what follows one another in both files, in frames."""
    frames = [(round(at * FPS), round(before * FPS)) for at, before, _ in pictures]
    seams = [one[0] + 1 for one, other in pairwise(frames) if other[1] - one[1] != other[0] - one[0]]
    return [end - begin for begin, end in pairwise([0, *seams, frames[-1][0] + 1])]


def offsets_of(pictures: Sequence[tuple[float, float, float]], take: Path, whole: Path) -> list[tuple[float, float]]:
    """(seconds of the take, ms by which its sound comes later there) against the whole recording, exactly.

    Of packets that are unlike both their neighbours: silence is all the same. One that is not found within a packet
    of where its picture puts it counts as that far off.
    """
    moved = {round(at * FPS): shift for at, _, shift in pictures}
    there: dict[bytes, list[float]] = {}
    for at, data in unlike(whole):
        there.setdefault(data, []).append(at)
    found = []
    for at, data in unlike(take):
        near = [moved[frame] for frame in range(int(at * FPS) - 1, int(at * FPS) + 2) if frame in moved]  # at a seam
        if at >= 0 and near and data in there:
            beside = min((at - before - shift for before in there[data] for shift in near), key=abs)
            found.append((at, 1000 * max(-PACKET_SECONDS, min(PACKET_SECONDS, beside))))
    return found


def unlike(path: Path) -> list[tuple[float, bytes]]:
    """Packets of sound that the one before and the one behind differ from."""
    with av.open(str(path)) as file:
        rows = [
            (float(packet.pts * packet.time_base), bytes(packet))
            for packet in file.demux(audio=0)
            if packet.size and packet.pts is not None and packet.time_base is not None
        ]
    return [two for one, two, three in zip(rows, rows[1:], rows[2:], strict=False) if two[1] not in (one[1], three[1])]


def alone(form: Form, seconds: float) -> tuple[float, float, float]:
    """Cores of a take that runs and of one that is paused, and MB that it grew by in the pause."""
    with EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(form.folder / "alone.mp4"), **CARD})
        engine.call("recorder.start")
        run(engine, 2.0)
        before = usage(engine.process.pid)
        time.sleep(seconds)
        running = cpu_share(before, usage(engine.process.pid))
        engine.call("recorder.pause")
        time.sleep(1.0)
        before = usage(engine.process.pid)
        time.sleep(seconds)
        after = usage(engine.process.pid)
        engine.call("recorder.stop")
    return running, cpu_share(before, after), (after.rss_bytes - before.rss_bytes) / 1e6
