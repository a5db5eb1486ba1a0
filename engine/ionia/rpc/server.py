"""The engine behind one client, whatever carries the bytes: decode, check, run by lane, answer, notify.

Owns no file descriptor and no signal; `ionia.rpc.stdio` does.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Hashable

from msgspec import Struct

from ionia.core.events import Event
from ionia.core.redaction import Redactor
from ionia.core.service import EngineService
from ionia.core.settings import SessionKind
from ionia.rpc.dispatch import Answer, Dispatcher
from ionia.rpc.envelope import NO_ID, Batch, Call, Refusal, batch_answer, parse, result_answer
from ionia.rpc.framing import Decoder, Framing, MessageUnreadable, Received, frame
from ionia.rpc.handlers import handlers
from ionia.rpc.lanes import Lanes, LanesFullError, Work
from ionia.rpc.notifications import announce
from ionia.rpc.outbox import Outbox
from ionia.rpc.param_types import DEFAULT_SESSION_ID
from ionia.rpc.params import NoParams
from ionia.rpc.schema import METHODS, Method, Role
from ionia.rpc.validation import InvalidParamsError, bind
from ionia.rpc.wire_errors import BUSY, INTERNAL, INVALID_PARAMS, INVALID_REQUEST, SHUTTING_DOWN, WireError

log = logging.getLogger(__name__)

GRACE_SECONDS = 1.0
"""Time that calls already sent get to begin, once the client has ended."""


class Server:
    """One client's connection. `receive` and `end_of_input` belong to the reader thread, `close` to whoever ends.

    `write` puts bytes on the wire; only the outbox' thread calls it, it may block and raises OSError when the client
    is gone. `wake` is called from any thread when `ending` or `congested` may have changed. `log_file` says where
    the log is kept.
    """

    def __init__(
        self,
        write: Callable[[bytes], None],
        *,
        wake: Callable[[], None] = lambda: None,
        redactor: Redactor | None = None,
        lanes: Lanes | None = None,
        log_file: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._write = write
        self._wake = wake
        self._redactor = redactor or Redactor()
        self._decoder = Decoder()
        self._lanes = lanes or Lanes()
        self._log_file = log_file
        self._outbox = Outbox(self._write_framed, on_gone=self._end, on_room=wake)
        self._service: EngineService | None = None
        self._dispatcher = Dispatcher({}, self._redactor)
        self._ending = False
        self._ends = _Ends()
        self._shutdown_lock = threading.Lock()
        self._shutdown_answers: list[Callable[[], None]] = []

    @property
    def ending(self) -> bool:
        """Whether the client asked for the end or is gone: stop reading and `close`."""
        return self._ending

    @property
    def congested(self) -> bool:
        """Whether the client must read answers before it may ask more: don't read now."""
        return self._outbox.congested

    def listener(self, event: Event) -> None:
        """Tell the client about an event. Any thread; returns at once, never raises."""
        try:
            announcement = announce(event, self._redactor)
        except Exception:
            # The caller is a capture or encode thread: a notification that can't be built must not end it.
            log.exception("%s can't be told to the client", type(event).__name__)
        else:
            self._outbox.post(announcement.payload, announcement.key)

    def start(self, service: EngineService) -> None:
        """Begin to answer, on behalf of this service. Before any `receive`."""
        self._service = service
        self._dispatcher = Dispatcher(handlers(service, self._redactor, self._log_file), self._redactor)
        self._lanes.start()
        self._outbox.start()

    def receive(self, data: bytes) -> None:
        """Take bytes from the client."""
        for received in self._decoder.feed(data):
            self._take(received)

    def end_of_input(self) -> None:
        """The client sends no more; `close` comes next."""
        for received in self._decoder.finish():
            self._take(received)

    def close(self) -> None:
        """Let what was asked begin, stop every session, write all answers, end all threads.

        Takes as long as the service's `close`; `hurry` may be called meanwhile.
        """
        self._lanes.wait_idle(GRACE_SECONDS)
        self._ending = True
        self._lanes.close()
        if self._service is not None:
            try:
                self._service.close()
            except Exception:
                # Files are as complete as they will get; the answers still have to go out.
                log.exception("The engine did not close cleanly")
        self._lanes.join()
        self._answer_shutdown()
        self._outbox.close()

    def hurry(self, timeout: float) -> None:
        """`close` takes too long and the process is about to end: write what there is, within `timeout` seconds."""
        self._answer_shutdown()
        self._outbox.flush(timeout)

    def _take(self, received: Received) -> None:
        if isinstance(received, MessageUnreadable):
            self._post(self._dispatcher.refuse(None, INVALID_REQUEST, f"Invalid request: {received.reason}"))
            return
        message = parse(received.data)
        if isinstance(message, Batch):
            batch = _BatchAnswer(len(message.items), self._post)
            for index, item in enumerate(message.items):
                self._take_item(item, batch.slot(index))
        else:
            self._take_item(message, self._post)

    def _take_item(self, item: Call | Refusal, answer: Answer) -> None:
        if isinstance(item, Refusal):
            answer(self._dispatcher.refuse(item.id, item.error, item.message))
            return
        method = METHODS.get(item.method)
        if method is None:
            self._dispatcher.call(item, NoParams(), answer)
            return
        try:
            params = bind(method, item.params)
        except InvalidParamsError as error:
            self._refuse(item, answer, INVALID_PARAMS, str(error))
            return
        except Exception:
            # A mistake of ours in reading one call must not end what others record.
            log.exception("The params of %s can't be read", method.name)
            self._refuse(item, answer, INTERNAL, "Internal error")
            return
        if method.role is Role.SHUTDOWN:
            self._take_shutdown(item, answer)
            return
        session_id = getattr(params, "id", None)
        kind = _kind(method, params)
        lane = _lane(method, kind, session_id)

        def run() -> None:
            if method.role is Role.SETTLE and lane in self._ends:
                self._interrupt_start(method, session_id)
            try:
                self._dispatcher.call(item, params, answer)
            finally:
                if method.role is Role.DRAIN:
                    self._ends.remove(lane)

        work = Work(
            run=run,
            abandon=lambda: self._refuse(item, answer, SHUTTING_DOWN, "The engine is shutting down"),
        )
        role = method.role if kind is not None else Role.SETTLE
        if self._ending:
            work.abandon()
            return
        if role is Role.DRAIN:
            self._ends.add(lane)
            self._interrupt_start(method, session_id)
        try:
            self._lanes.submit(lane, role, work)
        except LanesFullError as error:
            if role is Role.DRAIN:
                self._ends.remove(lane)
            self._refuse(item, answer, BUSY, f"Too many calls: {error}")

    def _interrupt_start(self, method: Method, session_id: str | None) -> None:
        """A stop waits behind the session's start: that shall not wait for a server in the meantime."""
        if self._service is not None and method.kind is not None and session_id is not None:
            self._service.interrupt_start(method.kind, session_id)

    def _take_shutdown(self, call: Call, answer: Answer) -> None:
        """Answered at the very end: a client that kills us on the answer must not cost a file."""

        def answer_null() -> None:
            answer(None if call.id is NO_ID else result_answer(call.id, None))

        with self._shutdown_lock:
            self._shutdown_answers.append(answer_null)
        self._end()

    def _answer_shutdown(self) -> None:
        with self._shutdown_lock:
            answers, self._shutdown_answers = self._shutdown_answers, []
        for answer in answers:
            answer()

    def _refuse(self, call: Call, answer: Answer, error: WireError, message: str) -> None:
        if call.id is NO_ID:
            answer(None)
            return
        answer(self._dispatcher.refuse(call.id, error, message, session=_session(call)))

    def _end(self) -> None:
        self._ending = True
        self._wake()

    def _post(self, payload: bytes | None) -> None:
        if payload is not None:
            self._outbox.post(payload)

    def _write_framed(self, payloads: list[bytes]) -> None:
        framing = self._decoder.framing or Framing.LINES
        self._write(b"".join(frame(payload, framing) for payload in payloads))


class _Ends:
    """Stops and disposals that were asked for and have not ended, by lane. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Hashable] = Counter()

    def __contains__(self, lane: Hashable) -> bool:
        with self._lock:
            return self._counts[lane] > 0

    def add(self, lane: Hashable) -> None:
        """One was asked for."""
        with self._lock:
            self._counts[lane] += 1

    def remove(self, lane: Hashable) -> None:
        """One has ended."""
        with self._lock:
            self._counts[lane] -= 1
            if not self._counts[lane]:
                del self._counts[lane]


class _BatchAnswer:
    """Gathers the answers of a batch, in the batch's order, and posts one array when the last has come."""

    def __init__(self, size: int, post: Answer) -> None:
        self._post = post
        self._lock = threading.Lock()
        self._answers: list[bytes | None] = [None] * size
        self._missing = size

    def slot(self, index: int) -> Answer:
        """Return where the answer of one item goes. Any thread."""

        def put(answer: bytes | None) -> None:
            with self._lock:
                self._answers[index] = answer
                self._missing -= 1
                complete = not self._missing
            if complete:
                answers = [found for found in self._answers if found is not None]
                self._post(batch_answer(answers) if answers else None)

        return put


def _session(call: Call) -> str | None:
    """Return the session that a call names, as far as it can be told before its params are known to be right."""
    method = METHODS[call.method]
    if method.kind is None and not method.names_kind:
        return None
    named = call.params
    if isinstance(named, list):
        named = dict(zip(method.positional, named, strict=False))
    asked = named.get("id") if isinstance(named, dict) else None
    return asked[:128] if isinstance(asked, str) else None if asked is not None else DEFAULT_SESSION_ID


def _kind(method: Method, params: Struct) -> SessionKind | None:
    """Return the kind of session that a method is about, which some are told by their params."""
    return SessionKind(getattr(params, "kind")) if method.names_kind else method.kind  # noqa: B009 - a Struct has none


def _lane(method: Method, kind: SessionKind | None, session_id: str | None) -> Hashable:
    """Sessions have their own lanes; so have the engine's quick methods and each of its slow ones."""
    if kind is not None:
        return kind, session_id
    return method.name if method.role is Role.SLOW else "engine"
