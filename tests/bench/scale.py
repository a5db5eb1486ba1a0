"""How a recording grows with its size: pictures that differ, CPU for each, memory; beside FFmpeg on the same display.

The text on the display is scrolled by a step a picture, so that each picture that was taken in time differs from the
one before. Ours and the peer's are counted alike, in their files: a picture that is repeated counts for neither.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.bench.cost import BEGUN_LATE_SECONDS, SETTLE_SECONDS
from tests.bench.desktop import desktop
from tests.bench.media import differing_pictures
from tests.bench.parts import Form
from tests.bench.recorders import (
    FAST,
    LARGE,
    LARGE_FAST,
    LARGEST,
    LARGEST_FAST,
    OurRecording,
    Ours,
    Peer,
    Recorder,
    Size,
    Stage,
    stage,
)
from tests.bench.report import PartResult, Row
from tests.bench.usage import cpu_share, usage

MANY_CORES = 12
"""From here on each size has its goal; on fewer cores the largest aren't measured."""

MBIT = {FAST: 8, LARGE: 8, LARGE_FAST: 12, LARGEST: 16, LARGEST_FAST: 24}

MEMORY_MB = {LARGEST: 250, LARGEST_FAST: 400}
CAUSES = ("videoFramesLagged", "videoFramesSkipped", "videoFramesMissed")
"""What a picture that was due and wasn't taken is counted under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One recording: cores used, differing pictures of those due in `seconds`, megabytes of its own."""

    cores: float
    differing: int
    due: int
    seconds: float
    memory: float
    stats: Mapping[str, Any]

    @property
    def share(self) -> float:
        """Of the pictures due."""
        return self.differing / self.due

    @property
    def milliseconds(self) -> float:
        """CPU for each differing picture."""
        return 1000 * self.cores * self.seconds / max(1, self.differing)


def measure(form: Form) -> PartResult:
    """Each size in turn, ours and then FFmpeg's."""
    cores = os.cpu_count() or 1
    few = form.of(quick=(FAST,), full=(FAST, LARGE))
    sizes = few if cores < MANY_CORES else (*few, LARGE_FAST, LARGEST, LARGEST_FAST)
    seconds = form.of(quick=4.0, full=10.0)
    rows: list[Row] = []
    for size in sizes:
        with stage(size.width, size.height) as where, desktop(where.display.display, "scroll", size.fps):
            bitrate = MBIT[size] * 1_000_000
            ours = one_run(Ours(bitrate=bitrate), where, form, size, seconds)
            peer = one_run(Peer(bitrate=bitrate), where, form, size, seconds)
        rows += [*compared(size, ours, peer, cores), told(size, ours), memory(size, ours, peer)]
    notes = [
        f"{cores} cores. {seconds:.0f} s of scrolled text each, x264, rates of {min(MBIT.values())} to "
        f"{max(MBIT.values())} Mbit/s, equal for both. Pictures that differ from the one before, counted in the files; "
        "what is due is the time after the first second and a half. CPU: user + system, of all processes."
    ]
    if cores < MANY_CORES:
        notes.append(f"1440p60, 2160p30 and 2160p60 are measured on {MANY_CORES} cores and more.")
    return PartResult(rows=rows, notes=notes)


def one_run(recorder: Recorder, where: Stage, form: Form, size: Size, seconds: float) -> Run:
    """Record, and count."""
    path = form.folder / f"scale-{recorder.name}.mp4"
    stats: Mapping[str, Any] = {}
    with recorder.record(where, path, size.fps) as recording:
        time.sleep(SETTLE_SECONDS)
        before = usage(recording.pid)
        time.sleep(seconds)
        after = usage(recording.pid)
        recording.stop()
        if isinstance(recording, OurRecording):
            stats = recording.stats()
    due_seconds = SETTLE_SECONDS + seconds - BEGUN_LATE_SECONDS
    due = round(due_seconds * size.fps)
    differing = min(due, differing_pictures(path))
    path.unlink()
    return Run(
        cores=cpu_share(before, after),
        differing=differing,
        due=due,
        seconds=due_seconds,
        memory=after.private_bytes / 1e6,
        stats=stats,
    )


def compared(size: Size, ours: Run, peer: Run, cores: int) -> list[Row]:
    """Pictures and CPU for each of them."""
    pictures = ours.differing / max(1, peer.differing)
    cost = ours.milliseconds / peer.milliseconds
    many = cores >= MANY_CORES
    goal, met = "≥ 0.995 x ffmpeg's", pictures >= 0.995
    if size == LARGEST_FAST:
        goal, met = "≥ 1.3 x ffmpeg's, ≥ 55 of 60", pictures >= 1.3 and ours.share >= 55 / 60
    elif many and size in (LARGE_FAST, LARGEST):
        goal, met = "≥ 99.5 %", ours.share >= 0.995
    return [
        Row(
            what=f"differing pictures of those due at {size.name}",
            ours=f"{ours.differing} of {ours.due}",
            peer=f"{peer.differing} of {peer.due}",
            ratio=f"{pictures:.2f}",
            goal=goal,
            met=met,
        ),
        Row(
            what=f"CPU for each at {size.name}",
            ours=f"{ours.milliseconds:.1f} ms ({ours.cores:.2f} cores)",
            peer=f"{peer.milliseconds:.1f} ms ({peer.cores:.2f} cores)",
            ratio=f"{cost:.2f}",
            goal="≤ 1.10",
            met=cost <= 1.10,
        ),
    ]


def told(size: Size, ours: Run) -> Row:
    """What the engine says of the pictures that are not there, by cause. The display's own delays are no part of it."""
    causes = ", ".join(f"{name.removeprefix('videoFrames').lower()} {ours.stats.get(name, 0)}" for name in CAUSES)
    stages = ", ".join(
        f"{name.removesuffix('Ms')} {ours.stats[name]['p50']:.1f} (p99 {ours.stats[name]['p99']:.1f}) ms"
        for name in ("captureMs", "convertMs", "encodeMs")
        if ours.stats.get(name)
    )
    return Row(what=f"not taken, by cause; stages at {size.name}", ours=f"{causes}; {stages}")


def memory(size: Size, ours: Run, peer: Run) -> Row:
    """Of their own, at the end."""
    most = MEMORY_MB.get(size)
    return Row(
        what=f"memory at {size.name}",
        ours=f"{ours.memory:.0f} MB",
        peer=f"{peer.memory:.0f} MB",
        goal="–" if most is None else f"≤ {most} MB",
        met=None if most is None else ours.memory <= most,
    )
