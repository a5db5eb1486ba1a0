"""Remembers what encoders made of the adapter's pictures, by driver, in a small file of the user's.

The file holds names of encoders, adapters and versions, and figures. Without it everything is tried anew.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ionia.core.codec.encoder_proof import DoubtedError, ProofError
from ionia.core.media import ColourMatrix
from ionia.media.kept_json import KeptJson
from ionia.media.surface_proof import SurfaceProof
from ionia.threads.clock import utc_seconds

_log = logging.getLogger(__name__)

FILE_NAME = "gpu-proofs.json"
_MOST = 64
"""A machine has a few adapters, sizes and drivers; what is older goes."""

DOUBTED_S = 7 * 24 * 3600
"""What was too slow may have had a busy machine, and who ended in a trial may have been killed: it is tried again after
so long, or with another driver."""

MOST_ENDS = 2
"""As `card_uses` counts: who ended in a trial may have been ended by anybody; two in a row share the driver."""

UNFINISHED = f"{MOST_ENDS} engines that tried it did not come to the end of that, which {FILE_NAME} keeps"

TURN_S = 8.0
"""How long an engine waits for another one's trial, in seconds: who waits for this one gives up after ten
(`runtime.encode.limited_gpu`), and is to be told what is true."""

IN_TURN = "another engine is trying it right now"

_TRIAL = "gpu-trial"
"""One at a time, of whatever: two that share a card would each find it slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A proof, or what was wrong."""

    proof: SurfaceProof | None = None
    wrong: str = ""
    until_s: float | None = None
    """When it is forgotten, in seconds of UTC since 1970."""

    begun: int = 0
    """Trials that were begun and of whose end nothing is known (yet). Then nothing else is known either."""


class ProofMemory:
    """Any thread."""

    def __init__(
        self, folder: Path | None = None, now_s: Callable[[], float] = utc_seconds, turn_s: float = TURN_S
    ) -> None:
        """`folder`: the user's own if not given; where there is none, what was tried is known to this process alone.
        `now_s`: seconds of UTC since 1970. `turn_s`: how long another one's trial is waited for."""
        self._file = KeptJson(FILE_NAME, folder)
        self._now_s = now_s
        self._turn_s = turn_s
        self._lock = threading.Lock()
        self._own: dict[str, Remembered] = {}  # what this process found out; protected by _lock

    def get(self, key: str) -> Remembered | None:
        """None for what was never tried, or is being tried."""
        with self._lock:
            return _known(self._all().get(key))

    def newest(self, beginning: str) -> Remembered | None:
        """What was found out last of those whose keys begin so."""
        with self._lock:
            found = [one for key, one in self._all().items() if key.startswith(beginning) and not one.begun]
        return found[-1] if found else None

    def found_out(self, key: str, tried: Callable[[], Remembered]) -> Remembered:
        """What is known, or what comes of it when it is `tried` now. What `tried` raises is not remembered,
        but for ProofError, which says what is wrong. Raises OSError where another engine doesn't come to an end.

        A driver may end the process meanwhile: that it was begun is in the file before.
        """
        if known := self.get(key):
            return known
        with self._file.turn(_TRIAL, self._turn_s) as mine:
            if not mine:
                raise OSError(IN_TURN)
            return self.get(key) or self._tried(key, tried)

    def _tried(self, key: str, tried: Callable[[], Remembered]) -> Remembered:
        """Nobody else tries anything, so that whoever began this and left no word has ended."""
        with self._lock:
            unknown = self._all().get(key)
        begun = 0 if unknown is None else unknown.begun
        until_s = self._now_s() + DOUBTED_S
        if begun >= MOST_ENDS:
            known = Remembered(wrong=UNFINISHED, until_s=until_s)
            self.put(key, known)
            return known
        self.put(key, Remembered(wrong=UNFINISHED, until_s=until_s, begun=begun + 1))
        try:
            known = tried()
        except DoubtedError as error:
            known = Remembered(wrong=str(error), until_s=self._now_s() + DOUBTED_S)
        except ProofError as error:
            known = Remembered(wrong=str(error))
        except BaseException:
            self.put(key, None)
            raise
        self.put(key, known)
        return known

    def put(self, key: str, remembered: Remembered | None) -> None:
        """From now on. None: as if it had never been tried."""
        with self._lock, self._file.alone():
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
        self._file.write({key: _json(value) for key, value in known.items()})

    def _all(self) -> dict[str, Remembered]:
        """Read each time: another engine may be trying the same. What is too old is tried again."""
        found: dict[str, Remembered] = {}
        try:
            found = {key: _remembered(value) for key, value in self._file.read().items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("what encoders were worth is tried anew: %s", error)
        now_s = self._now_s()
        return {key: one for key, one in {**found, **self._own}.items() if one.until_s is None or now_s < one.until_s}


def _known(one: Remembered | None) -> Remembered | None:
    return None if one is None or one.begun else one


def _json(one: Remembered) -> Mapping[str, object]:
    if one.proof is None:
        until = {} if one.until_s is None else {"untilUtcSeconds": one.until_s}
        return {"wrong": one.wrong, **until, **({"begun": one.begun} if one.begun else {})}
    return {"matrix": one.proof.matrix.name, "figures": one.proof.figures}


def _remembered(value: object) -> Remembered:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    if "wrong" in value:
        until = value.get("untilUtcSeconds")
        until_s = None if until is None else float(until)
        return Remembered(wrong=str(value["wrong"]), until_s=until_s, begun=int(value.get("begun", 0)))
    return Remembered(proof=SurfaceProof(matrix=ColourMatrix[value["matrix"]], figures=str(value["figures"])))
