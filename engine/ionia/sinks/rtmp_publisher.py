"""The sender: RTMP spoken by `core.rtmp` over a socket that doesn't block, in a thread of its own.

Nothing here holds Python's lock while it waits, and every wait ends with `kill`. What to send and when to try again is
decided in `core.live`.
"""

import threading
from collections.abc import Sequence

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.live.sender_events import Ended, SenderListener
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.sinks.look_ups import LookUps
from ionia.sinks.rtmp_attempt import RtmpAttempt
from ionia.sinks.sender_thread import SenderThread
from ionia.sinks.socket_wait import Cancelled, SocketWait
from ionia.threads.clock import MonotonicClock


class RtmpPublisher(SenderThread):
    """One attempt, one connection, then gone. Any thread may call any method.

    One thread of its own, `rtmp`, from `connect` to `Ended`, and one for the name look-up.
    """

    def __init__(self, clock: MonotonicClock | None = None, look_ups: LookUps | None = None) -> None:
        """`look_ups`: those of all attempts."""
        super().__init__()
        self._clock = clock or MonotonicClock()
        self._look_ups = look_ups or LookUps()
        self._killed = False  # protected by _lock
        self._wait: SocketWait | None = None  # protected by _lock
        self._attempt: RtmpAttempt | None = None  # protected by _lock

    def connect(self, url: RtmpUrl, header: MediaHeader, listener: SenderListener, *, ca_file: str = "") -> None:
        """Begin the connection; call once. `ca_file`: certificates to trust for rtmps, empty for the system's."""
        try:
            wait = SocketWait()
        except OSError as error:
            self._end(listener, Ended(code=FailureCode.NO_ROOM, detail=f"{type(error).__name__} {error.errno}"))
            return
        with self._lock:
            self._wait = wait
            if self._killed:
                wait.cancel()
        look_ups, clock = self._look_ups, self._clock
        attempt = RtmpAttempt(self, url, header, listener, ca_file=ca_file, look_ups=look_ups, wait=wait, clock=clock)
        with self._lock:
            self._attempt = attempt
        self._thread = threading.Thread(target=self._run, args=(attempt, listener), name="rtmp", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # Python's word for no thread to be had
            wait.close()
            self._end(listener, Ended(code=FailureCode.NO_ROOM, detail="no thread"))

    def send(self, packets: Sequence[EncodedPacket]) -> None:
        """Hand packets over, in DTS order, or none, to have a look at the others; returns at once. Ignored when it is
        over."""
        if self._ended.is_set():
            return
        if not self._hold(packets):
            self.kill()
            return
        wait, attempt = self._wait, self._attempt  # `connect` came before
        if wait is not None and not (attempt is not None and attempt.push()):
            wait.wake()

    def leave(self) -> None:
        """See SenderThread."""
        with self._lock:
            self._closing = True
            wait = self._wait
        if wait is not None:
            wait.wake()

    def kill(self) -> None:
        """See SenderThread."""
        with self._lock:
            self._killed = True
            wait = self._wait
        if wait is not None:
            wait.cancel()

    def _run(self, attempt: RtmpAttempt, listener: SenderListener) -> None:
        end = Ended(code=FailureCode.BROKEN, detail="ended from here")
        try:
            end = attempt.run()
        except Cancelled:
            pass
        except Exception as error:  # noqa: BLE001 - whatever it is, this attempt is over, and the engine must hear so
            end = Ended(code=FailureCode.BROKEN, detail=type(error).__name__)
        finally:
            attempt.wait.close()
            self._end(listener, end)

    def _end(self, listener: SenderListener, last: Ended) -> None:
        with self._lock:
            self._pending.clear()
            self._pending_bytes = 0
        self._ended.set()
        listener(last)
