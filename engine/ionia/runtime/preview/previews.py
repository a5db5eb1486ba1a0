"""All previews of an engine: opened, changed and closed by their ids. They end with it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from secrets import token_hex

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import rate_number
from ionia.core.preview.request import PreviewChange, PreviewFormat, PreviewOpened, PreviewRequest, Shown
from ionia.core.settings import MediaSettings
from ionia.core.sharing import CaptureKey, capture_key
from ionia.core.timebase import NS_PER_S
from ionia.core.video.framing import Framing
from ionia.platform.endpoints import open_endpoint
from ionia.runtime.encode.studio import Studio
from ionia.runtime.preview.encoded_pictures import EncodedPictures
from ionia.runtime.preview.pictures import Pictures
from ionia.runtime.preview.preview import JOIN_TIMEOUT_S, Preview
from ionia.runtime.preview.small_pictures import SmallPictures
from ionia.runtime.preview.view import EndedError, View
from ionia.threads.clock import MonotonicClock

MOST = 32
"""Each has a thread. Who needs more forgets to close them."""


Session = Callable[[], MediaSettings | None]
"""The settings of the session that is asked for, from any thread; None once it is disposed of."""


class Previews:
    """Any thread."""

    def __init__(self, studio: Studio, clock: MonotonicClock) -> None:
        self._studio = studio
        self._clock = clock
        self._lock = threading.Lock()
        self._previews: dict[str, Preview] = {}  # protected by _lock
        self._opening = 0  # protected by _lock
        self._ending: set[Preview] = set()  # closed, and their threads not through; protected by _lock
        self._closed = False  # protected by _lock

    def open(self, request: PreviewRequest, session: Session | None) -> PreviewOpened:
        """`session`: that which is asked for. Without it a screen is shown. Raises IoniaError."""
        with self._place():
            return self._open(request, session)

    def _open(self, request: PreviewRequest, session: Session | None) -> PreviewOpened:
        preview_id, token = token_hex(8), token_hex(32)
        with ExitStack() as undo:
            try:
                endpoint = open_endpoint()
            except OSError as error:
                raise IoniaError(
                    ErrorKind.CAPTURE_UNAVAILABLE, f"There is no place where a preview could be read: {error.strerror}."
                ) from error
            undo.callback(endpoint.close)
            try:
                pictures = self._pictures(request, session, endpoint.wake)
            except EndedError:
                raise IoniaError(
                    ErrorKind.NOT_INITIALIZED, "The session is not initialized.", "Initialize it first."
                ) from None
            undo.callback(pictures.release)
            width, height = pictures.size
            opened = PreviewOpened(
                preview_id=preview_id,
                endpoint=endpoint.address,
                token=token,
                width=width,
                height=height,
                fps=rate_number(pictures.fps or request.shape.fps),
                format=request.format,
                codec=pictures.codec,
            )
            preview = Preview(
                token=token,
                pictures=pictures,
                fps=None if pictures.fps else request.shape.fps,
                endpoint=endpoint,
                clock=self._clock,
                over=partial(self._forget, preview_id),
            )
            self._begin(preview_id, preview)
            undo.pop_all()
        return opened

    def _pictures(self, request: PreviewRequest, session: Session | None, wake: Callable[[], None]) -> Pictures:
        """Raises IoniaError, EndedError."""
        if request.format is PreviewFormat.H264 and session is not None:
            return EncodedPictures(self._studio, session, now_ns=self._clock.now_ns(), wake=wake)
        view = View(self._studio, _wanted(request, session), fps=request.shape.fps, any_of_screen=session is None)
        looked = view.look(None)
        try:
            return SmallPictures(view, looked, request.shape, now_ns=self._clock.now_ns(), wake=wake)
        except BaseException:
            looked.release()
            raise

    def update(self, preview_id: str, change: PreviewChange) -> bool:
        """Change one; False if there is none of this id."""
        with self._lock:
            preview = self._previews.get(preview_id)
        if preview is not None:
            preview.change(change)
        return preview is not None

    def end(self, preview_id: str) -> bool:
        """Close one; False if there is none of this id."""
        with self._lock:
            preview = self._previews.pop(preview_id, None)
            if preview is not None:
                self._ending.add(preview)
        if preview is not None:
            preview.end()
        return preview is not None

    def look_again(self) -> None:
        """A session is gone: what showed it ends."""
        with self._lock:
            previews = list(self._previews.values())
        for preview in previews:
            preview.look_again()

    def end_all(self) -> None:
        """End all of them, and open no more; returns at once."""
        with self._lock:
            self._closed = True
            previews = list(self._previews.values())
        for preview in previews:
            preview.end()

    def join(self) -> None:
        """Wait for those that have not ended yet, all within one limit."""
        with self._lock:
            previews = [*self._previews.values(), *self._ending]
        until_ns = self._clock.now_ns() + round(JOIN_TIMEOUT_S * NS_PER_S)
        for preview in previews:
            preview.join(max(0.0, (until_ns - self._clock.now_ns()) / NS_PER_S))

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Kept for one that is being opened: a screen that is opened to be refused has cost the user a question."""
        with self._lock:
            self._refuse_closed()
            if len(self._previews) + self._opening >= MOST:
                raise IoniaError(
                    ErrorKind.CAPTURE_UNAVAILABLE, f"{MOST} previews are open.", "Close those that nobody looks at."
                )
            self._opening += 1
        try:
            yield
        finally:
            with self._lock:
                self._opening -= 1

    def _refuse_closed(self) -> None:
        if self._closed:
            raise IoniaError(ErrorKind.INTERNAL, "The engine is shutting down.")

    def _begin(self, preview_id: str, preview: Preview) -> None:
        with self._lock:
            self._refuse_closed()
            self._previews[preview_id] = preview
            try:
                preview.start()
            except RuntimeError as error:
                del self._previews[preview_id]
                raise IoniaError(ErrorKind.INTERNAL, "The system starts no more threads.") from error

    def _forget(self, preview_id: str, preview: Preview) -> None:
        with self._lock:
            self._previews.pop(preview_id, None)
            self._ending.discard(preview)


def _wanted(request: PreviewRequest, session: Session | None) -> Callable[[], Shown | None]:
    """What is to be shown, as a View asks for it."""
    if session is None:
        key = CaptureKey(screen=request.screen, cursor=request.cursor, fps=request.shape.fps)
        screen = Shown(key=key, framing=Framing(region=request.region))
        return lambda: screen

    def of_session() -> Shown | None:
        settings = session()
        if settings is None:
            return None
        return Shown(key=capture_key(settings), framing=settings.framing, width=settings.width, height=settings.height)

    return of_session
