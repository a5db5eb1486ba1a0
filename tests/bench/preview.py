"""What somebody who looks on costs, what a recording notices of it, and how old the picture is that is seen."""

import contextlib
import math
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ionia.core.test_card.pattern import read_index
from tests.bench.desktop import desktop
from tests.bench.parts import Form
from tests.bench.report import PartResult, Row, percentile, spread
from tests.bench.usage import thread_seconds, usage
from tests.fakes.engine_process import EngineProcess
from tests.fakes.preview_client import PreviewClient, pixels
from tests.fakes.x11_painter import painter
from tests.fakes.xvfb import Xvfb

SIZE = (1920, 1080)
FPS = 30
LOSSES = ("videoFramesLagged", "videoFramesSkipped", "videoFramesMissed")

CPU_GOAL = 3.0
"""Per cent of one core, at 12 pictures a second of 640 x 360."""

LATENCY_GOAL_MS = 150.0
SCREENSHOT_GOAL_MS = 150.0
HOUR = 12 * 3600
"""Pictures of an hour at twelve a second."""

CHANCE_GOAL = 0.05
"""Below, turns with a preview that lost more than those beside them are no accident."""

MOST_FPS = 60
GROWTH_GOAL_MB = 2.0
"""Between the first twelfth of an hour's pictures and the last: what an allocator moves to and fro."""

THUMBNAIL_GOAL_MS = 100.0


@dataclass(slots=True)
class Reader:
    """Reads all it gets, on a thread of its own."""

    opened: dict[str, Any]
    count: int = 0
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self) -> None:
        with contextlib.suppress(AssertionError, OSError), PreviewClient(self.opened) as client:
            while True:
                client.next()
                self.count += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Per cent of a core that the engine took, and of that the preview's own thread; pictures that the recording lost
    (LOSSES)."""

    cpu: float
    own: float
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Singles:
    """How long single pictures took, and what the recording beside them lost."""

    saved_ms: Sequence[float]
    past_ms: Sequence[float]
    small_ms: Sequence[float]
    lost: int


def measure(form: Form) -> PartResult:
    """A recording with and without in turns, nobody who records, and how soon a change is seen."""
    # Where more is lost with a preview, more turns tell whether it is its doing, up to five minutes of each.
    turns, most, seconds = form.of(quick=3, full=10), form.of(quick=3, full=38), form.of(quick=2.5, full=8.0)
    with Xvfb(*SIZE) as display:
        with desktop(display.display, "moving", FPS):
            without, looking, shown = beside_a_recording(display.display, form, turns, most, seconds)
            alone = nobody_records(display.display, seconds)
        with desktop(display.display, "static", FPS):
            still = nobody_records(display.display, seconds)
        delays = latencies(display.display, form.of(quick=25, full=120))
        with desktop(display.display, "moving", FPS):
            pictures = single_pictures(display.display, form, form.of(quick=5, full=25))
    memory = [memory_row(memory_over(HOUR))] if form.full else []
    more = [one.cpu - other.cpu for one, other in zip(looking, without, strict=True)]
    lost = lost_of(looking), lost_of(without)
    chance = chance_of_more([one.lost - other.lost for one, other in zip(looking, without, strict=True)])
    middle = percentile(more, 50)
    saved, past, small = (percentile(each, 95) for each in (pictures.saved_ms, pictures.past_ms, pictures.small_ms))
    p95 = percentile(delays, 95)
    return PartResult(
        rows=[
            Row(
                what="CPU of a preview beside a recording, 1080p30 moving",
                ours=spread(more, ".1f", "% of a core"),
                goal=f"at most {CPU_GOAL:g} %",
                met=middle <= CPU_GOAL if form.full else None,
            ),
            Row(
                what="of that its own thread, which other work on the machine changes less",
                ours=spread([one.own for one in looking], ".1f", "% of a core"),
            ),
            Row(what="pictures a second that its reader got", ours=f"{shown:.1f}", goal="12"),
            Row(
                what="lagged, skipped and missed pictures of that recording, with and without",
                ours=f"{lost[0]} and {lost[1]} in {seconds * len(looking):.0f} s each (chance: {100 * chance:.0f} %)",
                goal=f"no more than by chance ({100 * CHANCE_GOAL:.0f} %)",
                met=lost[0] <= lost[1] or chance >= CHANCE_GOAL if form.full else None,
            ),
            Row(what="CPU of a preview while nobody records, moving", ours=f"{alone:.1f} % of a core"),
            Row(what="the same of a screen that stands still", ours=f"{still:.1f} % of a core", goal="about 0"),
            Row(
                what="from the screen to the reader, p95",
                ours=f"{p95:.0f} ms (median {percentile(delays, 50):.0f})",
                goal=f"at most {LATENCY_GOAL_MS:.0f} ms",
                met=p95 <= LATENCY_GOAL_MS,
            ),
            Row(
                what="a screenshot of that recording as PNG, 1080p, call to answer, p95",
                ours=f"{saved:.0f} ms (median {percentile(pictures.saved_ms, 50):.0f})",
                goal=f"at most {SCREENSHOT_GOAL_MS:.0f} ms",
                met=saved <= SCREENSHOT_GOAL_MS if form.full else None,
            ),
            Row(
                what="likewise of a replay's past, any frame between keyframes two seconds apart, p95",
                ours=f"{past:.0f} ms (median {percentile(pictures.past_ms, 50):.0f})",
                goal=f"at most {SCREENSHOT_GOAL_MS:.0f} ms",
                met=past <= SCREENSHOT_GOAL_MS if form.full else None,
            ),
            Row(
                what="a thumbnail of a screen or window nobody records, 320 wide, p95",
                ours=f"{small:.0f} ms (median {percentile(pictures.small_ms, 50):.0f})",
                goal=f"at most {THUMBNAIL_GOAL_MS:.0f} ms",
                met=small <= THUMBNAIL_GOAL_MS if form.full else None,
            ),
            Row(
                what="lagged, skipped and missed pictures of the recording whose screenshots those are",
                ours=str(pictures.lost),
                goal="0",
                met=pictures.lost == 0 if form.full else None,
            ),
            *memory,
        ],
        notes=[
            f"{len(looking)} turns of {seconds:g} s each with and without, in one recording; {len(delays)} changes at "
            "random instants while nobody records, until the reader has the picture and has decoded it.",
            "Chance: how often so many pairs of turns or more would lose more with a preview if it made no difference "
            "(sign test). Pictures are lost in heaps when another program runs, so they can't be counted one by one.",
        ],
    )


def chance_of_more(differences: Sequence[int]) -> float:
    """How often as many of the pairs that differ, or more, would be above 0 if either sign were as likely."""
    differ, more = sum(one != 0 for one in differences), sum(one > 0 for one in differences)
    return sum(math.comb(differ, count) for count in range(more, differ + 1)) / 2**differ


def beside_a_recording(
    display: str, form: Form, turns: int, most: int, seconds: float
) -> tuple[Sequence[Turn], Sequence[Turn], float]:
    """Without, with, and how many pictures a second came. `turns`, and up to `most` while more is lost with."""
    without, looking = list[Turn](), list[Turn]()
    with EngineProcess({"DISPLAY": display}) as engine:
        path = form.folder / "preview.mp4"
        settings = {"outputPath": str(path), "fps": FPS, "encoder": "x264", "audioMode": "none"}
        engine.call("recorder.initialize", settings)
        engine.call("recorder.start")
        time.sleep(1)
        known = set(thread_seconds(engine.process.pid))
        with reading(engine) as (reader, preview_id):
            time.sleep(1)
            own = set(thread_seconds(engine.process.pid)) - known
            count = 0
            while len(looking) < turns or (len(looking) < most and lost_of(looking) > lost_of(without)):
                for paused in (True, False) if len(looking) % 2 else (False, True):
                    engine.call("preview.update", {"previewId": preview_id, "paused": paused})
                    before = reader.count
                    (without if paused else looking).append(turn(engine, seconds, own))
                    count += 0 if paused else reader.count - before
        engine.call("recorder.stop")
        path.unlink()
    return without, looking, count / len(looking) / seconds


def lost_of(turns: Sequence[Turn]) -> int:
    """Pictures of all of them."""
    return sum(one.lost for one in turns)


def turn(engine: EngineProcess, seconds: float, threads: set[int]) -> Turn:
    """So many seconds, once what was changed has settled. `threads`: the preview's."""
    time.sleep(0.3)
    stats, before, own = engine.call("recorder.getStats"), usage(engine.process.pid), thread_seconds(engine.process.pid)
    time.sleep(seconds)
    of_threads, after = thread_seconds(engine.process.pid), usage(engine.process.pid)
    later = engine.call("recorder.getStats")
    spent = sum(of_threads.get(one, 0.0) - own.get(one, 0.0) for one in threads)
    lost = sum(later[name] - stats[name] for name in LOSSES)
    elapsed = after.at - before.at
    return Turn(cpu=100 * (after.cpu_seconds - before.cpu_seconds) / elapsed, own=100 * spent / elapsed, lost=lost)


def nobody_records(display: str, seconds: float) -> float:
    """Per cent of a core for a preview with a capture of its own."""
    with EngineProcess({"DISPLAY": display}) as engine, reading(engine):
        time.sleep(1.5)
        before = usage(engine.process.pid)
        time.sleep(seconds)
        after = usage(engine.process.pid)
    return 100 * (after.cpu_seconds - before.cpu_seconds) / (after.at - before.at)


@contextlib.contextmanager
def reading(engine: EngineProcess) -> Iterator[tuple[Reader, str]]:
    """A preview as a window has it, and a reader that takes all of it."""
    opened = engine.call("preview.open")
    reader = Reader(opened)
    try:
        yield reader, opened["previewId"]
    finally:
        engine.call("preview.close", {"previewId": opened["previewId"]})
        reader.thread.join()


def single_pictures(display: str, form: Form, times: int) -> Singles:
    """Screenshots of a recording and of a replay beside it, and then, while nothing records, thumbnails of each screen
    and window."""
    saved, past, small = list[float](), list[float](), list[float]()
    chance = np.random.default_rng(2)

    def timed(into: list[float], engine: EngineProcess, method: str, params: dict[str, Any]) -> None:
        begun_ns = time.perf_counter_ns()
        engine.call(method, params)
        into.append((time.perf_counter_ns() - begun_ns) / 1e6)
        time.sleep(0.2)

    path = form.folder / "beside.mp4"
    with EngineProcess({"DISPLAY": display}) as engine:
        settings = {"fps": FPS, "encoder": "x264", "audioMode": "none"}
        engine.call("replay.initialize", {"seconds": 5, **settings})
        engine.call("recorder.initialize", {"outputPath": str(path), **settings})
        engine.call("replay.start")
        engine.call("recorder.start")
        time.sleep(3)
        before = engine.call("recorder.getStats")
        for number in range(times):
            picture = str(form.folder / f"screenshot-{number}.png")
            timed(saved, engine, "screenshot.save", {"kind": "recorder", "path": picture})
            params = {"kind": "replay", "path": picture, "overwrite": True, "secondsAgo": chance.uniform(0.2, 2.2)}
            timed(past, engine, "screenshot.save", params)
            Path(picture).unlink()
        after = engine.call("recorder.getStats")
        engine.call("recorder.stop")
        engine.call("replay.stop")
        devices = engine.call("engine.devices")
        shown = [one["id"] for one in (*devices["screens"], *devices["windows"])]
        for number in range(times):
            screen = shown[number % len(shown)]
            timed(small, engine, "engine.thumbnail", {"screen": screen, "maxWidth": 320})
    path.unlink()
    lost = sum(after[name] - before[name] for name in LOSSES)
    return Singles(saved_ms=saved, past_ms=past, small_ms=small, lost=lost)


def memory_over(pictures: int) -> list[float]:
    """MB that are the engine's own, after each twelfth of so many pictures of a test card that moves."""
    with EngineProcess({}) as engine:
        opened = engine.call("preview.open", {"screen": "test", "fps": MOST_FPS})
        sizes = []
        with PreviewClient(opened) as client:
            for number in range(1, pictures + 1):
                client.next()
                if number % (pictures // 12) == 0:
                    sizes.append(usage(engine.process.pid).private_bytes / 1e6)
        engine.call("preview.close", {"previewId": opened["previewId"]})
    return sizes


def memory_row(sizes: Sequence[float]) -> Row:
    """Of `memory_over`."""
    return Row(
        what=f"memory of a preview over an hour's {HOUR:,} pictures, as fast as {MOST_FPS} a second",
        ours=f"{sizes[0]:.1f} to {sizes[-1]:.1f} MB, at most {max(sizes):.1f}",
        goal=f"flat (at most {GROWTH_GOAL_MB:g} MB more)",
        met=sizes[-1] - sizes[0] <= GROWTH_GOAL_MB,
    )


def latencies(display: str, changes: int) -> list[float]:
    """Milliseconds from the display's change to the reader that knows it."""
    chance = np.random.default_rng(1)
    delays = []
    with (
        painter(display) as paint,
        EngineProcess({"DISPLAY": display}) as engine,
        PreviewClient(engine.call("preview.open")) as client,
    ):
        client.next()
        for number in range(1, changes + 1):
            time.sleep(chance.uniform(0.1, 0.3))
            client.ready()
            (done_ns,) = paint.do(f"index {number}")
            while read_index(pixels(client.picture())) != number:
                client.ready()
            delays.append((time.perf_counter_ns() - done_ns) / 1e6)
    return delays
