"""What processes there are on Windows, what they are called and who started them. Any thread; 5 ms for 300 of them."""

import sys
from collections.abc import Iterator

from ionia.core.audio.programs import Process, ProcessTable

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _SNAP_PROCESSES = 0x2  # TH32CS_SNAPPROCESS, tlhelp32.h
    _QUERY_LIMITED = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION, winnt.h
    _INVALID = ctypes.c_void_p(-1).value

    class _Entry(ctypes.Structure):
        """PROCESSENTRY32W, tlhelp32.h."""

        _fields_ = (
            ("dwSize", wintypes.DWORD),
            ("cntUsage", wintypes.DWORD),
            ("th32ProcessID", wintypes.DWORD),
            ("th32DefaultHeapID", ctypes.c_size_t),
            ("th32ModuleID", wintypes.DWORD),
            ("cntThreads", wintypes.DWORD),
            ("th32ParentProcessID", wintypes.DWORD),
            ("pcPriClassBase", wintypes.LONG),
            ("dwFlags", wintypes.DWORD),
            ("szExeFile", wintypes.WCHAR * 260),
        )

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.CreateToolhelp32Snapshot.restype = wintypes.HANDLE
    _kernel32.Process32FirstW.argtypes = _kernel32.Process32NextW.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Entry))
    _kernel32.OpenProcess.restype = wintypes.HANDLE
    _kernel32.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
    _kernel32.GetProcessTimes.argtypes = (wintypes.HANDLE, *[ctypes.POINTER(wintypes.FILETIME)] * 4)
    _kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)

    def process_table() -> ProcessTable:
        """Everything that runs, as it is now. A process that is not ours to ask has begun at 0."""
        return ProcessTable(
            (Process(pid=pid, names=(name,), started=_started(pid)), parent) for pid, parent, name in _entries()
        )

    def _entries() -> Iterator[tuple[int, int, str]]:
        snapshot = _kernel32.CreateToolhelp32Snapshot(_SNAP_PROCESSES, 0)
        if snapshot in (None, _INVALID):
            return
        try:
            entry = _Entry(dwSize=ctypes.sizeof(_Entry))
            there = _kernel32.Process32FirstW(snapshot, ctypes.byref(entry))
            while there:
                yield entry.th32ProcessID, entry.th32ParentProcessID, entry.szExeFile
                there = _kernel32.Process32NextW(snapshot, ctypes.byref(entry))
        finally:
            _kernel32.CloseHandle(snapshot)

    def _started(pid: int) -> int:
        process = _kernel32.OpenProcess(_QUERY_LIMITED, 0, pid)
        if not process:
            return 0
        try:
            created, *rest = (wintypes.FILETIME() for _ in range(4))
            if not _kernel32.GetProcessTimes(process, ctypes.byref(created), *map(ctypes.byref, rest)):
                return 0
            return (created.dwHighDateTime << 32) | created.dwLowDateTime
        finally:
            _kernel32.CloseHandle(process)

else:

    def process_table() -> ProcessTable:
        """Windows is not there to be asked."""
        return ProcessTable(())
