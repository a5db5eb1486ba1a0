"""All screens as one picture, of two outputs that the rig makes of its display: Windows with one monitor has no more.

The outputs are DXGI's; where Windows says that they are is patched in, since Wine's user32 knows one monitor here.
"""

import ctypes
from collections.abc import Iterator
from ctypes import wintypes

import numpy as np
import pytest

from ionia.core.errors import SourceLost
from ionia.core.ports import ScreenSource
from ionia.core.warning import WarningCode
from ionia.sources.windows import displays, screens
from tests.fakes.grabbing import lost
from tests.sources.windows.native.test_native_screens import (
    Clock,
    color_at,
    inject,
    needs_faults,
    paint,
    settle,
    user32,
    wait_for_picture,
)

MAIN, LEFT = (0, 0, 640, 480), (-480, 100, 480, 620)
"""Left, top, width, height. The real desktop begins 480 pixels further left."""

RED, GREEN, BLUE = (0x0000FF, [0, 0, 255]), (0x00FF00, [0, 255, 0]), (0xFF0000, [255, 0, 0])


def _monitors(*areas: tuple[int, int, int, int]) -> Iterator[tuple[int, object]]:
    for number, (left, top, width, height) in enumerate(areas):
        yield (
            number,
            displays._MonitorInfo(
                cbSize=ctypes.sizeof(displays._MonitorInfo),
                rcMonitor=wintypes.RECT(left, top, left + width, top + height),
                dwFlags=number == 0,
                szDevice=f"\\\\.\\DISPLAY{number + 1}",
            ),
        )


@pytest.fixture
def everything(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScreenSource]:
    inject("monitors {2}x{3}+{0}+{1} {6}x{7}+{4}+{5}".format(*MAIN, *LEFT))
    monkeypatch.setattr(displays, "_monitors", lambda: _monitors(MAIN, LEFT))
    user32.SetCursorPos(500, 10)  # on the main one
    source = screens.open_screen("all", cursor=True, clock=Clock(), fps=30, size=(0, 0))
    yield source
    source.close()
    inject("monitors real", "secure off")
    user32.SetCursorPos(5, 5)


@needs_faults
def test_two_screens_are_one_picture_whatever_becomes_of_either(
    everything: ScreenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = {one.id: one for one in screens.list_screens()}
    assert [(one.x, one.y, one.width, one.height) for one in listed.values() if one.id == "all"] == [
        (-480, 0, 1120, 720)
    ]
    assert len(listed) == 3
    paint(0x000000, 0, 0, 1280, 720)
    assert everything.open() == (1120, 720)
    assert everything.backend == "dxcam-dxgi"
    assert everything.fallbacks == ()
    settle(everything)

    paint(RED[0], 700, 200, 720, 220)  # on the main one
    frame = wait_for_picture(everything, lambda frame: color_at(frame, 710, 210) == RED[1])
    assert (frame.width, frame.height) == (1120, 720)
    assert 0 <= Clock().now_ns() - frame.captured_ns < 1_000_000_000
    kept = frame.pixels.copy()
    paint(GREEN[0], 100, 300, 120, 320)  # on the left one
    frame2 = wait_for_picture(everything, lambda frame: color_at(frame, 110, 310) == GREEN[1])
    assert color_at(frame2, 710, 210) == RED[1]
    assert np.array_equal(frame.pixels, kept)

    paint(RED[0], 0, 0, 1280, 100)  # above the left one and below the main one no screen is
    paint(RED[0], 480, 480, 1280, 720)
    frame = wait_for_picture(everything, lambda frame: color_at(frame, 900, 60) == RED[1])
    assert color_at(frame, 240, 50) == color_at(frame, 900, 600) == [0, 0, 0]

    user32.SetCursorPos(500, 300)
    settle(everything)
    bare = frame.pixels[250:350, 480:600, :3].copy()
    user32.SetCursorPos(540, 290)
    moved = wait_for_picture(everything, lambda frame: not np.array_equal(frame.pixels[250:350, 480:600, :3], bare))
    assert (moved.pixels[280:350, 530:600, :3] != 0).any()  # once, and on the screen that it is on
    user32.SetCursorPos(200, 600)
    wait_for_picture(everything, lambda frame: not frame.pixels[280:350, 530:600, :3].any())

    inject("acquire ACCESS_LOST", wait=False)  # whichever grabs next
    assert lost(everything).code is WarningCode.ACCESS_LOST
    assert everything.open() == (1120, 720)
    paint(BLUE[0], 700, 200, 720, 220)
    paint(BLUE[0], 100, 300, 120, 320)
    wait_for_picture(
        everything, lambda frame: color_at(frame, 710, 210) == BLUE[1] and color_at(frame, 110, 310) == BLUE[1]
    )

    inject("secure on", wait=False)
    assert lost(everything).code is WarningCode.SECURE_DESKTOP
    inject("secure off")
    assert everything.open() == (1120, 720)
    wait_for_picture(everything, lambda frame: color_at(frame, 710, 210) == BLUE[1])

    monkeypatch.setattr(displays, "_monitors", lambda: _monitors(MAIN))
    assert lost(everything).code is WarningCode.SCREEN_CHANGED
    assert everything.open() == (640, 480)
    everything.close()
    with pytest.raises(SourceLost):
        everything.grab()
