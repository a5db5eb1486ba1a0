"""A file that a job reads: also one that is still being recorded, as far as it was written when the job began.

It is never written to. One thread.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from ionia.core.errors import IoniaError
from ionia.core.file_place import FileIdentity
from ionia.core.mp4.movie import Movie, opened
from ionia.core.mp4.reader import Span, Unreadable, read_with, scan
from ionia.sinks.file_lock import is_recorded
from ionia.sinks.mp4_repair import Progress, check_ordinary, media_error


class SourceFile:
    """Open and scanned. Use it with `with`."""

    def __init__(self, path: str, progress: Progress = lambda _: None) -> None:
        """Raises IoniaError(MEDIA_FAILED) for a file that can't be read, or what is none, in words."""
        self.path = path
        try:
            check_ordinary(path)
            self.target = Path(os.path.realpath(path))
            self._file: BinaryIO = self.target.open("rb", buffering=0)
        except (OSError, ValueError) as error:
            raise _system_error(path, error) from error
        try:
            status = os.fstat(self._file.fileno())
            self.size = status.st_size
            self.identity = FileIdentity(device=status.st_dev, inode=status.st_ino)
            self.recording = self._is_held()
            self.movie: Movie = opened(read_with(scan(self.size), lambda span: self._scanned(span, progress)))
        except Unreadable as error:
            self.close()
            raise media_error(path, f"it {error}") from error
        except OSError as error:
            self.close()
            raise _system_error(path, error) from error
        except BaseException:
            self.close()
            raise

    def read(self, offset: int, size: int) -> bytes:
        """A part of the file. Raises OSError, also where the file became shorter."""
        self._file.seek(offset)
        data = bytearray()
        while len(data) < size:
            part = self._file.read(size - len(data))
            if not part:
                raise OSError("the file became shorter while it was read")
            data += part
        return bytes(data)

    @property
    def descriptor(self) -> int:
        """Of the open file."""
        return self._file.fileno()

    def close(self) -> None:
        """Idempotent."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _is_held(self) -> bool:
        with self.target.open("rb", buffering=0) as file:  # another handle: the lock is given back at once
            return is_recorded(file)

    def _scanned(self, span: Span, progress: Progress) -> bytes:
        progress(span.offset / max(self.size, 1))
        self._file.seek(span.offset)
        return self._file.read(span.size)


def _system_error(path: str, error: OSError | ValueError) -> IoniaError:
    words = error.strerror if isinstance(error, OSError) else str(error)
    return media_error(path, (words or type(error).__name__).lower())
