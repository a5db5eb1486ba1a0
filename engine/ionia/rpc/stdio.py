"""JSON-RPC on the process' own stdin and stdout: descriptors, signals and the end of the process.

The end is the same whatever causes it (stdin EOF, engine.shutdown, SIGTERM, SIGINT, CTRL_BREAK, a client that closed
its end of stdout): stop reading, close the server, exit code 0. A watchdog ends the process by force when that takes
longer than the contract allows.

The main thread reads. On POSIX it waits for stdin and for a wake-up socket, so a signal ends the wait. On Windows a
read of a pipe can't be interrupted and `select` knows only sockets; there a thread reads and the main thread waits for
the socket alone. That thread is the one daemon thread: it owns nothing, and at the end there is nothing to tell it.
It reads by `os.read`, since a daemon thread within `sys.stdin.buffer` aborts the interpreter's exit.
"""

import contextlib
import logging
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

from ionia.core.redaction import Redactor
from ionia.core.service import EngineService, Listener
from ionia.rpc import logs
from ionia.rpc.server import Server

log = logging.getLogger(__name__)

_CHUNK_BYTES = 64 * 1024
_SHUTDOWN_SECONDS = 4.3
"""Time that an orderly end may take; with what follows it stays below the contract's 5 s."""
_LAST_FLUSH_SECONDS = 0.3


def serve_stdio(make_service: Callable[[Listener], EngineService], *, redactor: Redactor | None = None) -> int:
    """Serve one client until it ends, and return the exit code. Main thread only.

    Takes the process' stdin and stdout, its signals and its logging for good; the caller exits at once afterwards,
    since the watchdog stays armed so that it guards the interpreter's own end too.
    """
    incoming, outgoing = take_stdio()
    redactor = redactor or Redactor()
    logs.set_up(redactor)
    wakeup = Wakeup()
    server = Server(lambda data: write_all(outgoing, data), wake=wakeup.wake, redactor=redactor)
    _handle_signals(wakeup)
    try:
        service = make_service(server.listener)
    except Exception:
        # Nothing runs yet that could be lost; the parent learns it from the exit code, people from the log.
        log.exception("The engine can't start")
        return 1
    server.start(service)
    read = read_by_thread if sys.platform == "win32" else read_by_select
    read(incoming, server, wakeup)
    _arm_watchdog(server)
    server.close()
    return 0


def take_stdio() -> tuple[int, int]:
    """Return private descriptors of stdin and stdout. Descriptor 1 becomes stderr, descriptor 0 reads nothing.

    Whatever prints, in Python or in a library, now prints to stderr, and children inherit neither.
    """
    for fd in (0, 1, 2):
        _make_open(fd)
    incoming, outgoing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - exists only there

        for fd in (incoming, outgoing):
            msvcrt.setmode(fd, os.O_BINARY)
    return incoming, outgoing


class Wakeup:
    """Wakes the main thread out of its wait: a socket, since that is what both systems can wait for."""

    def __init__(self) -> None:
        self.receiver, self.sender = socket.socketpair()
        self.receiver.settimeout(0)
        self.sender.settimeout(0)
        self.ended = False

    def wake(self) -> None:
        """End the wait under way, or the next. Any thread, and signal handlers."""
        with contextlib.suppress(BlockingIOError):  # full of wake-ups that nobody has taken yet
            self.sender.send(b"\0")

    def end(self) -> None:
        """The process was asked to end. Takes no lock: this runs in signal handlers."""
        self.ended = True
        self.wake()

    def close(self) -> None:
        """Free the sockets. Nobody may wake any more."""
        self.receiver.close()
        self.sender.close()

    def drain(self) -> None:
        """Forget the wake-ups so far. Main thread."""
        with contextlib.suppress(BlockingIOError):
            while self.receiver.recv(4096):
                pass


def read_by_select(fd: int, server: Server, wakeup: Wakeup) -> None:
    """Feed the server until its client or the process ends. Blocks on `fd` and the wake-up socket."""
    while not (wakeup.ended or server.ending):
        watched = [wakeup.receiver.fileno()] if server.congested else [wakeup.receiver.fileno(), fd]
        ready, _, _ = select.select(watched, [], [])
        wakeup.drain()
        if fd in ready:
            data = _read(fd)
            if data == b"":
                server.end_of_input()
                return
            server.receive(data or b"")


def read_by_thread(fd: int, server: Server, wakeup: Wakeup) -> None:
    """The same where `fd` can't be waited for: blocks on the wake-up socket while a thread blocks on `fd`."""
    pump = _Pump(fd, wakeup.wake)
    while not (wakeup.ended or server.ending):
        data = None if server.congested else pump.take()
        if data == b"":
            server.end_of_input()
            return
        if data is not None:
            server.receive(data)
            continue
        select.select([wakeup.receiver], [], [])
        wakeup.drain()


def write_all(fd: int, data: bytes) -> None:
    """Write everything, blocking. Raises OSError when nobody reads any more."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view[:_CHUNK_BYTES]) :]
        except BlockingIOError:
            # The parent set its pipe non-blocking, and that is a property that both ends of a dup share.
            select.select([], [fd], [])


class _Pump:
    """A thread that reads, one chunk ahead at most. Ends at EOF; else it ends with the process."""

    def __init__(self, fd: int, notify: Callable[[], None]) -> None:
        self._fd = fd
        self._notify = notify
        self._changed = threading.Condition()
        self._chunk: bytes | None = None
        threading.Thread(target=self._serve, name="rpc-reader", daemon=True).start()

    def take(self) -> bytes | None:
        """Return the next chunk, b"" at EOF, None when there is none yet."""
        with self._changed:
            chunk = self._chunk
            self._chunk = None
            self._changed.notify()
            return chunk

    def _serve(self) -> None:
        chunk: bytes | None = None
        while chunk != b"":
            chunk = _read(self._fd)
            with self._changed:
                self._changed.wait_for(lambda: self._chunk is None)
                self._chunk = chunk
            self._notify()


def _read(fd: int) -> bytes | None:
    """Return bytes, b"" at the end, None when there is nothing after all."""
    try:
        return os.read(fd, _CHUNK_BYTES)
    except BlockingIOError:
        return None
    except OSError as error:
        log.info("stdin ended: %s", error.strerror)
        return b""


def _make_open(fd: int) -> None:
    """A parent may start us with a descriptor closed; the next file opened would then become our stdout."""
    try:
        os.fstat(fd)
    except OSError:
        null = os.open(os.devnull, os.O_RDWR)
        if null != fd:
            os.dup2(null, fd)
            os.close(null)


def _handle_signals(wakeup: Wakeup) -> None:
    def on_signal(_number: int, _frame: FrameType | None) -> None:
        wakeup.end()

    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, on_signal)
    # On Windows a handler runs only once the main thread leaves its wait: this is what makes it leave.
    signal.set_wakeup_fd(wakeup.sender.fileno(), warn_on_full_buffer=False)


def _arm_watchdog(server: Server) -> None:
    def bark() -> None:
        never = threading.Event()
        never.wait(_SHUTDOWN_SECONDS)
        log.error("The engine did not end in time: it is ended by force")
        server.hurry(_LAST_FLUSH_SECONDS)
        os._exit(0)

    # A daemon: it must outlive everything but an end in good time.
    threading.Thread(target=bark, name="rpc-watchdog", daemon=True).start()
