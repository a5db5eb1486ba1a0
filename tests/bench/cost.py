"""CPU that a recording costs, and what it loses, by picture and size: beside the peers on the same display, in turns.

Frames, losses and both tracks' lengths are of the very recordings whose CPU is told: a recorder that loses pictures
does less work, and that stands in the row below its figure.
"""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.bench.desktop import desktop
from tests.bench.frame_timing import cut_seconds
from tests.bench.media import Timing, timing
from tests.bench.obs import Obs
from tests.bench.parts import Form
from tests.bench.peers import missing_peers, peers, side_by_side, tried
from tests.bench.recorders import SIZES, USUAL, OurRecording, Ours, Peer, Recorder, Size, Stage, stage
from tests.bench.report import PartResult, Plot, Row, Series, spread
from tests.bench.usage import cpu_share, usage

SETTLE_SECONDS = 2.5
BEGUN_LATE_SECONDS = 1.5
"""A recorder may take so long to begin before pictures count as missing."""

GOALS = {"moving": 1.00, "scroll": 1.00, "static": 0.75}
"""CPU against FFmpeg's at 1080p30. The goals name moving and static; a scrolled text is judged as a moving picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One recording: cores used, its file, pictures lost, whether all sound is there (ours: the peers don't say)."""

    cores: float
    file: Timing
    lost: int
    sound_whole: bool = True


Runs = Mapping[str, Sequence[Run]]
"""By the recorder's name; empty for one that failed."""


def measure(form: Form) -> PartResult:
    """Each size and picture in turn."""
    sizes = form.of(quick=(USUAL,), full=SIZES)
    modes = form.of(quick=("moving", "static"), full=("moving", "scroll", "static"))
    rows: list[Row] = []
    notes = [explanation(form), *missing_peers(form)]
    usual: dict[str, Runs] = {}
    lossy: list[str] = []
    for size in sizes:
        for mode in modes:
            with stage(size.width, size.height) as where, desktop(where.display.display, mode, size.fps):
                runs = in_turns(where, form, size, mode, notes)
            rows += [cpu_row(size, mode, runs), losses_row(size, mode, runs)]
            lossy += [f"{name} ({size.name}, {mode})" for name, each in runs.items() if any(map(much_lost, each))]
            if size == USUAL:
                usual[mode] = runs
    if lossy:
        notes.append(f"More than 2 % of the pictures lost, so that its CPU is of less work: {', '.join(lossy)}.")
    return PartResult(rows=rows, notes=notes, plots=[plot(usual)])


def explanation(form: Form) -> str:
    """What the rows say."""
    rounds, seconds = plan(form)
    text = (
        f"CPU seconds (user + system, children included) per second, over {seconds:.0f} s after {SETTLE_SECONDS} s to "
        f"settle; at 1080p30 {rounds} run(s) each in turns, otherwise one. The desktop moves as often as pictures are "
        "taken. Our x264 runs veryfast with subme 1 (decision 0051) and rests while nothing moves (0142), the peers' "
        "runs veryfast as it is. Ratios are against FFmpeg. Lost: what the recorder says itself, or what its file is "
        "short of. Judged of ours, whatever the machine had room for: frames stay even, both tracks are equally long, "
        "no sound is lost."
    )
    if not form.full:
        return text
    return (
        f"{text} The bare PyAV loop keeps the grabber's instants, a variable frame rate. OBS renders its scene with "
        "llvmpipe here, on the processor: its CPU says nothing about a machine with a graphics card."
    )


def plan(form: Form) -> tuple[int, float]:
    """How often at 1080p30, and for how many seconds each."""
    return form.of(quick=(1, 5.0), full=(3, 6.0))


def in_turns(where: Stage, form: Form, size: Size, mode: str, notes: list[str]) -> Runs:
    """Ours and FFmpeg as often as the form says, the others once: they have no goal. OBS at 1080p30 only."""
    rounds, seconds = plan(form)
    rounds = rounds if size == USUAL else 1
    others = [each for each in peers(form) if size == USUAL or not isinstance(each, Obs)]
    runs: dict[str, list[Run]] = {each.name: [] for each in (Ours(), *others)}
    for number in range(rounds):
        runs[Ours.name].append(one_run(Ours(), where, form, size, seconds))
        for recorder in others if number == 0 else [Peer()]:
            run = tried(recorder, notes, partial(one_run, recorder, where, form, size, seconds))
            if run is not None:
                runs[recorder.name].append(run)
    return runs


def one_run(recorder: Recorder, where: Stage, form: Form, size: Size, seconds: float) -> Run:
    """Record, and look at the file."""
    path = form.folder / f"cost-{recorder.name}.mp4"
    stats: Mapping[str, Any] = {}
    with recorder.record(where, path, size.fps) as recording:
        time.sleep(SETTLE_SECONDS)
        before = usage(recording.pid)
        time.sleep(seconds)
        cores = cpu_share(before, usage(recording.pid))
        recording.stop()
        said = recording.pictures_lost()
        if isinstance(recording, OurRecording):
            stats = recording.stats()
    file = timing(path, size.fps)
    path.unlink()
    missing = round((SETTLE_SECONDS + seconds - BEGUN_LATE_SECONDS) * size.fps) - file.frames
    picture_cut, sound_cut = cut_seconds(stats, file) if stats else (0.0, 0.0)
    sound_whole = not sound_cut and not stats.get("audioSamplesLost")
    lost = max(missing, said + round(picture_cut * size.fps))
    return Run(cores=cores, file=file, lost=lost, sound_whole=sound_whole)


def cpu_row(size: Size, mode: str, runs: Runs) -> Row:
    """Judged at 1080p30."""
    shares = {name: [run.cores for run in each] for name, each in runs.items() if each}
    own, ratio = shares.pop(Ours.name), None
    if Peer.name in shares:
        ratio = statistics.median(own) / statistics.median(shares[Peer.name])
    judged = size == USUAL
    return Row(
        what=f"CPU at {size.name}, {mode} picture",
        ours=spread(own, ".2f", "cores"),
        peer=side_by_side({name: spread(each, ".2f") for name, each in shares.items()}, "cores"),
        ratio="–" if ratio is None else f"{ratio:.2f}",
        goal=f"≤ {GOALS[mode]:.2f}" if judged else "–",
        met=ratio is not None and ratio <= GOALS[mode] if judged else None,
    )


def losses_row(size: Size, mode: str, runs: Runs) -> Row:
    """Of all runs together."""
    own = runs[Ours.name]
    frame = 1 / size.fps + 1e-6
    whole = all(
        run.file.uneven == 0 and abs(run.file.video_seconds - run.file.audio_seconds) <= frame and run.sound_whole
        for run in own
    )
    said = {name: losses(each) for name, each in runs.items() if each}
    return Row(
        what=f"pictures lost; uneven at {size.name}, {mode} picture",
        ours=said.pop(Ours.name),
        peer=side_by_side(said),
        goal="0 uneven, sound whole",
        met=whole,
    )


def much_lost(run: Run) -> bool:
    """Whether its CPU can't be compared any more."""
    return run.lost > 0.02 * run.file.frames


def losses(runs: Sequence[Run]) -> str:
    """ "0; 0 of 285"."""
    lost, uneven = sum(run.lost for run in runs), sum(run.file.uneven for run in runs)
    return f"{lost}; {uneven} of {sum(run.file.frames for run in runs)}"


def plot(usual: Mapping[str, Runs]) -> Plot:
    """The medians at 1080p30."""
    names = dict.fromkeys(name for runs in usual.values() for name, each in runs.items() if each)
    return Plot(
        name="cpu",
        title="CPU of a recording at 1080p30",
        x_label="",
        y_label="cores",
        kind="bars",
        series=[
            Series(
                label=name,
                x=[mode for mode, runs in usual.items() if runs.get(name)],
                y=[
                    round(statistics.median(run.cores for run in runs[name]), 3)
                    for runs in usual.values()
                    if runs.get(name)
                ],
            )
            for name in names
        ],
    )
