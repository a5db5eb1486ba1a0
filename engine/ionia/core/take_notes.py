"""The lines of a recording's sidecar: what happened when, each a JSON object of its own. Pure.

Times are `fileSeconds` from the file's first picture, and `utc`. The first line of a file is its `start`; a file
without an `end` was cut off. Behind that one come only marks that were set later.
"""

import json
from collections.abc import Mapping

from ionia.core.codec.codec import NO_PICTURE
from ionia.core.events import MarkSet
from ionia.core.frame_rate import rate_number
from ionia.core.media import VideoTrack
from ionia.core.mp4.tags import FileTags
from ionia.core.stats import SessionStats
from ionia.core.utc_text import utc_text


def start_line(*, path: str, part: int, tags: FileTags, video: VideoTrack) -> bytes:
    """A file begins. `part` counts from 0. Of sound alone no size is told."""
    size = {} if video.codec is NO_PICTURE else {"width": video.width, "height": video.height}
    began = None if tags.start_utc_ns is None else utc_text(tags.start_utc_ns)
    return _line(
        "start",
        path=path,
        part=part,
        startUtc=began,
        utcErrorMs=round(tags.utc_error_ns / 1e6, 3),
        metadata=dict(tags.metadata),
        **size,
        fps=rate_number(video.fps),
    )


def moment_line(kind: str, *, file_seconds: float, utc_ns: int) -> bytes:
    """`pause` or `resume`."""
    return _line(kind, fileSeconds=round(file_seconds, 6), utc=utc_text(utc_ns))


def mark_line(mark: MarkSet, label: str, data: Mapping[str, object] | None) -> bytes:
    """A mark, with what its setter says of it."""
    return _line("mark", index=mark.index, label=label, data=data, fileSeconds=mark.file_seconds, utc=mark.utc)


def warning_line(*, code: str, message: str, file_seconds: float, utc_ns: int) -> bytes:
    """Something was lost or replaced; `code` says what."""
    return _line("warning", code=code, message=message, fileSeconds=round(file_seconds, 6), utc=utc_text(utc_ns))


def split_line(*, seconds: float, after: str) -> bytes:
    """The file ends, and the recording goes on in the next."""
    return _line("end", reason="split", durationSeconds=round(seconds, 6), next=after)


def end_line(reason: str, stats: SessionStats) -> bytes:
    """The recording ends. What was lost is counted since its start, by cause."""
    return _line(
        "end",
        reason=reason,
        durationSeconds=stats.duration_seconds,
        videoFramesCaptured=stats.video_frames_captured,
        videoFramesLagged=stats.video_frames_lagged,
        videoFramesMissed=stats.video_frames_missed,
        videoFramesSkipped=stats.video_frames_skipped,
        audioSilenceSamples=stats.audio_silence_samples,
        audioSamplesLost=stats.audio_samples_lost,
    )


def _line(kind: str, **facts: object) -> bytes:
    text = json.dumps({"type": kind, **facts}, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace") + b"\n"
