"""`doctor` on fakes: what it prints of what it tried."""

import argparse

import pytest

from ionia.cli import inspect
from ionia.runtime.backends import NoGpu
from tests.fakes.backends import FakeMachine


class Card(NoGpu):
    def __init__(self, *, right: bool) -> None:
        self.right = right

    def figures(self) -> tuple[bool, str]:
        return self.right, "h264_nvenc: luma PSNR 45.0 dB, 3.1 ms less before it"


@pytest.mark.parametrize(("right", "mark", "before"), [(True, "ok", ""), (False, "--", "read back for the encoder: ")])
def test_the_cards_trial_and_what_it_saves(
    right: bool, mark: str, before: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(inspect, "make_backends", FakeMachine(gpu=Card(right=right)).backends)
    inspect.doctor(argparse.Namespace())
    line = f"{mark}  Pictures on the graphics card: {before}h264_nvenc: luma PSNR 45.0 dB, 3.1 ms less before it"
    assert line in capsys.readouterr().out.splitlines()
