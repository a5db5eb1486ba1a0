"""The first way that gives a picture is taken and the others are told; a locked screen is waited for."""

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.sources.windows.fallback import FallbackScreen, TransientCaptureError


class ScriptedScreen:
    def __init__(self, backend: str, *answers: Exception | None) -> None:
        self.backend = backend
        self.answers = list(answers)
        self.closed = 0

    def open(self) -> tuple[int, int]:
        answer = self.answers.pop(0)
        if answer is not None:
            raise answer
        return 64, 48

    def grab(self) -> VideoFrame | None:
        return VideoFrame(captured_ns=1, pixels=np.zeros((48, 64, 4), np.uint8))

    def close(self) -> None:
        self.closed += 1


def refused(why: str) -> IoniaError:
    return IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, why, "a hint")


def test_the_first_way_that_serves_is_kept() -> None:
    first, second = ScriptedScreen("first", refused("not here"), None), ScriptedScreen("second", None, None)
    screen = FallbackScreen(lambda: first, lambda: second)
    assert screen.backend == "none"
    assert screen.open() == (64, 48)
    assert (screen.backend, screen.fallbacks) == ("second", ("first: not here",))
    assert screen.grab() is not None
    screen.close()
    assert screen.open() == (64, 48)
    assert screen.fallbacks == ("first: not here",)
    assert second.closed == 1


def test_a_screen_that_is_away_for_the_moment_is_waited_for() -> None:
    away = TransientCaptureError(ErrorKind.CAPTURE_UNAVAILABLE, "locked")
    first = ScriptedScreen("first", away, None)
    screen = FallbackScreen(lambda: first, lambda: ScriptedScreen("second", None))
    with pytest.raises(TransientCaptureError):
        screen.open()
    assert screen.open() == (64, 48)
    assert (screen.backend, screen.fallbacks) == ("first", ())


def test_when_nothing_serves_every_reason_is_told() -> None:
    screen = FallbackScreen(
        lambda: ScriptedScreen("first", refused("no GPU")), lambda: ScriptedScreen("second", refused("no desktop"))
    )
    with pytest.raises(IoniaError) as error:
        screen.open()
    assert "first: no GPU; second: no desktop" in error.value.message
    assert error.value.hint == "a hint"


def test_a_single_way_keeps_its_own_words() -> None:
    screen = FallbackScreen(lambda: ScriptedScreen("only", refused("no GPU")))
    with pytest.raises(IoniaError, match="no GPU"):
        screen.open()


def test_before_open_there_is_nothing_to_grab_or_close() -> None:
    screen = FallbackScreen(lambda: ScriptedScreen("first", None))
    screen.close()
    with pytest.raises(SourceLost):
        screen.grab()
