"""What waits to be written to the client, and the one thread that writes it.

Answers and must-keep notifications are never dropped; periodic ones are replaced by newer ones while they wait. A
client that reads nothing until MAX_KEPT_BYTES have gathered is treated as gone. Knows nothing of framing.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

log = logging.getLogger(__name__)

MAX_KEPT_BYTES = 16 * 1024 * 1024
CONGESTED_BYTES = 4 * 1024 * 1024
"""From here on no more calls are read, so that a client which only writes slows down itself."""

_MAX_REPLACEABLE = 256
"""Periodic notifications kept at once, over all sessions; the oldest gives way."""


class Outbox:
    """Collects payloads from any thread and gives them to `write`, many at a time, on a thread of its own.

    `write` may block and raises OSError when the client is gone; then `on_gone` is called once, from the writer
    thread or from whoever posted too much, and everything else is discarded. `on_room` is called from the writer
    thread when a congested outbox has room again. `_changed` protects everything; the thread blocks on it, woken by
    `post` and `close`.
    """

    def __init__(
        self,
        write: Callable[[list[bytes]], None],
        *,
        on_gone: Callable[[], None],
        on_room: Callable[[], None] = lambda: None,
        max_kept: int = MAX_KEPT_BYTES,
        congested: int = CONGESTED_BYTES,
    ) -> None:
        self._write = write
        self._on_gone = on_gone
        self._on_room = on_room
        self._max_kept = max_kept
        self._congested_bytes = congested
        self._changed = threading.Condition()
        self._waiting: OrderedDict[Hashable, bytes] = OrderedDict()
        self._replaceable: OrderedDict[Hashable, None] = OrderedDict()
        self._posted = 0
        self._kept_bytes = 0  # must-keep payloads that wait or are being written
        self._writing = False
        self._gone = False
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def congested(self) -> bool:
        """Whether the client reads so slowly that it should be asked nothing more."""
        with self._changed:
            return self._kept_bytes > self._congested_bytes and not self._gone

    def start(self) -> None:
        """Start the writer thread."""
        self._thread = threading.Thread(target=self._serve, name="rpc-writer")
        self._thread.start()

    def post(self, payload: bytes, key: tuple[str, ...] | None = None) -> None:
        """Queue a payload; returns at once, never raises. One with a `key` replaces an older one of the same key."""
        with self._changed:
            given_up = False
            if self._gone or self._closed:
                return
            if key is not None:
                self._waiting.pop(key, None)
                self._replaceable.pop(key, None)
                if len(self._replaceable) >= _MAX_REPLACEABLE:
                    oldest, _ = self._replaceable.popitem(last=False)
                    del self._waiting[oldest]
                self._replaceable[key] = None
                self._waiting[key] = payload
            else:
                self._posted += 1
                self._waiting[self._posted] = payload
                overfull = self._kept_bytes > 0 and self._kept_bytes + len(payload) > self._max_kept
                self._kept_bytes += len(payload)
                given_up = overfull and self._give_up("it reads nothing")
            self._changed.notify_all()
        if given_up:
            self._on_gone()

    def flush(self, timeout: float) -> bool:
        """Wait until everything posted was written or the client is gone; False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._writing, timeout)

    def close(self) -> None:
        """Write what waits, then end the thread and wait for it. Blocks for as long as `write` does."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _serve(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                payloads = list(self._waiting.values())
                kept = sum(len(p) for k, p in self._waiting.items() if k not in self._replaceable)
                self._waiting.clear()
                self._replaceable.clear()
                self._writing = True
            broken = self._write_all(payloads)
            with self._changed:
                self._writing = False
                was_congested = self._kept_bytes > self._congested_bytes
                self._kept_bytes = max(0, self._kept_bytes - kept)
                room = was_congested and self._kept_bytes <= self._congested_bytes
                given_up = broken is not None and self._give_up(broken)
                self._changed.notify_all()
            if given_up:
                self._on_gone()
            elif room:
                self._on_room()

    def _write_all(self, payloads: list[bytes]) -> str | None:
        """Return why the client is gone, or None."""
        try:
            self._write(payloads)
        except OSError as error:
            return error.strerror or type(error).__name__
        return None

    def _give_up(self, why: str) -> bool:
        """Discard everything, now and from now on. Whether this is news."""
        news = not self._gone
        if news:
            log.warning("The client is gone: %s", why)
        self._gone = True
        self._waiting.clear()
        self._replaceable.clear()
        self._kept_bytes = 0
        return news
