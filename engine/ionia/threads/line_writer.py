"""Lines that a thread writes for those who must not wait: whoever logs may be capturing or encoding."""

import threading
from collections import deque
from collections.abc import Callable

CAPACITY = 1000


class LineWriter:
    """Takes lines from any thread and gives them to `write`, several at a time, on a thread of its own.

    `write` may block for ever, on a disk or a pipe that hangs; what doesn't find room meanwhile is dropped and counted
    in the next line. What it raises as OSError loses the lines. The thread is a daemon, since nothing could interrupt
    `write`: it owns what `write` writes to, and `flush` gives it the time to end in order.
    """

    def __init__(self, name: str, write: Callable[[bytes], None]) -> None:
        self._write = write
        self._changed = threading.Condition()
        self._lines: deque[bytes] = deque()  # protected by _changed
        self._lost = 0  # protected by _changed
        self._writing = False  # protected by _changed
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Start the thread. Raises RuntimeError when the system can't."""
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Queue a line with its end; returns at once."""
        with self._changed:
            if len(self._lines) >= CAPACITY:
                self._lost += 1
                return
            self._lines.append(line)
            self._changed.notify_all()

    def flush(self, timeout: float) -> bool:
        """Wait until all is written; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._lines and not self._writing, timeout)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._writing = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._lines)
                data = b"".join(self._lines)
                lost, self._lost = self._lost, 0
                self._lines.clear()
                self._writing = True
            if lost:
                data += b"(%d lines lost)\n" % lost
            try:
                self._write(data)
            except OSError:
                with self._changed:
                    self._lost += lost + data.count(b"\n") - bool(lost)
