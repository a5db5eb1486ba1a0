"""Which tests `build/dev.py test` runs again, alone."""

import importlib.util
import json
from pathlib import Path

import pytest

DEV = Path(__file__).parents[2] / "build" / "dev.py"
SPEC = importlib.util.spec_from_file_location("dev", DEV)
assert SPEC is not None
assert SPEC.loader is not None
dev = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(dev)


def test_what_failed_is_found_whatever_its_id_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    listing = tmp_path / ".pytest_cache" / "v" / "cache" / "lastfailed"
    listing.parent.mkdir(parents=True)
    known = ["t/x.py::test_a[b - c]", "t/x.py::test_a", "t/x.py::test_of_another_day", "t/y.py"]
    listing.write_text(json.dumps(dict.fromkeys(known, True)), encoding="utf-8")
    lines = ["FAILED t/x.py::test_a[b - c] - assert 1 == 2", "ERROR t/y.py", "==== 1 failed, 1 error in 2.00s ===="]
    assert dev.last_failed(lines) == ["t/x.py::test_a[b - c]", "t/y.py"]
    assert dev.last_failed(lines[2:]) == []


def test_without_a_list_nothing_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not everything, which is what pytest runs when it is given no test."""
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    assert dev.last_failed(["FAILED t/x.py::test_a - assert False"]) == []
