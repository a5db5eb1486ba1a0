"""CPU that a recording costs at 1080p30, beside the FFmpeg command line on the same display, in turns."""

import statistics
import time

from tests.bench.desktop import desktop
from tests.bench.media import timing
from tests.bench.parts import Form
from tests.bench.recorders import Ours, Peer, Recorder, Stage, stage
from tests.bench.report import PartResult, Plot, Row, Series, spread
from tests.bench.usage import cpu_share, usage

FPS = 30
SETTLE_SECONDS = 3.0

GOALS = {"moving": 1.00, "scroll": 1.00, "static": 0.75}
"""CPU against the peer's. The goals name moving and static; a scrolled text is judged as a moving picture."""


def measure(form: Form) -> PartResult:
    """Each picture in turn, ours and the peer alternating."""
    rounds, seconds = form.of(quick=(1, 5.0), full=(3, 20.0))
    modes = form.of(quick=("moving", "static"), full=("moving", "scroll", "static"))
    rows: list[Row] = []
    shares: dict[str, dict[str, list[float]]] = {}
    notes: list[str] = []
    with stage(1920, 1080) as where:
        for mode in modes:
            shares[mode] = {"ionia": [], "ffmpeg": []}
            with desktop(where.display.display, mode):
                for _ in range(rounds):
                    for recorder in (Ours(), Peer()):
                        share, note = one_run(recorder, where, form, seconds, mode)
                        shares[mode][recorder.name].append(share)
                        notes += note
            rows.append(row(mode, shares[mode]))
    plot = Plot(
        name="cpu",
        title="CPU of a recording at 1080p30",
        x_label="",
        y_label="cores",
        kind="bars",
        series=[
            Series(label=name, x=list(modes), y=[round(statistics.median(shares[mode][name]), 3) for mode in modes])
            for name in ("ionia", "ffmpeg")
        ],
    )
    first = (
        f"CPU seconds (user + system, children included) per second, over {seconds:.0f} s after "
        f"{SETTLE_SECONDS:.0f} s to settle, {rounds} run(s) each in turns. Our x264 runs veryfast with subme 1 "
        "(decision 0051); the peer's runs veryfast as it is."
    )
    return PartResult(rows=rows, notes=[first, *notes], plots=[plot])


def row(mode: str, shares: dict[str, list[float]]) -> Row:
    """One picture's row."""
    ratio = statistics.median(shares["ionia"]) / statistics.median(shares["ffmpeg"])
    return Row(
        what=f"CPU at 1080p30, {mode} picture",
        ours=spread(shares["ionia"], ".2f", "cores"),
        peer=spread(shares["ffmpeg"], ".2f", "cores"),
        ratio=f"{ratio:.2f}",
        goal=f"≤ {GOALS[mode]:.2f}",
        met=ratio <= GOALS[mode],
    )


def one_run(recorder: Recorder, where: Stage, form: Form, seconds: float, mode: str) -> tuple[float, list[str]]:
    """Cores used, and a sentence if not every picture was there: then the figure means nothing."""
    path = form.folder / f"cost-{recorder.name}.mp4"
    with recorder.record(where, path, FPS) as recording:
        time.sleep(SETTLE_SECONDS)
        before = usage(recording.pid)
        time.sleep(seconds)
        share = cpu_share(before, usage(recording.pid))
        recording.stop()
        said = recording.pictures_lost()
    facts = timing(path, FPS)
    path.unlink()
    begun_late = 1.5  # a recorder may take so long to begin
    missing = round((SETTLE_SECONDS + seconds - begun_late) * FPS) - facts.frames
    lost = max(missing, said)
    if lost <= 0.02 * seconds * FPS:
        return share, []
    return share, [f"{recorder.name} lost {lost} pictures ({mode}): its CPU figure is of less work."]
