"""The built-in screen."""

from collections.abc import Iterator

import pytest

from ionia.core.ports import ScreenSource
from ionia.core.test_card.pattern import read_flash, read_index
from ionia.sources.test_card import CardSource
from tests.fakes.manual_clock import ManualClock
from tests.sources.screen_protocol import RealClock, ScreenProtocol

MS = 1_000_000


class TestProtocol(ScreenProtocol):
    @pytest.fixture
    def size(self) -> tuple[int, int]:
        return 321, 243

    @pytest.fixture
    def source(self, size: tuple[int, int]) -> Iterator[ScreenSource]:
        source = CardSource(clock=RealClock(), fps=30, size=size)
        yield source
        source.close()


def _grabbed(source: CardSource, clock: ManualClock, at_ms: float) -> tuple[int | None, bool] | None:
    clock.now = round(at_ms * MS)
    frame = source.grab()
    if frame is None:
        return None
    assert frame.captured_ns == clock.now
    return read_index(frame.pixels), read_flash(frame.pixels)


def _opened(start_ms: float, fps: int) -> tuple[CardSource, ManualClock]:
    clock = ManualClock(round(start_ms * MS))
    source = CardSource(clock=clock, fps=fps, size=(64, 64))
    source.open()
    return source, clock


def test_each_interval_has_one_picture() -> None:
    source, clock = _opened(2_200, fps=10)
    assert _grabbed(source, clock, 2_200) == (0, False)
    assert _grabbed(source, clock, 2_201) is None
    # 2 300 is picture 1's middle from now on: it lasts from 2 250 to 2 350.
    assert _grabbed(source, clock, 2_300) == (1, False)
    assert _grabbed(source, clock, 2_349) is None
    assert _grabbed(source, clock, 2_351) == (2, False)
    assert _grabbed(source, clock, 2_700) == (5, False)


def test_a_jittering_reader_sees_every_number_once() -> None:
    source, clock = _opened(1_150, fps=25)
    seen = [_grabbed(source, clock, 1_150)]
    for n in range(1, 500):
        jitter = 19 * (-1) ** n if n > 1 else 0
        seen.append(_grabbed(source, clock, 1_153 + 40 * n + jitter))
    assert [shown[0] for shown in seen if shown] == list(range(500))


def test_it_flashes_on_whole_seconds_of_the_clock() -> None:
    source, clock = _opened(4_950, fps=10)
    assert _grabbed(source, clock, 4_950) == (0, False)
    assert _grabbed(source, clock, 4_999) is None
    assert _grabbed(source, clock, 5_000) == (1, True)
    assert _grabbed(source, clock, 5_020) is None
    assert _grabbed(source, clock, 5_100) == (2, False)


def test_a_flash_shows_before_the_next_number() -> None:
    source, clock = _opened(3_999, fps=1)
    assert _grabbed(source, clock, 3_999) == (0, False)
    assert _grabbed(source, clock, 4_000) == (0, True)
    assert _grabbed(source, clock, 4_100) == (0, False)


def test_opening_again_begins_again() -> None:
    source, clock = _opened(500, fps=10)
    _grabbed(source, clock, 500)
    assert _grabbed(source, clock, 900) == (4, False)
    source.open()
    assert _grabbed(source, clock, 950) == (0, False)


def test_misuse_is_refused() -> None:
    clock = ManualClock()
    with pytest.raises(ValueError, match="at least 1 picture"):
        CardSource(clock=clock, fps=0)
    with pytest.raises(ValueError, match="64x64"):
        CardSource(clock=clock, fps=30, size=(10, 10))
    source = CardSource(clock=clock, fps=30, size=(64, 64))
    source.close()
    with pytest.raises(RuntimeError, match="closed"):
        source.grab()
