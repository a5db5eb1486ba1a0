"""The way to a screen by its id."""

import sys

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.sources import screens
from ionia.sources.test_card import CardSource
from tests.fakes.manual_clock import ManualClock


def test_the_test_card_is_always_there() -> None:
    source = screens.open_screen("test", cursor=True, clock=ManualClock(), fps=30, size=(80, 64))
    assert isinstance(source, CardSource)
    assert source.open() == (80, 64)


def test_another_system_says_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert screens.list_screens() == ()
    assert screens.list_windows() == ()
    with pytest.raises(IoniaError) as caught:
        screens.open_screen(None, cursor=True, clock=ManualClock(), fps=30)
    assert caught.value.kind is ErrorKind.CAPTURE_UNAVAILABLE
    assert "test" in caught.value.hint
