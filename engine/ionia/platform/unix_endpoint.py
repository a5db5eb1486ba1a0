"""A Unix domain socket in a folder of its own that only this user may enter, as a place for one reader at a time."""

import contextlib
import os
import selectors
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ionia.platform.private_endpoint import Happened

assert sys.platform != "win32"  # noqa: S101 - tells the type checker, too

FOLDER_PREFIX = "ionia-preview-"
_LONGEST_PATH = 100
"""A socket's path has 108 bytes at most (unix(7))."""
_READ = 4096


class UnixEndpoint:
    """See `PrivateEndpoint`."""

    def __init__(self, parent: Path) -> None:
        """In a new folder of `parent`; what engines that were killed have left there goes. Raises OSError."""
        sweep(parent)
        self._folder = Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-", dir=parent))  # 0700
        self._selector = selectors.DefaultSelector()
        self._waker, self._woken = socket.socketpair()
        self._listener = socket.socket(socket.AF_UNIX)
        self._reader: socket.socket | None = None
        self._unsent = memoryview(b"")
        self.address = str(self._folder / "socket")
        try:
            self._listener.bind(self.address)
            self._listener.listen(1)
        except OSError:
            self.close()
            raise
        for one in (self._waker, self._woken, self._listener):
            one.settimeout(0)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)

    @property
    def unsent(self) -> int:
        """See the protocol."""
        return len(self._unsent)

    def wait(self, timeout: float | None) -> Happened:
        """See the protocol."""
        came = gone = False
        received = b""
        for key, events in self._selector.select(timeout):
            if key.fileobj is self._woken:
                with contextlib.suppress(BlockingIOError):
                    self._woken.recv(_READ)
            elif key.fileobj is self._listener:
                came = self._accept() or came
            else:
                if events & selectors.EVENT_READ:
                    received, gone = self._receive()
                if events & selectors.EVENT_WRITE and not gone:
                    gone = not self._write()
                if gone:
                    self.drop()
        return Happened(came=came, gone=gone, received=received)

    def send(self, data: bytes) -> None:
        """See the protocol."""
        if self._reader is None:
            return
        self._unsent = memoryview(bytes(self._unsent) + data if self._unsent else data)
        if not self._write():
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
        _remove(self._folder)  # first: a reader that sees the end shall not try again
        if self._reader is not None:
            self.drop()
        self._selector.close()
        for one in (self._listener, self._woken, self._waker):
            one.close()

    def _accept(self) -> bool:
        try:
            reader, _ = self._listener.accept()
        except OSError:  # it has gone again
            return False
        reader.settimeout(0)
        self._reader = reader
        self._selector.unregister(self._listener)  # one at a time: whoever else connects waits
        self._selector.register(reader, selectors.EVENT_READ)
        return True

    def _receive(self) -> tuple[bytes, bool]:
        assert self._reader is not None  # noqa: S101 - it is what was selected
        try:
            received = self._reader.recv(_READ)
        except BlockingIOError:
            return b"", False
        except OSError:
            return b"", True
        return received, not received

    def _write(self) -> bool:
        """Send what can be sent; False if the reader is gone."""
        assert self._reader is not None  # noqa: S101 - whoever calls has looked
        try:
            while self._unsent:
                self._unsent = self._unsent[self._reader.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
        self._selector.modify(self._reader, events)
        return True


def sweep(parent: Path) -> None:
    """Remove what engines have left in this folder that were killed."""
    for folder in parent.glob(f"{FOLDER_PREFIX}*-*"):
        pid = folder.name.removeprefix(FOLDER_PREFIX).split("-")[0]
        if pid.isdecimal() and not Path(f"/proc/{pid}").exists():
            _remove(folder)


def _remove(folder: Path) -> None:
    with contextlib.suppress(OSError):  # another user's
        (folder / "socket").unlink(missing_ok=True)
        folder.rmdir()


def sockets_folder(environment: Mapping[str, str]) -> Path:
    """Where the user's sockets belong, as far as a path there is short enough."""
    candidates = [environment.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]  # noqa: S108 - a folder in it
    for name in candidates:
        if name and os.path.isabs(name) and len(os.fsencode(name)) < _LONGEST_PATH - 40 and os.access(name, os.W_OK):  # noqa: PTH117
            return Path(name)
    return Path(tempfile.gettempdir())
