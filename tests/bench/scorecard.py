"""The scorecard: a page and its plots, made from results and from nothing else.

Results are kept beside the plots as JSON, so that measuring one part again leaves the others' figures as they are.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.bench.machine import ROOT
from tests.bench.plots import draw
from tests.bench.report import PartResult, markdown_table, verdict

PAGE = ROOT / "engine" / "docs" / "scorecard.md"
FOLDER = ROOT / "engine" / "docs" / "scorecard"
KEPT = FOLDER / "results.json"

_INTRODUCTION = """# Scorecard

What the engine reaches, beside the FFmpeg command line doing the same work in the same run, on the machine named
below. This page and its plots are written by `python3 build/dev.py bench --full --write` and by nobody's hand.
Medians of several runs; in brackets from where to where they went. "NO" is a goal that was missed.
"""


def write(results: Mapping[str, PartResult], machine: Mapping[str, str], *, full: bool) -> Path:
    """Merge the results into what is kept, and make page and plots anew. The page's path."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = read(KEPT)
    for name, result in results.items():
        kept[name] = {"machine": dict(machine), "form": "full" if full else "quick", "result": result.as_json()}
    _save(kept, results)
    return PAGE


def read(path: Path) -> dict[str, Any]:
    """What was kept: part by name. Empty where nothing was."""
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return kept


def _save(kept: Mapping[str, Any], changed: Iterable[str]) -> None:
    """Write results and page, and the plots of what has changed."""
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(kept), encoding="utf-8")
    for name in changed:
        for plot in PartResult.from_json(kept[name]["result"]).plots if name in kept else ():
            draw(plot, FOLDER / f"{plot.name}.png")


def take(results: Path, names: Sequence[str]) -> Path:
    """Take over the parts named, as far as they are there, from another run's results. The page's path."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = read(KEPT)
    others = read(results)
    _save({**kept, **{name: others[name] for name in names if name in others}}, names)
    return PAGE


def page(kept: Mapping[str, Any]) -> str:
    """The whole page as Markdown."""
    parts = {name: PartResult.from_json(entry["result"]) for name, entry in kept.items()}
    rows = [row for part in parts.values() for row in part.rows]
    newest = max((entry["machine"] for entry in kept.values()), key=lambda machine: str(machine["date"]))
    lines = [_INTRODUCTION, *(f"- {name}: {value}" for name, value in newest.items()), ""]
    lines += [f"**{verdict(rows)}**", "", markdown_table(rows), ""]
    for name, part in parts.items():
        entry = kept[name]
        lines += [f"## {name}", ""]
        machine = entry["machine"]
        lines += [f"Measured {machine['date']} at {machine['commit']}, {entry['form']} form.", ""]
        lines += [line for note in part.notes for line in (note, "")]
        lines += [line for plot in part.plots for line in (f"![{plot.title}](scorecard/{plot.name}.png)", "")]
    return "\n".join(lines).rstrip() + "\n"
