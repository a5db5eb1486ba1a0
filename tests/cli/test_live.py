"""What the command line records where something is missing."""

import argparse
import io
from collections.abc import Callable

import pytest

from ionia.cli import live
from ionia.cli.live import shared_params
from ionia.cli.options import add_options
from ionia.cli.progress import LiveLine
from ionia.core.events import Event, SessionWarned
from ionia.core.settings import SessionKind
from ionia.core.stats import RecorderStats
from ionia.core.warning import WarningCode
from ionia.rpc.initialize_params import InitializeRecorder
from tests.fakes.stats import recorder_stats


def params(monkeypatch: pytest.MonkeyPatch, *arguments: str, **environment: str) -> tuple[dict[str, object], str]:
    """Of a machine without a screen and without a sound server, and what was said."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    parser, said = argparse.ArgumentParser(), io.StringIO()
    add_options(parser, InitializeRecorder)
    return shared_params(parser.parse_args(arguments), LiveLine(said)), said.getvalue()


TONE = {"desktop_audio": "test", "audio_mode": "desktop"}


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], {"screen": "test"} | TONE),
        (["--screen", "test"], {"screen": "test"} | TONE),
        (["--audio", "none"], {"screen": "test", "audio_mode": "none"}),
    ],
)
def test_card_and_tone_where_there_is_no_desktop(
    arguments: list[str], wanted: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, said = params(monkeypatch, *arguments)
    assert found == wanted
    assert ("No screen can be captured here" in said) == ("--screen" not in arguments)


@pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_desktop_that_cannot_be_captured_is_not_replaced_by_a_card(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine then refuses it, and says why."""
    assert params(monkeypatch, **{name: ":77"}) == ({}, "")


class EndsBehind:
    """An engine whose stop tells that it gave something up."""

    def __init__(self, heard: Callable[[Event], None]) -> None:
        self._heard = heard

    def pts_seconds(self, *_: object) -> float:
        return 1.0

    def stats(self, *_: object) -> RecorderStats:
        return recorder_stats()

    def stop(self, *_: object) -> None:
        self._heard(
            SessionWarned(
                session_id="live",
                session_kind=SessionKind.RECORDER,
                code=WarningCode.ENCODER_BEHIND,
                message="The last pictures are not in the file.",
            )
        )

    def close(self) -> None:
        pass


def test_what_the_end_gave_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "make_engine", EndsBehind)
    said = io.StringIO()
    live.run_session(
        [SessionKind.RECORDER], lambda _: None, LiveLine(said), greeting="Recording.", text=lambda _: "1 s", seconds=1.0
    )
    assert said.getvalue().splitlines() == ["Recording.", "The last pictures are not in the file.", "1 s"]
