"""Whether frames come evenly, both tracks end together, and nothing is lost: 720p30 of a moving desktop."""

import time

from tests.bench.desktop import desktop
from tests.bench.media import timing
from tests.bench.parts import Form
from tests.bench.recorders import Ours, Peer, stage
from tests.bench.report import PartResult, Row

FPS = 30
LOST_GOAL_PERCENT = 0.1


def measure(form: Form) -> PartResult:
    """One long recording, ours and then the peer's."""
    seconds = form.of(quick=8.0, full=180.0)
    ours, peer = form.folder / "ours.mp4", form.folder / "peer.mp4"
    with stage(1280, 720) as where, desktop(where.display.display, "moving"):
        with Ours().record(where, ours, FPS) as recording:
            time.sleep(seconds)
            recording.stop()
            stats = recording.stats()
        with Peer().record(where, peer, FPS) as other:
            time.sleep(seconds)
            other.stop()
            other_lost = other.pictures_lost()
    own, theirs = timing(ours, FPS), timing(peer, FPS)
    lost = stats["videoFramesLagged"] + stats["videoFramesSkipped"]
    percent = 100 * lost / own.frames
    apart, apart_peer = (abs(each.video_seconds - each.audio_seconds) for each in (own, theirs))
    rows = [
        Row(
            what="frames at 720p30 that are not one frame after the last",
            ours=f"{own.uneven} of {own.frames}",
            peer=f"{theirs.uneven} of {theirs.frames}",
            goal="0",
            met=own.uneven == 0,
        ),
        Row(
            what="length of video minus length of audio",
            ours=f"{apart * 1000:.1f} ms",
            peer=f"{apart_peer * 1000:.1f} ms",
            goal="≤ 1 frame (33.3 ms)",
            met=apart <= 1 / FPS + 1e-6,
        ),
        Row(
            what="lagged + skipped at 720p30",
            ours=f"{percent:.2f} % ({stats['videoFramesLagged']} + {stats['videoFramesSkipped']} of {own.frames})",
            peer=f"{other_lost} duplicated or dropped",
            goal=f"≤ {LOST_GOAL_PERCENT} %",
            met=percent <= LOST_GOAL_PERCENT,
        ),
    ]
    note = f"{seconds:.0f} s of scrolled text and a film; {stats['videoFramesUnique']} pictures of ours are unique."
    return PartResult(rows=rows, notes=[note])
