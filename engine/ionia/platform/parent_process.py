"""Whether the process that started us still lives. For an engine whose stdin something else holds open (decision 0170).

Linux could send a signal instead (PR_SET_PDEATHSIG), but it does so when the *thread* that started us ends, and
Electron and Node start children from threads that come and go.
"""

import os
import signal
import sys


def outlives_its_parent() -> bool:
    """Whether whoever started us asked for that, as `nohup` does: by ignoring the hang-up. Before handlers are set."""
    return sys.platform != "win32" and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
    _kernel32.OpenProcess.restype = wintypes.HANDLE
    _kernel32.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel32.WaitForSingleObject.argtypes = (wintypes.HANDLE, wintypes.DWORD)
    _kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
    _kernel32.GetProcessTimes.argtypes = (wintypes.HANDLE, *[ctypes.POINTER(wintypes.FILETIME)] * 4)

    _SYNCHRONIZE, _QUERY_LIMITED_INFORMATION = 0x100000, 0x1000  # winnt.h
    _WAIT_OBJECT_0 = 0

    class ParentProcess:
        """Our parent, held by a handle. One thread owns it."""

        fd: int | None = None
        """A descriptor that becomes readable when the parent ends; None where one has to look (`gone`)."""

        def __init__(self) -> None:
            """Raises OSError when there is none (any more)."""
            self._handle = _kernel32.OpenProcess(_SYNCHRONIZE | _QUERY_LIMITED_INFORMATION, 0, os.getppid())
            if not self._handle:
                raise ctypes.WinError(ctypes.get_last_error())
            if _begun(self._handle) > _begun(_kernel32.GetCurrentProcess()):
                self.close()
                raise ProcessLookupError("the parent ended, and a younger process has its number")

        def gone(self) -> bool:
            """Whether it has ended."""
            return bool(_kernel32.WaitForSingleObject(self._handle, 0) == _WAIT_OBJECT_0)

        def close(self) -> None:
            """Let go."""
            _kernel32.CloseHandle(self._handle)

    def _begun(process: int) -> int:
        created, *rest = (wintypes.FILETIME() for _ in range(4))
        if not _kernel32.GetProcessTimes(process, ctypes.byref(created), *map(ctypes.byref, rest)):
            raise ctypes.WinError(ctypes.get_last_error())
        return (created.dwHighDateTime << 32) | created.dwLowDateTime

else:

    class ParentProcess:
        """Our parent: Linux gives us another one the moment it ends. One thread owns it."""

        fd: int | None
        """A descriptor that becomes readable when the parent ends; None where one has to look (`gone`)."""

        def __init__(self) -> None:
            """Raises ProcessLookupError when there is none to watch: the init process, or a container's, has us.

            The init process can't end before us, so a client that is process 1 of its container needs no watching.
            """
            self._pid = os.getppid()
            if self._pid == 1:
                raise ProcessLookupError("the parent is process 1")
            self.fd = _opened(self._pid)
            if self.gone():  # perhaps before it was opened: then the number may be another's by now
                self.close()
                raise ProcessLookupError("the parent has ended")

        def gone(self) -> bool:
            """Whether it has ended."""
            return os.getppid() != self._pid

        def close(self) -> None:
            """Let go."""
            if self.fd is not None:
                os.close(self.fd)
                self.fd = None

    def _opened(pid: int) -> int | None:
        """A pidfd; None where there are none (before Linux 5.3, some containers) or the parent is outside (pid 0)."""
        if sys.platform != "linux":
            return None
        try:
            return os.pidfd_open(pid)
        except OSError:
            return None
