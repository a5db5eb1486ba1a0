"""Every screen source on a real (or Wine's) desktop: pictures, pointer, and every fault that the rig can inject."""

import ctypes
import gc
import sys
import time
from collections.abc import Callable, Iterator
from ctypes import wintypes
from pathlib import Path
from typing import NoReturn

import comtypes
import numpy as np
import psutil
import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import ScreenSource
from ionia.sources.windows import dxgi, screens
from ionia.sources.windows.desktop_duplication import DesktopDuplication
from ionia.sources.windows.fallback import FallbackScreen, TransientCaptureError
from ionia.sources.windows.gdi import GdiGrab
from ionia.sources.windows.gpu_duplication import GpuDuplication
from tests.fakes.grabbing import lost
from tests.fakes.windows_handles import open_handles

CONTROL = Path(r"C:\windows-rig")
RESUME_S = 0.5

needs_faults = pytest.mark.skipif(not CONTROL.exists(), reason="faults can be injected in the Windows rig only")

user32, gdi32 = ctypes.WinDLL("user32"), ctypes.WinDLL("gdi32")
user32.GetDC.restype, user32.GetDC.argtypes = wintypes.HDC, (wintypes.HWND,)
user32.FillRect.argtypes = (wintypes.HDC, ctypes.POINTER(wintypes.RECT), wintypes.HBRUSH)
gdi32.CreateSolidBrush.restype, gdi32.CreateSolidBrush.argtypes = wintypes.HBRUSH, (wintypes.COLORREF,)
gdi32.GetPixel.argtypes = (wintypes.HDC, ctypes.c_int, ctypes.c_int)
gdi32.DeleteObject.argtypes = (wintypes.HGDIOBJ,)


class Clock:
    def now_ns(self) -> int:
        return time.perf_counter_ns()


class Opener:
    """Makes sources, and closes them all in the end."""

    def __init__(self) -> None:
        self.made: list[ScreenSource] = []

    def __call__(
        self, kind: type[DesktopDuplication] | type[GpuDuplication] | type[GdiGrab], *, cursor: bool = False
    ) -> ScreenSource:
        source = kind(None, cursor=cursor, clock=Clock())
        self.made.append(source)
        return source


@pytest.fixture
def source_of() -> Iterator[Opener]:
    user32.SetCursorPos(5, 5)
    opener = Opener()
    yield opener
    for source in opener.made:
        source.close()
    if CONTROL.exists():  # whatever a test left switched on
        inject("secure off", "disconnect off", "freeze off", "mode real", wait=False)


KINDS = pytest.mark.parametrize("kind", [DesktopDuplication, GpuDuplication, GdiGrab])


def paint(color: int, left: int, top: int, right: int, bottom: int) -> None:
    """Fill a rectangle of the bare desktop. `color` is 0xBBGGRR."""
    context, brush = user32.GetDC(None), gdi32.CreateSolidBrush(color)
    area = wintypes.RECT(left, top, right, bottom)
    user32.FillRect(context, ctypes.byref(area), brush)
    gdi32.GetPixel(context, 0, 0)  # under Wine, sends the drawing to the X server now
    gdi32.DeleteObject(brush)
    user32.ReleaseDC(None, wintypes.HDC(context))


def inject(*commands: str, wait: bool = True) -> None:
    """Faults of the rig's DXGI, from now on. Capturing processes take the file within 10 ms of their next call."""
    control = CONTROL / "dxgi.ctl"
    fresh = CONTROL / "dxgi.new"
    fresh.write_text("\n".join(commands) + "\n")
    fresh.replace(control)
    if wait:
        user32.GetDC(None)
        deadline = time.monotonic() + 5
        while control.exists() and time.monotonic() < deadline:
            displays_dxgi_looks_at_the_control_file()


def displays_dxgi_looks_at_the_control_file() -> None:
    from ionia.sources.windows import dxgi  # noqa: PLC0415 - loads dxcam

    dxgi.output_of("none")
    time.sleep(0.01)


def wait_for_picture(source: ScreenSource, wanted: Callable[[VideoFrame], bool], seconds: float = 5) -> VideoFrame:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        frame = source.grab()
        if frame is not None and wanted(frame):
            return frame
        time.sleep(0.005)
    raise AssertionError("the picture never came")


def settle(source: ScreenSource) -> None:
    """Grab until the screen stands still."""
    still = 0
    deadline = time.monotonic() + 5
    while still < 5 and time.monotonic() < deadline:
        still = still + 1 if source.grab() is None else 0
        time.sleep(0.02)
    assert still == 5


def color_at(frame: VideoFrame, x: int, y: int) -> list[int]:
    return [int(value) for value in frame.pixels[y, x, :3]]


def test_screens_have_ids_that_stay_and_one_is_primary() -> None:
    first, again = screens.list_screens(), screens.list_screens()
    assert first == again
    assert [screen.primary for screen in first].count(True) == 1
    assert first[0].primary
    assert len({screen.id for screen in first}) == len(first)
    assert not any(screen.id.startswith("\\\\.\\") for screen in first)  # DISPLAY1 changes its meaning
    assert all(screen.width > 0 and screen.height > 0 and screen.name for screen in first)


def test_an_unknown_screen_is_refused_with_what_there_is() -> None:
    with pytest.raises(IoniaError) as refused:
        screens.open_screen("monitor:none", cursor=True, clock=Clock(), fps=30, size=(0, 0))
    assert refused.value.kind is ErrorKind.CAPTURE_UNAVAILABLE
    assert screens.list_screens()[0].id in refused.value.hint


@KINDS
def test_a_change_is_seen_and_a_still_screen_gives_nothing(kind: type[DesktopDuplication], source_of: Opener) -> None:
    source = source_of(kind)
    paint(0x000000, 100, 100, 200, 200)
    primary = screens.list_screens()[0]
    assert source.open() == (primary.width, primary.height)
    settle(source)
    before_ns = Clock().now_ns()
    paint(0x2010F0, 100, 100, 200, 200)
    frame = wait_for_picture(source, lambda frame: color_at(frame, 150, 150) == [0x20, 0x10, 0xF0])
    assert (frame.width, frame.height) == (primary.width, primary.height)
    assert before_ns - 20_000_000 <= frame.captured_ns <= Clock().now_ns()
    settle(source)


@KINDS
def test_pictures_handed_out_never_change(kind: type[DesktopDuplication], source_of: Opener) -> None:
    source = source_of(kind)
    source.open()
    paint(0x0000FF, 100, 100, 200, 200)
    frame = wait_for_picture(source, lambda frame: color_at(frame, 150, 150) == [0, 0, 255])
    copy = frame.pixels.copy()
    paint(0xFF0000, 100, 100, 200, 200)
    wait_for_picture(source, lambda frame: color_at(frame, 150, 150) == [255, 0, 0])
    assert np.array_equal(frame.pixels, copy)


@KINDS
def test_the_pointer_is_drawn_or_left_out(kind: type[DesktopDuplication], source_of: Opener) -> None:
    source = source_of(kind, cursor=True)
    paint(0x808080, 300, 300, 400, 400)
    source.open()
    wait_for_picture(source, lambda frame: color_at(frame, 390, 390) == [0x80] * 3)
    user32.SetCursorPos(340, 340)
    wait_for_picture(source, lambda frame: not (frame.pixels[335:365, 335:365, :3] == 0x80).all())
    source.close()

    source = source_of(kind, cursor=False)
    source.open()
    frame = wait_for_picture(source, lambda frame: color_at(frame, 390, 390) == [0x80] * 3)
    assert (frame.pixels[310:390, 310:390, :3] == 0x80).all()
    if kind is DesktopDuplication:
        settle(source)
        user32.SetCursorPos(360, 360)
        time.sleep(0.05)
        assert source.grab() is None


@KINDS
def test_a_source_can_be_opened_again_and_closed_twice(kind: type[DesktopDuplication], source_of: Opener) -> None:
    source = source_of(kind)
    for _ in range(3):
        source.open()
        assert source.grab() is not None
    source.close()
    source.close()
    with pytest.raises(SourceLost):
        source.grab()


def test_two_sources_share_a_screen(source_of: Opener) -> None:
    one, other = source_of(DesktopDuplication), source_of(DesktopDuplication)
    one.open()
    other.open()
    for color in (0x0000FF, 0x00FF00):
        paint(color, 100, 100, 200, 200)
        wanted = [color >> 16, color >> 8 & 255, color & 255]
        wait_for_picture(one, lambda frame, wanted=wanted: color_at(frame, 150, 150) == wanted)  # type: ignore[misc]
        wait_for_picture(other, lambda frame, wanted=wanted: color_at(frame, 150, 150) == wanted)  # type: ignore[misc]
    one.close()
    paint(0xFF0000, 100, 100, 200, 200)
    wait_for_picture(other, lambda frame: color_at(frame, 150, 150) == [255, 0, 0])


FAULTS = [
    ("acquire ACCESS_LOST", None, "access_lost", True),
    ("acquire E_ACCESSDENIED", None, "secure_desktop", False),
    ("acquire DEVICE_REMOVED", None, "gpu_lost", False),
    ("acquire DEVICE_RESET", None, "gpu_lost", False),
    ("acquire SESSION_DISCONNECTED", None, "session_disconnected", False),
    ("mode 1024x768", "mode real", "display_mode_changed", True),
    ("secure on", "secure off", "secure_desktop", False),
    ("disconnect on", "disconnect off", "session_disconnected", False),
]


@needs_faults
@pytest.mark.parametrize(("fault", "end", "code", "at_once"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_lost_screen_says_why_and_comes_back(
    fault: str, end: str | None, code: str, at_once: bool, source_of: Opener
) -> None:
    source = source_of(DesktopDuplication)
    size = source.open()
    inject(fault, wait=False)
    error = lost(source)
    assert (error.code, error.retry_at_once) == (code, at_once)
    if end in ("secure off", "disconnect off"):
        with pytest.raises(TransientCaptureError):
            source.open()
        inject(end)
    start = time.monotonic()
    reopened = source.open()
    wait_for_picture(source, lambda frame: (frame.width, frame.height) == reopened)
    assert time.monotonic() - start < 10 * RESUME_S  # the machine may be busy; idle it takes 0.2 s
    assert reopened == ((1024, 768) if fault.startswith("mode") else size)


@needs_faults
def test_a_locked_screen_piles_up_nothing(source_of: Opener) -> None:
    """It is tried four times a second for as long as it is locked, and no collector may be needed to clean up."""
    source = source_of(DesktopDuplication)
    source.open()
    inject("secure on", wait=False)
    assert lost(source).code == "secure_desktop"
    me = psutil.Process()
    gc.collect()
    gc.disable()
    try:
        figures = list[tuple[int, int, int]]()
        for _ in range(2):
            tried_for_a_minute(source)
            figures.append((me.num_threads(), open_handles(), me.memory_info().rss))
    finally:
        gc.enable()
    (threads, handles, memory), (last_threads, last_handles, last_memory) = figures
    assert last_threads <= threads
    assert last_handles <= handles
    assert last_memory - memory < 40 << 20  # a device has 10 MB
    inject("secure off")
    source.open()


def tried_for_a_minute(source: ScreenSource) -> None:
    for _ in range(240):
        refused(source)


def refused(source: ScreenSource) -> bool:
    with pytest.raises(TransientCaptureError):
        source.open()
    return True


@needs_faults
def test_users_of_one_screen_are_told_the_same_and_share_again(source_of: Opener) -> None:
    one, other = source_of(DesktopDuplication), source_of(DesktopDuplication)
    one.open()
    other.open()
    inject("mode 1024x768", wait=False)
    assert lost(one).code == "display_mode_changed"
    assert one.open() == (1024, 768)
    assert lost(other).code == "display_mode_changed"
    assert other.open() == (1024, 768)


@needs_faults
def test_timeouts_are_not_a_loss(source_of: Opener) -> None:
    source = source_of(DesktopDuplication)
    source.open()
    inject("acquire WAIT_TIMEOUT x20", wait=False)
    paint(0x00FF00, 100, 100, 200, 200)
    time.sleep(0.05)
    paint(0x2010F0, 100, 100, 200, 200)
    wait_for_picture(source, lambda frame: color_at(frame, 150, 150) == [0x20, 0x10, 0xF0])


@needs_faults
def test_a_dark_screen_is_no_wait_without_end(source_of: Opener) -> None:
    source = source_of(GpuDuplication)  # libav's would wait for the first picture, and Python with it
    inject("acquire WAIT_TIMEOUT x2", wait=False)
    with pytest.raises(IoniaError, match="switched off") as refusal:
        source.open()
    assert not isinstance(refusal.value, TransientCaptureError)
    source.open()
    inject("acquire WAIT_TIMEOUT x2", wait=False)
    assert refused(source)  # what showed something only sleeps
    inject("acquire ACCESS_LOST", wait=False)
    assert refused(source)  # or changes its mode
    source.open()


@needs_faults
def test_a_locked_screen_is_waited_for_and_an_impossible_one_is_grabbed_otherwise() -> None:
    screen = screens.open_screen(None, cursor=True, clock=Clock(), fps=30, size=(0, 0))
    assert isinstance(screen, FallbackScreen)
    inject("secure on")
    with pytest.raises(TransientCaptureError):
        screen.open()
    assert screen.fallbacks == ()
    inject("secure off")
    screen.open()
    assert screen.backend == "dxcam-dxgi"
    screen.close()

    inject("duplicate E_NOTIMPL x2")  # the newer call, then the older
    screen = screens.open_screen(None, cursor=True, clock=Clock(), fps=30, size=(0, 0))
    assert isinstance(screen, FallbackScreen)
    size = screen.open()
    assert screen.backend == "wgc"
    assert [line.partition(":")[0] for line in screen.fallbacks] == ["dxcam-dxgi"]
    assert "does not implement" in screen.fallbacks[0]
    frame = wait_for_picture(screen, lambda frame: True)
    assert (frame.width, frame.height) == size
    screen.close()


@needs_faults
def test_where_nothing_else_serves_gdi_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "winrt.windows.graphics.capture", None)  # an import fails
    inject("duplicate E_NOTIMPL x2")
    screen = screens.open_screen(None, cursor=True, clock=Clock(), fps=30, size=(0, 0))
    assert isinstance(screen, FallbackScreen)
    screen.open()
    assert screen.backend == "gdigrab"
    assert [line.partition(":")[0] for line in screen.fallbacks] == ["dxcam-dxgi", "wgc"]
    screen.close()


def test_where_dxgi_itself_fails_gdi_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: str) -> NoReturn:
        raise comtypes.COMError(ctypes.c_int32(0x887A0020).value, "DXGI_ERROR_DRIVER_INTERNAL_ERROR", (None,) * 5)

    monkeypatch.setattr(dxgi, "output_of", fails)
    screen = screens.open_screen(None, cursor=True, clock=Clock(), fps=30, size=(0, 0))
    screen.open()
    assert (screen.backend, ["0x887A0020" in line for line in screen.fallbacks]) == ("gdigrab", [True, True])
    screen.close()


def test_a_window_is_listed_with_its_title_and_size() -> None:
    create = user32.CreateWindowExW
    create.restype = wintypes.HWND
    create.argtypes = (wintypes.DWORD, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD, *[ctypes.c_int] * 4,
                       wintypes.HWND, wintypes.HMENU, wintypes.HINSTANCE, wintypes.LPVOID)  # fmt: skip
    visible_overlapped = 0x10CF0000  # WS_VISIBLE | WS_OVERLAPPEDWINDOW
    handle = create(0, "STATIC", "Größe: 漢字", visible_overlapped, 50, 60, 320, 200, None, None, None, None)
    assert handle
    window = next(window for window in screens.list_windows() if window.title == "Größe: 漢字")
    assert (window.width, window.height) == (320, 200)  # with its frame, as it is captured
    user32.DestroyWindow(wintypes.HWND(handle))
    assert "Größe: 漢字" not in [window.title for window in screens.list_windows()]
