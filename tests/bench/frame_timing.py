"""Whether frames come evenly, both tracks end together, and nothing is lost: a moving desktop at three sizes.

At 1080p60 a small machine may not keep up. A recorder may lose pictures then; ours must say so, repeat a picture for
each, keep its frame rate and lose no sound.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ionia.core.media import AUDIO_TICK_SAMPLES, SAMPLE_RATE
from tests.bench.desktop import desktop
from tests.bench.media import Timing, timing
from tests.bench.parts import Form
from tests.bench.peers import missing_peers, peers, side_by_side, tried
from tests.bench.recorders import SIZES, SMALL, Ours, Recorder, Size, Stage, stage
from tests.bench.report import PartResult, Row

LOST_GOAL_PERCENT = 0.1
"""At 720p30, and on a machine that has the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A peer's file, and what it says that it lost."""

    file: Timing
    lost: int


def measure(form: Form) -> PartResult:
    """Ours and then each peer, at each size; ours longest where it is judged on what it lost."""
    rows: list[Row] = []
    notes: list[str] = []
    for size in form.of(quick=(SMALL,), full=SIZES):
        seconds = form.of(quick=8.0, full=60.0 if size == SMALL else 30.0)
        seconds_peer = form.of(quick=8.0, full=12.0)
        others: dict[str, Recorded] = {}
        with stage(size.width, size.height) as where, desktop(where.display.display, "moving", size.fps):
            path = form.folder / "ours.mp4"
            stats = record_ours(where, path, size, seconds)
            for peer in peers(form):
                theirs = tried(peer, notes, partial(record_peer, peer, where, form, size, seconds_peer))
                if theirs is not None:
                    others[peer.name] = theirs
        own = timing(path, size.fps)
        rows += size_rows(size, own, stats, others)
        notes.append(
            f"{size.name}: {seconds:.0f} s of scrolled text and a film, the peers {seconds_peer:.0f} s; "
            f"{stats['videoFramesUnique']} pictures of ours are unique."
        )
    return PartResult(rows=rows, notes=[*notes, *missing_peers(form)])


def record_ours(where: Stage, path: Path, size: Size, seconds: float) -> dict[str, Any]:
    """The stats after the stop."""
    with Ours().record(where, path, size.fps) as recording:
        time.sleep(seconds)
        recording.stop()
        return recording.stats()


def record_peer(peer: Recorder, where: Stage, form: Form, size: Size, seconds: float) -> Recorded:
    """A shorter recording of the same."""
    path = form.folder / f"timing-{peer.name}.mp4"
    with peer.record(where, path, size.fps) as recording:
        time.sleep(seconds)
        recording.stop()
        lost = recording.pictures_lost()
    return Recorded(file=timing(path, size.fps), lost=lost)


def cut_seconds(stats: Mapping[str, Any], file: Timing) -> tuple[float, float]:
    """What was recorded and is missing at the end of the file, picture and sound: a stop waits 3 s for an encoder."""
    seconds = float(stats["durationSeconds"])
    # Sound ends with the packet whose middle lies before the end.
    return max(0.0, seconds - file.video_seconds), max(
        0.0, seconds - file.audio_seconds - AUDIO_TICK_SAMPLES / SAMPLE_RATE
    )


def size_rows(size: Size, own: Timing, stats: Mapping[str, Any], others: Mapping[str, Recorded]) -> list[Row]:
    """Even frames, both tracks, what was lost of the picture and of the sound."""
    lagged, skipped = int(stats["videoFramesLagged"]), int(stats["videoFramesSkipped"])
    picture_cut, sound_cut = cut_seconds(stats, own)
    cut = round(picture_cut * size.fps)
    percent = 100 * (lagged + skipped + cut) / (own.frames + cut)
    cut_text = f" + {cut} cut off" if cut else ""
    sound_lost = stats["audioSamplesLost"] / SAMPLE_RATE + sound_cut
    apart = abs(own.video_seconds - own.audio_seconds)
    judged = size == SMALL
    return [
        Row(
            what=f"frames at {size.name} that are not one frame after the last",
            ours=f"{own.uneven} of {own.frames}",
            peer=side_by_side({name: f"{each.file.uneven} of {each.file.frames}" for name, each in others.items()}),
            goal="0",
            met=own.uneven == 0,
        ),
        Row(
            what=f"length of video minus length of audio at {size.name}",
            ours=f"{apart * 1000:.1f} ms",
            peer=side_by_side(
                {
                    name: f"{abs(each.file.video_seconds - each.file.audio_seconds) * 1000:.1f}"
                    for name, each in others.items()
                },
                "ms",
            ),
            goal=f"≤ 1 frame ({1000 / size.fps:.1f} ms)",
            met=apart <= 1 / size.fps + 1e-6,
        ),
        Row(
            what=f"lagged + skipped at {size.name}",
            ours=f"{percent:.2f} % ({lagged} + {skipped}{cut_text} of {own.frames + cut})",
            peer=side_by_side({name: f"{each.lost} of {each.file.frames}" for name, each in others.items()}),
            goal=f"≤ {LOST_GOAL_PERCENT} %" if judged else "–",
            met=percent <= LOST_GOAL_PERCENT if judged else None,
        ),
        Row(
            what=f"sound lost at {size.name}",
            ours=f"{sound_lost:.2f} s",
            goal="0",
            met=sound_lost == 0,
        ),
    ]
