"""Windows captured by Windows.Graphics.Capture on a real (or Wine's) desktop, whatever happens to them meanwhile.

Under Wine the rig gives its display what Windows' compositor gives: windows that keep their own pixels.
"""

import ctypes
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import comtypes
import numpy as np
import psutil
import pytest

from ionia.core.errors import IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import ScreenSource
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import WarningCode
from ionia.runtime.capture.screen_capture import ScreenCapture
from ionia.sources.windows import d3d11, displays, dxgi, screens, window_desktop
from ionia.sources.windows.fallback import TransientCaptureError
from ionia.sources.windows.graphics_capture import GraphicsCapture
from ionia.threads.clock import MonotonicClock, StopSignal
from tests.fakes.grabbing import lost

RED, GREEN, BLUE = [0x20, 0x10, 0xD0], [0x20, 0xD0, 0x10], [0xD0, 0x20, 0x10]  # BGR
MODE = Path(r"C:\windows-rig\wgc.mode")


class Clock:
    def now_ns(self) -> int:
        return time.perf_counter_ns()


class Maker:
    """The other program."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("window_maker.py")
        self.process = subprocess.Popen(
            [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, line: str) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@pytest.fixture(scope="module")
def maker() -> Iterator[Maker]:
    made = Maker()
    yield made
    made.process.communicate(timeout=30)


@pytest.fixture
def tell(maker: Maker) -> Iterator[Maker]:
    yield maker
    for window in window_desktop.list_windows():
        if window.title in ("A", "B"):
            maker(f"close {window.title}")


def source_of(handle: int, *, cursor: bool = False) -> ScreenSource:
    return screens.open_screen(f"window:{handle:x}", cursor=cursor, clock=Clock(), fps=30, size=(0, 0))


def wait_for(source: ScreenSource, wanted: Callable[[VideoFrame], bool], seconds: float = 5) -> VideoFrame:
    deadline, last = time.monotonic() + seconds, None
    while time.monotonic() < deadline:
        frame = source.grab()
        last = frame or last
        if frame is not None and wanted(frame):
            return frame
        time.sleep(0.005)
    shown = None if last is None else (last.width, last.height, corner_and_middle(last))
    raise AssertionError(f"the picture never came; the last one was {shown}")


def corner_and_middle(frame: VideoFrame) -> list[list[int]]:
    spots = ((2, 2), (frame.height // 2, frame.width // 2), (frame.height - 3, frame.width - 3))
    return [[int(value) for value in frame.pixels[y, x, :3]] for y, x in spots]


def all_of(color: list[int], width: int, height: int) -> Callable[[VideoFrame], bool]:
    def wanted(frame: VideoFrame) -> bool:
        return (frame.width, frame.height) == (width, height) and corner_and_middle(frame) == [color] * 3

    return wanted


def opened_again(source: ScreenSource, seconds: float = 5) -> tuple[int, int]:
    """As its owner does, four times a second."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return source.open()
        except TransientCaptureError:
            time.sleep(0.05)
    raise AssertionError("the window was not found again")


def test_it_is_listed_with_its_program_and_captured_whole_whatever_covers_it(tell: Maker) -> None:
    handle = tell("make A 100 80 400 300 D01020")
    listed = next(window for window in screens.list_windows() if window.title == "A")
    assert (listed.id, listed.width, listed.height) == (f"window:{handle:x}", 400, 300)
    assert listed.application == "python.exe"
    source = source_of(handle)
    assert source.open() == (400, 300)
    assert (source.backend, source.fallbacks) == ("wgc", ())
    frame = wait_for(source, all_of(RED, 400, 300))
    assert 0 <= Clock().now_ns() - frame.captured_ns < 1_000_000_000
    before = frame.pixels.copy()
    tell("make B 150 120 200 500 1020D0")
    tell("move A -200 200")  # half of it is outside
    tell("size A 600 450")
    wait_for(source, all_of(RED, 600, 450))
    tell("size A 250 200")
    wait_for(source, all_of(RED, 250, 200))
    assert np.array_equal(frame.pixels, before)
    source.close()
    source.close()
    with pytest.raises(SourceLost):
        source.grab()


def test_the_pointer_is_each_captures_own_matter(tell: Maker) -> None:
    handle = tell("make A 100 80 400 300 D01020")
    with_it, without = source_of(handle, cursor=True), source_of(handle)
    for source in (with_it, without):
        source.open()
    assert ctypes.WinDLL("user32").SetCursorPos(300, 230)
    tell("size A 420 300")
    wait_for(with_it, lambda frame: frame.width == 420 and not plain(frame))
    wait_for(without, lambda frame: frame.width == 420 and plain(frame))
    for source in (with_it, without):
        source.close()


def plain(frame: VideoFrame) -> bool:
    """Around the place where the pointer is."""
    return bool((frame.pixels[130:190, 180:240, :3] == RED).all())


def test_one_that_is_minimised_closed_and_made_again_is_told_and_found(tell: Maker) -> None:
    handle = tell("make A 100 80 400 300 D01020")
    source = source_of(handle)
    source.open()
    wait_for(source, all_of(RED, 400, 300))
    tell("min A")
    assert lost(source).code is WarningCode.WINDOW_HIDDEN
    with pytest.raises(TransientCaptureError, match='"A" is hidden or minimised'):
        source.open()
    tell("restore A")
    assert opened_again(source) == (400, 300)
    wait_for(source, all_of(RED, 400, 300))
    tell("close A")
    error = lost(source)
    assert (error.code, error.message) == (WarningCode.WINDOW_CLOSED, 'The window "A" was closed.')
    with pytest.raises(TransientCaptureError, match="There is no window"):
        source.open()
    source.close()


def test_the_next_round_of_a_game_is_seen_at_once(tell: Maker) -> None:
    """At the first look after its window is there, and those are a tenth of a second apart."""
    handle = tell("make A 100 80 400 300 D01020")
    clock, pause, source = MonotonicClock(), threading.Event().wait, source_of(handle)
    tries = list[tuple[int, bool]]()
    again = source.open

    def counted() -> tuple[int, int]:
        begun_ns = clock.now_ns()
        try:
            size = again()
        except TransientCaptureError:
            tries.append((begun_ns, False))
            raise
        tries.append((begun_ns, True))
        return size

    source.open = counted  # type: ignore[method-assign]
    signal = StopSignal(clock)
    capture = ScreenCapture(source, fps=30, clock=clock, stop=signal, warn=lambda *_: None)
    capture.open(10)
    capture.begin(clock.now_ns())
    rounds = ((GREEN, ["make A 30 40 320 240 10D020"]), (BLUE, ["make A 30 40 1 1 1020D0", "size A 320 240"]))
    for color, words in rounds:
        tell("close A")
        pause(0.5)  # how long a round takes to load
        for word in words:
            pause(0.3 if word.startswith("size") else 0)
            tell(word)
        there_ns = clock.now_ns()
        seen = None
        while seen is None or not all_of(color, 320, 240)(seen):
            assert clock.now_ns() - there_ns < 5 * NS_PER_S, tries
            seen = capture.slot.take() or seen
            pause(0.002)
        since = [found for begun_ns, found in tries if begun_ns > there_ns]
        assert since[:1] in ([], [True]), tries
    signal.set()
    assert capture.close(5)


def test_without_it_gdi_serves_and_is_told_and_follows_the_window_too(
    tell: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("not on this system")

    monkeypatch.setattr("ionia.sources.windows.winrt_capture.WinrtCapture._begin", refuse)
    handle = tell("make A 100 80 400 300 D01020")
    source = source_of(handle)
    assert source.open() == (400, 300)
    assert source.backend == "gdigrab"
    assert source.fallbacks == ("wgc: Windows graphics capture is not available: not on this system",)
    wait_for(source, all_of(RED, 400, 300))
    tell("size A 500 350")
    wait_for(source, all_of(RED, 500, 350))
    tell("close A")
    assert lost(source).code is WarningCode.WINDOW_CLOSED


def test_an_id_of_no_window_is_refused() -> None:
    with pytest.raises(IoniaError, match="There is no window"):
        source_of(0xABCDEF).open()


def test_a_monitor_is_captured_and_a_change_of_its_mode_is_told(tell: Maker) -> None:
    tell("make A 100 80 400 300 D01020")
    primary = screens.list_screens()[0]
    source = GraphicsCapture(None, cursor=False, clock=Clock())
    assert source.open() == (primary.width, primary.height)
    frame = wait_for(source, lambda frame: [int(value) for value in frame.pixels[230, 300, :3]] == RED)
    assert (frame.width, frame.height) == (primary.width, primary.height)
    if MODE.parent.exists():
        MODE.write_text("1024x768")
        try:
            error = lost(source)
            assert (error.code, error.retry_at_once) == (WarningCode.DISPLAY_MODE_CHANGED, True)
            assert source.open() == (1024, 768)
        finally:
            MODE.unlink()
    source.close()


def test_a_monitor_that_is_unplugged_or_lost_with_its_adapter_is_waited_for(
    tell: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = GraphicsCapture(None, cursor=False, clock=Clock())
    with monkeypatch.context() as unplugged:
        unplugged.setattr(displays, "find_display", lambda _: None)
        with pytest.raises(IoniaError) as caught:
            source.open()
    assert not isinstance(caught.value, TransientCaptureError)  # never there: another way may have it
    source.open()
    with monkeypatch.context() as removed:
        gone = comtypes.COMError(dxgi.ERROR_DEVICE_REMOVED - (1 << 32), "removed", (None,) * 5)
        removed.setattr(d3d11.Stage, "read", Mock(side_effect=gone))
        source._first = None  # type: ignore[attr-defined]  # the one that came before
        tell("make A 100 80 400 300 D01020")  # another one comes
        error = lost(source)
    assert (error.code, error.retry_at_once) == (WarningCode.ACCESS_LOST, True)
    with monkeypatch.context() as unplugged:
        unplugged.setattr(displays, "find_display", lambda _: None)
        with pytest.raises(TransientCaptureError):
            source.open()
    source.open()
    source.close()


def test_what_it_took_is_given_back(tell: Maker) -> None:
    """Surfaces and devices that a take leaves behind would fill the memory of the graphics card."""
    source = source_of(tell("make A 100 80 900 600 D01020"))
    live, memory = live_objects(), 0
    for turn in range(2):
        source.open()
        for width in (910, 900) * 4:
            tell(f"size A {width} 600")
            wait_for(source, all_of(RED, width, 600))
        source.close()
        memory = memory if turn else psutil.Process().memory_info().rss
    assert psutil.Process().memory_info().rss - memory < 10 << 20  # eight surfaces would be 17
    deadline = time.monotonic() + 5
    while live_objects() > live and time.monotonic() < deadline:
        time.sleep(0.01)  # the shim's own thread ends
    assert live_objects() <= live


def live_objects() -> int:
    import ctypes  # noqa: PLC0415 - the rig's library is not there on Windows

    try:
        shim = ctypes.WinDLL("rig_wgc")
    except OSError:
        return 0
    return sum(shim.rig_wgc_live(kind) for kind in range(6))
