"""Remembers what encoders made of the adapter's pictures, by driver, in a small file of the user's.

The file holds names of encoders, adapters and versions, and figures. Without it everything is tried anew.
"""

import json
import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ionia.core.media import ColourMatrix
from ionia.media.surface_proof import SurfaceProof
from ionia.platform.user_folders import config_folder

_log = logging.getLogger(__name__)

FILE_NAME = "gpu-proofs.json"
_MOST = 64
"""A machine has a few adapters, sizes and drivers; what is older goes."""

_ATTEMPTS, _PAUSE_S = 5, 0.02
"""Reading it takes less than a millisecond."""

UNFINISHED = f"an engine that tried it did not come to the end of that, which {FILE_NAME} keeps"
"""What is known while it is tried, and for good where a driver ended the process over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A proof, or what was wrong."""

    proof: SurfaceProof | None = None
    wrong: str = ""


class ProofMemory:
    """Any thread."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder`: the user's own if not given; where there is none, what was tried is known to this process alone."""
        folder = folder or config_folder(os.environ)
        self._path = folder / FILE_NAME if folder is not None else None
        self._lock = threading.Lock()
        self._own: dict[str, Remembered] = {}  # what this process found out; protected by _lock

    def get(self, key: str) -> Remembered | None:
        """None for what was never tried."""
        with self._lock:
            return self._all().get(key)

    def newest(self, beginning: str) -> Remembered | None:
        """What was found out last of those whose keys begin so."""
        with self._lock:
            found = [one for key, one in self._all().items() if key.startswith(beginning)]
        return found[-1] if found else None

    def found_out(self, key: str, tried: Callable[[], Remembered]) -> Remembered:
        """What is known, or what comes of it when it is `tried` now. What `tried` raises is not remembered.

        A driver may end the process meanwhile: that is in the file before, and found there instead of a second try.
        """
        with self._lock:
            known = self._all().get(key)
            if known is not None:
                return known
            self._keep(key, Remembered(wrong=UNFINISHED))
        try:
            known = tried()
        except BaseException:
            self.put(key, None)
            raise
        self.put(key, known)
        return known

    def put(self, key: str, remembered: Remembered | None) -> None:
        """From now on. None: as if it had never been tried."""
        with self._lock:
            self._keep(key, remembered)

    def _keep(self, key: str, remembered: Remembered | None) -> None:
        self._own.pop(key, None)
        known = self._all()
        known.pop(key, None)
        if remembered is not None:
            self._own[key] = known[key] = remembered
        for oldest in list(known)[:-_MOST]:
            del known[oldest]
            self._own.pop(oldest, None)
        self._write(known)

    def _all(self) -> dict[str, Remembered]:
        """Read each time: another engine may be trying the same."""
        found: dict[str, Remembered] = {}
        try:
            text = self._path.read_text(encoding="utf-8") if self._path is not None else "{}"
            found = {str(key): _remembered(value) for key, value in json.loads(text).items()}
        except FileNotFoundError:
            pass
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("what encoders were worth is tried anew: %s", error)
        return {**found, **self._own}

    def _write(self, known: Mapping[str, Remembered]) -> None:
        if self._path is None:
            return
        beside = self._path.with_suffix(f".{os.getpid()}.new")  # one for each engine
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("w", encoding="utf-8", newline="\n") as file:
                json.dump({key: _json(value) for key, value in known.items()}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())  # a driver may take the whole system with it
            _put_in_place(beside, self._path)
        except OSError as error:
            _log.warning("what an encoder was worth can't be kept: %s", error)
            with suppress(OSError):
                beside.unlink()


def _put_in_place(beside: Path, path: Path) -> None:
    """Whole or not at all. On Windows it is refused while another engine or a virus scanner reads the file."""
    for _ in range(_ATTEMPTS - 1):
        with suppress(PermissionError):
            beside.replace(path)
            return
        threading.Event().wait(_PAUSE_S)
    beside.replace(path)


def _json(one: Remembered) -> Mapping[str, str]:
    if one.proof is None:
        return {"wrong": one.wrong}
    return {"matrix": one.proof.matrix.name, "figures": one.proof.figures}


def _remembered(value: Mapping[str, str]) -> Remembered:
    if "wrong" in value:
        return Remembered(wrong=str(value["wrong"]))
    return Remembered(proof=SurfaceProof(matrix=ColourMatrix[value["matrix"]], figures=str(value["figures"])))
