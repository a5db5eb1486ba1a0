"""What a part of the bench hands back, and how it is shown. Values and text only: it measures nothing.

Results go through JSON, so that a scorecard can be put together from parts that were measured one by one.
"""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

HEADINGS = ("what", "ours", "peer", "ratio", "goal", "met")
_NONE = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One number. `met` is None where there is nothing to judge (the quick form is too short, a part of a sum)."""

    what: str
    ours: str
    peer: str = _NONE
    ratio: str = _NONE
    goal: str = _NONE
    met: bool | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """As HEADINGS."""
        verdict = _NONE if self.met is None else "yes" if self.met else "NO"
        return self.what, self.ours, self.peer, self.ratio, self.goal, verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points of a plot: one line or one set of bars. `x` are numbers for a line, names for bars.

    `kind` is the plot's own where it is empty. A recorder's name as label has that recorder's colour in every plot.
    """

    label: str
    x: list[float] | list[str]
    y: list[float]
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A picture of the scorecard. `kind` is "points", "line" or "bars"; `limits` are drawn as dashed lines.

    `spans` are times of something, each [from, to, what], drawn as shades; `marks` instants, with `marks_label`.
    """

    name: str
    title: str
    x_label: str
    y_label: str
    series: list[Series]
    kind: str = "line"
    limits: list[float] = field(default_factory=list)
    spans: list[tuple[float, float, str]] = field(default_factory=list)
    marks: list[float] = field(default_factory=list)
    marks_label: str = ""
    from_zero: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """All of one part. `notes` are sentences that stand below its table; "" for plots that there are none of."""

    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values: what numpy computed, also a verdict, is no number that JSON knows."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), default=_plain))
        return plain

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "PartResult":
        """The reverse of `as_json`."""
        plots = [
            Plot(
                **{
                    **plot,
                    "series": [Series(**one) for one in plot["series"]],
                    "spans": [(begin, end, what) for begin, end, what in plot.get("spans", [])],
                }
            )
            for plot in value["plots"]
        ]
        return cls(rows=[Row(**row) for row in value["rows"]], notes=value["notes"], plots=plots)


def _plain(value: object) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is no value for a page")


def spread(values: Sequence[float], form: str = ".2f", unit: str = "") -> str:
    """The median, and behind it from where to where the values go when there are several."""
    tail = f" {unit}" if unit else ""
    if not values:
        return _NONE
    if len(values) == 1:
        return f"{values[0]:{form}}{tail}"
    return f"{statistics.median(values):{form}}{tail} ({min(values):{form}} to {max(values):{form}})"


def percentile(values: Iterable[float], percent: float) -> float:
    """The value below which so many percent lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1)))]


def text_table(rows: Sequence[Row]) -> str:
    """Columns for a terminal."""
    lines = [HEADINGS, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    shown = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([shown[0], "  ".join("-" * width for width in widths), *shown[1:]])


def markdown_table(rows: Sequence[Row]) -> str:
    """A table for the scorecard."""
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *(row.cells for row in rows)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def verdict(rows: Sequence[Row]) -> str:
    """How many goals were met, and which were not."""
    judged = [row for row in rows if row.met is not None]
    missed = [row.what for row in judged if not row.met]
    text = f"{len(judged) - len(missed)} of {len(judged)} goals met"
    return text + (f"; not met: {'; '.join(missed)}" if missed else "")
