"""libav's grabber by itself, on a real X server."""

import ctypes
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.sources.grabber import LENT_PICTURES, LibavGrabber
from ionia.sources.spare_pictures import KEEP_NS
from tests.fakes.manual_clock import ManualClock
from tests.fakes.x11_painter import painter
from tests.fakes.xvfb import Xvfb, xvfb_missing
from tests.sources.screen_protocol import RealClock, ScreenProtocol, next_frame

pytestmark = [pytest.mark.x11, pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed")]


@pytest.fixture
def server() -> Iterator[Xvfb]:
    with Xvfb(321, 200) as server:
        yield server


def _grabber(server: Xvfb, **options: str) -> LibavGrabber:
    return LibavGrabber("x11grab", server.display, "x11grab", options, RealClock())


class TestProtocolRegion(ScreenProtocol):
    @pytest.fixture
    def size(self) -> tuple[int, int]:
        return 33, 47

    @pytest.fixture
    def source(self, server: Xvfb, size: tuple[int, int]) -> Iterator[LibavGrabber]:
        source = _grabber(server, grab_x="15", grab_y="10", video_size="33x47", draw_mouse="1")
        yield source
        source.close()


@pytest.mark.parametrize("options", [{"video_size": "640x480"}, {"video_size": "nonsense"}])
def test_what_cannot_be_opened_is_told_in_one_line(server: Xvfb, options: dict[str, str]) -> None:
    with pytest.raises(IoniaError) as caught:
        _grabber(server, **options).open()
    assert caught.value.kind is ErrorKind.CAPTURE_UNAVAILABLE
    assert server.display in caught.value.message
    assert "\n" not in caught.value.message


def _heap_in_use() -> int:
    """Bytes that the C library has given out (mallinfo2, glibc 2.33)."""
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    fields = [(name, ctypes.c_size_t) for name in names.split()]
    information = type("mallinfo2", (ctypes.Structure,), {"_fields_": fields})
    library = ctypes.CDLL(None)
    library.mallinfo2.restype = information
    return int(library.mallinfo2().uordblks)


def test_a_thousand_pictures_leave_nothing_behind(server: Xvfb) -> None:
    grabber = _grabber(server, video_size="64x48")
    grabber.open()
    for _ in range(200):
        grabber.grab()
    before = _heap_in_use()
    for _ in range(1000):
        grabber.grab()
    assert _heap_in_use() - before < 50_000
    grabber.close()


def test_a_lost_display_stays_lost_until_it_is_opened_again(server: Xvfb) -> None:
    grabber = _grabber(server)
    grabber.open()
    server.kill()
    for _ in range(2):
        with pytest.raises(SourceLost) as lost:
            grabber.grab()
        assert lost.value.code == "display_lost"
    server.start(100, 101)
    assert grabber.open() == (100, 101)
    grabber.close()


def _shared_segments() -> int:
    """Pieces of memory that this process shares with X servers."""
    return len(re.findall(r"/SYSV", Path("/proc/self/maps").read_text(encoding="ascii")))


def test_memory_is_the_same_before_during_and_after_a_hiccup(server: Xvfb) -> None:
    clock = ManualClock()
    before = _shared_segments()
    grabber = LibavGrabber("x11grab", server.display, "x11grab", {}, clock)
    grabber.open()
    assert _shared_segments() == before + LENT_PICTURES + 1
    with painter(server.display) as paint:
        held: list[VideoFrame] = []
        for shade in range(12):
            paint.do(f"fill {shade} {shade} {shade}")
            held.append(next_frame(grabber))
        assert [int(frame.pixels[5, 5, 0]) for frame in held] == list(range(12))
        assert _shared_segments() == before + LENT_PICTURES + 1
        assert len(grabber._spares) == 12 - LENT_PICTURES
        held.clear()
        paint.do("fill 1 2 3")
        newest = next_frame(grabber)
        clock.now += KEEP_NS
        grabber.grab()
    assert len(grabber._spares) == 0
    grabber.close()
    del newest
    assert _shared_segments() == before
