"""The thread that owns a sink: takes packets from its join through a bounded queue and writes them."""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.ports import PacketSink
from ionia.threads.worker import Worker

log = logging.getLogger(__name__)

QUEUE_LIMIT_BYTES = 256 * 1024 * 1024
"""How far a stalled disk may fall behind: over six minutes at 5 Mbit/s. Beyond, the sink has failed."""


WORTH_WAKING = 4
"""Sound's packets wait for a picture, or until there are so many: 85 ms of one track. A thread that wakes costs more
than the writing, and six tracks have 280 packets a second."""


@dataclass(slots=True)
class TrackCounters:
    """Packets of one session. Each field is written by one thread only and may be read by any."""

    video_delivered: int = 0
    audio_delivered: int = 0
    video_written: int = 0
    audio_written: int = 0


class SinkWorker:
    """A `Subscriber`. The sink is opened, written and closed on this object's thread and nowhere else.

    `on_error` is called once, on that thread, when the sink fails, by the system or by a mistake of ours; the sink is
    still closed, to keep what was written, and packets that come later are dropped.

    `wrote` is called on that thread behind what the sink wrote, and when it is closed. It raises nothing.
    """

    def __init__(
        self,
        name: str,
        sink: PacketSink,
        header: MediaHeader,
        on_error: Callable[[IoniaError], None],
        *,
        wrote: Callable[[], None] = lambda: None,
    ) -> None:
        self.counters = TrackCounters()
        self._sink = sink
        self._header = header
        self._on_error = on_error
        self._wrote = wrote
        self._condition = threading.Condition()
        self._pending: list[EncodedPacket] = []  # protected by _condition
        self._pending_bytes = 0  # protected by _condition
        self._in_hand = 0  # bytes that are being written; the sink's thread
        self._limit_bytes = QUEUE_LIMIT_BYTES  # protected by _condition
        self._orders: list[Callable[[], None]] = []  # protected by _condition
        self._errand: Callable[[], None] | None = None  # protected by _condition
        self._complete = False  # protected by _condition
        self._broken = False  # protected by _condition
        self._over = False  # protected by _condition
        self._errand_failed = False
        self._failure: IoniaError | None = None  # the sink's thread
        self._opened: Future[None] = Future()
        self._closed: Future[None] = Future()
        self._worker = Worker(name, self._run, self._unexpected)

    def open(self, timeout: float) -> None:
        """Start the thread and wait until the sink is open. Raises IoniaError."""
        self._worker.start()
        self._opened.result(timeout)

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """Queue packets for the sink's thread."""
        overflow = False
        pictures = _pictures(packets)
        with self._condition:
            if self._broken:
                return
            self._pending.extend(packets)
            self._pending_bytes += sum(len(packet.data) for packet in packets)
            if self._pending_bytes > self._limit_bytes:
                self._broken = overflow = True
            if len(self._pending) >= WORTH_WAKING or pictures:
                self._condition.notify()
        self.counters.video_delivered += pictures
        self.counters.audio_delivered += len(packets) - pictures
        if overflow:
            self._on_error(IoniaError(ErrorKind.OUTPUT_FAILED, "The disk is too slow for the recording."))

    @property
    def waiting_bytes(self) -> int:
        """What was delivered and isn't in the sink yet. Any thread."""
        return self._pending_bytes + self._in_hand

    def make_room(self, count: int) -> None:
        """So many bytes come at once, of media that has been waiting in memory: they may be behind beside the rest."""
        with self._condition:
            self._limit_bytes += count

    def order(self, what: Callable[[], None]) -> bool:
        """Have the sink's thread do this before it writes what is delivered later; at the end, before or behind its
        close. False once that thread is over, and nothing is done.

        In the order of the calls, each once. What one raises ends the sink, as what writing raises does.
        """
        with self._condition:
            if not self._over:
                self._orders.append(what)
                self._condition.notify()
            return not self._over

    def ask(self, errand: Callable[[], None]) -> bool:
        """Have the sink's thread do this between two writes. False, and nothing, if it has not done the last one yet.

        The errand waits for the disk as a write does. What it raises is logged and ends nothing.
        """
        with self._condition:
            free = self._errand is None
            if free:
                self._errand = errand
                self._condition.notify()
            return free

    def complete(self) -> None:
        """Nothing more will come: write what is queued, then close the sink."""
        with self._condition:
            self._complete = True
            self._condition.notify()

    @property
    def closed(self) -> Future[None]:
        """Done when the sink is closed, with what closing raised."""
        return self._closed

    def wait_closed(self, timeout: float) -> None:
        """Wait until the sink is closed. Raises what closing raised, TimeoutError when it takes too long."""
        self._closed.result(timeout)

    def when_closed(self, tell: Callable[[IoniaError | None], None]) -> None:
        """Call `tell` when the sink is closed, with what writing or closing raised: on this object's thread, or now."""

        def closed(future: Future[None]) -> None:
            error = future.exception()
            tell(error if isinstance(error, IoniaError) else self._failure)

        self._closed.add_done_callback(closed)

    def _run(self) -> None:
        try:
            self._sink.open(self._header)
        except Exception as error:  # noqa: BLE001 - whoever waits is to hear of it
            self._opened.set_exception(_told(error))
            self._close()
            return
        self._opened.set_result(None)
        try:
            while self._wait():
                orders, packets = self._take()
                for order in orders:
                    order()
                if packets:
                    self._sink.write(packets)
                    self._count(packets)
                    self._wrote()
                self._in_hand = 0
                self._run_errand()
        except Exception as error:  # noqa: BLE001 - a mistake of ours costs no take either
            self._failure = _told(error)
            with self._condition:
                self._broken = True
                self._pending.clear()
            self._on_error(self._failure)
        self._close()

    def _close(self) -> None:
        failure: IoniaError | None = None
        try:
            self._sink.close()
        except Exception as error:  # noqa: BLE001 - likewise
            failure = _told(error)
        self._settle(self._wrote)
        while not self._is_over():
            for order in self._take()[0]:  # what closing itself had to say
                self._settle(order)
        if failure is None:
            self._closed.set_result(None)
        else:
            self._closed.set_exception(failure)

    def _is_over(self) -> bool:
        with self._condition:
            self._over = not self._orders
            return self._over

    def _settle(self, what: Callable[[], None]) -> None:
        try:
            what()
        except Exception:
            log.exception("what follows the end of a file could not be done")

    def _wait(self) -> bool:
        """Until there is something to do; False once the last packet was taken and nothing more will come."""
        with self._condition:
            self._condition.wait_for(
                lambda: self._pending or self._orders or self._complete or self._errand is not None
            )
            return bool(self._pending or self._orders) or not self._complete

    def _run_errand(self) -> None:
        with self._condition:
            errand = self._errand
        if errand is None:
            return
        try:
            errand()
        except Exception:
            if not self._errand_failed:  # each second would be the same line
                log.exception("looking after a recording failed")
            self._errand_failed = True
        with self._condition:
            self._errand = None

    def _take(self) -> tuple[list[Callable[[], None]], list[EncodedPacket]]:
        """All that is queued: both at once, since an order comes before what is delivered behind it."""
        with self._condition:
            packets, self._pending = self._pending, []
            orders, self._orders = self._orders, []
            self._in_hand, self._pending_bytes = self._pending_bytes, 0
            return orders, packets

    def _count(self, packets: Sequence[EncodedPacket]) -> None:
        pictures = _pictures(packets)
        self.counters.video_written += pictures
        self.counters.audio_written += len(packets) - pictures

    def _unexpected(self, error: BaseException) -> None:
        """The thread itself was ended. The session must still learn of it and nobody may wait for ever."""
        failure = _told(error)
        for future in (self._opened, self._closed):
            if not future.done():
                future.set_exception(failure)
        self._on_error(failure)


def _pictures(packets: Sequence[EncodedPacket]) -> int:
    return sum([packet.track.is_video for packet in packets])


def _told(error: BaseException) -> IoniaError:
    """What is not an IoniaError is a mistake of ours."""
    if isinstance(error, IoniaError):
        return error
    log.error("a sink failed", exc_info=error)
    failure = IoniaError(ErrorKind.INTERNAL, f"Writing failed unexpectedly: {type(error).__name__}")
    failure.__cause__ = error
    return failure
