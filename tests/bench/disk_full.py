"""A disk that is full in the middle of a recording, while a second session of the same engine records elsewhere.

The disk is a tmpfs of a few megabytes, which needs root. At a known instant every byte that is left on it is taken.
"""

import statistics
import time
from dataclasses import dataclass
from pathlib import Path

from tests.bench.desktop import desktop
from tests.bench.media import playable_seconds, timing
from tests.bench.parts import Form
from tests.bench.recorders import Peer, Stage, settings, stage
from tests.bench.report import PartResult, Row, spread
from tests.fakes.engine_process import EngineProcess
from tests.fakes.small_disk import fill, mounted_disk

FPS = 30
SECONDS = 4.0
"""Of recording before the disk is full."""

AFTER = 2.0
"""Seconds in which the other session goes on."""

DISK_MB = 16
TOLD_GOAL = 1.0
LOST_GOAL = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one full disk did. `lost` is from the instant at which it was full back to the end of what plays."""

    plays: bool
    lost: float
    told_after: float
    told: str
    warned: bool
    other_uneven: int
    other_lost: int
    other_apart: float
    lives: bool


def measure(form: Form) -> PartResult:
    """Ours several times, the peer once or twice."""
    times, peers = form.of(quick=(1, 1), full=(3, 2))
    with stage(1280, 720) as where, desktop(where.display.display, "moving"):
        found = [one_disk(where, form.folder / f"elsewhere-{number}.mp4") for number in range(times)]
        playing = sum(peer_plays(where) for _ in range(peers))
    return PartResult(rows=rows_of(found, f"{playing} of {peers}"), notes=[note_of(found)])


def rows_of(found: list[Outcome], peer: str) -> list[Row]:
    """Judged by the recorder's own goals."""
    times = len(found)
    uneven, lost = sum(one.other_uneven for one in found), sum(one.other_lost for one in found)
    return [
        Row(
            what="disk full: files that play",
            ours=f"{sum(one.plays for one in found)} of {times}",
            peer=peer,
            goal="all",
            met=all(one.plays for one in found),
        ),
        Row(
            what="disk full: lost at the end",
            ours=spread([one.lost for one in found], ".2f", "s"),
            goal=f"≤ {LOST_GOAL} s",
            met=max(one.lost for one in found) <= LOST_GOAL,
        ),
        Row(
            what="disk full: the user is told after",
            ours=spread([one.told_after for one in found], ".2f", "s"),
            goal=f"≤ {TOLD_GOAL} s",
            met=statistics.median(one.told_after for one in found) <= TOLD_GOAL,
        ),
        Row(
            what="disk full, the session that records elsewhere: uneven frames; lagged and skipped",
            ours=f"{uneven}; {lost}",
            goal="0; 0",
            met=uneven == 0 and lost == 0 and all(one.other_apart <= 1 / FPS + 1e-6 for one in found),
        ),
        Row(
            what="disk full: engine answers, and records again",
            ours=f"{sum(one.lives for one in found)} of {times}",
            goal="all",
            met=all(one.lives for one in found),
        ),
    ]


def note_of(found: list[Outcome]) -> str:
    """What the user was told, in its own words."""
    warned = sum(one.warned for one in found)
    return (
        f"720p30; a disk of {DISK_MB} MB that something else fills {SECONDS:.0f} s into the recording. Told: "
        f'"{found[0].told}". {warned} of {len(found)} times a warning came before, that there is room for less than '
        "ten minutes. The other session shares the same encode."
    )


def one_disk(where: Stage, elsewhere: Path) -> Outcome:
    """Two sessions, one of whose disks fills up."""
    with mounted_disk(DISK_MB * 1024) as disk, EngineProcess(where.environment) as engine:
        path, filler = disk / "take.mp4", disk / "filler"
        engine.call("recorder.initialize", settings(path, FPS))
        engine.call("recorder.initialize", settings(elsewhere, FPS, id="elsewhere"))
        engine.call("recorder.start")
        engine.call("recorder.start", ["elsewhere"])
        begun = began(engine, SECONDS)
        fill(filler)
        full_at = time.monotonic()
        failure = engine.wait_for("session.error")
        told_after = time.monotonic() - full_at
        time.sleep(AFTER)
        engine.call("recorder.stop", ["elsewhere"])
        stats = engine.call("recorder.getStats", ["elsewhere"])
        engine.call("recorder.stop")
        filler.unlink()
        played = playable_seconds(path)
        warned = any(one["method"] == "session.warning" for one in engine.notifications)
        lives = records_again(engine, where, elsewhere.with_suffix(".again.mp4"))
    other = timing(elsewhere, FPS)
    return Outcome(
        plays=played > 0,
        lost=max(0.0, full_at - begun - played),
        told_after=told_after,
        told=str(failure["message"]).replace(str(path), path.name),
        warned=warned,
        other_uneven=other.uneven,
        other_lost=int(stats["videoFramesLagged"] + stats["videoFramesSkipped"]),
        other_apart=abs(other.video_seconds - other.audio_seconds),
        lives=lives,
    )


def began(engine: EngineProcess, seconds: float) -> float:
    """Wait until so much is recorded; the monotonic instant at which the recording began."""
    begin, end = float("inf"), time.monotonic() + seconds
    while time.monotonic() < end:
        duration = engine.call("recorder.getStats")["durationSeconds"]
        begin = min(begin, time.monotonic() - duration) if duration else begin
        time.sleep(0.05)
    return begin


def records_again(engine: EngineProcess, where: Stage, path: Path) -> bool:
    """Whether the session that failed can be used for another file."""
    engine.call("recorder.initialize", settings(path, FPS))
    engine.call("recorder.start")
    time.sleep(1)
    engine.call("recorder.stop")
    return playable_seconds(path) > 0.5


def peer_plays(where: Stage) -> bool:
    """Whether what FFmpeg leaves on a full disk can be played."""
    with mounted_disk(DISK_MB * 1024) as disk:
        path, filler = disk / "peer.mp4", disk / "filler"
        with Peer().record(where, path, FPS) as recording:
            time.sleep(SECONDS)
            fill(filler)
            time.sleep(AFTER)
            recording.stop()
        filler.unlink()
        return playable_seconds(path) > 0
