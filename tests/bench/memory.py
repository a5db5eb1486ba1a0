"""The recording soak: memory, threads, open files and A/V offset of a recording at 1080p30, over time.

The desktop moves all the while; its upper quarter belongs to a flash every 20 s, with a beep of the same instant. The
quick form looks at the size of memory only.
"""

import statistics
import time
from dataclasses import dataclass, field

from tests.bench.desktop import desktop
from tests.bench.events import LEAD as EVENT_LEAD
from tests.bench.events import SPACING, Epoch, Performer, offsets_near
from tests.bench.parts import Form
from tests.bench.recorders import AUDIO_BITRATE, BITRATE, OurRecording, Ours, Peer, Recorder, Stage, stage
from tests.bench.report import PartResult, Plot, Row, Series, percentile
from tests.bench.usage import Usage, usage
from tests.fakes.x11_painter import painter

FPS = 30
SIZE_GOAL_MB = 250.0
LEAST_WINDOW_SECONDS = 180.0

GROWTH_GOAL_MB = 2.0
GROWTH_MINUTES = 30.0
"""The goal is for this time; a longer soak may grow in proportion (the file's index of packets is kept in memory)."""

OFFSET_GOAL_MS = 10.0
FOUND_SHARE = 0.95
"""Of the events: a soak may lose a few to the machine, and says how many."""

ENOUGH = 5
LEFT = ("threads", "files")
FIRST_EVENT = 5.0
PEER_SECONDS = 30.0


@dataclass(slots=True)
class Soak:
    """What was seen. `offsets` are (seconds into the file, ms); `asked` events were to be there."""

    samples: list[Usage] = field(default_factory=list)
    offsets: list[tuple[float, float]] = field(default_factory=list)
    asked: int = 0
    troubles: list[str] = field(default_factory=list)


def measure(form: Form) -> PartResult:
    """A soak of ours; the peer for its size only."""
    if not form.full:
        return size_only(form)
    seconds = (form.minutes or GROWTH_MINUTES) * 60 + warm_seconds((form.minutes or GROWTH_MINUTES) * 60)
    room = form.need_room(seconds, BITRATE + AUDIO_BITRATE)
    with stage(1920, 1080) as where:
        soak = soaked(where, form, seconds)
        with desktop(where.display.display, "moving"):
            peer = watched(Peer(), where, form, min(seconds, PEER_SECONDS))
    rows = [size_row(soak.samples, peer), *growth_rows(soak.samples), *offset_rows(soak, seconds / 60)]
    notes = [
        size_note(),
        f"{seconds / 60:.0f} min of a moving desktop, written to a file. {room} Growth is from the first minutes to "
        "the last; what is allocated at the very beginning is the recording itself.",
    ]
    notes += [f"{len(soak.troubles)} event(s) could not be performed: {'; '.join(set(soak.troubles))}."] * bool(
        soak.troubles
    )
    return PartResult(rows=rows, notes=notes, plots=[memory_plot(soak.samples), offset_plot(soak.offsets)])


def size_only(form: Form) -> PartResult:
    """A few seconds of each."""
    with stage(1920, 1080) as where, desktop(where.display.display, "moving"):
        ours = watched(Ours(), where, form, 4.0)
        peer = watched(Peer(), where, form, 3.0)
    notes = [size_note(), "Growth, threads, files and A/V offset over time are measured by the full form."]
    return PartResult(rows=[size_row(ours, peer)], notes=notes, plots=[memory_plot(ours)])


def size_note() -> str:
    """What the size is made of."""
    return (
        "Resident memory of the process and its children. Four pictures lie in memory shared with the display, 8 MB "
        "each; those that have to wait beyond are copied, and their memory is given back after 5 s (decision 0140)."
    )


def watched(recorder: Recorder, where: Stage, form: Form, seconds: float) -> list[Usage]:
    """Memory now and then during a recording."""
    path = form.folder / f"memory-{recorder.name}.mp4"
    samples = []
    with recorder.record(where, path, FPS) as recording:
        for _ in range(10):
            time.sleep(seconds / 10)
            samples.append(usage(recording.pid))
        recording.stop()
    path.unlink()
    return samples


def soaked(where: Stage, form: Form, seconds: float) -> Soak:
    """The long recording, and where its events are in the file."""
    path, epoch = form.folder / "soak.mp4", Epoch()
    with (
        desktop(where.display.display, "moving"),
        painter(where.display.display, upper=True) as paint,
        Performer(where, paint) as performer,
        Ours().record(where, path, FPS) as recording,
    ):
        samples = watch(recording, performer, epoch, seconds)
        recording.stop()
    offsets = offsets_near(path, epoch.seconds, performer.events)
    path.unlink()
    return Soak(samples=samples, offsets=offsets, asked=performer.asked, troubles=performer.troubles)


def watch(recording: OurRecording, performer: Performer, epoch: Epoch, seconds: float) -> list[Usage]:
    """A sample every few seconds, an event every twenty."""
    begun = time.monotonic()
    end, interval = begun + seconds, max(5.0, seconds / 400)
    sample_at, event_at = begun, begun + FIRST_EVENT
    samples: list[Usage] = []
    while (now := time.monotonic()) < end:
        if now >= sample_at:
            samples.append(usage(recording.pid))
            epoch.told(float(recording.stats()["durationSeconds"]))
            sample_at += interval
        elif now >= event_at - EVENT_LEAD:
            # After a stall of the machine, the next that can still be announced in time.
            while event_at - time.monotonic() < EVENT_LEAD / 2:
                event_at += SPACING
            if event_at < end - EVENT_LEAD:
                performer.perform(event_at)
            event_at += SPACING
        else:
            time.sleep(max(0.0, min(sample_at, event_at - EVENT_LEAD, end) - now))
    return samples


def warm_seconds(seconds: float) -> float:
    """What is allocated in the first minute is the recording itself; growth is counted from then on."""
    return min(60.0, seconds / 4)


def size_row(ours: list[Usage], peer: list[Usage]) -> Row:
    """The largest of each."""
    size, size_peer = (max(each.rss_bytes for each in samples) / 1e6 for samples in (ours, peer))
    return Row(
        what="memory at 1080p30, at most",
        ours=f"{size:.0f} MB",
        peer=f"{size_peer:.0f} MB",
        ratio=f"{size / size_peer:.2f}",
        goal=f"≤ {SIZE_GOAL_MB:.0f} MB",
        met=size <= SIZE_GOAL_MB,
    )


def growth_rows(samples: list[Usage]) -> list[Row]:
    """From after the warming up to the end. The levels of a while are compared, so that no single moment counts."""
    whole = samples[-1].at - samples[0].at
    begun, end = samples[0].at + warm_seconds(whole), samples[-1].at
    window = min(max(LEAST_WINDOW_SECONDS, whole / 6), whole / 4)
    early = [each for each in samples if begun <= each.at <= begun + window]
    late = [each for each in samples if each.at >= end - window]
    minutes = (end - begun) / 60
    goal = GROWTH_GOAL_MB * max(1.0, minutes / GROWTH_MINUTES)
    growth, private = ((level(late, what) - level(early, what)) / 1e6 for what in ("rss_bytes", "private_bytes"))
    # The least of each time: what only comes and goes is not left over. Not from the first while on: an encoder of
    # equal sides is begun once a second of such sound was heard, which of beeps takes minutes.
    settled = [each for each in samples if begun + window <= each.at <= begun + 2 * window]
    threads, files = ([min(getattr(each, what) for each in part) for part in (settled, late)] for what in LEFT)
    return [
        Row(
            what=f"memory growth in {minutes:.0f} min",
            ours=f"{growth:+.1f} MB",
            goal=f"≤ {goal:.0f} MB",
            met=growth <= goal,
        ),
        Row(what=f"of it private, in {minutes:.0f} min", ours=f"{private:+.1f} MB"),
        Row(
            what=f"threads and open files left over after {minutes:.0f} min",
            ours=f"{threads[0]} and {files[0]}, then {threads[1]} and {files[1]}",
            goal="no more",
            met=threads[1] <= threads[0] and files[1] <= files[0],
        ),
    ]


def level(samples: list[Usage], what: str) -> float:
    """The 90th percentile of one figure. A converted picture's 3 MB come and go between two looks, so that a median
    would be one or the other by chance."""
    return percentile([float(getattr(each, what)) for each in samples], 90)


def offset_rows(soak: Soak, minutes: float) -> list[Row]:
    """The median of all events, and of the last fifth against the first."""
    values = [ms for _, ms in soak.offsets]
    told = f"{len(values)} of {soak.asked} events"
    if len(values) < 2:
        return [Row(what=f"A/V offset over {minutes:.0f} min", ours=told, met=False)]
    some = max(1, len(values) // 5)
    median = statistics.median(values)
    first, last = statistics.median(values[:some]), statistics.median(values[-some:])
    return [
        Row(
            what=f"A/V offset over {minutes:.0f} min, median of {told}",
            ours=f"{median:+.1f} ms ({min(values):+.1f} to {max(values):+.1f})",
            goal=f"within ±{OFFSET_GOAL_MS:.0f} ms",
            met=abs(median) <= OFFSET_GOAL_MS and len(values) >= FOUND_SHARE * soak.asked,
        ),
        Row(
            what=f"A/V offset over {minutes:.0f} min, from the first fifth to the last",
            ours=f"{last - first:+.1f} ms",
            goal=f"≤ {OFFSET_GOAL_MS:.0f} ms",
            # A flash is shown up to half a frame early or late: few of them say nothing.
            met=abs(last - first) <= OFFSET_GOAL_MS if some >= ENOUGH else None,
        ),
    ]


def memory_plot(samples: list[Usage]) -> Plot:
    """Over time."""
    begun = samples[0].at
    return Plot(
        name="memory",
        title="Memory of a recording at 1080p30",
        x_label="minutes",
        y_label="MB",
        from_zero=True,
        series=[
            Series(
                label=label,
                x=[round((each.at - begun) / 60, 3) for each in samples],
                y=[round(getattr(each, what) / 1e6, 1) for each in samples],
            )
            for label, what in (("ionia", "rss_bytes"), ("of it private", "private_bytes"))
        ],
    )


def offset_plot(offsets: list[tuple[float, float]]) -> Plot:
    """Every event, and a line through the means of 21 neighbours: so many show every phase of a frame."""
    minutes, values = [round(at / 60, 3) for at, _ in offsets], [round(ms, 2) for _, ms in offsets]
    near = [statistics.fmean(values[max(0, n - 10) : n + 11]) for n in range(len(values))]
    return Plot(
        name="soak-offset",
        title="A/V offset over a long recording",
        x_label="minutes",
        y_label="picture after sound, ms",
        kind="points",
        series=[
            Series(label="ionia", x=list(minutes), y=values),
            Series(label="mean of 21", x=list(minutes), y=near, kind="line"),
        ],
        limits=[-OFFSET_GOAL_MS, OFFSET_GOAL_MS],
    )
