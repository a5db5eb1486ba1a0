"""The parts of `build/dev.py test`, and which tests it runs again, alone."""

import importlib.util
import json
import sys
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


def suite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *answers: tuple[int, list[str]], computes: int = 0
) -> tuple[int, list[str]]:
    """The exit code of a suite whose parts, and then what is run again, end like this; what was run, in words.

    `computes`: how the part ends that runs beside another, of which nothing else is told.
    """
    listing = tmp_path / ".pytest_cache" / "v" / "cache" / "lastfailed"
    listing.parent.mkdir(parents=True)
    failed = [line.split()[1] for _, lines in answers for line in lines if line.startswith("FAILED")]
    listing.write_text(json.dumps(dict.fromkeys(failed, True)), encoding="utf-8")
    left, ran = list(answers), []

    def run(command: list[str], *, aloud: bool = True) -> tuple[int, list[str]]:
        if not aloud:
            assert command[-len(dev.COMPUTES) :] == list(dev.COMPUTES)
            return computes, []
        code, lines = left.pop(0)
        ran.append(" ".join(part for part in command if part.startswith("tests/") or part.endswith("_a")))
        return code, [*lines, "==== in 2.00s ===="]

    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "run_and_keep", run)
    monkeypatch.setattr(dev, "ensure", lambda extra: None)
    monkeypatch.setattr(dev, "ensure_system_packages", lambda: None)
    return dev.test([]), ran


def test_each_part_is_run_whatever_the_others_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, ran = suite(tmp_path, monkeypatch, (1, ["FAILED t.py::test_a - assert 1"]), (0, []), (0, []))
    assert code == 1  # what builds has no second chance
    assert ran == [" ".join(part) for part in (dev.BUILDS, dev.PATIENT, dev.MIXED)]


def test_what_computes_has_no_second_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, ran = suite(tmp_path, monkeypatch, (0, []), (0, []), (0, []), computes=1)
    assert (code, len(ran)) == (1, 3)


def test_what_failed_in_either_part_in_real_time_is_run_twice_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, measures = (1, ["FAILED t/x.py::test_a - late"]), (1, ["FAILED t/y.py::test_a - late"])
    code, ran = suite(tmp_path, monkeypatch, (0, []), waits, measures, (0, []), (0, []))
    assert (code, ran[3:]) == (0, ["t/x.py::test_a t/y.py::test_a"] * 2)


@pytest.mark.parametrize(
    "failures",
    [
        (1, [f"FAILED t/x{n}.py::test_a - late" for n in range(4)]),
        (1, ["worker 'gw1' crashed while running 't/x.py::test_a'", "FAILED t/x.py::test_a"]),
        (2, []),
        (-11, []),
    ],
)
def test_more_failures_or_a_part_that_did_not_end_fail_at_once(
    failures: tuple[int, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, ran = suite(tmp_path, monkeypatch, (0, []), failures, (0, []))
    assert (code, len(ran)) == (failures[0], 3)


@pytest.mark.parametrize("waits", [(0, []), (1, ["FAILED t/x.py::test_a - late"])])
def test_a_part_that_a_signal_ended_is_no_success(
    waits: tuple[int, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, ran = suite(tmp_path, monkeypatch, (0, []), waits, (-11, []))
    assert (code, len(ran)) == (-11, 3)


def test_a_crash_is_told_apart_from_a_failure() -> None:
    lines = ["worker 'gw1' crashed while running 't/x.py::test_a'", "FAILED t/x.py::test_a", "=== 1 failed ==="]
    said = "\n".join(["F", *lines])
    assert dev.run_and_keep([sys.executable, "-c", f"print({said!r})"]) == (0, lines)


def test_every_part_is_there() -> None:
    """A file that was renamed would run twice, or in the wrong part; a folder that no part names, never."""
    parts, tests = (*dev.BUILDS, *dev.COMPUTES, *dev.PATIENT, *dev.MIXED), DEV.parents[1] / "tests"
    for part in parts:
        assert (DEV.parents[1] / part.split("::")[0]).exists(), part
    holders = {path.relative_to(tests).parts[0] for path in tests.rglob("test_*.py")}
    assert holders - {part.split("/")[1] for part in parts} == set()
    whole = {part for part in (*dev.COMPUTES, *dev.PATIENT) if part.count("/") == 1}
    assert {f"tests/{name}" for name in holders} - whole == set(dev.MIXED)
