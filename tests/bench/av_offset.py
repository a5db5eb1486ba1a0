"""A/V offset: a flash on a real X display and a beep on a real sound server, of one instant, in the recorded file.

Positive: the picture comes after its sound. What is known of the truth (when the server painted, when the speaker was
heard) is subtracted, for us and for the peer alike.
"""

import statistics
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from tests.bench.media import flashes_and_beeps
from tests.bench.parts import Form
from tests.bench.peers import missing_peers, peers, side_by_side, tried
from tests.bench.recorders import Ours, Recorder, Stage, stage
from tests.bench.report import PartResult, Plot, Row, Series, percentile
from tests.fakes.pulse_beeper import PulseBeeper
from tests.fakes.x11_painter import PainterProcess, painter

FPS = 30
SETTLE_SECONDS = 3.0
SPACING_NS = 731_000_000
"""Between events: not a multiple of a frame, so that every phase against the frame clock comes up."""

FARTHEST = 0.4
"""A beep that is farther from its flash than this belongs to another one or is missing."""

MEDIAN_GOAL_MS = 10.0
P95_GOAL_MS = 25.0


def measure(form: Form) -> PartResult:
    """Ours, then each peer, on one stage; ours with most events, since it is judged."""
    rounds, each, each_peer = form.of(quick=(1, 10, 10), full=(3, 28, 10))
    events = rounds * each
    notes: list[str] = []
    points: dict[str, list[tuple[float, float]]] = {Ours.name: []}
    with stage(1280, 720) as where, painter(where.display.display) as paint:
        paint.do("fill 0 0 0")
        for number in range(rounds):
            after = number * each * SPACING_NS / 1e9
            points[Ours.name] += [(after + at, ms) for at, ms in offsets(Ours(), where, paint, form, each)]
            for peer in peers(form):
                theirs = tried(peer, notes, partial(offsets, peer, where, paint, form, each_peer))
                points.setdefault(peer.name, []).extend((after + at, ms) for at, ms in theirs or [])
    plot = Plot(
        name="av-offset",
        title="A/V offset of every flash and beep",
        x_label="seconds of recording",
        y_label="picture after sound, ms",
        kind="points",
        series=[
            Series(label=name, x=[round(at, 2) for at, _ in one], y=[round(ms, 2) for _, ms in one])
            for name, one in points.items()
        ],
        limits=[-P95_GOAL_MS, P95_GOAL_MS],
    )
    found = [
        f"{len(one)} of {events if name == Ours.name else rounds * each_peer} in {name}'s files"
        for name, one in points.items()
    ]
    first = (
        f"Real X server at 1280x720 and {FPS} fps, real PulseAudio. Events found: {', '.join(found)}, {rounds} "
        "recording(s) each. A frame lasts 33 ms: a flash can't be shown more exactly than ±17 ms."
    )
    return PartResult(rows=rows(points, events), notes=[first, *missing_peers(form), *notes], plots=[plot])


def rows(points: Mapping[str, Sequence[tuple[float, float]]], events: int) -> list[Row]:
    """Median and 95th percentile; `events` are those that must be in our files."""
    own = [ms for _, ms in points[Ours.name]]
    others = {name: [ms for _, ms in one] for name, one in points.items() if name != Ours.name}
    median, p95 = statistics.median(own), percentile(map(abs, own), 95)
    return [
        Row(
            what=f"A/V offset, median of {len(own)} events",
            ours=median_text(own),
            peer=side_by_side({name: median_text(one) for name, one in others.items()}),
            goal=f"within ±{MEDIAN_GOAL_MS:.0f} ms",
            met=abs(median) <= MEDIAN_GOAL_MS and len(own) == events,
        ),
        Row(
            what="A/V offset, 95th percentile of the distance",
            ours=f"{p95:.1f} ms",
            peer=side_by_side(
                {name: f"{percentile(map(abs, one), 95):.1f} ms" if one else "no event" for name, one in others.items()}
            ),
            goal=f"≤ {P95_GOAL_MS:.0f} ms",
            met=p95 <= P95_GOAL_MS and len(own) == events,
        ),
    ]


def median_text(found: Sequence[float]) -> str:
    """The median, and from where to where."""
    if not found:
        return "no event"
    return f"{statistics.median(found):+.1f} ms ({min(found):+.1f} to {max(found):+.1f})"


def offsets(
    recorder: Recorder, where: Stage, paint: PainterProcess, form: Form, events: int
) -> list[tuple[float, float]]:
    """For each event found in the file: (seconds into the file, offset in ms)."""
    path = form.folder / f"av-{recorder.name}.mp4"
    with PulseBeeper(where.environment, "speaker") as beeper, recorder.record(where, path, FPS) as recording:
        time.sleep(SETTLE_SECONDS)
        truths = perform(beeper, paint, events)
        recording.stop()
    return matched(path, truths)


def perform(beeper: PulseBeeper, paint: PainterProcess, events: int) -> list[float]:
    """Flash and beep; by how many seconds each beep was heard after its flash was painted."""
    first = time.monotonic_ns() + 1_000_000_000
    instants = [first + number * SPACING_NS for number in range(events)]
    for at in instants:
        beeper.beep(at, milliseconds=100)
    truths = []
    for at in instants:
        before, after = paint.do(f"flash {at} 200")
        truths.append((beeper.heard_ns() - (before + after) // 2) / 1e9)
    return truths


def matched(path: Path, truths: list[float]) -> list[tuple[float, float]]:
    """Pair the flashes with their beeps. A peer may lose flashes: they are numbered by their distance from the first.

    A recording that lost the first flash is shifted as a whole; the truths are alike to a fraction of a millisecond,
    so that this costs nothing.
    """
    found = flashes_and_beeps(path)
    result = []
    for flash in found.flashes:
        number = min(len(truths) - 1, max(0, round((flash - found.flashes[0]) * 1e9 / SPACING_NS)))
        expected = flash + truths[number]
        nearest = min(found.beeps, key=lambda beep: abs(beep - expected), default=None)
        if nearest is not None and abs(nearest - expected) < FARTHEST:
            result.append((flash, (expected - nearest) * 1000))
    return result
