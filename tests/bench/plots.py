"""Plots that can be read on a dark and on a light page: on a ground of their own, in colours that hold on it."""

from pathlib import Path

import matplotlib as mpl

from tests.bench.report import Plot

RECORDERS = {"ionia": "#1d6fd8", "ffmpeg": "#d9730d", "pyav": "#2f9e57", "obs": "#a855c7"}
"""Colours by a word of the recorder's name: the same in every plot."""

OTHERS = ("#0f766e", "#be185d", "#64748b", "#a16207", "#4338ca", "#111827")
"""For series that are all ours or nobody's: pictures, clocks, settings."""

_GROUND, _INK, _GRID, _SHADE, _LIMIT, _MARK = "#ffffff", "#1f2937", "#d1d5db", "#fde68a", "#b91c1c", "#94a3b8"


def draw(plot: Plot, path: Path) -> None:
    """Write one plot as PNG."""
    mpl.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415 - only after the backend was chosen

    figure, axes = pyplot.subplots(figsize=(8, 3.6), dpi=110, facecolor=_GROUND)
    axes.set_facecolor(_GROUND)
    for begin, end, what in plot.spans:
        axes.axvspan(begin, end, color=_SHADE, alpha=0.55, linewidth=0, label=what)
    for number, mark in enumerate(plot.marks):
        axes.axvline(mark, color=_MARK, linewidth=0.7, label=plot.marks_label if number == 0 else None)
    if plot.kind == "bars":
        _bars(axes, plot)
    else:
        _lines(axes, plot)
    for limit in plot.limits:
        axes.axhline(limit, color=_LIMIT, linestyle="--", linewidth=1)
    axes.set_title(plot.title, color=_INK, loc="left", fontsize=11)
    axes.set_xlabel(plot.x_label, color=_INK)
    axes.set_ylabel(plot.y_label, color=_INK)
    axes.tick_params(colors=_INK)
    axes.grid(visible=True, axis="y", color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    if plot.from_zero:
        axes.set_ylim(bottom=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_color(_INK)
    if len(plot.series) + len(plot.spans) + len(plot.marks) > 1:
        # Beside the figures and never on them.
        axes.legend(frameon=False, labelcolor=_INK, fontsize=9, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    figure.tight_layout()
    # Without a date in the file, the same figures give the same bytes.
    figure.savefig(path, metadata={"Software": None})
    pyplot.close(figure)


def colours(labels: list[str]) -> list[str]:
    """A recorder's own colour where the label names one, the others' in turn elsewhere."""
    rest = iter(OTHERS * (1 + len(labels) // len(OTHERS)))
    return [
        next((colour for word, colour in RECORDERS.items() if word in label.lower()), None) or next(rest)
        for label in labels
    ]


def _lines(axes, plot: Plot) -> None:  # type: ignore[no-untyped-def]
    for colour, series in zip(colours([one.label for one in plot.series]), plot.series, strict=True):
        points = (series.kind or plot.kind) == "points"
        axes.plot(
            series.x,
            series.y,
            marker="o" if points else "",
            markersize=4,
            linestyle="none" if points else "-",
            linewidth=1.6,
            color=colour,
            label=series.label,
        )


def _bars(axes, plot: Plot) -> None:  # type: ignore[no-untyped-def]
    names = list(dict.fromkeys(str(name) for series in plot.series for name in series.x))
    width = 0.8 / len(plot.series)
    size = 8 if len(plot.series) * len(names) <= 16 else 6
    for number, (colour, series) in enumerate(
        zip(colours([one.label for one in plot.series]), plot.series, strict=True)
    ):
        beside = (number - (len(plot.series) - 1) / 2) * width
        places = [names.index(str(name)) + beside for name in series.x]
        bars = axes.bar(places, series.y, width * 0.92, color=colour, label=series.label)
        axes.bar_label(bars, fmt="%.2f", color=_INK, fontsize=size)
    axes.set_xticks(range(len(names)), names)
