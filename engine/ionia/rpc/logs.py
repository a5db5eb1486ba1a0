"""The engine's log: stderr and a file, one line per record, no secrets.

A parent that does not read our stderr must not stop the engine: where the system can tell that a write would block,
the line is dropped and counted instead; on Windows, where it can't, a thread writes. A thread writes to the file, too,
since its disk may hang.
"""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import ionia
from ionia.core.redaction import Redactor, one_line
from ionia.platform.descriptors import wait_writable
from ionia.rpc.log_file import LogFile
from ionia.threads.line_writer import LineWriter

_IS_WINDOWS = sys.platform == "win32"

_MAX_LINE_BYTES = 4000
"""Below PIPE_BUF (4096 on Linux), so that a pipe which polls writable takes a whole line without blocking."""


class OneLineFormatter(logging.Formatter):
    """Time, level, logger and message on one line; line breaks, tracebacks included, are escaped."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end. The whole text is redacted: exceptions quote URLs too."""
        return one_line(self._redactor.redact(super().format(record)))


class FdHandler(logging.Handler):
    """Writes lines to a file descriptor. logging's own lock protects it."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd = fd
        self._lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or drop and count it."""
        line = _line(self, record)
        lost = f" ({self._lost} lines lost before)" if self._lost else ""
        data = f"{line}{lost}".encode("utf-8", "backslashreplace")[:_MAX_LINE_BYTES] + b"\n"
        try:
            if wait_writable(self._fd, 0):
                os.write(self._fd, data)
                self._lost = 0
                return
        except (OSError, ValueError):
            pass  # nobody listens any more, and there is nowhere to say so
        self._lost += 1


class QueueHandler(logging.Handler):
    """Hands lines to a thread that writes them."""

    def __init__(self, writer: LineWriter) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record; never waits."""
        self._writer.put(_line(self, record).encode("utf-8", "backslashreplace")[:_MAX_LINE_BYTES] + b"\n")


class Logs:
    """Where the lines go. Any thread."""

    def __init__(self, writers: Sequence[LineWriter], file: LogFile | None) -> None:
        self._writers = writers
        self._file = file

    @property
    def path(self) -> str | None:
        """The log file; None where there is none (yet)."""
        path = self._file.path if self._file is not None else None
        return None if path is None else str(path)

    def flush(self, timeout: float) -> None:
        """Wait until everything is written, up to `timeout` seconds for each place."""
        for writer in self._writers:
            writer.flush(timeout)


def set_up(redactor: Redactor, *, fd: int = 2, folder: Path | None = None, threaded: bool = _IS_WINDOWS) -> Logs:
    """Send everything that is logged to `fd`, and to a file in `folder` if that can be. Called once, at the start.

    `threaded`: a thread writes to `fd`, for a system that can't tell whether a write would block.
    """
    writers, handlers = [], list[logging.Handler]()
    file = LogFile(folder, _first_line) if folder is not None else None
    places = {"rpc-log": _to_descriptor(fd) if threaded else None, "rpc-log-file": file.write if file else None}
    for name, write in places.items():
        if write is not None:
            try:
                writer = LineWriter(name, write)
                writer.start()
            except RuntimeError:
                continue  # no room for a thread: then less is logged
            writers.append(writer)
            handlers.append(QueueHandler(writer))
    if not threaded:
        handlers.append(FdHandler(fd))
    for handler in handlers:
        handler.setFormatter(OneLineFormatter(redactor))
    root = logging.getLogger()
    root.handlers[:] = handlers
    root.setLevel(logging.WARNING)
    logging.getLogger("ionia").setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    if writers and file is not None:
        writers[-1].put(b"")  # opens it, so that its name is known before there is something to tell
    return Logs(writers, file)


def _first_line() -> str:
    return f"ionia-engine {ionia.__version__}, process {os.getpid()} on {sys.platform}"


def _to_descriptor(fd: int) -> Callable[[bytes], None]:
    def write(data: bytes) -> None:
        os.write(fd, data)

    return write


def _line(handler: logging.Handler, record: logging.LogRecord) -> str:
    try:
        return handler.format(record)
    except Exception:  # noqa: BLE001 - logging must never end what it reports on
        # Arguments that don't fit the message: the mistake itself is worth a line, the engine's life is not.
        return f"{record.levelname} {record.name}: unprintable log record from {record.filename}:{record.lineno}"


def set_debug(enabled: bool) -> None:
    """Log debug lines of the engine, or no longer."""
    logging.getLogger("ionia").setLevel(logging.DEBUG if enabled else logging.INFO)
