"""A/V offset over a recording of any length: a flash and a beep now and then, found again by reading only near them."""

import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
import numpy.typing as npt

from ionia.core.media import SAMPLE_RATE
from ionia.core.test_card.pattern import find_beeps, read_flash
from tests.bench.recorders import Stage
from tests.fakes.pulse_beeper import PulseBeeper
from tests.fakes.x11_painter import PainterProcess

SPACING = 20.0206
"""Seconds from one event to the next: 600 frames and 0.618 of one, so that few neighbours show every phase alike."""

LEAD = 1.5
"""The sound server is told so long before."""

AROUND = 1.0
"""Seconds before and after an event's instant in which it is looked for."""

FARTHEST = 0.4
"""A beep that is farther from its flash than this isn't its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A flash at a monotonic instant in seconds; its beep was heard so many seconds later."""

    at: float
    beep_after: float


class Performer:
    """Flashes and beeps on a stage. A beeper that failed is replaced: an hour's soak must not end by one hiccup."""

    def __init__(self, where: Stage, paint: PainterProcess) -> None:
        self.asked = 0
        self.events: list[Event] = []
        self.troubles: list[str] = []
        self._where, self._paint = where, paint
        self._beeper: PulseBeeper | None = None
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def perform(self, at: float) -> None:
        """One event, at least 0.6 s from now; returns when it is over."""
        self.asked += 1
        if self._beeper is None:
            self._open()
            return
        try:
            self._beeper.beep(round(at * 1e9), milliseconds=100)
            before, after = self._paint.do(f"flash {round(at * 1e9)} 200")
            flashed = (before + after) / 2e9
            self.events.append(Event(at=flashed, beep_after=self._beeper.heard_ns() / 1e9 - flashed))
        except (RuntimeError, OSError) as error:
            self.troubles.append(str(error))
            self._close()
            self._open()

    def _open(self) -> None:
        try:
            self._beeper = PulseBeeper(self._where.environment, "speaker")
        except (RuntimeError, OSError) as error:
            self.troubles.append(str(error))

    def _close(self) -> None:
        if self._beeper is not None:
            self._beeper.close()
        self._beeper = None


@dataclass(slots=True)
class Epoch:
    """When a recording began on the monotonic clock, from the lengths that it told."""

    seconds: float = float("inf")

    def told(self, duration: float) -> None:
        """The recording has just said that it is so long: each answer comes a little late, the least is the closest."""
        if duration > 0:
            self.seconds = min(self.seconds, time.monotonic() - duration)


def offsets_near(path: Path, epoch: float, events: list[Event]) -> list[tuple[float, float]]:
    """For each event that is in the file: (seconds into it, by how many ms the picture comes after its sound)."""
    found = []
    with av.open(str(path)) as container:
        for event in events:
            flashes, beeps = piece(container, max(0.0, event.at - epoch - AROUND), event.at - epoch + AROUND)
            for flash in flashes[:1]:
                expected = flash + event.beep_after
                nearest = min(beeps, key=lambda beep: abs(beep - expected), default=None)
                if nearest is not None and abs(nearest - expected) < FARTHEST:
                    found.append((flash, (expected - nearest) * 1000))
    return found


def piece(container: av.container.InputContainer, begin: float, end: float) -> tuple[list[float], list[float]]:
    """Flashes and beeps between two times of the file, which is read from the keyframe before."""
    container.seek(round(begin * av.time_base))
    flashes: list[float] = []
    sound: list[tuple[int, npt.NDArray[np.float32]]] = []
    before = True
    over: set[type] = set()
    for frame in container.decode(video=0, audio=0):
        at = float(frame.time or 0.0)
        if at > end:
            over.add(type(frame))
            if len(over) == 2:
                break
        elif isinstance(frame, av.AudioFrame):
            sound.append((round(at * SAMPLE_RATE), frame.to_ndarray().T))
        elif at >= begin:
            plane = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)
            lit = read_flash(plane[: frame.height, : frame.width])
            if lit and not before:
                flashes.append(at)
            before = lit
    return flashes, beeps_of(sound)


def beeps_of(pieces: list[tuple[int, npt.NDArray[np.float32]]]) -> list[float]:
    """Seconds at which beeps begin."""
    if not pieces:
        return []
    origin, samples = laid_out(pieces)
    return [(origin + beep) / SAMPLE_RATE for beep in find_beeps(samples)]


def laid_out(pieces: list[tuple[int, npt.NDArray[np.float32]]]) -> tuple[int, npt.NDArray[np.float32]]:
    """(place of the first sample, all samples) of pieces of stereo, each where its time stamp puts it."""
    origin = min(at for at, _ in pieces)
    samples = np.zeros((max(at + len(one) for at, one in pieces) - origin, 2), np.float32)
    for at, one in pieces:
        samples[at - origin : at - origin + len(one)] = one
    return origin, samples
