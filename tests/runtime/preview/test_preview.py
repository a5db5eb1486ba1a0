"""What one preview does in virtual time: how often it wakes up, and what it sends."""

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock
from ionia.core.preview.policy import ALIVE_NS
from ionia.core.preview.request import PreviewShape, Shown
from ionia.core.preview.wire import PreviewReader, Record
from ionia.core.sharing import CaptureKey
from ionia.core.timebase import NS_PER_S
from ionia.core.video.framing import WHOLE
from ionia.core.video.pacer import FrameSpan
from ionia.platform.private_endpoint import Happened
from ionia.runtime.preview.preview import Preview
from ionia.runtime.preview.small_pictures import LOOK_AGAIN_NS, SmallPictures
from ionia.runtime.preview.view import Looked, View

FPS = 30
LASTS_NS = 2 * ALIVE_NS + NS_PER_S
SCREEN = Shown(key=CaptureKey(screen="test", cursor=True, fps=FPS), framing=WHOLE)
STILL = VideoFrame(captured_ns=0, pixels=np.zeros((36, 64, 4), np.uint8))


class StillScreen:
    """A capture, the lease on it, and the view that leads there: one picture, and none that is new after it."""

    width, height, failed = 64, 36, False

    def __init__(self) -> None:
        self.looks = 0
        self.value = self

    def attach(self, take: Callable[[Sequence[FrameSpan[VideoFrame]]], None]) -> None:
        """As Capture has it: with the picture that is shown now."""
        take([FrameSpan(picture=STILL, first_index=0, count=1)])

    def detach(self, _: object) -> None:
        """As Capture has it."""

    def release(self) -> None:
        """As Lease has it."""

    def look(self, _: object) -> "StillScreen":
        """As View has it."""
        self.looks += 1
        return self

    def shown(self) -> Shown:
        """As View has it."""
        return SCREEN

    def encoded(self, *_: object) -> None:
        """As View has it: nothing is encoded."""


class WaitingReader:
    """An endpoint with a reader that wants one picture after the other, and the clock: each wait is over at once, and
    the time it would have taken is past."""

    address, unsent = "/nowhere", 0

    def __init__(self) -> None:
        self.now = 0
        self.waits = 0
        self.records: list[Record] = []
        self.over: Callable[[], None] = lambda: None
        self._reader = PreviewReader()
        self._says = [b"token\n+"]

    def now_ns(self) -> int:
        """As Clock has it."""
        return self.now

    def wait(self, timeout: float | None) -> Happened:
        """As PrivateEndpoint has it."""
        self.waits += 1
        if self._says:
            return Happened(came=not self.records, received=self._says.pop())
        assert timeout is not None, "nothing would ever end this wait"
        self.now += round(timeout * NS_PER_S)
        if self.now >= LASTS_NS or self.waits > 1000:
            self.over()
        return Happened()

    def send(self, data: bytes) -> None:
        """As PrivateEndpoint has it."""
        for record in self._reader.feed(data):
            self.records.append(record.record)
            if record.record is Record.PICTURE:
                self._says.append(b"+")

    def wake(self) -> None:
        """As PrivateEndpoint has it."""

    def drop(self) -> None:
        """As PrivateEndpoint has it."""

    def close(self) -> None:
        """As PrivateEndpoint has it."""


class LostScreen(StillScreen):
    """One that fails after its first sign of life, and can't be opened again."""

    def __init__(self, reader: WaitingReader) -> None:
        super().__init__()
        self._reader = reader

    @property
    def failed(self) -> bool:  # type: ignore[override]
        """As Capture has it."""
        return self._reader.now > ALIVE_NS

    def look(self, before: object) -> StillScreen:
        """As View has it."""
        if self.failed:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "There is no such screen.")
        return super().look(before)


def show(screen: StillScreen, reader: WaitingReader) -> None:
    """A preview's whole life."""
    pictures = SmallPictures(
        cast(View, screen), cast(Looked, screen), PreviewShape(fps=FPS), now_ns=reader.now, wake=reader.wake
    )
    preview = Preview(
        token="token",
        pictures=pictures,
        fps=FPS,
        endpoint=reader,
        clock=cast(Clock, reader),
        over=lambda _: None,
    )
    reader.over = preview.end
    preview._run()


def test_a_screen_that_stands_still_is_coded_once_and_waited_for() -> None:
    screen, reader = StillScreen(), WaitingReader()
    show(screen, reader)
    assert reader.records == [Record.PICTURE, Record.ALIVE, Record.ALIVE]
    assert screen.looks <= LASTS_NS // LOOK_AGAIN_NS
    # Beside the looks and the signs of life: the reader came, asked again, and its next picture was due.
    assert reader.waits <= screen.looks + 8


def test_a_screen_that_failed_and_can_not_be_opened_again_gives_no_sign_of_life() -> None:
    reader = WaitingReader()
    show(LostScreen(reader), reader)
    assert reader.now >= LASTS_NS
    assert reader.records == [Record.PICTURE, Record.ALIVE]
