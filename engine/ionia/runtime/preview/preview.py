"""One preview: its thread, which owns the connection and the pictures that go through it."""

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack

from ionia.core.ports import Clock
from ionia.core.preview.policy import Due, PreviewPolicy
from ionia.core.preview.request import PreviewChange
from ionia.core.preview.wire import Greeting, Heard, PreviewPicture, Record, picture_record
from ionia.platform.private_endpoint import Happened, PrivateEndpoint
from ionia.runtime.preview.pictures import Made, Pictures
from ionia.runtime.preview.view import EndedError
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

JOIN_TIMEOUT_S = 3.0
"""For all previews together: longer than a capture's threads take to end."""


class Preview:
    """Made with its endpoint open and its pictures looking. `start`, then `close`; `change` and `end` from any thread.

    Thread: `preview`, which closes what it owns.
    """

    def __init__(
        self,
        *,
        token: str,
        pictures: Pictures,
        fps: int | None,
        endpoint: PrivateEndpoint,
        clock: Clock,
        over: "Callable[[Preview], None]",
    ) -> None:
        """`pictures` calls `wake` of this endpoint. `fps`: None for pictures that are given as they come.

        `over` is called on the thread at its very end.
        """
        self._token = token
        self._pictures = pictures
        self._endpoint = endpoint
        self._clock = clock
        self._over = over
        self._policy = PreviewPolicy(fps=fps, now_ns=clock.now_ns())
        self._lock = threading.Lock()
        self._changes: list[PreviewChange] = []  # protected by _lock
        self._ending = False
        self._glance = False  # whether to look at once; any thread sets it
        # From here on the thread's own.
        self._look_ns = 0
        self._greeting: Greeting | None = None
        self._asked = False  # for a picture; it counts once the reader has taken what was sent before
        self._sequence = 0
        self._worker = Worker("preview", self._run, self._failed)

    @property
    def address(self) -> str:
        """Where its reader connects."""
        return self._endpoint.address

    def start(self) -> None:
        """Raises RuntimeError when the system can't start a thread."""
        self._worker.start()

    def change(self, change: PreviewChange) -> None:
        """As preview.update asks; soon. Any thread."""
        with self._lock:
            self._changes.append(change)
        self._endpoint.wake()

    def look_again(self) -> None:
        """What it looks at may be gone. Any thread."""
        self._glance = True
        self._endpoint.wake()

    def end(self) -> None:
        """End it; returns at once. Any thread."""
        self._ending = True
        self._endpoint.wake()

    def join(self, timeout: float) -> bool:
        """Wait for its thread up to so many seconds; whether it has ended."""
        return self._worker.join(timeout)

    def _run(self) -> None:
        with ExitStack() as leaving:  # each of them, whatever becomes of the others
            leaving.callback(self._over, self)
            leaving.callback(self._pictures.release)
            leaving.callback(self._endpoint.close)
            try:
                while not self._ending:
                    self._wait(self._step())
            except EndedError:
                log.debug("a preview's session is over")

    def _failed(self, error: BaseException) -> None:
        log.error("a preview ended", exc_info=error)

    def _step(self) -> int | None:
        """Do what is due. When the next thing is, unless something happens before."""
        now_ns = self._clock.now_ns()
        self._apply_changes(now_ns)
        if self._asked and self._endpoint.unsent == 0:
            self._asked = False
            self._policy.reader_ready(now_ns)
        self._follow(now_ns)
        instants = [None if self._greeting is None else self._greeting.deadline_ns]
        if self._endpoint.unsent == 0:
            due = self._policy.due(now_ns)
            if due is Due.PICTURE:
                if (made := self._pictures.take()) is not None:
                    self._show(made)
            elif due is Due.SIGN_OF_LIFE:
                if self._pictures.alive:
                    self._endpoint.send(self._record(Record.ALIVE, captured_ns=now_ns))
                self._policy.signed(now_ns)
            instants.append(self._policy.deadline_ns(now_ns))
        if self._policy.looks(now_ns):
            instants.append(self._look_ns)
        return min((instant for instant in instants if instant is not None), default=None)

    def _wait(self, until_ns: int | None) -> None:
        timeout = None if until_ns is None else max(0.0, (until_ns - self._clock.now_ns()) / 1e9)
        happened = self._endpoint.wait(timeout)
        now_ns = self._clock.now_ns()
        self._hear(happened, now_ns)
        if self._greeting is not None and self._greeting.late(now_ns):
            self._leave(now_ns)

    def _hear(self, happened: Happened, now_ns: int) -> None:
        if happened.came:
            self._greeting = Greeting(self._token, now_ns=now_ns)
        if self._greeting is not None and happened.received:
            known = self._greeting.welcome
            heard = self._greeting.hear(happened.received)
            if heard is Heard.STRANGER:
                log.warning("somebody without its token tried to read a preview")
                self._leave(now_ns)
                return
            if self._greeting.welcome and not known:
                self._policy.reader_came(now_ns)
                self._pictures.refresh()
            self._asked = self._asked or heard is Heard.READY
        if happened.gone:
            self._leave(now_ns)

    def _leave(self, now_ns: int) -> None:
        self._greeting = None
        self._asked = False
        self._endpoint.drop()
        self._policy.reader_gone(now_ns)

    def _apply_changes(self, now_ns: int) -> None:
        with self._lock:
            changes, self._changes = self._changes, []
        for change in changes:
            self._policy.change(now_ns, fps=self._pictures.change(change), paused=change.paused)
            self._pictures.refresh()

    def _follow(self, now_ns: int) -> None:
        """Look at what is to be looked at, and at nothing if that is nobody's wish."""
        glance, self._glance = self._glance, False
        if glance:
            self._pictures.check()
        if not self._policy.looks(now_ns):
            self._pictures.release()
            return
        self._look_ns = self._pictures.follow(now_ns, glance=glance, wanted=self._policy.wants_picture)

    def _show(self, made: Made) -> None:
        if made.data is not None:
            self._sequence += 1
            self._endpoint.send(
                self._record(Record.PICTURE, captured_ns=made.captured_ns, data=made.data, keyframe=made.keyframe)
            )
        self._policy.looked(self._clock.now_ns(), sent=made.data is not None)

    def _record(self, record: Record, *, captured_ns: int, data: bytes = b"", keyframe: bool = False) -> bytes:
        width, height = self._pictures.size
        return picture_record(
            PreviewPicture(
                record=record,
                sequence=self._sequence,
                captured_ns=captured_ns,
                width=width,
                height=height,
                data=data,
                coding=self._pictures.coding,
                keyframe=keyframe,
            )
        )
