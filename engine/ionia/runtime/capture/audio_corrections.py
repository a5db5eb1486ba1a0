"""Remembers each sound device's offset in a small file of the user's, and gives it to every recording from then on.

The file holds names of devices and milliseconds, nothing else. Without it, or where it can't be read, nothing is
corrected.
"""

import logging
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.offsets import changed, key_of, read_offsets, write_offsets
from ionia.core.errors import ErrorKind, IoniaError

log = logging.getLogger(__name__)

FILE_NAME = "audio-offsets.json"


def config_folder(environment: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """The user's folder for settings: %APPDATA%\\Ionia, $XDG_CONFIG_HOME/ionia or ~/.config/ionia."""
    if platform == "win32":
        base = environment.get("APPDATA")
        return Path(base) / "Ionia" if base else Path.home() / "AppData" / "Roaming" / "Ionia"
    # The XDG base directory specification: a path that is not absolute is to be ignored.
    base = environment.get("XDG_CONFIG_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".config") / "ionia"


class AudioCorrections:
    """Any thread. The file is read each time a device opens, which is seldom: another process may have changed it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or config_folder(os.environ)) / FILE_NAME
        self._lock = threading.Lock()

    @property
    def path(self) -> Path:
        """Where they are kept."""
        return self._path

    def all(self) -> Mapping[str, float]:
        """Milliseconds by device; empty without a file."""
        try:
            return read_offsets(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            log.warning("the remembered sound offsets can't be read: %s", error)
            return {}

    def offset_ms(self, source: AudioInput, device: str) -> float:
        """By how much later the sound of this device belongs; 0 when nothing is known."""
        return self.all().get(key_of(source, device), 0.0)

    def remember(self, source: AudioInput, device: str, offset_ms: float | None) -> None:
        """Keep it from now on; None or 0 forgets it. Raises IoniaError(OUTPUT_FAILED)."""
        with self._lock:
            text = write_offsets(changed(self.all(), source, device, offset_ms))
            beside = self._path.with_suffix(".new")
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                beside.write_text(text, encoding="utf-8", newline="\n")
                beside.replace(self._path)  # whole or not at all
            except OSError as error:
                reason = (error.strerror or type(error).__name__).lower()
                raise IoniaError(
                    ErrorKind.OUTPUT_FAILED, f"The correction can't be kept in {self._path}: {reason}"
                ) from error
