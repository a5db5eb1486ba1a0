"""Which capture a preview looks at: the one that is recorded, else one of its own, which costs nobody else anything.

A session's capture that has not begun is left alone: once begun it takes pictures until its session ends.
"""

from collections.abc import Callable
from dataclasses import replace

from ionia.core.media import PixelFormat, YuvPicture
from ionia.core.preview.geometry import fitted
from ionia.core.preview.request import Shown
from ionia.core.sharing import CaptureKey, StageKey
from ionia.core.video.framing import Size
from ionia.runtime.capture.capture import Capture
from ionia.runtime.encode.studio import Studio
from ionia.runtime.registry import Lease

Looked = Lease[CaptureKey, Capture]


class EndedError(Exception):
    """There is nothing to look at any more, nor will there be."""


class View:
    """One thread at a time owns it."""

    def __init__(self, studio: Studio, wanted: Callable[[], Shown | None], *, fps: int, any_of_screen: bool) -> None:
        """`wanted`: what is to be shown, from any thread; None once that is over for good. `any_of_screen`: whoever
        records the screen is good enough, however often. `fps`: how often a capture of its own takes a picture, since
        one that nobody gets costs as much."""
        self._studio = studio
        self._wanted = wanted
        self._fps = fps
        self._any_of_screen = any_of_screen

    def look(self, before: Looked | None) -> Looked:
        """What to look at now; `before` if that is still right. Raises IoniaError, EndedError."""
        wanted = self.shown().key
        own = replace(wanted, fps=self._fps, preview=True)
        usable = before is not None and not before.value.failed
        if before is not None and usable and self._fits(before.key, wanted):
            if not before.alone():
                return before
            # A session's that only we still hold may take many more pictures than we need.
            return self._studio.capture(own)
        recorded = self._studio.begun_capture(lambda key: self._fits(key, wanted))
        if recorded is not None:
            return recorded
        if before is not None and usable and before.key == own:
            return before
        return self._studio.capture(own)

    def encoded(self, looked: Looked, size: Size, since_ns: int) -> tuple[int, YuvPicture] | None:
        """The last picture that an encoder got, and when it was captured, if that was then or later, and if it is what
        is shown and makes a picture of this size; else None.

        Raises EndedError.
        """
        framing = self.shown().framing

        def fits(key: StageKey) -> bool:
            if key.format.pixels is PixelFormat.SURFACE:
                return False  # nothing was converted: a preview reads back what it needs
            whole = key.format.width, key.format.height
            return key.capture == looked.key and key.framing == framing and fitted(whole, size) == size

        stage = self._studio.stage(fits)
        return None if stage is None else stage.newest(since_ns)

    def paced(self, fps: int) -> None:
        """So many pictures a second are wanted from now on."""
        self._fps = fps

    def shown(self) -> Shown:
        """What is to be shown of it now. Raises EndedError when there is nothing to look at any more."""
        shown = self._wanted()
        if shown is None:
            raise EndedError
        return shown

    def _fits(self, key: CaptureKey, wanted: CaptureKey) -> bool:
        """Whether a capture is a session's that shows what is wanted."""
        if key.preview:
            return False
        return key.screen == wanted.screen if self._any_of_screen else key == wanted
