"""What the README shows works as it stands, on whatever machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it is for a shell of Unix")


def _dialogue(engine: str) -> str:
    blocks = README.read_text(encoding="utf-8").split("```\n")
    script = next(block for block in blocks if "recorder.initialize" in block and "echo" in block)
    for shown, here in ((".venv/bin/ionia-engine", engine), ('Seconds":3', 'Seconds":0.3')):
        assert shown in script
        script = script.replace(shown, here)
    return script


def test_the_dialogue_ends_where_the_engine_cannot_be_started(tmp_path: Path) -> None:
    done = subprocess.run(["sh", "-c", _dialogue("false")], cwd=tmp_path, capture_output=True, timeout=60, check=True)
    assert done.stdout == b""


def test_the_dialogue_ends_with_the_figures_of_a_whole_take(tmp_path: Path) -> None:
    script = _dialogue(f"'{sys.executable}' -m ionia")
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    answers = {line.get("id"): line.get("result") for line in map(json.loads, done.stdout.splitlines())}
    figures = answers[4]
    assert (figures["state"], figures["durationSeconds"], figures["videoFramesCaptured"]) == ("stopped", 0.3, 9)
    assert (tmp_path / "take.mp4").stat().st_size > 0
