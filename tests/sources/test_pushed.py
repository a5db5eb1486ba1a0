"""Screens whose pictures come from the caller."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VideoFrame
from ionia.core.ports import ScreenSource
from ionia.core.video.pushed_layout import PushedScreen
from ionia.rpc.wire import to_wire
from ionia.sources import pushed
from ionia.sources.pushed import PushedScreens, PushedSource
from tests.fakes.manual_clock import ManualClock
from tests.fakes.pushed_writer import PushedWriter
from tests.sources.screen_protocol import RealClock, ScreenProtocol

WIDTH, HEIGHT = 20, 10


def plain(value: int) -> bytes:
    return bytes([value]) * (WIDTH * HEIGHT * 4)


def value(frame: VideoFrame | None) -> int | None:
    """The one value of all bytes; fails for a picture made of two."""
    if frame is None:
        return None
    values = np.unique(frame.pixels)
    assert len(values) == 1
    return int(values[0])


def written_by(opened: PushedScreen) -> PushedWriter:
    return PushedWriter(msgspec.to_builtins(to_wire(opened)))


@pytest.fixture
def screens() -> PushedScreens:
    return PushedScreens()


class TestProtocol(ScreenProtocol):
    @pytest.fixture
    def size(self) -> tuple[int, int]:
        return WIDTH, HEIGHT

    @pytest.fixture
    def source(self, screens: PushedScreens, size: tuple[int, int]) -> Iterator[ScreenSource]:
        opened = screens.open(*size)
        with written_by(opened) as writer:
            writer.write(plain(9))
        source = screens.source(opened.screen, RealClock())
        yield source
        source.close()
        screens.close(opened.screen)


@pytest.fixture
def opened(screens: PushedScreens) -> Iterator[PushedScreen]:
    opened = screens.open(WIDTH, HEIGHT)
    yield opened
    screens.close(opened.screen)


@pytest.fixture
def writer(opened: PushedScreen) -> Iterator[PushedWriter]:
    with written_by(opened) as writer:
        yield writer


@pytest.fixture
def source(screens: PushedScreens, opened: PushedScreen) -> Iterator[PushedSource]:
    source = screens.source(opened.screen, ManualClock(5))
    source.open()
    yield source
    source.close()


def test_each_picture_is_given_once_and_only_the_newest(source: PushedSource, writer: PushedWriter) -> None:
    assert source.grab() is None
    writer.write(plain(1))
    assert value(source.grab()) == 1
    assert source.grab() is None
    for number in range(2, 9):
        writer.write(plain(number))
    assert value(source.grab()) == 8
    assert source.grab() is None


def test_a_picture_that_is_being_written_is_not_seen(source: PushedSource, writer: PushedWriter) -> None:
    writer.write(plain(1))
    writer.write(plain(2), whole=False)
    assert value(source.grab()) == 1
    writer.write(plain(2), whole=False)
    assert source.grab() is None
    writer.write(plain(2))
    assert value(source.grab()) == 2


@pytest.mark.parametrize("written_meanwhile", [0, 1, 2, 3, 4])
def test_a_picture_that_was_overtaken_is_read_again(
    source: PushedSource, writer: PushedWriter, monkeypatch: pytest.MonkeyPatch, written_meanwhile: int
) -> None:
    """The copy is of two halves, and the caller writes so many pictures, and half of one more, between them."""
    writer.write(plain(1))
    monkeypatch.setattr(
        pushed._PushedMemory, "read", _interrupted_read(lambda: _go_on(writer, written_meanwhile)), raising=True
    )
    first = value(source.grab())
    assert first in {1, 1 + written_meanwhile}
    assert value(source.grab()) in {None, 1 + written_meanwhile}


def _go_on(writer: PushedWriter, count: int) -> None:
    for _ in range(count):
        writer.write(plain(writer.number + 1))
    writer.write(plain(200), whole=False)


def _interrupted_read(happens: Callable[[], None]) -> Callable[..., None]:
    read = pushed._PushedMemory.read
    pending = [happens]

    def reading(memory: "pushed._PushedMemory", number: int, pixels: np.ndarray) -> None:  # type: ignore[type-arg]
        read(memory, number, pixels)
        if pending:
            first_half = pixels[: len(pixels) // 2].copy()
            pending.pop()()
            read(memory, number, pixels)
            pixels[: len(pixels) // 2] = first_half

    return reading


def test_a_caller_that_never_lets_it_finish_is_no_loop(
    source: PushedSource, writer: PushedWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.write(plain(1))
    read = pushed._PushedMemory.read

    def overtaken(memory: "pushed._PushedMemory", number: int, pixels: np.ndarray) -> None:  # type: ignore[type-arg]
        read(memory, number, pixels)
        _go_on(writer, 2)

    monkeypatch.setattr(pushed._PushedMemory, "read", overtaken)
    assert source.grab() is None


def test_two_sources_of_one_screen_each_see_every_picture(
    screens: PushedScreens, opened: PushedScreen, source: PushedSource, writer: PushedWriter
) -> None:
    other = screens.source(opened.screen, ManualClock(5))
    other.open()
    writer.write(plain(3))
    assert (value(source.grab()), value(other.grab())) == (3, 3)
    other.close()


def test_a_screen_that_is_closed_holds_its_picture_and_opens_for_nobody(
    screens: PushedScreens, opened: PushedScreen, source: PushedSource, writer: PushedWriter
) -> None:
    late = screens.source(opened.screen, ManualClock())
    writer.write(plain(4))
    assert screens.close(opened.screen)
    assert not screens.close(opened.screen)
    assert value(source.grab()) == 4
    assert source.grab() is None
    source.close()
    for gone in (late, screens.source(opened.screen, ManualClock())):
        with pytest.raises(IoniaError, match=opened.screen) as caught:
            gone.open()
        assert caught.value.kind is ErrorKind.CAPTURE_UNAVAILABLE


def test_no_room_is_an_error_in_words(screens: PushedScreens, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(size: int) -> tuple[object, str]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pushed, "_make_file", full)
    with pytest.raises(IoniaError, match=r"no room for pictures of 20x10: .*No space left"):
        screens.open(WIDTH, HEIGHT)


@pytest.mark.skipif(sys.platform != "linux", reason="Windows has a file instead, which goes with its last handle")
def test_nothing_is_left_and_only_the_user_can_open_it(screens: PushedScreens) -> None:
    opened = screens.open(WIDTH, HEIGHT)
    path = Path(opened.path)
    assert path.stat().st_nlink == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    descriptors = len(list(path.parent.iterdir()))
    with pytest.raises(PermissionError), path.open("r+b") as file:
        file.truncate(10)
    screens.close(opened.screen)
    assert len(list(path.parent.iterdir())) == descriptors - 1
