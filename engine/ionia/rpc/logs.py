"""The engine's log: stderr, one line per record, no secrets.

A parent that does not read our stderr must not stop the engine: where the system can tell that a write would block,
the line is dropped and counted instead.
"""

import logging
import os

from ionia.core.redaction import Redactor, one_line
from ionia.platform.descriptors import wait_writable

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
        try:
            line = self.format(record)
        except Exception:  # noqa: BLE001 - logging must never end what it reports on
            # Arguments that don't fit the message: the mistake itself is worth a line, the engine's life is not.
            line = f"{record.levelname} {record.name}: unprintable log record from {record.filename}:{record.lineno}"
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


def set_up(redactor: Redactor, *, fd: int = 2) -> None:
    """Send everything that is logged to `fd`. Called once, at the start."""
    handler = FdHandler(fd)
    handler.setFormatter(OneLineFormatter(redactor))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("ionia").setLevel(logging.INFO)
    logging.captureWarnings(capture=True)


def set_debug(enabled: bool) -> None:
    """Log debug lines of the engine, or no longer."""
    logging.getLogger("ionia").setLevel(logging.DEBUG if enabled else logging.INFO)
