"""What the command line records where something is missing."""

import argparse
import io

import pytest

from ionia.cli.live import shared_params
from ionia.cli.options import add_options
from ionia.cli.progress import LiveLine
from ionia.rpc.initialize_params import InitializeRecorder


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
