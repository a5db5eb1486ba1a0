"""The sender of WHIP, in a thread of its own with an event loop. What to send and when to try again is decided in
`core.live`."""

import asyncio
import threading
from collections.abc import Sequence

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.sender_events import Ended, SenderListener
from ionia.core.live.whip_url import WhipUrl
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.sinks.sender_thread import SenderThread
from ionia.threads.clock import MonotonicClock


def _nothing() -> None:
    """While there is no loop."""


class WhipPublisher(SenderThread):
    """One attempt, one connection, then gone. Any thread may call any method.

    One thread of its own, `whip`, from `connect` to `Ended`, and one for each question that is asked by HTTP.
    """

    def __init__(self, clock: MonotonicClock | None = None) -> None:
        super().__init__()
        self._clock = clock or MonotonicClock()
        self._killed = False  # protected by _lock
        self._loop: asyncio.AbstractEventLoop | None = None  # while it runs; protected by _lock
        self._wake = _nothing  # likewise, as is the next
        self._cancel = _nothing

    def connect(self, url: WhipUrl, header: MediaHeader, listener: SenderListener, *, ca_file: str = "") -> None:
        """Begin the connection; call once. `ca_file`: certificates to trust for whips, empty for the system's."""
        self._thread = threading.Thread(
            target=self._run, args=(url, header, listener, ca_file), name="whip", daemon=True
        )
        try:
            self._thread.start()
        except RuntimeError:  # Python's word for no thread to be had
            self._ended.set()
            listener(Ended(code=FailureCode.NO_ROOM, detail="no thread"))

    def send(self, packets: Sequence[EncodedPacket]) -> None:
        """Hand packets over, in DTS order; returns at once. Ignored when it is over."""
        if self._ended.is_set() or not packets:
            return
        if self._hold(packets):
            self._rouse()
        else:
            self.kill()

    def leave(self) -> None:
        """See SenderThread."""
        with self._lock:
            self._closing = True
        self._rouse()

    def kill(self) -> None:
        """See SenderThread."""
        with self._lock:
            again, self._killed = self._killed, True
            if self._loop is not None and not again:
                self._loop.call_soon_threadsafe(self._cancel)

    def _rouse(self) -> None:
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._wake)

    def _run(self, url: WhipUrl, header: MediaHeader, listener: SenderListener, ca_file: str) -> None:
        end = Ended(code=FailureCode.BROKEN, detail="ended from here")
        try:
            end = asyncio.run(self._attempt(url, header, listener, ca_file))
        except asyncio.CancelledError:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, this attempt is over, and the engine must hear so
            end = Ended(code=FailureCode.BROKEN, detail=type(error).__name__)
        finally:
            self._ended.set()
            listener(end)

    async def _attempt(self, url: WhipUrl, header: MediaHeader, listener: SenderListener, ca_file: str) -> Ended:
        from ionia.sinks.whip_attempt import WhipAttempt  # noqa: PLC0415 - half a second, off the engine's threads

        attempt = WhipAttempt(self, url, header, listener, ca_file=ca_file, clock=self._clock)
        task = asyncio.current_task()

        def cancel() -> None:
            if task is not None and not attempt.ending:
                task.cancel()

        with self._lock:
            self._loop, self._wake, self._cancel = asyncio.get_running_loop(), attempt.wake, cancel
            killed = self._killed
        try:
            if killed:
                raise asyncio.CancelledError
            return await attempt.run()
        finally:
            with self._lock:
                self._loop = None
