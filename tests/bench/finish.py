"""From `stop` to a finished file: ten seconds of the screen, and an hour of packets fed to the file directly."""

import os
import statistics
import subprocess
import time
from itertools import islice
from pathlib import Path

from ionia.sinks.mp4_file import Mp4File
from tests.bench.desktop import desktop
from tests.bench.machine import ffmpeg_program
from tests.bench.parts import Form
from tests.bench.recorders import Ours, Peer, Recorder, Stage, stage
from tests.bench.report import PartResult, Row, spread
from tests.fakes.encoded_clip import encoded_clip, endless

FPS = 30
GOAL_SECONDS = 0.5
HOUR_PICTURES = 3600 * FPS
CLIP_PICTURES = 480
"""A whole number of audio ticks, as `endless` wants it."""


def measure(form: Form) -> PartResult:
    """Ours and the peer's in turns."""
    seconds = form.of(quick=3.0, full=10.0)
    own, other = [], []
    with stage(1920, 1080) as where, desktop(where.display.display, "moving"):
        for _ in range(form.of(quick=1, full=3)):
            own.append(one_stop(Ours(), where, form, seconds))
            other.append(one_stop(Peer(), where, form, seconds))
    hours = [one_hour(form.folder / "hour.mp4") for _ in range(form.of(quick=1, full=3))]
    peer_hour = remuxed(form.folder / "hour.mp4", form.folder / "remuxed.mp4")
    size = (form.folder / "hour.mp4").stat().st_size
    rows = [
        Row(
            what=f"stop to a finished file, {seconds:.0f} s at 1080p30",
            ours=spread(own, ".3f", "s"),
            peer=spread(other, ".3f", "s"),
            ratio=f"{statistics.median(own) / statistics.median(other):.2f}",
            goal=f"≤ {GOAL_SECONDS} s",
            met=statistics.median(own) <= GOAL_SECONDS,
        ),
        Row(
            what="stop to a finished file, 1 h (synthetic)",
            ours=spread(hours, ".3f", "s"),
            goal=f"≤ {GOAL_SECONDS} s",
            met=statistics.median(hours) <= GOAL_SECONDS,
        ),
    ]
    note = (
        f"The hour: {HOUR_PICTURES} pictures and their sound as {size / 1e6:.0f} MB of small packets; the time is that "
        "of closing the file, index included, and depends on the number of packets and not on their size. The peer "
        f"needs {peer_hour:.1f} s of CPU to write the same hour and its index from packets."
    )
    return PartResult(rows=rows, notes=[note])


def one_stop(recorder: Recorder, where: Stage, form: Form, seconds: float) -> float:
    """Wall time of the stop: what a user waits."""
    with recorder.record(where, form.folder / f"stop-{recorder.name}.mp4", FPS) as recording:
        time.sleep(seconds)
        asked = time.monotonic()
        recording.stop()
        return time.monotonic() - asked


def one_hour(path: Path) -> float:
    """Feed an hour of packets; how long `close` takes."""
    clip = encoded_clip(CLIP_PICTURES)
    per_clip = len(clip.packets)
    sink = Mp4File(str(path))
    sink.open(clip.header)
    for packet in islice(endless(clip, CLIP_PICTURES), per_clip * HOUR_PICTURES // CLIP_PICTURES):
        sink.write([packet])
    asked = time.monotonic()
    sink.close()
    return time.monotonic() - asked


def remuxed(source: Path, target: Path) -> float:
    """CPU seconds in which the peer writes the same packets into a plain MP4."""
    before = os.times()
    command = [ffmpeg_program(), "-v", "error", "-y", "-i", str(source), "-c", "copy", str(target)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system
