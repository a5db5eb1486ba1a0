"""The bench's own parts that need no minute: tables, the page, and that every part can be called by its name."""

from pathlib import Path

import pytest

from tests.bench.parts import PARTS
from tests.bench.report import PartResult, Plot, Row, Series, markdown_table, percentile, spread, text_table, verdict

ROWS = [
    Row(what="CPU", ours="0.46 cores", peer="0.57 cores", ratio="0.81", goal="≤ 1.00", met=True),
    Row(what="a | b", ours="2 s", goal="≤ 1 s", met=False),
    Row(what="told only", ours="3"),
]


def test_a_terminal_gets_columns() -> None:
    assert text_table(ROWS).splitlines() == [
        "what       ours        peer        ratio  goal    met",
        "---------  ----------  ----------  -----  ------  ---",
        "CPU        0.46 cores  0.57 cores  0.81   ≤ 1.00  yes",
        "a | b      2 s         –           –      ≤ 1 s   NO",
        "told only  3           –           –      –       –",
    ]


def test_the_page_gets_markdown() -> None:
    assert markdown_table(ROWS[1:2]).splitlines() == [
        "| what | ours | peer | ratio | goal | met |",
        "| --- | --- | --- | --- | --- | --- |",
        "| a \\| b | 2 s | – | – | ≤ 1 s | NO |",
    ]


def test_the_verdict_counts_what_was_judged() -> None:
    assert verdict(ROWS) == "1 of 2 goals met; not met: a | b"
    assert verdict(ROWS[:1]) == "1 of 1 goals met"


@pytest.mark.parametrize(("values", "text"), [([], "–"), ([1.5], "1.50 s"), ([3.0, 1.0, 2.0], "2.00 s (1.00 to 3.00)")])
def test_a_spread_is_a_median_and_two_ends(values: list[float], text: str) -> None:
    assert spread(values, ".2f", "s") == text


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile(range(101), 95) == 95
    assert percentile([4.0], 99) == 4.0


def test_a_result_survives_being_written_down() -> None:
    plot = Plot(name="p", title="t", x_label="x", y_label="y", series=[Series(label="l", x=[1.0], y=[2.0])])
    result = PartResult(rows=ROWS, notes=["n"], plots=[plot])
    assert PartResult.from_json(result.as_json()) == result


def test_every_part_can_be_called_by_its_name() -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    from tests.bench.__main__ import arguments, load  # noqa: PLC0415 - needs packages that tests don't

    for name in PARTS:
        assert arguments([name, "--quick"]).parts == [name]
        assert callable(load(name))
    with pytest.raises(SystemExit):
        arguments(["no-such-part"])


def test_page_and_plots_come_from_results_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    pytest.importorskip("matplotlib", reason="the bench's packages are not installed")
    from tests.bench import scorecard  # noqa: PLC0415 - needs packages that tests don't

    monkeypatch.setattr(scorecard, "PAGE", tmp_path / "scorecard.md")
    monkeypatch.setattr(scorecard, "FOLDER", tmp_path / "scorecard")
    monkeypatch.setattr(scorecard, "KEPT", tmp_path / "scorecard" / "results.json")
    series = [Series(label="l", x=["a", "b"], y=[2.0, 3.0])]
    plot = Plot(name="bars", title="Bars", x_label="x", y_label="y", kind="bars", series=series)
    machine = {"date": "2026-01-01 00:00 UTC", "commit": "abc"}
    scorecard.write({"one": PartResult(rows=ROWS[:1], plots=[plot])}, machine, full=True)
    scorecard.write({"two": PartResult(rows=ROWS[1:])}, machine, full=False)
    page = (tmp_path / "scorecard.md").read_text(encoding="utf-8")
    assert "**1 of 2 goals met; not met: a | b**" in page
    assert "## one" in page
    assert "## two" in page
    assert (tmp_path / "scorecard" / "bars.png").stat().st_size > 1000
