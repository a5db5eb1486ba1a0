"""The same media in another file: its index moved to the front, or several files one after the other."""

import contextlib
import os
import sys

from ionia.core.events import JobResult
from ionia.core.media_request import ConcatRequest, RemuxRequest
from ionia.core.mp4.reader import Unreadable
from ionia.core.mp4.remuxing import Unequal, concatenated, index_first, remuxed
from ionia.sinks.media_files.copying import copy
from ionia.sinks.media_files.new_file import VIDEO_SUFFIXES, NewFile, written_error
from ionia.sinks.media_files.source_file import SourceFile
from ionia.sinks.mp4_repair import Progress, media_error

_SCANNING = 0.05


def remux(request: RemuxRequest, progress: Progress) -> JobResult:
    """Raises IoniaError(MEDIA_FAILED). In place the old file is there, and plays, until the new one is whole."""
    in_place = request.output is None
    with SourceFile(request.path, lambda part: progress(_SCANNING * part)) as source:
        length = float(source.movie.duration)
        if in_place and source.recording:
            raise media_error(request.path, "it is being recorded", "Stop the recording first, or name another file.")
        if source.movie.lost and not source.movie.scan.fragmented:
            raise media_error(request.path, "a part of its media is missing", "Clips of what is there can be made.")
        if in_place and index_first(source.movie):
            return JobResult(path=str(source.target), duration_seconds=length, bytes=source.size, changed=False)
        try:
            layout = remuxed(source.movie)
        except Unreadable as error:
            raise media_error(request.path, f"it {error}") from error
        output = str(source.target) if request.output is None else request.output
        overwrite = in_place or request.overwrite
        with NewFile(
            output,
            overwrite=overwrite,
            suffixes=() if in_place else VIDEO_SUFFIXES,
            inputs=() if in_place else [source.identity],
            replaces=source.identity if in_place else None,
        ) as made:
            try:
                copy(layout, [source], made, lambda part: progress(_SCANNING + (1 - _SCANNING) * part))
                if in_place:
                    _like(source, made)
                    if sys.platform == "win32":
                        source.close()  # which replaces no open file; elsewhere nobody else gets its number so
                size = made.publish()
            except OSError as error:
                raise written_error(output, error) from error
        return JobResult(path=str(made.target), duration_seconds=length, bytes=size, changed=True)


def _like(source: SourceFile, made: NewFile) -> None:
    """The file's rights, and when the take was made."""
    before = os.fstat(source.descriptor)
    with contextlib.suppress(OSError):  # another user's file, or a drive that keeps no such things
        made.hidden.chmod(before.st_mode & 0o7777)
    with contextlib.suppress(OSError):
        os.utime(made.hidden, ns=(before.st_atime_ns, before.st_mtime_ns))


def concat(request: ConcatRequest, progress: Progress) -> JobResult:
    """Raises IoniaError(MEDIA_FAILED) with nothing left behind."""
    with contextlib.ExitStack() as stack:
        sources = [stack.enter_context(SourceFile(path)) for path in request.paths]
        try:
            layout, length = concatenated([source.movie for source in sources])
        except Unequal as error:
            hint = "Files are joined by copying: give such as were recorded with the same settings."
            raise media_error(request.paths[error.which], f"it {error}", hint) from error
        with NewFile(
            request.output,
            overwrite=request.overwrite,
            suffixes=VIDEO_SUFFIXES,
            inputs=[source.identity for source in sources],
        ) as made:
            try:
                copy(layout, sources, made, progress)
                size = made.publish()
            except OSError as error:
                raise written_error(request.output, error) from error
        return JobResult(path=str(made.target), duration_seconds=float(length), bytes=size, changed=True)
