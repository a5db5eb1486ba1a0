"""The graphics adapter's encoders, and how long anybody waits for them: a driver may not answer for very long."""

import threading
from collections.abc import Callable
from typing import TypeVar

from ionia.core.settings import VideoEncodeSettings
from ionia.media.opening import OpenedVideo
from ionia.runtime.backends import Gpu
from ionia.threads.worker import Worker

T = TypeVar("T")

LIMIT_S = 10.0
"""As long as a device may take to open (`runtime.capture`). A trial of the largest pictures takes a third of it."""


class LimitedGpu:
    """`runtime.backends.Gpu` around another one, which is asked by one thread at a time, named `gpu-open`. Any thread.

    Nothing helps against a driver that keeps Python's own lock meanwhile, as libav's opening of an encoder does.
    """

    def __init__(self, gpu: Gpu, limit_s: float = LIMIT_S) -> None:
        self._gpu = gpu
        self._limit_s = limit_s
        self._turn = threading.Lock()
        """Held while the driver is asked, by the thread that does."""
        self._lock = threading.Lock()
        self._given_up = False  # on who is being asked; protected by _lock

    def open(self, settings: VideoEncodeSettings, screen: str | None) -> tuple[OpenedVideo | None, str]:
        """See Gpu. What comes too late is closed."""
        nothing: tuple[OpenedVideo | None, str] = (None, self._words)
        return self._asked(lambda: self._gpu.open(settings, screen), nothing, _close)

    def needs_screen(self, settings: VideoEncodeSettings, screen: str | None) -> bool:
        """See Gpu."""
        return self._asked(lambda: self._gpu.needs_screen(settings, screen), otherwise=False, too_late=lambda _: None)

    def figures(self) -> tuple[bool, str]:
        """See Gpu."""
        return self._asked(self._gpu.figures, (False, self._words), lambda _: None)

    def known(self, encoder: str) -> str:
        """See Gpu."""
        return self._gpu.known(encoder)

    @property
    def _words(self) -> str:
        return f"the graphics driver did not answer within {self._limit_s:g} s"

    def _asked(self, ask: Callable[[], T], otherwise: T, too_late: Callable[[T], None]) -> T:
        with self._lock:
            if self._given_up:
                return otherwise  # it still doesn't answer: nobody waits for it again
        if not self._turn.acquire(timeout=self._limit_s):
            return otherwise
        answers: list[T] = []
        ended = threading.Event()

        def body() -> None:
            try:
                answer = ask()
                with self._lock:
                    late = self._given_up
                    if not late:
                        answers.append(answer)
                if late:
                    too_late(answer)
            finally:
                with self._lock:
                    self._given_up = False
                    ended.set()
                self._turn.release()

        worker = Worker("gpu-open", body, lambda _: None, may_be_held=True)
        try:
            worker.start()
        except BaseException:
            self._turn.release()
            raise
        ended.wait(self._limit_s)
        with self._lock:
            if not answers:
                self._given_up = not ended.is_set()
            return answers[0] if answers else otherwise


def _close(late: tuple[OpenedVideo | None, str]) -> None:
    if late[0] is not None:
        late[0].encoder.close()
