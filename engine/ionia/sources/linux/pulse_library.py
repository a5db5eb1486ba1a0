"""Loads libpulse: the one that the program's environment finds, or the system's own where that one is of no use.

An AppImage's or conda's LD_LIBRARY_PATH puts other libraries in the way, which don't load or lack what is called.
This module must not connect to anything.
"""

import functools
import logging
import os
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cffi

from ionia.core.errors import ErrorKind, IoniaError
from ionia.sources.linux.pulse_declarations import DECLARATIONS

log = logging.getLogger(__name__)

INVALID_INDEX = 0xFFFFFFFF
"""PA_INVALID_INDEX (pulse/def.h)."""

VOLUME_NORM = 0x10000
"""PA_VOLUME_NORM (pulse/volume.h): 100 %, 0 dB."""

LIBRARY = "libpulse.so.0"

SYSTEM_FOLDERS = ("/usr/lib/*-linux-gnu*", "/usr/lib64", "/usr/lib", "/lib/*-linux-gnu*", "/lib64", "/lib")
"""Where Debian, Fedora, Arch and their derivatives keep it."""

SEARCH_VARIABLES = ("LD_LIBRARY_PATH", "LD_PRELOAD")
"""What makes the loader find another library than the system's."""

_FUNCTION = re.compile(r"\b(pa_\w+)\((?!\*)")


class PulseLibrary:
    """`ffi` and `lib`, as cffi gives them: untyped, because C's own types are checked by cffi at each call."""

    def __init__(self, path: str = LIBRARY) -> None:
        """Raises OSError when it doesn't load or lacks a function that is called here."""
        self.ffi: Any = cffi.FFI()
        self.ffi.cdef(DECLARATIONS)
        self.lib: Any = self.ffi.dlopen(path)
        # cffi looks each one up when it is first called: in the middle of a take.
        missing = [name for name in FUNCTIONS if not hasattr(self.lib, name)]
        if missing:
            raise OSError(f"{path} has no {missing[0]}")

    def text(self, pointer: Any) -> str:
        """A C string; empty for NULL."""
        if pointer == self.ffi.NULL:
            return ""
        return bytes(self.ffi.string(pointer)).decode("utf-8", "replace")


FUNCTIONS = tuple(dict.fromkeys(_FUNCTION.findall(DECLARATIONS)))
"""All that is called."""

_loading = threading.Lock()


@functools.cache
def _load() -> PulseLibrary:
    return load(LIBRARY, system_libraries())


def load(first: str, others: Iterable[str]) -> PulseLibrary:
    """The first of them that is whole. Raises the first one's OSError when none is."""
    try:
        return PulseLibrary(first)
    except OSError as error:
        for other in others:
            try:
                library = PulseLibrary(other)
            except OSError:
                continue
            log.warning("%s is used: %s%s", other, error, f" (because of {_in_the_way()})" if _in_the_way() else "")
            return library
        raise error from None


def system_libraries() -> list[str]:
    """Paths of the system's own libpulse, whatever the environment says; usually one."""
    found = (path for folder in SYSTEM_FOLDERS for path in Path("/").glob(f"{folder[1:]}/{LIBRARY}"))
    return [str(path) for path in {path.resolve(): path for path in found}.values()]


def pulse_library() -> PulseLibrary:
    """The library, loaded once. Any thread. Raises IoniaError(AUDIO_UNAVAILABLE)."""
    try:
        with _loading:
            return _load()
    except OSError as error:
        raise IoniaError(
            ErrorKind.AUDIO_UNAVAILABLE,
            f"The sound library can't be loaded: {error}",
            f"Start without {_in_the_way()}, or install libpulse0."
            if _in_the_way()
            else "Install libpulse0 (Debian, Ubuntu) or pulseaudio-libs (Fedora).",
        ) from error


def _in_the_way() -> str:
    return " and ".join(f"{name}={os.environ[name]}" for name in SEARCH_VARIABLES if os.environ.get(name))
