"""The peers beside FFmpeg's command line, and how several of them share one column of a table.

The quick form has FFmpeg only. In the full form a bare PyAV loop and, where it is installed, OBS run beside it. Ratios
are against FFmpeg: it does the same work with the same settings, and it is there on every machine.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from tests.bench.bare_pyav import BarePyAV
from tests.bench.obs import HINT, Obs, obs_missing
from tests.bench.parts import Form
from tests.bench.recorders import Peer, Recorder

T = TypeVar("T")


def peers(form: Form) -> list[Recorder]:
    """All that run here, FFmpeg first."""
    if not form.full:
        return [Peer()]
    return [Peer(), BarePyAV(), *([] if obs_missing() else [Obs()])]


def missing_peers(form: Form) -> list[str]:
    """A note about the peer that isn't here, if one isn't."""
    return [HINT] if form.full and obs_missing() else []


def tried(recorder: Recorder, notes: list[str], run: Callable[[], T]) -> T | None:
    """What `run` returns; None and a note where a peer could not do it: the others' figures are worth having."""
    try:
        return run()
    except Exception as error:  # noqa: BLE001 - another's program may fail in any way
        notes.append(f"{recorder.name} failed: {error}")
        return None


def side_by_side(figures: Mapping[str, str], unit: str = "") -> str:
    """By the peers' names: "ffmpeg 0.59, bare PyAV 0.71, OBS 1.90 cores"; FFmpeg alone without its name."""
    tail = f" {unit}" if unit else ""
    if not figures:
        return "–"
    if list(figures) == [Peer.name]:
        return figures[Peer.name] + tail
    return ", ".join(f"{name} {figure}" for name, figure in figures.items()) + tail
