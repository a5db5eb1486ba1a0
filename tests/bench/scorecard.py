"""The scorecard: a page, its plots and the README's part of it, made from results and from nothing else.

Results are kept beside the plots as JSON, so that measuring one part again leaves the others' figures as they are.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.machine import ROOT
from tests.bench.parts import PARTS
from tests.bench.plots import draw
from tests.bench.profile_words import profile_words
from tests.bench.report import PartResult, Plot, Row, markdown_table, verdict

PAGE = ROOT / "engine" / "docs" / "scorecard.md"
FOLDER = ROOT / "engine" / "docs" / "scorecard"
KEPT = FOLDER / "results.json"
README = ROOT / "README.md"

BEGIN = "<!-- scorecard: from here on written by build/dev.py bench --write -->"
END = "<!-- scorecard: until here -->"

TELLING = (
    ("offset", "A/V offset, median"),
    ("memory", "A/V offset over"),
    ("cost", "CPU at 1080p30, moving"),
    ("cost", "CPU at 1080p30, static"),
    ("kills", "kill -9 at"),
    ("kills", "kill -9: lost"),
    ("memory", "memory growth"),
    ("faults", "getStats while the server is frozen"),
    ("outages", "server back to picture at the server,"),
    ("link", "link halved, bit rate fixed: capture to server"),
    ("live", "CPU of record + stream"),
)
"""The README's rows: part, and how the row begins. The first that does is shown."""

TELLING_PLOTS = ("av-offset", "dip-latency")

_INTRODUCTION = """# Scorecard

What the engine reaches, beside its peers doing the same work in the same run. Below stands the machine of the last
run; each part names the processor of its own. This page and its plots are written by
`python3 build/dev.py bench --full --write` (the soaks: `bench memory soak --full --write`) and by nobody's hand.
Medians of several runs; in brackets from where to where they went. "NO" is a goal that was missed; "–" is where there
is nothing to judge.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One part's result, and when, at which commit and in which form it was measured."""

    name: str
    machine: Mapping[str, str]
    form: str
    result: PartResult


def write(results: Mapping[str, PartResult], machine: Mapping[str, str], *, full: bool) -> Path:
    """Merge the results into what is kept, and make page and plots anew. The page's path."""
    kept = read(KEPT)
    for name, result in results.items():
        kept[name] = {"machine": dict(machine), "form": "full" if full else "quick", "result": result.as_json()}
    _save(kept, results)
    return PAGE


def take(results: Path, names: Sequence[str]) -> Path:
    """Take over the parts named, as far as they are there, from another run's results. The page's path."""
    kept, others = read(KEPT), read(results)
    _save({**kept, **{name: others[name] for name in names if name in others}}, names)
    return PAGE


def read(path: Path) -> dict[str, Any]:
    """What was kept: part by name. Empty where nothing was."""
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return kept


def parsed(kept: Mapping[str, Any]) -> list[Kept]:
    """In the order of PARTS; parts that don't exist any more come last."""
    order = {name: place for place, name in enumerate(PARTS)}
    return [
        Kept(
            name=name,
            machine=kept[name]["machine"],
            form=kept[name]["form"],
            result=PartResult.from_json(kept[name]["result"]),
        )
        for name in sorted(kept, key=lambda name: order.get(name, len(order)))
    ]


def _save(kept: Mapping[str, Any], changed: Iterable[str]) -> None:
    """Write results, page and README, and the plots of what has changed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    parts = parsed(kept)
    PAGE.write_text(page(parts), encoding="utf-8")
    README.write_text(with_summary(README.read_text(encoding="utf-8"), summary(parts)), encoding="utf-8")
    drawn = {plot.name: plot for part in parts for plot in part.result.plots}
    again = {plot.name for part in parts if part.name in set(changed) for plot in part.result.plots}
    for name, plot in drawn.items():
        if name in again or not (FOLDER / f"{name}.png").exists():
            draw(plot, FOLDER / f"{name}.png")
    for picture in FOLDER.glob("*.png"):
        if picture.stem not in drawn:
            picture.unlink()


def page(parts: Sequence[Kept]) -> str:
    """The whole page as Markdown: machine, verdict, a table of the parts, then part by part."""
    lines = [_INTRODUCTION, *(f"- {name}: {value}" for name, value in newest(parts).items()), ""]
    lines += [f"**{whole_verdict(parts)}**", "", overview(parts), ""]
    for part in parts:
        lines += section(part)
    return "\n".join(lines).rstrip() + "\n"


def newest(parts: Sequence[Kept]) -> Mapping[str, str]:
    """The head of the run that ended last."""
    return max((part.machine for part in parts), key=lambda machine: str(machine["date"]))


def whole_verdict(parts: Sequence[Kept]) -> str:
    """Goals met, which not, and which parts are only of the quick form."""
    return verdict([row for part in parts for row in part.result.rows]) + quick_parts(parts)


def quick_parts(parts: Sequence[Kept]) -> str:
    """In brackets; empty when all is of the full form."""
    quick = [part.name for part in parts if part.form == "quick"]
    if len(quick) == len(parts):
        return " (quick form)"
    return f" (in the quick form: {', '.join(quick)})" if quick else ""


def overview(parts: Sequence[Kept]) -> str:
    """One line for each part."""
    lines = ["| part | what it is about | goals met | form |", "| --- | --- | --- | --- |"]
    for part in parts:
        judged = [row for row in part.result.rows if row.met is not None]
        met = f"{sum(bool(row.met) for row in judged)} of {len(judged)}" if judged else "–"
        lines.append(f"| [{part.name}](#{part.name}) | {about(part.name)} | {met} | {part.form} form |")
    return "\n".join(lines)


def about(name: str) -> str:
    """A part's own sentence."""
    return PARTS[name].about if name in PARTS else ""


def section(part: Kept) -> list[str]:
    """A part: its sentence, its table, what the figures say, its notes, its plots."""
    lines = [f"## {part.name}", "", about(part.name), ""]
    machine = part.machine
    lines += [f"Measured {machine['date']} at {machine['commit']}, {part.form} form; {machine['processor']}.", ""]
    if part.result.rows:
        lines += [markdown_table(part.result.rows), ""]
    if part.name == "profile":
        lines += [line for words in profile_words(part.result) for line in (words, "")]
    lines += [line for note in part.result.notes for line in (note, "")]
    lines += [line for plot in part.result.plots for line in (_picture(plot, "scorecard"), "")]
    return lines


def summary(parts: Sequence[Kept]) -> str:
    """The README's part: verdict, the telling rows, two plots."""
    machine = newest(parts)
    judged = [row for part in parts for row in part.result.rows if row.met is not None]
    where = f"{machine['processor']}, {machine['system'].split('-')[0]}, {machine['date'].split()[0]}"
    lines = [
        f"{sum(bool(row.met) for row in judged)} of {len(judged)} goals met{quick_parts(parts)}; {where}. The head of "
        "the table:",
        "",
        markdown_table(telling_rows(parts)),
        "",
    ]
    plots = {plot.name: plot for part in parts for plot in part.result.plots}
    lines += [_picture(plots[name], "engine/docs/scorecard") for name in TELLING_PLOTS if name in plots]
    return "\n".join(lines)


def telling_rows(parts: Sequence[Kept]) -> list[Row]:
    """Those of TELLING that were measured."""
    by_name = {part.name: part.result.rows for part in parts}
    found = (
        next((row for row in by_name.get(name, []) if row.what.startswith(begin)), None) for name, begin in TELLING
    )
    return [row for row in found if row is not None]


def with_summary(readme: str, text: str) -> str:
    """The README with `text` between its two marks; as it is where they are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{text}\n\n{END}{after}" if begin and end else readme


def _picture(plot: Plot, folder: str) -> str:
    return f"![{plot.title}]({folder}/{plot.name}.png)"
