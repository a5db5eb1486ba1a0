"""What holding the last minute costs beside a recording, in CPU and memory, and how long a save of it takes.

Both sessions want the same and share one encode. Saves are opened again and decoded whole.
"""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from tests.bench.desktop import desktop
from tests.bench.parts import Form
from tests.bench.recorders import AUDIO_BITRATE, BITRATE, Stage, settings, stage
from tests.bench.report import PartResult, Row, spread
from tests.bench.usage import cpu_share, usage
from tests.fakes.engine_process import EngineProcess

FPS = 30
SETTLE_SECONDS = 3.0
TURN_SECONDS = 0.5
"""After a replay was started or stopped."""

FULL_POOLS_SECONDS = 15.0
"""By then the capture's and encoder's own pools have grown to what they take; what grows afterwards is held."""

CPU_GOAL = 1.02
SAVE_GOAL_SECONDS = 0.3
SAVED_SECONDS = 60.0
MEMORY_GOAL_MB = 43.0
MINUTE_BYTES = (BITRATE + AUDIO_BITRATE) / 8 * 60
SHORT_SAVE_SECONDS = 5.0
LONG_SAVES = 5
BEGIN_GOAL_MS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A replay that ran alone. `grown`: bytes of memory for each byte of media."""

    save_seconds: Sequence[float]
    saved_seconds: float
    grown: float
    short_saves: Sequence[float]
    wrong: int
    apart_ms: float


def measure(form: Form) -> PartResult:
    """A recording alone and with a replay beside it by turns; then a replay that is saved."""
    pairs, seconds = form.of(quick=(1, 4.0), full=(24, 3.0))
    hold, saves = form.of(quick=(8.0, 10), full=(SAVED_SECONDS, 100))
    with stage(1920, 1080) as where, desktop(where.display.display, "moving"):
        turns = cores(where, form, pairs, seconds)
        kept = held(where, form, hold, saves)
    note = (
        f"1080p30 of a moving picture at {BITRATE / 1e6:g} Mbit/s and {AUDIO_BITRATE / 1e3:g} kbit/s. CPU: one "
        f"recording, beside which a replay comes and goes; {pairs} pair(s) of {seconds:.0f} s with and without, "
        "in alternating order, and the median of their ratios. Memory is what the engine's own grew by while it held "
        f"{hold:.0f} s more, for each byte of the saved file, times a minute of these rates: a moving picture needs "
        "fewer bits now and then."
    )
    return PartResult(rows=[cpu_row(turns), *kept_rows(kept, form)], notes=[note])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """CPU of one recording in two stretches of time, one after the other."""

    alone: float
    both: float


def cores(where: Stage, form: Form, pairs: int, seconds: float) -> list[Pair]:
    """CPU of a recording, and of a replay beside it: of the same processes, so nothing differs but the replay.

    Two runs of one thing differ by more than a replay costs.
    """
    wanted = settings(form.folder / "take.mp4", FPS)
    found: list[Pair] = []
    with EngineProcess(where.environment) as engine:
        engine.call("recorder.initialize", wanted)
        engine.call("recorder.start")
        time.sleep(SETTLE_SECONDS)
        for number in range(pairs):
            order = (False, True) if number % 2 == 0 else (True, False)
            shares = {replay: stretch(engine, wanted, seconds, replay=replay) for replay in order}
            found.append(Pair(alone=shares[False], both=shares[True]))
        engine.call("recorder.stop")
    return found


def stretch(engine: EngineProcess, wanted: dict[str, object], seconds: float, *, replay: bool) -> float:
    """CPU for so long, with a replay or without."""
    if replay:
        begin_replay(engine, wanted)
    time.sleep(TURN_SECONDS)
    before = usage(engine.process.pid)
    time.sleep(seconds)
    share = cpu_share(before, usage(engine.process.pid))
    if replay:
        engine.call("replay.stop")
    return share


def replay_of(wanted: dict[str, object]) -> dict[str, object]:
    """With the settings of a recording."""
    return {"seconds": 120, **{k: v for k, v in wanted.items() if k != "outputPath"}}


def begin_replay(engine: EngineProcess, wanted: dict[str, object]) -> None:
    """Alone."""
    engine.call("replay.initialize", replay_of(wanted))
    engine.call("replay.start")


def held(where: Stage, form: Form, hold: float, saves: int) -> Kept:
    """A replay alone that grows for `hold` seconds and is saved then, once whole and then often."""
    whole = form.folder / "whole.mp4"
    with EngineProcess(where.environment) as engine:
        begin_replay(engine, settings(whole, FPS))
        reach(engine, form.of(quick=SETTLE_SECONDS, full=FULL_POOLS_SECONDS))
        begin, looks = engine.call("replay.getStats")["secondsHeld"], list[tuple[float, int]]()
        while not looks or looks[-1][0] < begin + hold:
            reach(engine, engine.call("replay.getStats")["secondsHeld"] + 0.5)
            looks.append((engine.call("replay.getStats")["secondsHeld"], usage(engine.process.pid).private_bytes))
        long_saves = []
        for _ in range(LONG_SAVES):
            whole.unlink(missing_ok=True)
            asked = time.perf_counter()
            saved = engine.call("replay.save", [str(whole), hold])
            long_saves.append(time.perf_counter() - asked)
        media = whole.stat().st_size / saved["durationSeconds"]
        times, paths = [], [form.folder / f"save-{number}.mp4" for number in range(saves)]
        for path in paths:
            asked = time.perf_counter()
            engine.call("replay.save", [str(path), SHORT_SAVE_SECONDS])
            times.append(time.perf_counter() - asked)
    looked = [looked_at(path) for path in (whole, *paths)]
    return Kept(
        save_seconds=long_saves,
        saved_seconds=saved["durationSeconds"],
        grown=slope(looks) / media,
        short_saves=times,
        wrong=sum(not good for good, _ in looked),
        apart_ms=max(apart for _, apart in looked),
    )


def slope(looks: Sequence[tuple[float, int]]) -> float:
    """Bytes a second: the median of what all pairs of looks say (Theil-Sen).

    Pictures that wait for a busy encoder come and go, 8 MB each, and two looks alone would take one for media.
    """
    return statistics.median(
        (late[1] - early[1]) / (late[0] - early[0])
        for number, early in enumerate(looks)
        for late in looks[number + 1 :]
        if late[0] > early[0]
    )


def reach(engine: EngineProcess, seconds: float) -> None:
    """Wait until so much is held. Raises RuntimeError on a machine that doesn't get there in twice the time."""
    until = time.monotonic() + 2 * seconds + 30
    while engine.call("replay.getStats")["secondsHeld"] < seconds:
        if time.monotonic() > until:
            raise RuntimeError(f"the replay does not hold {seconds:.0f} s: the machine is too slow")
        time.sleep(0.2)


def looked_at(path: Path) -> tuple[bool, float]:
    """Whether every picture and sample decodes, long enough; by how many ms the tracks begin apart."""
    pictures, good = 0, True
    first: dict[str, float] = {}
    with av.open(str(path)) as container:
        for frame in container.decode(video=0, audio=0):
            if isinstance(frame, av.VideoFrame):
                pictures += 1
                good &= not frame.is_corrupt
            first.setdefault(type(frame).__name__, frame.time or 0.0)
    good &= pictures >= SHORT_SAVE_SECONDS * FPS and len(first) == 2
    return good, 1000 * (max(first.values()) - min(first.values()))


def cpu_row(turns: Sequence[Pair]) -> Row:
    """The median of the pairs' ratios."""
    alone, both = [pair.alone for pair in turns], [pair.both for pair in turns]
    ratio = statistics.median(pair.both / pair.alone for pair in turns)
    return Row(
        what="CPU of a recording with a replay, against one without",
        ours=spread(both, ".2f", "cores"),
        peer=f"without: {spread(alone, '.2f', 'cores')}",
        ratio=f"{ratio:.3f}",
        goal=f"≤ {CPU_GOAL}",
        met=ratio <= CPU_GOAL,
    )


def kept_rows(kept: Kept, form: Form) -> list[Row]:
    """Memory, and saves."""
    megabytes = kept.grown * MINUTE_BYTES / 1e6
    return [
        Row(
            what="memory of a minute held",
            ours=f"{megabytes:.1f} MB",
            goal=f"≤ {MEMORY_GOAL_MB:.0f} MB",
            met=megabytes <= MEMORY_GOAL_MB if form.full else None,
        ),
        Row(
            what=f"save of {kept.saved_seconds:.0f} s, {len(kept.save_seconds)} in a row",
            ours=spread(kept.save_seconds, ".2f", "s"),
            goal=f"≤ {SAVE_GOAL_SECONDS} s for {SAVED_SECONDS:.0f} s",
            met=statistics.median(kept.save_seconds) <= SAVE_GOAL_SECONDS if form.full else None,
        ),
        Row(
            what=f"{len(kept.short_saves)} saves of {SHORT_SAVE_SECONDS:.0f} s in a row; not whole; begin apart",
            ours=f"{spread(kept.short_saves, '.3f', 's')}; {kept.wrong}; {kept.apart_ms:.1f} ms",
            goal=f"0; ≤ {BEGIN_GOAL_MS:.0f} ms",
            met=kept.wrong == 0 and kept.apart_ms <= BEGIN_GOAL_MS,
        ),
    ]
