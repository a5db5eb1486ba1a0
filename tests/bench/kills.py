"""kill -9 at random moments, and one time in five while it is stopping: does it play, and how much is missing?"""

import random
import time
from pathlib import Path

from tests.bench.desktop import desktop
from tests.bench.media import playable_seconds
from tests.bench.parts import Form
from tests.bench.recorders import Peer, Stage, settings, stage
from tests.bench.report import PartResult, Plot, Row, Series, percentile, spread
from tests.fakes.engine_process import EngineProcess

FPS = 30
LOST_GOAL_SECONDS = 1.0
EARLIEST, LATEST = 1.0, 5.0
"""Seconds into the recording. Before the first fragment, half a second, there is no file yet (decision 0053)."""

DURING_STOP = 0.15
"""The longest that we wait after asking for the stop."""


def measure(form: Form) -> PartResult:
    """Each kill has an engine, a file and a moment of its own."""
    times, peers = form.of(quick=4, full=100), form.of(quick=1, full=5)
    chance = random.Random(2)  # noqa: S311 - moments, not secrets
    losses: list[float] = []
    unplayable = 0
    with stage(1280, 720) as where, desktop(where.display.display, "moving"):
        for number in range(times):
            path = form.folder / f"killed-{number}.mp4"
            recorded = killed(where, path, chance, stopping=number % 5 == 3)
            played = playable_seconds(path)
            unplayable += played == 0
            losses.append(max(0.0, recorded - played))
            path.unlink(missing_ok=True)
        playing = sum(peer_plays(where, form.folder / "peer.mp4") for _ in range(peers))
    rows = [
        Row(
            what=f"kill -9 at {times} random moments: files that play",
            ours=f"{times - unplayable} of {times}",
            peer=f"{playing} of {peers}",
            goal="all",
            met=unplayable == 0,
        ),
        Row(
            what="kill -9: lost at the end",
            ours=f"{spread(losses, '.2f', 's')}, p95 {percentile(losses, 95):.2f} s",
            peer="everything" if playing == 0 else "–",
            goal=f"≤ {LOST_GOAL_SECONDS} s",
            met=max(losses) <= LOST_GOAL_SECONDS,
        ),
    ]
    plot = Plot(
        name="kills",
        title="What a kill -9 loses",
        x_label="kill",
        y_label="seconds lost",
        kind="points",
        series=[Series(label="ionia", x=[float(n) for n in range(1, times + 1)], y=[round(x, 3) for x in losses])],
        limits=[LOST_GOAL_SECONDS],
    )
    note = (
        f"720p30, {EARLIEST:.0f} to {LATEST:.0f} s into the recording; one in five while `stop` runs. Lost is from the "
        "kill back to the end of the last picture that decodes, so that what was still being encoded counts as lost."
    )
    return PartResult(rows=rows, notes=[note], plots=[plot])


def killed(where: Stage, path: Path, chance: random.Random, *, stopping: bool) -> float:
    """Record and kill; the seconds that had been recorded at that instant."""
    with EngineProcess(where.environment) as engine:
        engine.call("recorder.initialize", settings(path, FPS))
        engine.call("recorder.start")
        # Each answer comes a little after the length it tells: the smallest difference is the closest.
        began, deadline = float("inf"), time.monotonic() + chance.uniform(EARLIEST, LATEST)
        while time.monotonic() < deadline:
            seconds = engine.call("recorder.getStats")["durationSeconds"]
            began = min(began, time.monotonic() - seconds) if seconds else began
            time.sleep(min(0.1, max(0.0, deadline - time.monotonic())))
        asked = time.monotonic()
        if stopping:
            engine.send("recorder.stop")
            time.sleep(chance.uniform(0, DURING_STOP))
        end = asked if stopping else time.monotonic()
        engine.process.kill()
        engine.process.wait()
    return end - began


def peer_plays(where: Stage, path: Path) -> bool:
    """Whether what FFmpeg leaves behind can be played."""
    with Peer().record(where, path, FPS) as recording:
        time.sleep(3)
        recording.process.kill()
        recording.process.wait()
    return playable_seconds(path) > 0
