"""Looks what is in a file: by its own index, and by libav for its tags and chapters. Decodes nothing."""

import struct
from dataclasses import replace

import av

from ionia.core.events import JobResult
from ionia.core.media_request import ChapterFacts, MediaFacts, MediaState, MediaTrackFacts, ProbeRequest
from ionia.core.mp4.movie import Movie, MovieTrack
from ionia.core.mp4.reader import child
from ionia.core.mp4.remuxing import index_first
from ionia.sinks.media_files.source_file import SourceFile
from ionia.sinks.mp4_repair import Progress

_CODECS = {
    b"avc1": "h264",
    b"avc3": "h264",
    b"hvc1": "hevc",
    b"hev1": "hevc",
    b"av01": "av1",
    b"vp09": "vp9",
    b"mp4a": "aac",
    b"Opus": "opus",
    b"fLaC": "flac",
    b"alac": "alac",
    b"ac-3": "ac3",
    b"ec-3": "eac3",
}
"""libav's names by the kind of the samples."""


def probe(request: ProbeRequest, progress: Progress) -> JobResult:
    """Raises IoniaError(MEDIA_FAILED)."""
    with SourceFile(request.path, progress) as source:
        movie = source.movie
        tags, chapters = _by_libav(str(source.target))
        facts = MediaFacts(
            state=_state(source, movie),
            fragmented=movie.scan.fragmented,
            index_first=index_first(movie),
            lost_bytes=movie.lost,
            tracks=tuple(_track(track) for track in movie.tracks),
            start_utc=tags.get("startUtc") or tags.get("creation_time"),
            tags={key: value for key, value in tags.items() if key not in _NOT_TAGS},
            chapters=chapters,
        )
        return JobResult(
            path=str(source.target),
            duration_seconds=round(float(movie.duration), 6),
            bytes=source.size,
            changed=False,
            media=facts,
        )


_NOT_TAGS = frozenset({"major_brand", "minor_version", "compatible_brands", "creation_time", "startUtc"})


def _state(source: SourceFile, movie: Movie) -> MediaState:
    if source.recording:
        return "recording"
    if movie.scan.fragmented and movie.scan.hole is not None:
        return "unfinished"
    return "damaged" if movie.lost else "finished"


def _track(track: MovieTrack) -> MediaTrackFacts:
    table, entry = track.table, track.entries[0]
    seconds = float(track.seconds(max(0, track.end - max(0, track.begin))))
    size = int(table.sizes.sum())
    facts = MediaTrackFacts(
        kind="other",
        codec=_CODECS.get(entry.kind, entry.kind.decode("latin-1")),
        name=child(track.header.box, b"udta", b"name").decode("utf-8", "replace").strip("\0"),
        duration_seconds=round(seconds, 6),
        bytes=size,
        bitrate=round(size * 8 / seconds) if seconds else 0,
        samples=int(table.times.size),
    )
    if track.is_video:
        width, height = track.size
        keyframes = int(table.sync.sum())
        return replace(facts, kind="video", width=width, height=height, fps=_fps(track), keyframes=keyframes)
    if track.is_sound and len(entry.box) >= 36:
        channels, rate = struct.unpack_from(">H", entry.box, 24)[0], struct.unpack_from(">I", entry.box, 32)[0] >> 16
        return replace(facts, kind="audio", sample_rate=rate or track.timescale, channels=channels)
    return facts


def _fps(track: MovieTrack) -> float:
    table = track.table
    units = table.end - table.first_time
    return round(table.times.size * track.timescale / units, 3) if units else 0.0


def _by_libav(path: str) -> tuple[dict[str, str], tuple[ChapterFacts, ...]]:
    """Nothing for a file that libav doesn't open: what is in it was read already."""
    try:
        with av.open(path) as container:
            chapters = tuple(
                ChapterFacts(
                    title=chapter["metadata"].get("title", ""),
                    start_seconds=float(chapter["start"] * (chapter["time_base"] or 0)),
                    end_seconds=float(chapter["end"] * (chapter["time_base"] or 0)),
                )
                for chapter in container.chapters()
            )
            return dict(container.metadata), chapters
    except (av.FFmpegError, OSError, ValueError):
        return {}, ()
