"""The built-in screen: the test card, drawn when asked. A product, held to the same tests as a real screen."""

from ionia.core.frame_rate import FrameRate
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock
from ionia.core.test_card.pattern import SECOND_NS, CardPainter, in_flash

DEFAULT_SIZE = (1280, 720)


class CardSource:
    """A ScreenSource that shows picture number floor((now - epoch) * fps), with a flash on whole seconds of the clock.

    The epoch is set by how it is asked: the first grab is picture 0, and the next one at least half a picture later
    lies in the middle of its own. Whoever grabs once per frame interval therefore sees every number once, and not now
    and then one twice and one never because both clocks tick at the same moment.
    """

    backend = "test-card"
    fallbacks: tuple[str, ...] = ()

    def __init__(self, *, clock: Clock, fps: FrameRate, size: tuple[int, int] = DEFAULT_SIZE) -> None:
        """`fps` is how many pictures it shows a second; `size` is at least 64x64. Raises ValueError."""
        if fps < 1:
            raise ValueError(f"the test card shows at least 1 picture a second, not {fps}")
        self._clock = clock
        self._fps = fps
        self._size = size
        self._painter: CardPainter | None = CardPainter(*size)
        self._first_ns: int | None = None
        self._epoch_ns: int | None = None
        self._shown: tuple[int, bool] | None = None

    def open(self) -> tuple[int, int]:
        """Begin again with picture 0."""
        self._painter = self._painter or CardPainter(*self._size)
        self._first_ns = self._epoch_ns = self._shown = None
        return self._size

    def grab(self) -> VideoFrame | None:
        """The card of this instant; None while neither its number nor its flash changed. Never lost."""
        if self._painter is None:
            raise RuntimeError("the test card is closed")
        now_ns = self._clock.now_ns()
        show = (self._index(now_ns), in_flash(now_ns))
        if show == self._shown:
            return None
        self._shown = show
        index, flash = show
        return VideoFrame(captured_ns=now_ns, pixels=self._painter.paint(index, flash=flash))

    def close(self) -> None:
        """Free the painter's memory; pictures that were handed out stay as they are."""
        self._painter = None

    def _index(self, now_ns: int) -> int:
        if self._first_ns is None:
            self._first_ns = now_ns
        if self._epoch_ns is None:
            # Rounded to the nearest number, with halves going up: 0 until half a picture has passed.
            index = (2 * (now_ns - self._first_ns) * self._fps + SECOND_NS) // (2 * SECOND_NS)
            if index == 0:
                return 0
            self._epoch_ns = now_ns - (2 * index + 1) * SECOND_NS // (2 * self._fps)
        return (now_ns - self._epoch_ns) * self._fps // SECOND_NS
