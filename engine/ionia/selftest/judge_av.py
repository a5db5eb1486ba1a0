"""How far sound and picture are apart, from what was shown and played, and what was found of it in the recording.

A flash is shown as strips that light up one after the other, about one frame long in all: how many of them the first
lit frame shows tells when within its interval that frame was captured, so that an event is known far better than to
a frame. Offsets are positive where the picture comes after its sound (sound early), as in ITU-R BT.1359.
"""

import math
import statistics
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt

from ionia.core.selftest_report import Outcome
from ionia.core.test_card.pattern import Box

R37_EARLY_MS, R37_LATE_MS = 40.0, 60.0
"""EBU Recommendation R37: how early and how late sound may be where a programme leaves for the transmitters."""

R37_STAGE_EARLY_MS, R37_STAGE_LATE_MS = 5.0, 15.0
"""EBU Recommendation R37: what a single stage of the chain, as a recorder is one, may add to that."""

BT1359_EARLY_MS, BT1359_LATE_MS = 45.0, 125.0
"""Recommendation ITU-R BT.1359-1: from here on viewers notice (detectability thresholds)."""

JITTER_LIMIT_MS = 10.0
"""Half of what EBU R37 allows a stage from its earliest to its latest: beyond that, either way, the offset varies too
much for one correction to mend it."""

DRIFT_FAIR_MS_PER_MIN = (R37_EARLY_MS + R37_LATE_MS) / 60
"""Crosses the whole of R37's window in an hour."""

DRIFT_BAD_MS_PER_MIN = BT1359_EARLY_MS / 10
"""Is noticed (BT.1359) after ten minutes."""

LEAST_EVENTS = 5

_LEAST_SPREAD_MS = 0.5
"""The least spread that is believed: a few events may happen to agree better."""

_NEAR_NS = 280_000_000
"""How far from where it is expected an event is looked for; events must be at least twice as far apart."""

LIMITS = (
    f"Limits: {R37_EARLY_MS:.0f} ms early to {R37_LATE_MS:.0f} ms late (EBU R37); viewers notice from "
    f"{BT1359_EARLY_MS:.0f} ms early or {BT1359_LATE_MS:.0f} ms late (ITU-R BT.1359)."
)

_GREY = 125
"""Between black and white, of luma (16 to 235) as of green (0 to 255)."""

_NS, _MS = 1e9, 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedEvent:
    """What really happened, on the engine's clock: when each strip was lit, and when the beep began to be heard."""

    lit_ns: tuple[int, ...]
    heard_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvSample:
    """One event in the recording: where it is (seconds), and by how many ms its picture comes after its sound."""

    at_s: float
    offset_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AvMeasure:
    """All events together. `jitter_ms` is the standard deviation about the line that offset and drift make.

    `uncertainty_ms` is how far the offset may be wrong by the method; `drift_uncertainty` (ms per minute) is what the
    shortness of the recording leaves open.
    """

    offset_ms: float
    jitter_ms: float
    drift_ms_per_min: float
    drift_uncertainty: float
    uncertainty_ms: float
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvVerdict:
    """A judgement for people. `correct_by_ms` is what should be added to the device's offset, None when nothing."""

    outcome: Outcome
    found: str
    advice: str
    correct_by_ms: float | None


def strips_lit(area: npt.NDArray[np.uint8], strips: int) -> int:
    """How many strips of the window are white. `area`: BGRA (height, width, 4) or luma (height, width)."""
    width = area.shape[1]
    edges = [width * n // strips for n in range(strips + 1)]
    boxes = [Box(left=a, top=0, right=b, bottom=area.shape[0]).inner() for a, b in pairwise(edges)]
    parts = [box.of(area) for box in boxes]
    return sum(float((part if part.ndim == 2 else part[:, :, 1]).mean()) > _GREY for part in parts)


def staged_samples(
    events: Sequence[StagedEvent], lit: Sequence[int], beeps: Sequence[float], *, fps: int, epoch_ns: int
) -> list[AvSample]:
    """Find each event in a recording that began at about `epoch_ns`.

    `lit` is how many strips each frame shows, `beeps` where beeps begin, in seconds. Events that aren't found as a
    flash and as a beep are left out.
    """
    flashes = _flashes(lit)
    samples = []
    for event in events:
        expected = (event.lit_ns[0] - epoch_ns) / _NS * fps
        frame = _nearest(flashes, expected, _NEAR_NS / _NS * fps)
        if frame is None:
            continue
        captured_ns = _captured_ns(event.lit_ns, lit[int(frame)])
        # The middle of its interval is when a frame on the timeline was captured.
        origin_ns = captured_ns - (frame + 0.5) / fps * _NS
        due = (event.heard_ns - origin_ns) / _NS
        beep = _nearest(beeps, due, _NEAR_NS / _NS)
        if beep is not None:
            samples.append(AvSample(at_s=beep, offset_ms=(due - beep) * _MS))
    return samples


def card_samples(flashing: Sequence[bool], beeps: Sequence[float], *, fps: int) -> list[AvSample]:
    """The same of the test card and tone, which flash and beep at one instant. Each is known to half a frame."""
    samples = []
    for frame in _flashes([int(flash) for flash in flashing]):
        # Captured in the middle of its interval, and on average half a frame after the flash began.
        beep = _nearest(beeps, frame / fps, _NEAR_NS / _NS)
        if beep is not None:
            samples.append(AvSample(at_s=beep, offset_ms=(frame / fps - beep) * _MS))
    return samples


def measure(samples: Sequence[AvSample], *, uncertainty_ms: float) -> AvMeasure | None:
    """Offset, jitter and drift; None with too few events. The drift is Theil's and Sen's: outliers don't turn it."""
    if len(samples) < LEAST_EVENTS:
        return None
    slopes = [(b.offset_ms - a.offset_ms) / (b.at_s - a.at_s) for a, b in combinations(samples, 2) if b.at_s > a.at_s]
    slope = statistics.median(slopes) if slopes else 0.0
    middle = statistics.fmean(sample.at_s for sample in samples)
    residuals = [sample.offset_ms - slope * (sample.at_s - middle) for sample in samples]
    jitter = statistics.pstdev(residuals)
    length = statistics.pstdev(sample.at_s for sample in samples)
    spread = max(jitter, _LEAST_SPREAD_MS)
    return AvMeasure(
        offset_ms=statistics.median(residuals),
        jitter_ms=jitter,
        drift_ms_per_min=slope * 60,
        drift_uncertainty=2 * spread / (math.sqrt(len(samples)) * max(length, 1e-3)) * 60,
        uncertainty_ms=uncertainty_ms,
        events=len(samples),
    )


def judge_av(measured: AvMeasure, *, correctable: bool) -> AvVerdict:
    """Compare with the limits. `correctable`: it was measured on a real device, whose offset can be remembered."""
    offset, jitter = measured.offset_ms, measured.jitter_ms
    drift = abs(measured.drift_ms_per_min)
    drifts = drift > measured.drift_uncertainty and drift > DRIFT_FAIR_MS_PER_MIN
    outcome, advice = _judge_offset(offset)
    correct_by = None
    if jitter > JITTER_LIMIT_MS:
        outcome = _worse(outcome, Outcome.FAIR)
        advice = f"{advice} The offset varies: close programs that keep the machine busy, and test again.".strip()
    elif drifts:
        bad = drift > DRIFT_BAD_MS_PER_MIN
        outcome = _worse(outcome, Outcome.BAD if bad else Outcome.FAIR)
        minutes = BT1359_EARLY_MS / drift
        advice = (
            f"{advice} At this drift it is noticed after {minutes:.0f} minutes. Test again with other programs closed; "
            "if it stays, use another sound device."
        ).strip()
    elif correctable and _beyond_a_stage(measured):
        correct_by = round(offset, 1)
    return AvVerdict(outcome=outcome, found=_words(measured, drifts=drifts), advice=advice, correct_by_ms=correct_by)


def _worse(one: Outcome, other: Outcome) -> Outcome:
    return max(one, other, key=(Outcome.GOOD, Outcome.FAIR, Outcome.BAD).index)


def _judge_offset(offset: float) -> tuple[Outcome, str]:
    if -R37_LATE_MS <= offset <= R37_EARLY_MS:
        return Outcome.GOOD, ""
    if -BT1359_LATE_MS <= offset <= BT1359_EARLY_MS:
        return Outcome.FAIR, "More than broadcasters allow, though few viewers notice."
    return Outcome.BAD, "Viewers will notice."


def _beyond_a_stage(measured: AvMeasure) -> bool:
    """Whether it is off by more than one stage may be, and that for certain."""
    offset = measured.offset_ms
    doubt = measured.uncertainty_ms + 2 * measured.jitter_ms / math.sqrt(measured.events)
    return offset - doubt > R37_STAGE_EARLY_MS or offset + doubt < -R37_STAGE_LATE_MS


def _words(measured: AvMeasure, *, drifts: bool) -> str:
    size = abs(measured.offset_ms)
    place = f"sound {size:.1f} ms {'late' if measured.offset_ms < 0 else 'early'}"
    if measured.uncertainty_ms > 5:
        place += f" (give or take {measured.uncertainty_ms:.0f})"
    doubt = f"±{max(1, measured.drift_uncertainty):.0f} ms a minute"
    drift = f"drift {measured.drift_ms_per_min:+.1f} ms a minute" if drifts else f"no drift seen ({doubt})"
    return f"{place}, jitter {measured.jitter_ms:.1f} ms, {drift}"


def _flashes(lit: Sequence[int]) -> list[float]:
    return [float(n) for n in range(1, len(lit)) if lit[n] and not lit[n - 1]]


def _captured_ns(lit_ns: Sequence[int], seen: int) -> float:
    """When a frame was captured that shows the first `seen` strips lit."""
    if seen < len(lit_ns):
        return (lit_ns[seen - 1] + lit_ns[seen]) / 2
    step = (lit_ns[-1] - lit_ns[0]) / max(1, len(lit_ns) - 1)
    return lit_ns[-1] + step / 2


def _nearest(places: Sequence[float], wanted: float, within: float) -> float | None:
    """The one of the rising `places` that is nearest to `wanted`, if near enough."""
    at = bisect_left(places, wanted)
    near = min(places[max(0, at - 1) : at + 1], key=lambda place: abs(place - wanted), default=None)
    return near if near is not None and abs(near - wanted) <= within else None
