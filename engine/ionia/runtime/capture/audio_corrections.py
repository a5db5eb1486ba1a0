"""Remembers each sound device's offset in a small file of the user's, and gives it to every recording from then on.

The file holds names of devices and milliseconds, nothing else. Without it, where it can't be read, and for a user who
has no folder at all, nothing is corrected.
"""

import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.offsets import changed, key_of, read_offsets, write_offsets
from ionia.core.errors import ErrorKind, IoniaError
from ionia.platform.user_folders import config_folder

log = logging.getLogger(__name__)

FILE_NAME = "audio-offsets.json"


class AudioCorrections:
    """Any thread. The file is read at each `initialize`, which is seldom: another process may have changed it."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder`: the user's own if not given."""
        folder = folder or config_folder(os.environ)
        self._path = folder / FILE_NAME if folder is not None else None
        self._lock = threading.Lock()

    def all(self) -> Mapping[str, float]:
        """Milliseconds by device; empty without a file."""
        if self._path is None:
            return {}
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
        if self._path is None:
            raise IoniaError(
                ErrorKind.OUTPUT_FAILED,
                "The correction can't be kept: this user has no folder for settings",
                "Set HOME, or APPDATA on Windows, for the engine.",
            )
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
