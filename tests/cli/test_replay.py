"""What `replay` refuses at once, where its saves go, and what it answers the shell with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from ionia.cli import replay
from ionia.cli.live import Keys
from ionia.cli.main import run
from ionia.cli.replay_saves import ReplaySaves
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import SavedReplay
from ionia.core.service import EngineService
from tests.fakes.stats import replay_stats

CARD = ("--screen", "test", "--audio", "none", "--for", "0.2", "--encoder", "x264")


class Saver:
    """An engine that is asked for nothing but saves."""

    def __init__(self, *, refuses: bool = False, fails: bool = False) -> None:
        self.paths: list[str] = []
        self._refuses, self._fails = refuses, fails

    def save_replay(self, _: str, path: str, *, done: Callable[[SavedReplay | IoniaError], None]) -> None:
        """As EngineService has it."""
        if self._refuses:
            raise IoniaError(ErrorKind.OUTPUT_FAILED, "refused")
        self.paths.append(path)
        if self._fails:
            done(IoniaError(ErrorKind.OUTPUT_FAILED, "failed"))


def test_without_keys_it_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["replay", str(tmp_path / "a.mp4"), *CARD]) == 1
    assert "Nothing could ever be saved: a key saves" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["missing/a.mp4", "missing/", "."])
def test_where_nothing_can_be_saved_it_is_refused(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(replay, "gives_keys", lambda: True)
    assert run(["replay", f"{tmp_path}/{path}", *CARD]) == 1
    assert f"Cannot record to {tmp_path}/{path}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "saved"), [("take.mp4", "take-replay-2.mp4"), ("take", "take-replay-2.mp4"), ("a.m4a", "a-replay-1.m4a")]
)
def test_saves_are_files_of_their_own_that_players_know(output: str, saved: str, tmp_path: Path) -> None:
    (tmp_path / "take-replay-1.mp4").touch()
    engine = Saver()
    assert ReplaySaves(str(tmp_path / output)).save(cast(EngineService, engine), lambda _: None) == ""
    assert engine.paths == [str(tmp_path / saved)]


@pytest.mark.parametrize(
    ("engine", "code"),
    [(Saver(), 0), (Saver(refuses=True), 1), (Saver(fails=True), 1)],
    ids=["saves", "refuses", "fails"],
)
def test_the_exit_code_tells_of_a_save_that_came_to_nothing(
    engine: Saver, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_session(*_: object, keys: Keys, **__: Any) -> tuple[set[object], object]:
        keys["r"](cast(EngineService, engine), lambda _: None)
        return set(), replay_stats()

    monkeypatch.setattr(replay, "gives_keys", lambda: True)
    monkeypatch.setattr(replay, "run_session", run_session)
    assert run(["replay", str(tmp_path / "a.mp4"), *CARD]) == code
