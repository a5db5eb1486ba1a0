"""Words for people about files, and times as people write them."""

import argparse
import json
from pathlib import Path

import pytest

from ionia.cli.main import run
from ionia.cli.media import moment, moment_text
from tests.fakes.foreign_clip import write_foreign


@pytest.mark.parametrize(
    ("text", "seconds"), [("12.5", 12.5), ("1:02", 62.0), ("1:02:03.25", 3723.25), ("90", 90.0), ("0", 0.0)]
)
def test_times_as_people_write_them(text: str, seconds: float) -> None:
    assert moment(text) == seconds


@pytest.mark.parametrize("text", ["", "a", "-1", "1:60", "1:2:3:4", "nan", "1e9", "1::2"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a time"):
        moment(text)


def test_moments_are_exact_to_the_millisecond() -> None:
    assert [moment_text(seconds) for seconds in (0.0, 1.9996, 3723.25)] == ["0:00:00.000", "0:00:02.000", "1:02:03.250"]


def test_the_sub_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, clip = tmp_path / "a.mp4", tmp_path / "clip.mp4"
    write_foreign(source, 50)
    assert run(["clip", str(source), str(clip), "--from", "0:00.9", "--to", "1.5", "--exact"]) == 0
    assert capsys.readouterr().out.startswith(f"Saved {clip} (0:00:00.620, ")
    assert run(["clip", str(source), str(clip)]) == 1
    assert "there is a file already. Choose another name" in capsys.readouterr().err
    assert run(["probe", str(source)]) == 0
    words = capsys.readouterr().out
    assert "whole" in words
    assert "64x48, 25 pictures/s" in words
    assert run(["probe", "--json", str(clip)]) == 0
    assert json.loads(capsys.readouterr().out)["media"]["state"] == "finished"
    assert run(["remux", str(source)]) == 0
    assert run(["remux", str(source)]) == 0
    assert capsys.readouterr().out.endswith(f"{source} has its index in front already.\n")
    assert run(["concat", str(source), str(source), "--output", str(tmp_path / "b.mp4")]) == 0
    assert run(["thumbnail", str(source), str(tmp_path / "a.png"), "--at", "1", "--max-width", "32"]) == 0
    assert run(["sprites", str(source), str(tmp_path / "s.jpg"), "--interval", "0.5"]) == 0
    assert run(["gif", str(source), str(tmp_path / "a.gif"), "--to", "0.5", "--width", "32"]) == 0
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [
        "a.gif", "a.mp4", "a.png", "b.mp4", "clip.mp4", "s.jpg", "s.vtt",
    ]  # fmt: skip
