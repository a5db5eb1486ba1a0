"""JSON-RPC on the process' own stdin and stdout: descriptors, reading, and the one way to end.

The end is the same whatever causes it (stdin EOF, engine.shutdown, a signal, a client that closed its end of stdout or
is gone, a mistake in the reading itself): stop reading, close the server, exit. `ionia.rpc.end_watch` knows the
reasons that stdin doesn't tell, and ends the process by force when that takes longer than the contract allows.

The main thread reads. On POSIX it waits for stdin and for a wake-up socket. On Windows a read of a pipe can't be
interrupted or waited for; there a daemon thread reads, which owns nothing, and the main thread waits for the socket
alone. That thread reads by `os.read`, since a daemon thread within `sys.stdin.buffer` aborts the interpreter's exit.
"""

import contextlib
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable

from ionia.core.redaction import Redactor
from ionia.core.service import EngineService, Listener
from ionia.platform.descriptors import open_standard_descriptors, wait_writable
from ionia.rpc import logs
from ionia.rpc.end_watch import EndWatch
from ionia.rpc.log_file import chosen_folder
from ionia.rpc.server import Server

log = logging.getLogger(__name__)

_CHUNK_BYTES = 64 * 1024
_LAST_LINES_SECONDS = 0.1
"""For each place that the log goes to."""


def serve_stdio(make_service: Callable[[Listener], EngineService], *, redactor: Redactor | None = None) -> int:
    """Serve one client until it ends, and return the exit code. Main thread only.

    Takes the process' stdin and stdout, its signals and its logging for good; the caller exits at once afterwards,
    since the end's limit guards the interpreter's own end too.
    """
    incoming, outgoing = take_stdio()
    redactor = redactor or Redactor()
    log_to = logs.set_up(redactor, folder=chosen_folder(os.environ))
    wakeup = Wakeup()
    server = Server(
        lambda data: write_all(outgoing, data), wake=wakeup.wake, redactor=redactor, log_file=lambda: log_to.path
    )

    def hurry(timeout: float) -> None:
        server.hurry(timeout)
        log_to.flush(_LAST_LINES_SECONDS)

    watch = EndWatch(outgoing, end=wakeup.end, hurry=hurry)
    watch.start()
    try:
        service = make_service(server.listener)
    except Exception:
        # Nothing runs yet that could be lost; the parent learns it from the exit code, people from the log.
        log.exception("The engine can't start")
        watch.begin()
        log_to.flush(_LAST_LINES_SECONDS)
        return 1
    code = 0
    try:
        server.start(service)
        if sys.platform == "win32":
            read_by_thread(incoming, server, wakeup, watch.client_spoke)
        else:
            read_by_poll(incoming, server, wakeup, watch.client_spoke)
    except Exception:
        # Nobody can tell us anything any more. What is being recorded is finished, as at any other end.
        log.exception("Reading stdin failed; the engine ends")
        code = 1
    watch.begin()
    server.close()
    watch.over()
    log_to.flush(_LAST_LINES_SECONDS)
    return code


def take_stdio() -> tuple[int, int]:
    """Return private descriptors of stdin and stdout. Descriptor 1 becomes stderr, descriptor 0 reads nothing.

    Whatever prints, in Python or in a library, now prints to stderr, and children inherit neither.
    """
    open_standard_descriptors()
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
        self.sender.settimeout(0)
        self.ended = False

    def wake(self) -> None:
        """End the wait under way, or the next. Any thread."""
        with contextlib.suppress(BlockingIOError):  # full of wake-ups that nobody has taken yet
            self.sender.send(b"\0")

    def end(self) -> None:
        """The process has to end. Any thread."""
        self.ended = True
        self.wake()

    def wait(self) -> None:
        """Wait for a wake-up and forget those so far. Main thread."""
        self.receiver.recv(4096)

    def close(self) -> None:
        """Free the sockets. Nobody may wake any more."""
        self.receiver.close()
        self.sender.close()


if sys.platform != "win32":
    import select

    def read_by_poll(fd: int, server: Server, wakeup: Wakeup, client_spoke: Callable[[], None]) -> None:
        """Feed the server until its client or the process ends. Blocks on `fd` and the wake-up socket.

        `client_spoke` is called before the first bytes go to the server.
        """
        spoken = False
        poller = select.poll()
        poller.register(wakeup.receiver, select.POLLIN)
        while not (wakeup.ended or server.ending):
            # A client that is gone is told of even while we don't want to read.
            poller.register(fd, 0 if server.congested else select.POLLIN)
            ready = dict(poller.poll())
            if wakeup.receiver.fileno() in ready:
                wakeup.wait()
            if fd in ready:
                data = _read(fd)
                if data == b"":
                    server.end_of_input()
                    return
                if not spoken:
                    client_spoke()
                    spoken = True
                server.receive(data or b"")


def read_by_thread(fd: int, server: Server, wakeup: Wakeup, client_spoke: Callable[[], None]) -> None:
    """The same where `fd` can't be waited for: blocks on the wake-up socket while a thread blocks on `fd`."""
    spoken = False
    pump = _Pump(fd, wakeup.wake)
    pump.start()
    while not (wakeup.ended or server.ending):
        data = None if server.congested else pump.take()
        if data == b"":
            server.end_of_input()
            return
        if data is None:
            wakeup.wait()
            continue
        if not spoken:
            client_spoke()
            spoken = True
        server.receive(data)


def write_all(fd: int, data: bytes) -> None:
    """Write everything, blocking. Raises OSError when nobody reads any more."""
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view[:_CHUNK_BYTES]) :]
        except BlockingIOError:
            # The parent set its pipe non-blocking, and that is a property that both ends of a dup share.
            wait_writable(fd)


class _Pump:
    """A thread that reads, one chunk ahead at most. Ends at EOF; else it ends with the process."""

    def __init__(self, fd: int, notify: Callable[[], None]) -> None:
        self._fd = fd
        self._notify = notify
        self._changed = threading.Condition()
        self._chunk: bytes | None = None

    def start(self) -> None:
        """Start the thread."""
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
