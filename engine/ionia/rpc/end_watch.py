"""Knows when the process has to end although nobody said so on stdin, and sees to it that it does.

Reasons: a signal; whoever started us is gone, though something else still holds our stdin; nobody can read our stdout
any more; the main thread says that the end has begun. From any of them on the end has a limit, and when that is over
the process is ended by force, with what is on the disk.

A thread of its own, because the main thread may be busy with what hangs (libav, a device that opens). It is a daemon:
it must outlive everything but an end in good time, and owns nothing.
"""

import contextlib
import faulthandler
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

from ionia.platform.parent_process import ParentProcess, outlives_its_parent
from ionia.platform.windows_session import session_end

log = logging.getLogger(__name__)

SHUTDOWN_SECONDS = 4.3
"""Time that an orderly end may take; with what precedes and follows it stays below the contract's 5 s."""

_LAST_FLUSH_SECONDS = 0.3
_LOCKED_SECONDS = 0.35
"""So long after the limit a thread that holds Python's lock (libav does while it closes) is waited for no more."""

_LOOK_SECONDS = 0.5
"""How often the parent is looked at where nothing tells of its end."""

_BEGUN, _CLOSED, _HEARD = b"\0", b"\xfe", b"\xff"
"""What our own side writes where signals write their numbers."""


class EndWatch:
    """Handles the process's signals, which makes it one per process. Made on the main thread.

    `end` is called once, from the watch's thread, when there is a reason to end; `hurry` when the limit is over, with
    the seconds that it may take. `outgoing` is our stdout.
    """

    def __init__(self, outgoing: int, *, end: Callable[[], None], hurry: Callable[[float], None]) -> None:
        self._outgoing: int | None = outgoing
        self._end = end
        self._hurry = hurry
        self._alone = outlives_its_parent()
        self._parent: ParentProcess | None = None
        self._handled: list[signal.Signals] = []
        self._receiver, self._sender = socket.socketpair()
        self._sender.settimeout(0)
        self._handle_signals()

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="rpc-watchdog", daemon=True).start()

    def client_spoke(self) -> None:
        """The first bytes have come: from now on our parent is the client, or who keeps it alive.

        Not before: a launcher that starts us and ends at once has ended by then. Main thread.
        """
        self._sender.send(_HEARD)

    def begin(self) -> None:
        """The end has begun: its limit counts from now, or from an earlier reason. Main thread."""
        _limit_a_locked_end()
        self._sender.send(_BEGUN)

    def over(self) -> None:
        """All is finished: signals change nothing any more. Main thread.

        Python gives them their deadly defaults back while it ends, and a second SIGTERM would then cost the exit code.
        """
        for number in self._handled:
            signal.signal(number, signal.SIG_IGN)

    def _handle_signals(self) -> None:
        """Signals write their numbers into our socket, from C: that works while the main thread hangs in a library."""

        def handled(_number: int, _frame: FrameType | None) -> None:
            pass  # only so that the signal's default doesn't happen

        for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"):
            number = getattr(signal, name, None)
            if number is not None and not (name == "SIGHUP" and self._alone):
                signal.signal(number, handled)
                self._handled.append(number)
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        session_end.listen(lambda: self._tell(_CLOSED))

    def _tell(self, word: bytes) -> None:
        with contextlib.suppress(OSError):  # full, and so told already; or all is over
            self._sender.send(word)

    def _run(self) -> None:
        try:
            reason = ""
            while not reason:
                reason = self._wait()
        except OSError:
            log.exception("Nothing can be watched any more")
            reason = "nobody could end the engine"
        if reason != "begun":
            log.info("The engine ends: %s", reason)
            _limit_a_locked_end()
        self._end()
        threading.Event().wait(SHUTDOWN_SECONDS)
        log.error("The engine did not end in time: it is ended by force")
        self._hurry(_LAST_FLUSH_SECONDS)
        os._exit(0)

    def _wait(self) -> str:
        """Wait for something, up to the next look at the parent; why to end, or an empty string."""
        bytes_read, stdout_over = self._wait_for_any()
        if _HEARD in bytes_read and not self._alone:
            self._watch_parent()
        if _BEGUN in bytes_read:
            return "begun"
        if _CLOSED in bytes_read:
            return "Windows closes its console or its user's session"
        for number in bytes_read.replace(_HEARD, b""):
            return f"signal {number}"
        if self._parent is not None and self._parent.gone():
            return "the process that started it is gone"
        return "nobody reads its stdout" if stdout_over else ""

    def _watch_parent(self) -> None:
        try:
            self._parent = ParentProcess()
        except OSError as error:
            log.debug("no parent to watch: %s", error)

    if sys.platform == "win32":

        def _wait_for_any(self) -> tuple[bytes, bool]:
            self._receiver.settimeout(_LOOK_SECONDS if self._parent is not None else None)
            try:
                return self._receiver.recv(4096), False
            except TimeoutError:
                return b"", False

    else:

        def _wait_for_any(self) -> tuple[bytes, bool]:
            import select  # noqa: PLC0415 - Windows lacks what is used here

            poller = select.poll()
            poller.register(self._receiver, select.POLLIN)
            timeout = None
            if self._parent is not None and self._parent.fd is not None:
                poller.register(self._parent.fd, select.POLLIN)
            elif self._parent is not None:
                timeout = _LOOK_SECONDS * 1000
            if self._outgoing is not None:
                poller.register(self._outgoing, 0)  # an error or a hang-up is told anyway
            ready = dict(poller.poll(timeout))
            data = self._receiver.recv(4096) if self._receiver.fileno() in ready else b""
            return data, self._outgoing in ready


def _limit_a_locked_end() -> None:
    """When a library hangs with Python's lock held, no thread gets on any more; faulthandler needs no lock."""
    seconds = SHUTDOWN_SECONDS + _LAST_FLUSH_SECONDS + _LOCKED_SECONDS
    faulthandler.dump_traceback_later(seconds, exit=True, file=2)
