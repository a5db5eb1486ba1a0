"""What Windows gives a process only if somebody asks, or whoever started it left out. Does nothing on other systems."""

import os
import sys
from collections.abc import MutableMapping

_LONG_PATHS_SINCE = (10, 0, 15063)
_BIT_FIELD, _LONG_PATH_AWARE = 3, 0x80
"""Of the process environment block: IsLongPathAwareProcess of its BitField. Not documented, and used by Go's runtime
(`initLongPathSupport` in os_windows.go) for the same purpose."""

if sys.platform == "win32":
    import ctypes

    def complete_surroundings(environment: MutableMapping[str, str] = os.environ) -> None:
        """Before anything else: sockets need SystemRoot, and recordings lie below deep folders."""
        if sys.getwindowsversion()[:3] >= _LONG_PATHS_SINCE:
            allow_long_paths()
        if not environment.get("SystemRoot") and (folder := _windows_folder()):
            environment["SystemRoot"] = folder

    def allow_long_paths() -> None:
        """Paths of more than 260 characters, for all code of this process: the manifest isn't enough without a policy.

        Windows 10 version 1703.
        """
        peb = ctypes.WinDLL("ntdll").RtlGetCurrentPeb
        peb.restype = ctypes.c_void_p
        field = ctypes.c_ubyte.from_address(peb() + _BIT_FIELD)
        field.value |= _LONG_PATH_AWARE

    def _windows_folder() -> str:
        room = ctypes.create_unicode_buffer(260)
        length = ctypes.WinDLL("kernel32").GetSystemWindowsDirectoryW(room, len(room))
        return room.value if 0 < length < len(room) else ""

else:

    def complete_surroundings(environment: MutableMapping[str, str] = os.environ) -> None:
        """Nothing to do here."""
        del environment
