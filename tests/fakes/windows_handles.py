"""How many handles this process has, asked one by one: Wine answers 0 to the call that counts them."""

import ctypes
import sys
from ctypes import wintypes

_MOST = 1 << 14
_TYPE = 2  # ObjectTypeInformation, winternl.h


def open_handles() -> int:
    """Of those with low numbers, which are taken first; keys of the registry are left out, since Wine forgets one for
    each error of COM (`ProgIDFromCLSID`). Windows only."""
    assert sys.platform == "win32"
    ask = ctypes.WinDLL("ntdll").NtQueryObject
    ask.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.ULONG, ctypes.c_void_p)
    ask.restype = ctypes.c_long
    answer = ctypes.create_string_buffer(1024)
    found = 0
    for handle in range(4, _MOST, 4):
        if ask(handle, _TYPE, answer, len(answer), None) >= 0:
            size, text = wintypes.USHORT.from_buffer(answer), ctypes.c_void_p.from_buffer(answer, 8)
            found += ctypes.wstring_at(text.value or 0, size.value // 2) != "Key"
    return found
