"""Files on Windows as a recording needs them: open in a way in which nobody can get between us and a rename.

Python's `open` asks for no DELETE access and grants none, so that a file must be closed to be renamed: whoever opens it
in that moment, a virus scanner or a sync client, holds it. Windows only; elsewhere an open file is renamed as it is.
"""

import sys
from pathlib import Path

if sys.platform == "win32":
    import ctypes
    import msvcrt
    import os
    from ctypes import wintypes
    from typing import BinaryIO

    _kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel32.CreateFileW.restype = wintypes.HANDLE
    _kernel32.CreateFileW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        wintypes.DWORD,
        ctypes.c_void_p,
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.HANDLE,
    )
    _kernel32.SetFileInformationByHandle.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)
    _kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)

    _INVALID = ctypes.c_void_p(-1).value
    _READ_WRITE, _DELETE = 0xC000_0000, 0x0001_0000  # GENERIC_READ | GENERIC_WRITE, DELETE; winnt.h
    _SHARE_READ_WRITE, _SHARE_DELETE = 0x1 | 0x2, 0x4
    _OPEN_EXISTING, _OPEN_ALWAYS = 3, 4
    _RENAME, _RENAME_EX = 3, 22  # FileRenameInfo, FileRenameInfoEx, minwinbase.h
    _REPLACE, _POSIX = 0x1, 0x2  # FILE_RENAME_REPLACE_IF_EXISTS, FILE_RENAME_POSIX_SEMANTICS, ntifs.h
    _NAME_AT = 20  # of FILE_RENAME_INFO on 64 bits: flags, root directory, length, name

    def open_file(path: Path, *, create: bool = False, renames: bool = False, others_rename: bool = False) -> BinaryIO:
        """For reading and writing. `renames`: with the right to rename it; `others_rename`: shared with who has that.

        Raises OSError.
        """
        access = _READ_WRITE | (_DELETE if renames else 0)
        share = _SHARE_READ_WRITE | (_SHARE_DELETE if others_rename else 0)
        handle = _kernel32.CreateFileW(
            str(path), access, share, None, _OPEN_ALWAYS if create else _OPEN_EXISTING, 0, None
        )
        if handle in (None, _INVALID):
            raise _last_error()
        descriptor = msvcrt.open_osfhandle(handle, os.O_RDWR | os.O_BINARY)
        return open(descriptor, "r+b", buffering=0)  # noqa: PTH123 - a descriptor, kept open

    def rename_open(file: BinaryIO, target: Path, *, replace: bool = True) -> None:
        """Rename a file that was opened with `renames`, in place of what is there or only to a free name.

        What is there may be open in programs that share its deletion; they go on with the old one. Windows before
        10 version 1607, and disks other than NTFS, replace only what nobody has open. Raises OSError.
        """
        ways = ((_RENAME_EX, _REPLACE | _POSIX), (_RENAME, _REPLACE)) if replace else ((_RENAME, 0),)
        if not any(_renamed(file, target, kind, flags) for kind, flags in ways):
            raise _last_error()

    def _last_error() -> OSError:
        """The system's words without their full stop, as in Python's own errors: a sentence is made of them."""
        code = ctypes.get_last_error()
        return ctypes.WinError(code, ctypes.FormatError(code).strip().rstrip("."))

    def _renamed(file: BinaryIO, target: Path, kind: int, flags: int) -> bool:
        name = str(target).encode("utf-16-le", "surrogatepass")
        info = ctypes.create_string_buffer(_NAME_AT + len(name) + 2)
        head = flags.to_bytes(8, "little") + bytes(8) + len(name).to_bytes(4, "little")
        ctypes.memmove(info, head + name, _NAME_AT + len(name))
        handle = msvcrt.get_osfhandle(file.fileno())
        return bool(_kernel32.SetFileInformationByHandle(handle, kind, info, len(info)))

    def check_replaceable(path: Path) -> None:
        """Raises OSError if another program holds the file in a way in which nothing can take its place."""
        handle = _kernel32.CreateFileW(
            str(path), _DELETE, _SHARE_READ_WRITE | _SHARE_DELETE, None, _OPEN_EXISTING, 0, None
        )
        if handle in (None, _INVALID):
            raise _last_error()
        _kernel32.CloseHandle(handle)
