"""Plots that can be read on a dark and on a light page: on a ground of their own, in colours that hold on it."""

from pathlib import Path

import matplotlib as mpl

from tests.bench.report import Plot

COLOURS = ("#1d6fd8", "#d9730d", "#2f9e57", "#a855c7", "#64748b")
_GROUND, _INK, _GRID = "#ffffff", "#1f2937", "#d1d5db"


def draw(plot: Plot, path: Path) -> None:
    """Write one plot as PNG."""
    mpl.use("Agg")
    from matplotlib import pyplot  # noqa: PLC0415 - only after the backend was chosen

    figure, axes = pyplot.subplots(figsize=(8, 3.6), dpi=110, facecolor=_GROUND)
    axes.set_facecolor(_GROUND)
    if plot.kind == "bars":
        _bars(axes, plot)
    else:
        for colour, series in zip(COLOURS, plot.series, strict=False):
            marker, line = ("o", "none") if plot.kind == "points" else ("", "-")
            axes.plot(series.x, series.y, marker=marker, markersize=4, linestyle=line, color=colour, label=series.label)
    for limit in plot.limits:
        axes.axhline(limit, color="#b91c1c", linestyle="--", linewidth=1)
    axes.set_title(plot.title, color=_INK, loc="left", fontsize=11)
    axes.set_xlabel(plot.x_label, color=_INK)
    axes.set_ylabel(plot.y_label, color=_INK)
    axes.tick_params(colors=_INK)
    axes.grid(visible=True, axis="y", color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if len(plot.series) > 1:
        axes.legend(frameon=False, labelcolor=_INK, fontsize=9)
    figure.tight_layout()
    # Without a date in the file, the same figures give the same bytes.
    figure.savefig(path, metadata={"Software": None})
    pyplot.close(figure)


def _bars(axes, plot: Plot) -> None:  # type: ignore[no-untyped-def]
    width = 0.8 / len(plot.series)
    for number, (colour, series) in enumerate(zip(COLOURS, plot.series, strict=False)):
        places = [place + (number - (len(plot.series) - 1) / 2) * width for place in range(len(series.x))]
        bars = axes.bar(places, series.y, width * 0.92, color=colour, label=series.label)
        axes.bar_label(bars, fmt="%.2f", color=_INK, fontsize=8)
    axes.set_xticks(range(len(plot.series[0].x)), [str(name) for name in plot.series[0].x])
