"""The previews of an engine, whose code is loaded when the first is opened: no engine's start waits for it."""

import threading
from typing import TYPE_CHECKING

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.preview.request import PreviewChange, PreviewOpened, PreviewRequest
from ionia.runtime.encode.studio import Studio
from ionia.threads.clock import MonotonicClock

if TYPE_CHECKING:
    from ionia.runtime.preview.previews import Previews, Session


class LatePreviews:
    """Any thread. What each method does: see Previews; before the first preview there is nothing to do."""

    def __init__(self, studio: Studio, clock: MonotonicClock) -> None:
        self._studio = studio
        self._clock = clock
        self._lock = threading.Lock()
        self._previews: Previews | None = None  # protected by _lock
        self._closed = False  # protected by _lock

    def open(self, request: PreviewRequest, session: "Session | None") -> PreviewOpened:
        """Raises IoniaError."""
        from ionia.runtime.preview.previews import Previews  # noqa: PLC0415 - see above

        with self._lock:
            if self._closed:
                raise IoniaError(ErrorKind.INTERNAL, "The engine is shutting down.")
            previews = self._previews = self._previews or Previews(self._studio, self._clock)
        return previews.open(request, session)

    def update(self, preview_id: str, change: PreviewChange) -> bool:
        """False if there is none of this id."""
        previews = self._previews
        return previews is not None and previews.update(preview_id, change)

    def end(self, preview_id: str) -> bool:
        """False if there is none of this id."""
        previews = self._previews
        return previews is not None and previews.end(preview_id)

    def look_again(self) -> None:
        """A session is gone."""
        if self._previews is not None:
            self._previews.look_again()

    def end_all(self) -> None:
        """Returns at once; no more are opened."""
        with self._lock:
            self._closed = True
        if self._previews is not None:
            self._previews.end_all()

    def join(self) -> None:
        """Wait for those that have not ended yet."""
        if self._previews is not None:
            self._previews.join()
