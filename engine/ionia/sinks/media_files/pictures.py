"""Pictures out of a file: one, a sheet of small ones, or a moving one. Only what is shown is decoded."""

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from ionia.core.events import JobResult
from ionia.core.media_request import GifRequest, SpritesRequest, ThumbnailRequest
from ionia.core.mp4.cutting import Window, keyframe_before, picture_at, rows_for, window_from
from ionia.core.mp4.movie import MovieTrack
from ionia.core.sprite_sheet import SpriteSheet, sprite_sheet
from ionia.media.gif_maker import gif_bytes
from ionia.media.picture_reader import CANNOT, pictures
from ionia.media.still_image import IMAGE_SUFFIXES, fitted, image_bytes
from ionia.sinks.media_files.new_file import NewFile, written_error
from ionia.sinks.media_files.source_file import SourceFile
from ionia.sinks.mp4_repair import Progress, media_error

_MOST_GIF_BYTES = 512 << 20
"""Of the scaled pictures, which are all in memory while their palette is chosen."""

_DEFAULT_GIF_SECONDS = 10


def thumbnail(request: ThumbnailRequest, progress: Progress) -> JobResult:
    """The picture that is shown at a moment; the last one after the end. Raises IoniaError(MEDIA_FAILED)."""
    with (
        SourceFile(request.path, progress) as source,
        NewFile(request.output, overwrite=request.overwrite, suffixes=IMAGE_SUFFIXES, inputs=[source.identity]) as made,
    ):
        track = _pictures_of(source)
        row = picture_at(track, Fraction(request.seconds))
        frame = _decoded(source, track, row)
        data = image_bytes(
            frame, Path(request.output).suffix.lower(), fitted((frame.width, frame.height), request.max_width)
        )
        at = max(0.0, float(track.seconds(int(track.shown[row]))))
        size = _saved(made, data)
        return JobResult(path=str(made.target), duration_seconds=0.0, bytes=size, changed=True, start_seconds=at)


def sprites(request: SpritesRequest, progress: Progress) -> JobResult:
    """A sheet, and the WebVTT beside it. Raises IoniaError(MEDIA_FAILED)."""
    beside = str(Path(request.output).with_suffix(".vtt"))
    with (
        SourceFile(request.path) as source,
        NewFile(request.output, overwrite=request.overwrite, suffixes=IMAGE_SUFFIXES, inputs=[source.identity]) as made,
        NewFile(beside, overwrite=request.overwrite, inputs=[source.identity]) as index,
    ):
        track = _pictures_of(source)
        length = float(source.movie.duration)
        try:
            sheet = sprite_sheet(length, track.size, request.width, request.interval_seconds)
        except ValueError as error:
            raise media_error(request.path, str(error)) from error
        pixels = _sheet_pixels(source, track, sheet, progress)
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        size = _saved(made, image_bytes(frame, Path(request.output).suffix.lower()))
        try:
            _saved(index, sheet.vtt(made.target.name).encode())
        except BaseException:
            if not request.overwrite:  # then it is ours
                with contextlib.suppress(OSError):
                    made.target.unlink()
            raise
        return JobResult(
            path=str(made.target), duration_seconds=length, bytes=size, changed=True, index_path=str(index.target)
        )


def gif(request: GifRequest, progress: Progress) -> JobResult:
    """A part as a moving picture. Raises IoniaError(MEDIA_FAILED)."""
    with (
        SourceFile(request.path) as source,
        NewFile(request.output, overwrite=request.overwrite, suffixes=(".gif",), inputs=[source.identity]) as made,
    ):
        track = _pictures_of(source)
        start = Fraction(request.start_seconds)
        end = start + _DEFAULT_GIF_SECONDS if request.end_seconds is None else Fraction(request.end_seconds)
        if start >= source.movie.duration or end <= start:
            length = float(source.movie.duration)
            raise media_error(request.path, f"it is {length:.3f} s long, and there is no such part of it")
        window = window_from(source.movie, start, end, exact=True)
        size = fitted(track.size, request.width)
        most = int(_MOST_GIF_BYTES / (4 * size[0] * size[1]) / request.fps)
        if window.length > most:
            hint = "Make it shorter, smaller, or with fewer pictures a second."
            raise media_error(request.path, f"the GIF would be too large: {most} s of this size is the most", hint)
        try:
            data = gif_bytes(_moving(source, track, window, progress), fps=request.fps, size=size)
        except (av.FFmpegError, LookupError) as error:
            raise media_error(request.path, f"it {CANNOT}") from error
        written = _saved(made, data)
        return JobResult(
            path=str(made.target),
            duration_seconds=float(window.length),
            bytes=written,
            changed=True,
            start_seconds=float(window.begin),
        )


def _pictures_of(source: SourceFile) -> MovieTrack:
    if not source.movie.videos:
        raise media_error(source.path, "it has no pictures")
    return source.movie.videos[0]


def _decoded(source: SourceFile, track: MovieTrack, row: int) -> av.VideoFrame:
    """The picture of this row."""
    wanted = int(track.table.shown[row])
    last: av.VideoFrame | None = None
    try:
        for frame in pictures(track, source.read, slice(keyframe_before(track, row), row + 1)):
            last = frame
            if frame.pts == wanted:
                break
    except (av.FFmpegError, LookupError) as error:
        raise media_error(source.path, f"it {CANNOT}") from error
    except OSError as error:
        raise media_error(source.path, str(error)) from error
    if last is None:
        raise media_error(source.path, "its pictures at that moment are damaged")
    return last


def _sheet_pixels(
    source: SourceFile, track: MovieTrack, sheet: SpriteSheet, progress: Progress
) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    width, height = sheet.size
    pixels = np.zeros((height, width, 3), np.uint8)
    for index, (begin, end) in enumerate(sheet.moments()):
        row = _representative(track, Fraction(begin), Fraction(end))
        frame = _decoded(source, track, row).reformat(width=sheet.width, height=sheet.height, format="rgb24")
        left, top = sheet.place(index)
        pixels[top : top + sheet.height, left : left + sheet.width] = frame.to_ndarray()
        progress((index + 1) / sheet.count)
    return pixels


def _representative(track: MovieTrack, begin: Fraction, end: Fraction) -> int:
    """The first keyframe within, which alone has to be decoded; where there is none, the picture at the beginning."""
    shown = track.shown
    syncs = np.flatnonzero(track.table.sync)
    inside = syncs[(shown[syncs] >= track.units(begin)) & (shown[syncs] < track.units(end))]
    return int(inside[0]) if inside.size else picture_at(track, begin)


def _moving(source: SourceFile, track: MovieTrack, window: Window, progress: Progress) -> Iterator[av.VideoFrame]:
    begin, end = track.units(window.begin) - track.origin, track.units(window.end) - track.origin
    rows = rows_for(track, window)
    count = max(1, rows.stop - rows.start)
    for index, frame in enumerate(pictures(track, source.read, rows)):
        progress(0.9 * index / count)
        if frame.pts is None or not begin <= frame.pts < end:
            continue
        frame.pts -= begin
        frame.time_base = Fraction(1, track.timescale)
        yield frame


def _saved(made: NewFile, data: bytes) -> int:
    try:
        made.write(data)
        return made.publish()
    except OSError as error:
        raise written_error(made.path, error) from error
