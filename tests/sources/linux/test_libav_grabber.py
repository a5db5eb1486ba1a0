"""libav's grabber by itself, on a real X server."""

from collections.abc import Iterator

import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.sources.grabber import LibavGrabber
from tests.fakes.xvfb import Xvfb, xvfb_missing
from tests.sources.screen_protocol import RealClock, ScreenProtocol

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
