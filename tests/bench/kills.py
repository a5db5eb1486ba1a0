"""kill -9 at random moments, and one time in five while it is stopping: does it play, and how much is missing?"""

import contextlib
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from tests.bench.desktop import desktop
from tests.bench.media import playable_seconds
from tests.bench.obs import Obs, ObsRecording, obs_missing
from tests.bench.parts import Form
from tests.bench.peers import missing_peers, side_by_side, tried
from tests.bench.recorders import END_TIMEOUT, Peer, Stage, settings, stage
from tests.bench.report import PartResult, Plot, Row, Series, percentile, spread
from tests.fakes.engine_process import EngineProcess

FPS = 30
LOST_GOAL_SECONDS = 1.0
EARLIEST, LATEST = 1.0, 5.0
"""Seconds into the recording. Before the first fragment, half a second, there is no file yet (decision 0053)."""

PEER_SECONDS = 3.0

TOGETHER = 2
"""Engines at a time. One that gets no CPU has much waiting when it is killed: what is lost would be the machine's."""

DURING_STOP = 0.15
"""The longest that we wait after asking for the stop."""


def measure(form: Form) -> PartResult:
    """Each kill has an engine, a file and a moment of its own; two run at a time, for which there is room."""
    times = form.of(quick=4, full=100)
    chance = random.Random(2)  # noqa: S311 - moments, not secrets
    plans = [plan(number, chance) for number in range(times)]
    notes: list[str] = []
    with stage(1280, 720) as where, desktop(where.display.display, "moving"):
        with ThreadPoolExecutor(TOGETHER) as pool:
            losses = list(pool.map(lambda one: kill_ours(where, form.folder, one), plans))
        theirs = peers_losses(where, form, notes)
    lost = [one.seconds for one in losses]
    unplayable = sum(not one.plays for one in losses)
    rows = [
        Row(
            what=f"kill -9 at {times} random moments: files that play",
            ours=f"{times - unplayable} of {times}",
            peer=side_by_side(
                {name: f"{sum(one.plays for one in each)} of {len(each)}" for name, each in theirs.items()}
            ),
            goal="all",
            met=unplayable == 0,
        ),
        Row(
            what="kill -9: lost at the end",
            ours=f"{spread(lost, '.2f', 's')}, p95 {percentile(lost, 95):.2f} s",
            peer=side_by_side({name: loss_text(each) for name, each in theirs.items()}),
            goal=f"≤ {LOST_GOAL_SECONDS} s",
            met=max(lost) <= LOST_GOAL_SECONDS,
        ),
    ]
    plot = Plot(
        name="kills",
        title="What a kill -9 loses",
        x_label="kill",
        y_label="seconds lost",
        kind="points",
        series=[Series(label="ionia", x=[float(n) for n in range(1, times + 1)], y=[round(x, 3) for x in lost])],
        limits=[LOST_GOAL_SECONDS],
    )
    first = (
        f"720p30, {EARLIEST:.0f} to {LATEST:.0f} s into the recording, {TOGETHER} engines at a time; one in five while "
        "`stop` runs. Lost is from the kill back to the end of the last picture that decodes, so that what was still "
        "being encoded counts as lost."
    )
    second = (
        f"The peers after {PEER_SECONDS:.0f} s, all processes of each at once, as when the machine goes: OBS's muxer "
        "is a process of its own that outlives OBS (decision 0130)."
    )
    return PartResult(
        rows=rows, notes=[first, *([second] if form.full else []), *missing_peers(form), *notes], plots=[plot]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """When: seconds into the recording, and for one in five how long after asking for the stop."""

    number: int
    after: float
    into_stop: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Whether anything plays, and how much was missing at the end."""

    plays: bool
    seconds: float


def plan(number: int, chance: random.Random) -> Kill:
    """The moments of one kill."""
    after, into_stop = chance.uniform(EARLIEST, LATEST), chance.uniform(0, DURING_STOP)
    return Kill(number=number, after=after, into_stop=into_stop if number % 5 == 3 else None)


def kill_ours(where: Stage, folder: Path, planned: Kill) -> Loss:
    """One engine."""
    path = folder / f"killed-{planned.number}.mp4"
    recorded = killed(where, path, planned)
    return loss(path, recorded)


def loss(path: Path, recorded: float) -> Loss:
    """Play the file and remove it."""
    played = playable_seconds(path)
    path.unlink(missing_ok=True)
    return Loss(plays=played > 0, seconds=max(0.0, recorded - played))


def loss_text(losses: Sequence[Loss]) -> str:
    """Of what played."""
    if not any(one.plays for one in losses):
        return "everything"
    return spread([one.seconds for one in losses if one.plays], ".2f", "s")


def killed(where: Stage, path: Path, planned: Kill) -> float:
    """Record and kill; the seconds that had been recorded at that instant."""
    with EngineProcess(where.environment) as engine:
        engine.call("recorder.initialize", settings(path, FPS))
        engine.call("recorder.start")
        # Each answer comes a little after the length it tells: the smallest difference is the closest.
        began, deadline = float("inf"), time.monotonic() + planned.after
        while time.monotonic() < deadline:
            seconds = engine.call("recorder.getStats")["durationSeconds"]
            began = min(began, time.monotonic() - seconds) if seconds else began
            time.sleep(min(0.1, max(0.0, deadline - time.monotonic())))
        end = time.monotonic()
        if planned.into_stop is not None:
            engine.send("recorder.stop")
            time.sleep(planned.into_stop)
        engine.process.kill()
        engine.process.wait()
    return end - began


def peers_losses(where: Stage, form: Form, notes: list[str]) -> dict[str, list[Loss]]:
    """By name, OBS by the format of its file as well; none for a peer that failed."""
    times, times_obs = form.of(quick=1, full=5), form.of(quick=0, full=3)
    tries: list[tuple[str, Peer | Obs, str, int]] = [(Peer.name, Peer(), "mp4", times)]
    if times_obs and not obs_missing():
        tries += [(f"OBS {kind}", Obs(), kind, times_obs) for kind in ("mp4", "mkv")]
    losses: dict[str, list[Loss]] = {}
    for name, recorder, kind, count in tries:
        path = form.folder / f"peer.{kind}"
        found = [tried(recorder, notes, partial(kill_peer, recorder, where, path)) for _ in range(count)]
        losses[name] = [one for one in found if one is not None]
    return {name: each for name, each in losses.items() if each}


def kill_peer(recorder: Peer | Obs, where: Stage, path: Path) -> Loss:
    """A peer with all its processes, at one instant."""
    with recorder.record(where, path, FPS) as recording:
        begun = time.monotonic()
        before = recording.seconds if isinstance(recording, ObsRecording) else 0.0
        time.sleep(PEER_SECONDS)
        process = psutil.Process(recording.pid)
        all_of_them = [process, *process.children(recursive=True)]
        recorded = before + time.monotonic() - begun
        for each in all_of_them:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
        recording.process.wait()
        deadline = time.monotonic() + END_TIMEOUT
        while not all(map(dead, all_of_them)) and time.monotonic() < deadline:
            time.sleep(0.01)
    return loss(path, recorded)


def dead(process: psutil.Process) -> bool:
    """Whether it can't write any more. Nobody may wait for a process whose parent was killed: it stays a zombie."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
