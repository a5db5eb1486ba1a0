"""One preview: its thread, which owns the connection, the look at a capture, and the pictures that are made of it."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace

from ionia.core.errors import IoniaError
from ionia.core.media import VideoFrame
from ionia.core.ports import Clock
from ionia.core.preview.geometry import fitted
from ionia.core.preview.policy import Due, PreviewPolicy
from ionia.core.preview.request import PreviewChange, PreviewShape
from ionia.core.preview.wire import Greeting, Heard, PreviewPicture, Record, picture_record
from ionia.core.timebase import NS_PER_S
from ionia.core.video.pacer import FrameSpan
from ionia.media.preview_pictures import PreviewPictures
from ionia.platform.private_endpoint import Happened, PrivateEndpoint
from ionia.runtime.capture.capture import Capture
from ionia.runtime.preview.view import EndedError, Looked, View
from ionia.threads.mailbox import LatestSlot
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

LOOK_AGAIN_NS = NS_PER_S // 4
"""How soon a preview follows what is recorded."""

TRY_AGAIN_NS = NS_PER_S
JOIN_TIMEOUT_S = 3.0
"""For all previews together: longer than a capture's threads take to end."""


class Preview:
    """Made with its endpoint open and a first look taken. `start`, then `close`; `change` and `end` from any thread.

    Thread: `preview`, which closes what it owns.
    """

    def __init__(
        self,
        *,
        token: str,
        view: View,
        looked: Looked,
        shape: PreviewShape,
        endpoint: PrivateEndpoint,
        clock: Clock,
        over: "Callable[[Preview], None]",
    ) -> None:
        """`over` is called on the thread at its very end. Raises IoniaError for a region that the screen doesn't have,
        EndedError."""
        self._token = token
        self._view = view
        self._shape = shape
        self._endpoint = endpoint
        self._clock = clock
        self._over = over
        self._policy = PreviewPolicy(fps=shape.fps, now_ns=clock.now_ns())
        self._lock = threading.Lock()
        self._changes: list[PreviewChange] = []  # protected by _lock
        self._ending = False
        self._glance = False  # whether to look at once; any thread sets it
        self._slot: LatestSlot[VideoFrame] = LatestSlot()
        self._hungry = False  # whether the thread waits for a picture and nothing else
        # From here on the thread's own.
        self._looked: Looked | None = looked
        self._taking: Capture | None = None  # what _take is attached to
        self._look_ns = clock.now_ns() + LOOK_AGAIN_NS
        self._greeting: Greeting | None = None
        self._asked = False  # for a picture; it counts once the reader has taken what was sent before
        self._shown = view.shown()
        self._pictures = self._pictures_of(looked.value)
        self._sequence = 0
        self.size = self._pictures.size
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
            leaving.callback(self._release)
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
        self._hungry = False
        instants = [None if self._greeting is None else self._greeting.deadline_ns]
        if self._endpoint.unsent == 0:
            due = self._policy.due(now_ns)
            if due is Due.PICTURE:
                self._hungry = True  # before looking: a picture that comes from now on wakes the thread
                if (frame := self._slot.take()) is not None:
                    self._hungry = False
                    self._show(frame)
            elif due is Due.SIGN_OF_LIFE:
                if self._taking is not None and not self._taking.failed:  # else the picture before may be of the past
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
                self._refresh()
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
            asked = {"max_width": change.max_width, "max_height": change.max_height, "fps": change.fps}
            self._shape = replace(self._shape, **{name: value for name, value in asked.items() if value is not None})
            self._policy.change(now_ns, fps=change.fps, paused=change.paused)
            if change.fps is not None:
                self._view.paced(change.fps)
            self._refresh()

    def _follow(self, now_ns: int) -> None:
        """Look at what is to be looked at, and at nothing if that is nobody's wish."""
        glance, self._glance = self._glance, False
        if glance:
            self._view.shown()  # raises where there is nothing
        if not self._policy.looks(now_ns):
            self._release()
            return
        if now_ns >= self._look_ns or glance:
            self._look_ns = now_ns + LOOK_AGAIN_NS
            before = self._looked
            try:
                self._looked = self._view.look(before)
            except IoniaError as error:
                self._wait_to_look(error, now_ns)
            if before is not None and self._looked is not before:
                self._detach()
                before.release()
            elif self._shown != self._view.shown():  # a session was initialized again
                self._detach()
        if self._looked is not None and self._taking is None and self._policy.wants_picture:
            try:
                self._attach(self._looked.value)
            except IoniaError as error:  # a session that was initialized again, with a region that isn't there
                self._release()
                self._wait_to_look(error, now_ns)

    def _wait_to_look(self, error: IoniaError, now_ns: int) -> None:
        log.debug("a preview has nothing to look at: %s", error.message)
        self._look_ns = now_ns + TRY_AGAIN_NS

    def _attach(self, capture: Capture) -> None:
        self._taking = capture
        pictures = self._pictures_of(capture)
        if (pictures.size, pictures.framing) != (self._pictures.size, self._pictures.framing):
            self._pictures = pictures  # otherwise it goes on, and knows what the reader has
        capture.attach(self._take)

    def _detach(self) -> None:
        if self._taking is not None:
            self._taking.detach(self._take)
            self._taking = None
        self._slot.take()

    def _refresh(self) -> None:
        """Begin again with the picture that is shown now: somebody else looks, or it is to be another size."""
        self._detach()
        self._pictures.forget()

    def _release(self) -> None:
        self._detach()
        self._look_ns = 0  # whoever looks again looks at once
        looked, self._looked = self._looked, None
        if looked is not None:
            looked.release()

    def _pictures_of(self, capture: Capture) -> PreviewPictures:
        """Raises IoniaError for a region that it doesn't have, EndedError."""
        shown = self._shown = self._view.shown()
        size = fitted(shown.size((capture.width, capture.height)), (self._shape.max_width, self._shape.max_height))
        return PreviewPictures(size, shown.framing)

    def _take(self, spans: Sequence[FrameSpan[VideoFrame]]) -> None:
        """On the capture's tick: keep the newest, and wake the thread if it waits for that alone."""
        for span in spans:
            if span.picture is not None:
                self._slot.put(span.picture)
                if self._hungry:
                    self._hungry = False
                    self._endpoint.wake()

    def _show(self, frame: VideoFrame) -> None:
        data = self._pictures.made(frame.pixels)
        if data is not None:
            self._sequence += 1
            self._endpoint.send(self._record(Record.PICTURE, captured_ns=frame.captured_ns, data=data))
        self._policy.looked(self._clock.now_ns(), sent=data is not None)

    def _record(self, record: Record, *, captured_ns: int, data: bytes = b"") -> bytes:
        width, height = self._pictures.size
        return picture_record(
            PreviewPicture(
                record=record,
                sequence=self._sequence,
                captured_ns=captured_ns,
                width=width,
                height=height,
                data=data,
            )
        )
