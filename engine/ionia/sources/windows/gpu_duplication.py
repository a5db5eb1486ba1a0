"""Desktop duplication whose pictures stay on the graphics adapter: libav's `ddagrab`, of the system's first adapter.

It never recovers by itself: whoever owns it opens it again, and falls back to the other duplication
(`desktop_duplication`), which finds out why it was lost.
"""

import sys
from typing import Any

import av
import comtypes
from av.filter import Graph

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import SurfaceFrame, VideoFrame
from ionia.core.ports import Clock
from ionia.core.warning import WarningCode
from ionia.sources.windows import card_surface, com, desktop_duplication, displays, dxgi, shared_output
from ionia.sources.windows.fallback import SECURE_DESKTOP, TransientCaptureError

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

BACKEND = "ddagrab"

_ASKED_FPS = 500
"""ddagrab waits for the next frame of its own rate, and half of that for a change: whoever grabs has a clock already,
and shall wait 3 ms at most."""

_PASSING = frozenset({dxgi.E_ACCESSDENIED, dxgi.ERROR_SESSION_DISCONNECTED, dxgi.ERROR_ACCESS_LOST})
"""Why a screen is refused that will be given again: it is locked, somebody's elsewhere, or a game fills it."""


class GpuDuplication:
    """A ScreenSource of `SurfaceFrame`s. `screen_id` is one of `displays.list_displays`, None the primary screen."""

    backend = BACKEND
    fallbacks: tuple[str, ...] = ()

    def __init__(self, screen_id: str | None, *, cursor: bool, clock: Clock) -> None:
        self._screen_id = screen_id
        self._cursor = cursor
        self._clock = clock
        self._graph: Graph | None = None
        self._reader = card_surface.CardReader()
        self._first: av.VideoFrame | None = None
        self._seen = 0
        self._worked = False
        self._size = (0, 0)

    def open(self) -> tuple[int, int]:
        """See ScreenSource. Where it can't be had, other ways can; a screen that showed something only sleeps, or is
        locked: no other way has it then, and this one has it afterwards."""
        self.close()
        output = output_index(self._screen_id)
        self._require_picture()
        try:
            self._graph = graph = _graph(output, cursor=self._cursor)
            self._first = graph.vpull()
        except (av.error.FFmpegError, ValueError) as error:
            self.close()
            locked = self._worked and not displays.input_desktop_is_ours()  # just now
            kind = TransientCaptureError if locked else IoniaError
            raise kind(
                ErrorKind.CAPTURE_UNAVAILABLE, "Desktop duplication on the graphics adapter did not open."
            ) from error
        self._seen, self._worked = 0, True
        self._size = self._first.width, self._first.height
        return self._size

    def grab(self) -> VideoFrame | None:
        """See ScreenSource."""
        if self._graph is None:
            raise SourceLost(WarningCode.SCREEN_CLOSED, "The screen is not open.", retry_at_once=True)
        try:
            frame, self._first = self._first or self._graph.vpull(), None
        except (av.error.FFmpegError, ValueError) as error:
            self.close()
            raise self._why_lost() from error
        texture = card_surface.texture_of(frame)
        if texture == self._seen:
            return None  # the same again: nothing has changed
        self._seen = texture
        return SurfaceFrame(captured_ns=self._clock.now_ns(), surface=card_surface.CardSurface(frame, self._reader))

    def close(self) -> None:
        """See ScreenSource. Surfaces that were given out stay readable."""
        self._graph = self._first = None
        self._reader = card_surface.CardReader()  # the next graph has another device

    def _why_lost(self) -> SourceLost:
        display = displays.find_display(self._screen_id)
        if display is None:
            return SourceLost(WarningCode.DISPLAY_UNPLUGGED, "The screen was unplugged or switched off.")
        try:
            return desktop_duplication.why_lost(dxgi.ERROR_ACCESS_LOST, display, self._size)
        except comtypes.COMError:
            return SourceLost(
                WarningCode.ACCESS_LOST, f"Access to {display.name} was lost for a moment.", retry_at_once=True
            )

    def _require_picture(self) -> None:
        """A screen that is switched off gives none, and libav waits for the first one without end, while it is
        configured: with Python's lock, so that the whole engine would stand still."""
        display = displays.find_display(self._screen_id)
        if display is None:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "The screen is not there.")
        output = shared_output.SharedOutput(display, self._clock)
        try:
            output.open()
        except shared_output.NoPictureError as error:
            kind = TransientCaptureError if self._worked else IoniaError
            raise kind(ErrorKind.CAPTURE_UNAVAILABLE, f"Desktop duplication: {error}.") from error
        except comtypes.COMError as error:
            code = com.hresult(error)
            kind = TransientCaptureError if self._worked and code in _PASSING else IoniaError
            words = SECURE_DESKTOP if code == dxgi.E_ACCESSDENIED else dxgi.failed(code)
            raise kind(ErrorKind.CAPTURE_UNAVAILABLE, words) from error
        finally:
            output.close()  # a process has one duplication of an output

    def sample(self) -> card_surface.CardSurface:
        """The first picture, to be written to: whoever does so shows nothing of this source any more.

        Raises IoniaError(CAPTURE_UNAVAILABLE) where it was not opened just now.
        """
        if self._first is None:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "The screen is not open.")
        return card_surface.CardSurface(self._first, self._reader)


def output_index(screen_id: str | None) -> int:
    """Which output of the first adapter the screen is. Raises IoniaError where it is none, or turned."""
    com.enter()
    display = displays.find_display(screen_id)
    if display is None:
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "The screen is not there.")
    with dxgi.failing_as_unavailable():
        found = dxgi.first_adapters_output(display.device)
    if found is None:
        raise IoniaError(
            ErrorKind.CAPTURE_UNAVAILABLE, f"{display.name} is turned, or not driven by the first graphics adapter."
        )
    return found


def _graph(output: int, *, cursor: bool) -> Graph:
    graph: Any = Graph()
    options = f"output_idx={output}:draw_mouse={int(cursor)}:framerate={_ASKED_FPS}:dup_frames=1:output_fmt=bgra"
    source, sink = graph.add("ddagrab", options), graph.add("buffersink")
    source.link_to(sink)
    graph.configure()
    made: Graph = graph
    return made
