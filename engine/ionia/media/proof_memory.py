"""Remembers what encoders made of the adapter's pictures, by driver, in a small file of the user's.

The file holds names of encoders, adapters and versions, and figures. Without it everything is tried anew.
"""

import json
import logging
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ionia.core.media import ColourMatrix
from ionia.media.surface_proof import SurfaceProof
from ionia.platform.user_folders import config_folder

_log = logging.getLogger(__name__)

FILE_NAME = "gpu-proofs.json"
_MOST = 64
"""A machine has a few adapters, sizes and drivers; what is older goes."""


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
        self._known: dict[str, Remembered] | None = None  # protected by _lock

    def get(self, key: str) -> Remembered | None:
        """None for what was never tried."""
        with self._lock:
            return self._all().get(key)

    def newest(self, beginning: str) -> Remembered | None:
        """What was found out last of those whose keys begin so."""
        with self._lock:
            found = [one for key, one in self._all().items() if key.startswith(beginning)]
        return found[-1] if found else None

    def put(self, key: str, remembered: Remembered) -> None:
        """From now on."""
        with self._lock:
            known = self._all()
            known.pop(key, None)
            known[key] = remembered
            for oldest in list(known)[:-_MOST]:
                del known[oldest]
            self._write(known)

    def _all(self) -> dict[str, Remembered]:
        if self._known is None:
            try:
                text = self._path.read_text(encoding="utf-8") if self._path is not None else "{}"
                self._known = {str(key): _remembered(value) for key, value in json.loads(text).items()}
            except FileNotFoundError:
                self._known = {}
            except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
                _log.warning("what encoders were worth is tried anew: %s", error)
                self._known = {}
        return self._known

    def _write(self, known: Mapping[str, Remembered]) -> None:
        if self._path is None:
            return
        beside = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({key: _json(value) for key, value in known.items()}, indent=1)
            beside.write_text(text, encoding="utf-8", newline="\n")
            beside.replace(self._path)  # whole or not at all
        except OSError as error:
            _log.warning("what an encoder was worth can't be kept: %s", error)


def _json(one: Remembered) -> Mapping[str, str]:
    if one.proof is None:
        return {"wrong": one.wrong}
    return {"matrix": one.proof.matrix.name, "figures": one.proof.figures}


def _remembered(value: Mapping[str, str]) -> Remembered:
    if "wrong" in value:
        return Remembered(wrong=str(value["wrong"]))
    return Remembered(proof=SurfaceProof(matrix=ColourMatrix[value["matrix"]], figures=str(value["figures"])))
