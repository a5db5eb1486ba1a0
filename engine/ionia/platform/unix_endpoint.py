"""A Unix domain socket in a folder of its own that only this user may enter, as a place for one reader at a time."""

import contextlib
import selectors
import socket
import sys
from pathlib import Path

from ionia.platform.private_endpoint import Happened

assert sys.platform != "win32"  # noqa: S101 - tells the type checker, too

from ionia.platform.socket_folder import SOCKET, SocketFolder, sweep  # noqa: E402 - no other system has it

_READ = 4096
_AGAIN_S = 1.0
"""How long nobody is let in when the system has no room for a connection, if nothing ends the wait before."""


class UnixEndpoint:
    """See `PrivateEndpoint`."""

    def __init__(self, parent: Path) -> None:
        """In a new folder of `parent`; what engines that were killed have left there goes. Raises OSError."""
        sweep(parent)
        self._reader: socket.socket | None = None
        self._unsent = memoryview(b"")
        self._deaf = False  # whether nobody is let in for now
        with contextlib.ExitStack() as undo:
            self._folder = SocketFolder(parent)
            undo.callback(self._folder.remove)
            self.address = str(self._folder.path / SOCKET)
            self._selector = undo.enter_context(selectors.DefaultSelector())
            self._waker, self._woken = map(undo.enter_context, socket.socketpair())
            self._listener = undo.enter_context(socket.socket(socket.AF_UNIX))
            self._listener.bind(self.address)
            self._listener.listen(1)
            for one in (self._waker, self._woken, self._listener):
                one.settimeout(0)
            self._selector.register(self._woken, selectors.EVENT_READ)
            self._selector.register(self._listener, selectors.EVENT_READ)
            self._open = undo.pop_all()

    @property
    def unsent(self) -> int:
        """See the protocol."""
        return len(self._unsent)

    def wait(self, timeout: float | None) -> Happened:
        """See the protocol."""
        came = gone = False
        received = b""
        for key, events in self._selected(timeout):
            if key.fileobj is self._woken:
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(_READ)
            elif key.fileobj is self._listener:
                came = self._accept() or came
            elif self._reader is not None:
                if events & selectors.EVENT_READ:
                    received, gone = _received(self._reader)
                if events & selectors.EVENT_WRITE and not gone:
                    gone = not self._write(self._reader)
                if gone:
                    self.drop()
        return Happened(came=came, gone=gone, received=received)

    def send(self, data: bytes) -> None:
        """See the protocol."""
        if self._reader is None:
            return
        self._unsent = memoryview(bytes(self._unsent) + data if self._unsent else data)
        if not self._write(self._reader):
            self._unsent = memoryview(b"")  # the next wait finds out that it is gone

    def drop(self) -> None:
        """See the protocol."""
        reader, self._reader = self._reader, None
        self._unsent = memoryview(b"")
        if reader is not None:
            self._selector.unregister(reader)
            reader.close()
            self._selector.register(self._listener, selectors.EVENT_READ)

    def wake(self) -> None:
        """See the protocol."""
        with contextlib.suppress(OSError):  # full: it is woken anyway
            self._waker.send(b"\0")

    def close(self) -> None:
        """See the protocol."""
        self._folder.remove()  # first: a reader that sees the end shall not try again
        with self._open:
            self.drop()

    def _selected(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        if not self._deaf:
            return self._selector.select(timeout)
        selected = self._selector.select(_AGAIN_S if timeout is None else min(timeout, _AGAIN_S))
        if not selected:
            self._deaf = False
            self._selector.register(self._listener, selectors.EVENT_READ)
        return selected

    def _accept(self) -> bool:
        try:
            reader, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # it has gone again
            return False
        except OSError:  # no room: it is still there, and each wait would be over at once
            self._selector.unregister(self._listener)
            self._deaf = True
            return False
        reader.settimeout(0)
        self._reader = reader
        self._selector.unregister(self._listener)  # one at a time: whoever else connects waits
        self._selector.register(reader, selectors.EVENT_READ)
        return True

    def _write(self, reader: socket.socket) -> bool:
        """Send what can be sent; False if the reader is gone."""
        try:
            while self._unsent:
                self._unsent = self._unsent[reader.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        self._selector.modify(reader, events)
        return True


def _received(reader: socket.socket) -> tuple[bytes, bool]:
    """What came, and whether the reader is gone."""
    try:
        received = reader.recv(_READ)
    except BlockingIOError:
        return b"", False
    except OSError:
        return b"", True
    return received, not received
