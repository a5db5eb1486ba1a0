"""The bench's own parts that need no minute: tables, the page, and that every part can be called by its name."""

import threading
from pathlib import Path

import numpy as np
import pytest

from tests.bench.parts import PARTS, Form
from tests.bench.preview import chance_of_more
from tests.bench.profile_words import WHAT_WAS_DONE, profile_words
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


def test_by_chance_half_of_the_pairs_that_differ_lose_more() -> None:
    assert [chance_of_more(one) for one in ([], [0, 0], [1, 0], [-4], [9, -1])] == [1, 1, 0.5, 1, 0.75]
    assert chance_of_more([1, 2, 3, 4, 5]) == 1 / 32


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
    computed = PartResult(rows=[Row(what="drift", ours="0.5 ms", met=np.float32(0.5) <= 10)])  # numpy's own True
    assert computed.as_json()["rows"][0]["met"] is True


def test_a_result_of_an_older_kind_can_still_be_read() -> None:
    plot = {"name": "p", "title": "t", "x_label": "x", "y_label": "y", "kind": "line", "limits": []}
    series = [{"label": "l", "x": [1.0], "y": [2.0]}]
    read = PartResult.from_json({"rows": [], "notes": [], "plots": [{**plot, "series": series}]})
    assert read.plots[0].series[0].y == [2.0]


def test_every_part_can_be_called_by_its_name() -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    from tests.bench.__main__ import arguments, load  # noqa: PLC0415 - needs packages that tests don't

    for name in PARTS:
        assert arguments([name, "--quick"]).parts == [name]
        assert callable(load(name))


def test_soaks_run_in_the_full_form_only_when_they_are_named() -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    from tests.bench.__main__ import arguments  # noqa: PLC0415 - needs packages that tests don't

    assert set(PARTS) - set(arguments([]).parts) == {"soak"}
    assert set(PARTS) - set(arguments(["--full"]).parts) == {"memory", "soak"}
    soak = arguments(["memory", "--minutes", "480"])
    assert (soak.parts, soak.full, soak.minutes) == (["memory"], True, 480.0)


@pytest.mark.parametrize(
    "given",
    [
        ["no-such-part"],
        ["--minutes", "5"],
        ["cost", "--minutes", "5"],
        ["memory", "--minutes", "0"],
        ["--take", "none"],
    ],
)
def test_what_makes_no_sense_is_refused(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    from tests.bench.__main__ import arguments  # noqa: PLC0415 - needs packages that tests don't

    with pytest.raises(SystemExit):
        arguments(given)
    assert "error:" in capsys.readouterr().err


def test_a_part_that_hangs_ends_and_is_a_goal_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    from tests.bench import __main__ as bench  # noqa: PLC0415 - needs packages that tests don't

    monkeypatch.setattr(bench, "limit_seconds", lambda *_, **__: 0.05)
    monkeypatch.setattr(bench, "load", lambda _: lambda form: threading.Event().wait(60))
    assert bench.run("cost", full=False).rows == [Row(what="cost", ours="failed", met=False)]


def test_a_soak_says_when_the_disk_has_no_room(tmp_path: Path) -> None:
    form = Form(full=True, folder=tmp_path, minutes=480)
    assert form.need_room(60, 5e6) == "It needed 0.0 GB of disk while it ran."
    with pytest.raises(RuntimeError, match="TMPDIR"):
        form.need_room(1e9, 5e9)


def test_page_readme_and_plots_come_from_results_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    pytest.importorskip("matplotlib", reason="the bench's packages are not installed")
    from tests.bench import scorecard  # noqa: PLC0415 - needs packages that tests don't

    readme = tmp_path / "README.md"
    monkeypatch.setattr(scorecard, "PAGE", tmp_path / "scorecard.md")
    monkeypatch.setattr(scorecard, "FOLDER", tmp_path / "scorecard")
    monkeypatch.setattr(scorecard, "KEPT", tmp_path / "scorecard" / "results.json")
    monkeypatch.setattr(scorecard, "README", readme)
    readme.write_text(f"above\n{scorecard.BEGIN}\nold\n{scorecard.END}\nbelow\n", encoding="utf-8")
    series = [Series(label="ionia", x=["a", "b"], y=[2.0, 3.0]), Series(label="other", x=["b"], y=[1.0])]
    bars = Plot(name="bars", title="Bars", x_label="x", y_label="y", kind="bars", series=series)
    machine = {
        "date": "2026-01-01 00:00 UTC",
        "commit": "abc",
        "processor": "one, 2 cores",
        "system": "Linux 6.1-x",
    }
    (tmp_path / "scorecard").mkdir()
    (tmp_path / "scorecard" / "gone.png").touch()
    kill = Row(what="kill -9: lost at the end", ours="0.3 s", met=True)
    another = {**machine, "processor": "another, 8 cores"}
    scorecard.write({"kills": PartResult(rows=[kill], plots=[bars])}, another, full=True)
    scorecard.write({"startup": PartResult(rows=ROWS[1:])}, machine, full=False)
    page = (tmp_path / "scorecard.md").read_text(encoding="utf-8")
    assert "**1 of 2 goals met; not met: a | b (in the quick form: startup)**" in page
    assert "at abc, full form; another, 8 cores." in page
    assert page.index("## startup") < page.index("## kills"), "parts come in their own order"
    assert "| [startup](#startup) | Engine start to the first answer, start to the first picture. | 0 of 1 |" in page
    assert (tmp_path / "scorecard" / "bars.png").stat().st_size > 1000
    assert not (tmp_path / "scorecard" / "gone.png").exists()
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("above\n")
    assert text.endswith("\nbelow\n")
    assert "old" not in text
    assert "1 of 2 goals met (in the quick form: startup); one, 2 cores, Linux 6.1, 2026-01-01." in text
    assert "| kill -9: lost at the end | 0.3 s |" in text


def test_parts_are_taken_from_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    pytest.importorskip("matplotlib", reason="the bench's packages are not installed")
    from tests.bench import scorecard  # noqa: PLC0415 - needs packages that tests don't

    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        monkeypatch.setattr(scorecard, "PAGE", tmp_path / folder / "scorecard.md")
        monkeypatch.setattr(scorecard, "FOLDER", tmp_path / folder)
        monkeypatch.setattr(scorecard, "KEPT", tmp_path / folder / "results.json")
        monkeypatch.setattr(scorecard, "README", tmp_path / folder / "README.md")
        (tmp_path / folder / "README.md").write_text("without marks", encoding="utf-8")
        machine = {"date": "2026", "commit": folder, "processor": "p", "system": "s"}
        for name in ("soak", "cost"):
            scorecard.write({name: PartResult(rows=[Row(what=f"{name} {folder}", ours="1")])}, machine, full=True)
    scorecard.take(tmp_path / "here" / "results.json", ["soak", "memory"])
    page = (tmp_path / "there" / "scorecard.md").read_text(encoding="utf-8")
    assert "soak here" in page
    assert "cost there" in page
    assert (tmp_path / "there" / "README.md").read_text(encoding="utf-8") == "without marks"


def test_the_readme_says_what_the_results_say() -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    pytest.importorskip("matplotlib", reason="the bench's packages are not installed")
    from tests.bench import scorecard  # noqa: PLC0415 - needs packages that tests don't

    parts = scorecard.parsed(scorecard.read(scorecard.KEPT))
    readme = scorecard.README.read_text(encoding="utf-8")
    assert scorecard.BEGIN in readme
    assert scorecard.with_summary(readme, scorecard.summary(parts)) == readme
    measured = {part.name: part for part in parts if part.form == "full"}
    for name, begin in scorecard.TELLING:
        if name in measured:
            assert any(row.what.startswith(begin) for row in measured[name].result.rows), f"no row of {name}: {begin}"
    for plot in (plot for part in parts for plot in part.result.plots):
        assert (scorecard.FOLDER / f"{plot.name}.png").exists()


def test_a_recorder_has_one_colour_in_all_plots() -> None:
    pytest.importorskip("matplotlib", reason="the bench's packages are not installed")
    from tests.bench.plots import OTHERS, RECORDERS, colours  # noqa: PLC0415 - needs packages that tests don't

    assert colours(["ionia", "bare PyAV", "OBS"]) == [RECORDERS["ionia"], RECORDERS["pyav"], RECORDERS["obs"]]
    assert colours(["moving", "ffmpeg", "static"]) == [OTHERS[0], RECORDERS["ffmpeg"], OTHERS[1]]


def test_what_the_profile_says_in_words() -> None:
    stages = ["capture", "convert", "encode", "sound"]
    plot = Plot(
        name="profile",
        title="t",
        x_label="",
        y_label="ms",
        kind="bars",
        series=[Series(label="moving", x=list(stages), y=[0.5, 3.0, 10.0, 1.5])],
    )
    (words,) = profile_words(PartResult(rows=[], plots=[plot]))
    assert words == (
        "**Moving picture**: a frame takes 15.0 ms of CPU, 1.50 times the 10.0 ms that the encoder alone takes for "
        "such a frame. 10.0 ms of it are the encoder's, 5.0 ms ours, of which *convert* is the largest part with "
        "3.0 ms ([what was done about it](decisions/0052-area-conversion.md)), then *sound* with 1.5 ms."
    )
    above = Row(what="CPU against the encoder alone, moving", ours="", peer="12.00 ms x264 alone")
    assert "1.25 times the 12.0 ms" in profile_words(PartResult(rows=[above], plots=[plot]))[0]
    decisions = Path(__file__).parents[2] / "engine" / "docs" / "decisions"
    assert all((decisions / f"{page}.md").exists() for page in WHAT_WAS_DONE.values())
