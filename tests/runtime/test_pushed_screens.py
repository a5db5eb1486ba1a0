"""Screens that were pushed to end with the engine, also one that is opened while it ends."""

from ionia.core.video.pushed_layout import PushedScreen
from ionia.runtime.pushed_screens import PushedScreens


class Screens:
    """Numbers what is opened."""

    def __init__(self) -> None:
        self.open_now: list[str] = []
        self._count = 0

    def open(self, width: int, height: int) -> PushedScreen:
        self._count += 1
        self.open_now.append(f"push:{self._count}")
        layout = {"slots": 3, "slot_bytes": width * height * 4, "first_slot_at": 4096}
        return PushedScreen(screen=self.open_now[-1], path="pictures", width=width, height=height, **layout)

    def close(self, screen: str) -> bool:
        there = screen in self.open_now
        self.open_now = [each for each in self.open_now if each != screen]
        return there


def test_all_that_are_left_are_closed_at_the_end() -> None:
    screens = Screens()
    pushed = PushedScreens(screens)
    assert [pushed.open(64, 32).screen for _ in range(3)] == ["push:1", "push:2", "push:3"]
    assert (pushed.close("push:2"), pushed.close("push:2"), pushed.close("push:9")) == (True, False, False)
    pushed.close_all()
    assert screens.open_now == []


def test_one_that_is_opened_while_the_engine_ends_is_closed() -> None:
    screens = Screens()
    pushed = PushedScreens(screens)
    pushed.close_all()
    assert pushed.open(64, 32).screen == "push:1"
    assert screens.open_now == []
