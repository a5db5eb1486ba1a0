"""Memory of a recording at 1080p30, and whether it grows."""

import statistics
import time

from tests.bench.desktop import desktop
from tests.bench.parts import Form
from tests.bench.recorders import Ours, Peer, Recorder, Stage, stage
from tests.bench.report import PartResult, Plot, Row, Series
from tests.bench.usage import Usage, usage

FPS = 30
SIZE_GOAL_MB = 250.0
GROWTH_GOAL_MB = 2.0
WARM_SECONDS = 60.0
"""What is allocated in the first minute is the recording itself; growth is counted from then on."""

WINDOW_SECONDS = 60.0
"""The medians of the first and of the last minute are compared, so that no single moment counts."""


def measure(form: Form) -> PartResult:
    """A soak of ours; the peer for its size only."""
    seconds = form.of(quick=6.0, full=30 * 60.0 + WARM_SECONDS)
    with stage(1920, 1080) as where, desktop(where.display.display, "moving"):
        ours = watched(Ours(), where, form, seconds)
        peer = watched(Peer(), where, form, min(seconds, 30.0))
    begun = ours[0].at
    megabytes = [each.rss_bytes / 1e6 for each in ours]
    size, size_peer = max(megabytes), max(each.rss_bytes / 1e6 for each in peer)
    rows = [
        Row(
            what="memory at 1080p30, at most",
            ours=f"{size:.0f} MB",
            peer=f"{size_peer:.0f} MB",
            ratio=f"{size / size_peer:.2f}",
            goal=f"≤ {SIZE_GOAL_MB:.0f} MB",
            met=size <= SIZE_GOAL_MB,
        )
    ]
    notes = [
        "Resident memory of the process and its children. Pictures lie in memory shared with the display, 8 MB each; "
        "one hiccup of the machine makes that pool larger for good, by the pictures that waited (at most eight)."
    ]
    if form.full:
        rows += growth_rows(ours)
        rows.append(Row(what="threads and open files, first and last", ours=counts(ours)))
    else:
        notes.append("Growth is measured by the full form.")
    plot = Plot(
        name="memory",
        title="Memory of a recording at 1080p30",
        x_label="minutes",
        y_label="MB",
        series=[
            Series(label=label, x=[round((each.at - begun) / 60, 3) for each in ours], y=values)
            for label, values in (
                ("ionia", [round(value, 1) for value in megabytes]),
                ("of it private", [round(each.private_bytes / 1e6, 1) for each in ours]),
            )
        ],
    )
    return PartResult(rows=rows, notes=notes, plots=[plot])


def watched(recorder: Recorder, where: Stage, form: Form, seconds: float) -> list[Usage]:
    """Memory every few seconds of a recording."""
    path = form.folder / f"memory-{recorder.name}.mp4"
    samples = []
    with recorder.record(where, path, FPS) as recording:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(min(5.0, seconds / 10))
            samples.append(usage(recording.pid))
        recording.stop()
    path.unlink()
    return samples


def growth_rows(samples: list[Usage]) -> list[Row]:
    """From the minute after the first to the last."""
    begun, end = samples[0].at + WARM_SECONDS, samples[-1].at
    early = [each for each in samples if begun <= each.at < begun + WINDOW_SECONDS]
    late = [each for each in samples if each.at >= end - WINDOW_SECONDS]
    minutes = f"{(end - begun) / 60:.0f} min"
    growth = (middle(late, "rss_bytes") - middle(early, "rss_bytes")) / 1e6
    private = (middle(late, "private_bytes") - middle(early, "private_bytes")) / 1e6
    return [
        Row(
            what=f"memory growth in {minutes}",
            ours=f"{growth:+.1f} MB",
            goal=f"≤ {GROWTH_GOAL_MB:.0f} MB",
            met=growth <= GROWTH_GOAL_MB,
        ),
        Row(what=f"of it private, in {minutes}", ours=f"{private:+.1f} MB"),
    ]


def middle(samples: list[Usage], what: str) -> float:
    """The median of one figure."""
    return float(statistics.median(getattr(each, what) for each in samples))


def counts(samples: list[Usage]) -> str:
    """Threads and files, then and now."""
    first, last = samples[0], samples[-1]
    return f"{first.threads} and {first.files}, {last.threads} and {last.files}"
