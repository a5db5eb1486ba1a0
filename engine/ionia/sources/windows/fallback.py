"""Chooses how a screen is captured, by really capturing it, and remembers why other ways were passed over."""

from collections.abc import Callable

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import VideoFrame
from ionia.core.ports import ScreenSource
from ionia.core.warning import WarningCode

SECURE_DESKTOP = "Windows shows its secure desktop (lock screen or a permission prompt)."


class TransientCaptureError(IoniaError):
    """The screen can't be had now but will be again: no reason to fall back to another way of capturing it."""


class FallbackScreen:
    """A ScreenSource that is the first of several which gives a picture. One thread owns it.

    `backend` is the chosen one's; `fallbacks` says, a line each, which ways were tried before it and why they weren't
    taken.
    """

    def __init__(self, *candidates: Callable[[], ScreenSource]) -> None:
        self.backend = "none"
        self.fallbacks: tuple[str, ...] = ()
        self._candidates = list(candidates)
        self._chosen: ScreenSource | None = None

    def open(self) -> tuple[int, int]:
        """See ScreenSource. A screen that is gone for the moment is waited for, not captured in a worse way."""
        while True:
            if self._chosen is None:
                self._chosen = self._candidates[0]()
                self.backend = self._chosen.backend
            try:
                return self._chosen.open()
            except TransientCaptureError:
                raise
            except IoniaError as error:
                if len(self._candidates) == 1:
                    raise self._none_serves(error) from error
                self.fallbacks += (f"{self._chosen.backend}: {error.message}",)
                del self._candidates[0]
                self._chosen = None

    def grab(self) -> VideoFrame | None:
        """See ScreenSource."""
        if self._chosen is None:
            raise SourceLost(WarningCode.SCREEN_CLOSED, "The screen is not open.", retry_at_once=True)
        return self._chosen.grab()

    def close(self) -> None:
        """See ScreenSource."""
        if self._chosen is not None:
            self._chosen.close()

    def _none_serves(self, last: IoniaError) -> IoniaError:
        if not self.fallbacks:
            return last
        tried = "; ".join((*self.fallbacks, f"{self.backend}: {last.message}"))
        return IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, f"The screen can't be captured in any way: {tried}", last.hint)
