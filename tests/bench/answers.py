"""How soon `getStats` answers while the engine records 1080p30: a program that shows figures must never wait."""

import statistics
import time

from tests.bench.desktop import desktop
from tests.bench.parts import Form
from tests.bench.recorders import Ours, Stage, stage
from tests.bench.report import PartResult, Row, percentile, spread

FPS = 30
GOAL_MS = 20.0
INTERVAL = 0.037
"""Between questions: not a multiple of a frame."""


def measure(form: Form) -> PartResult:
    """Several recordings, each asked without a pause; the median of their 99th percentiles."""
    rounds, seconds = form.of(quick=(1, 5.0), full=(3, 10.0))
    with stage(1920, 1080) as where, desktop(where.display.display, "moving"):
        waits = [asked(where, form, seconds) for _ in range(rounds)]
    p99s = [percentile(each, 99) for each in waits]
    everything = [wait for each in waits for wait in each]
    row = Row(
        what=f"getStats during 1080p30, 99th percentile, {rounds} recording(s)",
        ours=f"{spread(p99s, '.1f', 'ms')}, median call {percentile(everything, 50):.1f} ms",
        goal=f"≤ {GOAL_MS:.0f} ms",
        met=statistics.median(p99s) <= GOAL_MS,
    )
    note = f"Wall time over the pipe, both ends in Python, an encoder on the CPU; {len(everything)} calls."
    return PartResult(rows=[row], notes=[note])


def asked(where: Stage, form: Form, seconds: float) -> list[float]:
    """How long each answer took, in ms."""
    waits = []
    with Ours().record(where, form.folder / "answers.mp4", FPS) as recording:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begun = time.monotonic()
            recording.stats()
            waits.append((time.monotonic() - begun) * 1000)
            time.sleep(INTERVAL)
    return waits
