"""A named pipe that only this user may open, on this machine alone, as a place for one reader at a time.

All waits are overlapped: the thread that owns it waits for the reader, for room and for being woken at once.
"""

import ctypes
import sys
from ctypes import wintypes
from secrets import token_hex

from ionia.platform.private_endpoint import Happened

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

import _winapi  # noqa: E402 - no other system has it

_DUPLEX_FIRST_OVERLAPPED = 0x3 | 0x80000 | 0x40000000
"""PIPE_ACCESS_DUPLEX, FILE_FLAG_FIRST_PIPE_INSTANCE (nobody else made one of this name), FILE_FLAG_OVERLAPPED."""

_BYTES_LOCAL_ONLY = 0x8
"""PIPE_TYPE_BYTE and PIPE_READMODE_BYTE are 0; PIPE_REJECT_REMOTE_CLIENTS."""

_OWNER_ALONE = "D:P(A;;GA;;;OW)"
"""The default would let everybody read (CreateNamedPipe's documentation)."""

_BUFFER_BYTES = 65536
_READ = 4096
_INFINITE = 0xFFFFFFFF
_SDDL_REVISION = 1

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)
_kernel32.CreateEventW.restype = wintypes.HANDLE
_kernel32.CreateEventW.argtypes = [wintypes.LPVOID, wintypes.BOOL, wintypes.BOOL, wintypes.LPCWSTR]
_kernel32.SetEvent.argtypes = _kernel32.CloseHandle.argtypes = [wintypes.HANDLE]
_kernel32.DisconnectNamedPipe.argtypes = [wintypes.HANDLE]
_kernel32.LocalFree.argtypes = [wintypes.HLOCAL]
_advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = [
    wintypes.LPCWSTR,
    wintypes.DWORD,
    ctypes.POINTER(wintypes.LPVOID),
    wintypes.LPVOID,
]


class _SecurityAttributes(ctypes.Structure):
    _fields_ = (
        ("nLength", wintypes.DWORD),
        ("lpSecurityDescriptor", wintypes.LPVOID),
        ("bInheritHandle", wintypes.BOOL),
    )


class WindowsPipe:
    """See `PrivateEndpoint`."""

    def __init__(self) -> None:
        """Raises OSError."""
        self.address = rf"\\.\pipe\ionia-preview-{token_hex(16)}"
        self._pipe = _create(self.address)
        self._wake = _kernel32.CreateEventW(None, 0, 0, None)
        self._connected = False
        self._closed = False
        self._connecting: _winapi.Overlapped | None = None
        self._reading: _winapi.Overlapped | None = None
        self._writing: _winapi.Overlapped | None = None
        self._written = b""  # what is being written; it stays where it is until that is done
        self._unsent = b""
        self._lost = False  # whether writing failed: the next wait says so
        self._listen()

    @property
    def unsent(self) -> int:
        """See the protocol."""
        return len(self._written) + len(self._unsent)

    def wait(self, timeout: float | None) -> Happened:
        """See the protocol."""
        if self._lost:
            self.drop()
            return Happened(gone=True)
        pending = [one for one in (self._connecting, self._reading, self._writing) if one is not None]
        milliseconds = _INFINITE if timeout is None else max(0, min(round(timeout * 1000 + 0.5), _INFINITE - 1))
        _winapi.WaitForMultipleObjects([self._wake, *(one.event for one in pending)], False, milliseconds)  # noqa: FBT003 - its own
        came = gone = False
        received = b""
        if self._connecting is not None and _done(self._connecting):
            self._connecting, self._connected, came = None, True, True
            gone = not self._read()
        if not gone and self._reading is not None and _done(self._reading):
            reading, self._reading = self._reading, None
            count, error = _result(reading)
            received = bytes(reading.getbuffer() or b"")[:count] if not error else b""
            gone = not received or not self._read()
        if not gone and self._writing is not None and _done(self._writing):
            count, error = _result(self._writing)
            self._writing, self._unsent, self._written = None, self._written[count:] + self._unsent, b""
            gone = bool(error) or not self._write()
        if gone:
            self.drop()
        return Happened(came=came, gone=gone, received=received)

    def send(self, data: bytes) -> None:
        """See the protocol."""
        if self._connected:
            self._unsent += data
            self._lost = not self._write()

    def drop(self) -> None:
        """See the protocol."""
        if not self._connected:
            return
        self._connected = self._lost = False
        self._cancel()
        self._unsent = b""
        _kernel32.DisconnectNamedPipe(self._pipe)
        if not self._closed:
            self._listen()

    def wake(self) -> None:
        """See the protocol."""
        if not self._closed:
            _kernel32.SetEvent(self._wake)

    def close(self) -> None:
        """See the protocol. The event stays as long as somebody may be about to wake us."""
        if self._closed:
            return
        self._closed = True
        self.drop()
        self._cancel()
        _winapi.CloseHandle(self._pipe)

    def __del__(self) -> None:
        if wake := getattr(self, "_wake", None):
            _kernel32.CloseHandle(wake)

    def _listen(self) -> None:
        self._connecting = _winapi.ConnectNamedPipe(self._pipe, overlapped=True)

    def _read(self) -> bool:
        try:
            self._reading, _ = _winapi.ReadFile(self._pipe, _READ, overlapped=True)
        except OSError:
            return False
        return True

    def _write(self) -> bool:
        if self._writing is None and self._unsent:
            self._written, self._unsent = self._unsent, b""
            try:
                self._writing, _ = _winapi.WriteFile(self._pipe, self._written, overlapped=True)
            except OSError:
                self._written = b""
                return False
        return True

    def _cancel(self) -> None:
        for one in (self._connecting, self._reading, self._writing):
            if one is not None:
                one.cancel()
                _result(one, wait=True)
        self._connecting = self._reading = self._writing = None
        self._written = b""


def _done(one: "_winapi.Overlapped") -> bool:
    return _winapi.WaitForSingleObject(one.event, 0) == _winapi.WAIT_OBJECT_0


def _result(one: "_winapi.Overlapped", *, wait: bool = False) -> tuple[int, int]:
    """Bytes that went over, and an error's number or 0."""
    try:
        return one.GetOverlappedResult(wait)
    except OSError as error:
        return 0, error.winerror or -1


def _create(name: str) -> int:
    descriptor = wintypes.LPVOID()
    made = _advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW(
        _OWNER_ALONE, _SDDL_REVISION, ctypes.byref(descriptor), None
    )
    if not made:
        raise ctypes.WinError(ctypes.get_last_error())
    try:
        attributes = _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor, 0)
        return _winapi.CreateNamedPipe(
            name,
            _DUPLEX_FIRST_OVERLAPPED,
            _BYTES_LOCAL_ONLY,
            1,
            _BUFFER_BYTES,
            _BUFFER_BYTES,
            0,
            ctypes.addressof(attributes),
        )
    finally:
        _kernel32.LocalFree(descriptor)
