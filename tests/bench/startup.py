"""How long people wait: for the engine's first answer, and from `start` to the first picture."""

import statistics
import time

from tests.bench.desktop import desktop
from tests.bench.parts import Form
from tests.bench.recorders import Stage, settings, stage
from tests.bench.report import PartResult, Row, spread
from tests.fakes.engine_process import EngineProcess

FIRST_ANSWER_GOAL = 0.8
FIRST_PICTURE_GOAL = 0.3


def measure(form: Form) -> PartResult:
    """A new engine each time."""
    answers, inits, pictures = [], [], []
    with stage(1920, 1080) as where, desktop(where.display.display, "static"):
        for _ in range(form.of(quick=4, full=15)):
            answer, init, picture = one_start(where, form)
            answers.append(answer)
            inits.append(init)
            pictures.append(picture)
    rows = [
        Row(
            what="engine start to first answer",
            ours=spread(answers, ".2f", "s"),
            goal=f"≤ {FIRST_ANSWER_GOAL} s",
            met=statistics.median(answers) <= FIRST_ANSWER_GOAL,
        ),
        Row(what="recorder.initialize at 1080p30 (devices and encoder open)", ours=spread(inits, ".2f", "s")),
        Row(
            what="start to first frame captured",
            ours=spread(pictures, ".3f", "s"),
            goal=f"≤ {FIRST_PICTURE_GOAL} s",
            met=statistics.median(pictures) <= FIRST_PICTURE_GOAL,
        ),
    ]
    note = "Wall time, seen by a client over the pipe; the first frame is on the timeline when getStats counts it."
    return PartResult(rows=rows, notes=[note])


def one_start(where: Stage, form: Form) -> tuple[float, float, float]:
    """Seconds to the first answer, of initialize, and from start to the first unique picture on the timeline."""
    begun = time.monotonic()
    with EngineProcess(where.environment) as engine:
        engine.call("engine.info")
        answered = time.monotonic()
        engine.call("recorder.initialize", settings(form.folder / "start.mp4", 30))
        ready = time.monotonic()
        engine.send("recorder.start")
        while not engine.call("recorder.getStats")["videoFramesUnique"]:
            time.sleep(0.002)
        pictured = time.monotonic()
        engine.call("recorder.stop")
    return answered - begun, ready - answered, pictured - ready
