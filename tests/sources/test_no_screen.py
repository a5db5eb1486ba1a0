"""The screen that nobody looks at."""

from ionia.sources.no_screen import NoScreen
from tests.fakes.manual_clock import ManualClock


def test_it_has_one_picture_that_never_changes() -> None:
    screen = NoScreen(ManualClock())
    for _ in range(2):
        assert screen.open() == (2, 2)
        frame = screen.grab()
        assert frame is not None
        assert (frame.width, frame.height, int(frame.pixels.max())) == (2, 2, 0)
        assert screen.grab() is None
    screen.close()
