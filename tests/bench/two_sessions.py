"""Two recorder sessions of one engine at once: two that want the same share one encode, two that differ have their own.

One display with two monitors, of 1920x1080 and of 1280x720: text is scrolled on the first, a film runs on the second.
"""

import contextlib
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.desktop import desktop
from tests.bench.machine import ffmpeg_program
from tests.bench.media import timing
from tests.bench.parts import Form
from tests.bench.recorders import AUDIO_BITRATE, BITRATE, Stage, settings, stage
from tests.bench.report import PartResult, Row, spread
from tests.bench.usage import cpu_share, usage
from tests.fakes.engine_process import EngineProcess

FPS = 30
SETTLE_SECONDS = 2.0
SHARED_GOAL = 1.1
"""Against one session: what is shared is encoded once, and only written twice."""

PEER_GOAL = 1.0
LOST_GOAL_PERCENT = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """A part of the display, and the bit rate that it is recorded at."""

    screen: str
    width: int
    height: int
    left: int
    bitrate: int


LARGE = Monitor(screen="x11:LARGE", width=1920, height=1080, left=0, bitrate=BITRATE)
SMALL = Monitor(screen="x11:SMALL", width=1280, height=720, left=1920, bitrate=BITRATE // 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Cores used by all processes, and what is in the files."""

    cores: float
    uneven: int
    lost: int
    frames: int
    apart: float


def measure(form: Form) -> PartResult:
    """One alone, two that share, two that differ; in turns. One alone and the peer only in the full form."""
    rounds, seconds = form.of(quick=(1, 3.0), full=(2, 8.0))
    alone, shared, different, peer = [], [], [], []
    with two_monitors() as where, desktop(where.display.display, "moving"):
        for _ in range(rounds):
            shared.append(recorded(where, form, [LARGE, LARGE], seconds))
            different.append(recorded(where, form, [LARGE, SMALL], seconds))
            if form.full:
                alone.append(recorded(where, form, [LARGE], seconds))
                peer.append(peers_cores(where, form, seconds))
    rows = [shared_row(alone, shared), different_row(different, peer)]
    rows += [quality_row("that share", shared), quality_row("that differ", different)]
    note = (
        f"One display with monitors of {LARGE.width}x{LARGE.height} and {SMALL.width}x{SMALL.height}, {FPS} frames a "
        f"second each, recorded at {LARGE.bitrate / 1e6:g} and {SMALL.bitrate / 1e6:g} Mbit/s. {rounds} run(s) of "
        f"{seconds:.0f} s each, in turns. The peer of two that differ: two FFmpeg command lines."
    )
    return PartResult(rows=rows, notes=[note])


def shared_row(alone: Sequence[Run], shared: Sequence[Run]) -> Row:
    """Against one session, where that ran."""
    if not alone:
        return Row(what="CPU of two sessions that share", ours=spread([run.cores for run in shared], ".2f", "cores"))
    own, one = [run.cores for run in shared], [run.cores for run in alone]
    ratio = statistics.median(own) / statistics.median(one)
    return Row(
        what="CPU of two sessions that share, against one",
        ours=spread(own, ".2f", "cores"),
        peer=f"one: {spread(one, '.2f', 'cores')}",
        ratio=f"{ratio:.2f}",
        goal=f"≤ {SHARED_GOAL}",
        met=ratio <= SHARED_GOAL,
    )


def different_row(different: Sequence[Run], peer: Sequence[float]) -> Row:
    """Against two FFmpegs, where they ran."""
    own = [run.cores for run in different]
    if not peer:
        return Row(what="CPU of 1080p30 and 720p30 at once", ours=spread(own, ".2f", "cores"))
    ratio = statistics.median(own) / statistics.median(peer)
    return Row(
        what="CPU of 1080p30 and 720p30 at once",
        ours=spread(own, ".2f", "cores"),
        peer=f"ffmpeg {spread(peer, '.2f', 'cores')}",
        ratio=f"{ratio:.2f}",
        goal=f"≤ {PEER_GOAL:.2f}",
        met=ratio <= PEER_GOAL,
    )


def quality_row(which: str, runs: Sequence[Run]) -> Row:
    """Both files of all runs together."""
    uneven, lost, frames = (sum(getattr(run, what) for run in runs) for what in ("uneven", "lost", "frames"))
    return Row(
        what=f"two sessions {which}: uneven frames; lagged and skipped",
        ours=f"{uneven}; {lost} of {frames}",
        goal=f"0; ≤ {LOST_GOAL_PERCENT} %",
        met=uneven == 0 and 100 * lost <= LOST_GOAL_PERCENT * frames and all(run.apart <= 1 / FPS for run in runs),
    )


def recorded(where: Stage, form: Form, monitors: Sequence[Monitor], seconds: float) -> Run:
    """One engine, a session for each monitor."""
    names = [f"session{number}" for number in range(len(monitors))]
    paths = [form.folder / f"{name}.mp4" for name in names]
    with EngineProcess(where.environment) as engine:
        for name, path, monitor in zip(names, paths, monitors, strict=True):
            wanted = settings(path, FPS, id=name, screen=monitor.screen, videoBitrate=monitor.bitrate)
            engine.call("recorder.initialize", wanted)
        for name in names:
            engine.call("recorder.start", [name])
        time.sleep(SETTLE_SECONDS)
        before = usage(engine.process.pid)
        time.sleep(seconds)
        cores = cpu_share(before, usage(engine.process.pid))
        for name in names:
            engine.call("recorder.stop", [name])
        stats = [engine.call("recorder.getStats", [name]) for name in names]
    files = [timing(path, FPS) for path in paths]
    return Run(
        cores=cores,
        uneven=sum(file.uneven for file in files),
        lost=sum(int(one["videoFramesLagged"] + one["videoFramesSkipped"]) for one in stats),
        frames=sum(file.frames for file in files),
        apart=max(abs(file.video_seconds - file.audio_seconds) for file in files) - 1e-6,
    )


def peers_cores(where: Stage, form: Form, seconds: float) -> float:
    """CPU of two FFmpegs that record one monitor each."""
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(peer(where, form.folder, monitor)) for monitor in (LARGE, SMALL)]
        time.sleep(SETTLE_SECONDS)
        before = [usage(one.pid) for one in running]
        time.sleep(seconds)
        return sum(cpu_share(first, usage(one.pid)) for first, one in zip(before, running, strict=True))


@contextlib.contextmanager
def peer(where: Stage, folder: Path, monitor: Monitor) -> Iterator["subprocess.Popen[bytes]"]:
    """FFmpeg on one monitor, with the settings that ours get."""
    rate = str(monitor.bitrate)
    command = [ffmpeg_program(), "-v", "error", "-y", "-f", "pulse", "-i", "speaker.monitor", "-f", "x11grab"]
    command += ["-framerate", str(FPS), "-video_size", f"{monitor.width}x{monitor.height}"]
    command += ["-i", f"{where.environment['DISPLAY']}+{monitor.left},0"]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"]
    command += ["-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-g", str(2 * FPS)]
    command += ["-c:a", "aac", "-b:a", str(AUDIO_BITRATE), "-fps_mode", "cfr", str(folder / f"peer{monitor.left}.mp4")]
    with subprocess.Popen(command, env=dict(where.environment), stdin=subprocess.PIPE) as process:
        try:
            yield process
            process.communicate(b"q", timeout=60)
        finally:
            if process.poll() is None:
                process.kill()


@contextlib.contextmanager
def two_monitors() -> Iterator[Stage]:
    """A display of both monitors side by side."""
    with stage(LARGE.width + SMALL.width, LARGE.height) as where:
        for monitor, output in ((LARGE, "screen"), (SMALL, "none")):
            place = f"{monitor.width}/500x{monitor.height}/280+{monitor.left}+0"
            name = monitor.screen.removeprefix("x11:")
            command = ["xrandr", "-display", where.display.display, "--setmonitor", name, place, output]
            subprocess.run(command, check=True, capture_output=True)
        yield where
