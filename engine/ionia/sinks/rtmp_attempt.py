"""What a publisher's thread does: find the server, connect, publish, and hand over packets until it ends.

It doesn't retry, judge or drop: that is the engine's business. Every wait in here ends with `SocketWait.cancel`.

While all goes well, whoever brings packets gives them to the socket as well (`push`), which never waits: to wake a
thread for each picture and each server would cost more than all the rest. The thread waits for what the server says,
for room in the socket, and for the end.
"""

import os
import socket
import threading
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from ionia.core.live.enhanced_flv import four_cc, is_enhanced
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.live.sender_events import Connected, Ended, Progress, SenderListener
from ionia.core.live.stream_buffer import WINDOW_BYTES
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, MediaHeader
from ionia.core.redaction import one_line
from ionia.core.rtmp.authentication import Login
from ionia.core.rtmp.client import RANDOM, RtmpClient
from ionia.core.rtmp.client_events import Failed, LoginAsked, Published
from ionia.core.rtmp.talk_limit import TalkLimit
from ionia.core.timebase import NS_PER_S
from ionia.sinks.certificate_look import certificates_sent
from ionia.sinks.connect_failure import reason
from ionia.sinks.dialing import dial
from ionia.sinks.look_ups import LookUps, Target
from ionia.sinks.rtmp_connection import AHEAD_BYTES, PacketFlow, RtmpConnection
from ionia.sinks.socket_progress import buffer_bytes
from ionia.sinks.socket_wait import SocketWait
from ionia.sinks.tls_layer import Layer, Plain, Tls
from ionia.sinks.tls_trust import context_of, default_ca_file, fault_of
from ionia.threads.clock import MonotonicClock

REPORT_NS = 50_000_000
"""Between looks at the socket."""

IDLE_NS = 1_000_000_000
"""The same for the thread while the socket takes everything: then looks go with packets, or with a push without any."""

REPORT_BYTES = WINDOW_BYTES * 3 // 4
"""So much may enter the socket without being reported at once: the engine goes on until it misses a whole window."""

LINGER_NS = 250_000_000
"""How long after the goodbye a server may take to close: if we did while it still talks, it would lose the end."""

_MOST_LOGINS = 3
"""Connections for one attempt: without a user, with its name, with the proof."""


class Packets(Protocol):
    """Where an attempt gets its packets."""

    def take_some(self, least_bytes: int) -> Sequence[EncodedPacket]:
        """The next packets in DTS order, all that wait or as many as have so many bytes."""
        ...

    @property
    def closing(self) -> bool:
        """Whether no more will come, and none waits."""
        ...


class RtmpAttempt:
    """One attempt from the look-up to the goodbye. One owner, but for `push`; `wait.cancel` ends it wherever it is."""

    def __init__(
        self,
        packets: Packets,
        url: RtmpUrl,
        header: MediaHeader,
        listener: SenderListener,
        *,
        ca_file: str,
        look_ups: LookUps,
        wait: SocketWait,
        clock: MonotonicClock,
    ) -> None:
        self.wait = wait
        self._packets = packets
        self._url = url
        self._header = header
        self._listener = listener
        codec = header.video.codec
        self._four_cc = four_cc(codec) if is_enhanced(codec) else ""
        self._sound_four_cc = four_cc(header.sounds[0].codec) if len(header.sounds) > 1 else ""
        self._ca_file = ca_file
        self._look_ups = look_ups
        self._clock = clock
        self._targets: list[Target] = []
        self._lock = threading.Lock()  # of the connection and all below, from the first packet on
        self._connection: RtmpConnection | None = None  # while packets may go
        self._broken: Exception | None = None  # what ended `push`
        self._flow: PacketFlow | None = None
        self._last: Progress | None = None
        self._looked_ns = 0
        self._settled_ns: int | None = None  # when the goodbye was made ready

    def run(self) -> Ended:
        """Until it is over. Raises Cancelled."""
        fault = fault_of(self._ca_file) if self._url.secure and self._ca_file else None
        if fault is not None:
            return Ended(code=fault, detail="authorities")
        login: Login | None = None
        try:
            targets = self._targets = self._look_ups.find(self._url.host, self._url.port, self.wait)
            for _ in range(_MOST_LOGINS):
                connected = dial(targets, self.wait, self._clock, buffer_bytes=buffer_bytes(self._header))
                client = RtmpClient(self._url, os.urandom(RANDOM), login, self._four_cc, self._sound_four_cc)
                connection = RtmpConnection(connected, self._layer(), client)
                try:
                    outcome = self._converse(connection)
                finally:
                    with self._lock:
                        self._connection = None
                        connection.close()
                if isinstance(outcome, Ended):
                    return outcome
                login = outcome
        except OSError as error:
            return self._failure(error, FailureCode.UNREACHABLE)
        return Ended(code=FailureCode.LOGIN, detail="asked for it again and again")

    def push(self) -> bool:
        """Give the socket what waits, if it can be done at once; whether the thread has nothing to do. Any thread."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            connection = self._connection
            if connection is None or self._settled_ns is not None:
                return False
            if connection.unsent:  # the thread waits for room already, and takes what waits then
                return True
            self._advance(connection)
            return connection.unsent == 0
        except Exception as error:  # noqa: BLE001 - it is the thread's to tell, whatever it is
            self._connection, self._broken = None, error
            return False
        finally:
            self._lock.release()

    def _layer(self) -> Layer:
        if not self._url.secure:
            return Plain()
        return Tls(context_of(self._ca_file or default_ca_file()), self._url.host)

    def _failure(self, error: OSError, otherwise: FailureCode) -> Ended:
        sent = partial(certificates_sent, self._targets, self._url.host, self.wait, self._clock)
        code, detail = reason(error, sent, otherwise=otherwise)
        return Ended(code=code, detail=one_line(self._url.scrub(detail))[:300])

    def _converse(self, connection: RtmpConnection) -> Ended | Login:
        talk = TalkLimit()
        try:
            connection.begin()
            connection.flush()
            while True:
                ready = self._sleep(connection, talk)
                with self._lock:
                    if self._broken is not None:
                        raise self._broken
                    outcome = self._hear(connection, talk) if connection.socket in ready else None
                    if outcome is not None:
                        connection.flush()
                        self._look()
                        return outcome
                    self._advance(connection)
                    if self._has_left(connection):
                        return Ended(code=None)
        except OSError as error:
            with self._lock:
                self._connection = None
                self._look()
            if self._settled_ns is not None:  # all is said; how the server closes is its business
                return Ended(code=None)
            if self._flow is not None:
                return self._failure(error, FailureCode.RESET)
            return self._failure(error, FailureCode.HUNG_UP if connection.begun else FailureCode.TLS)

    def _sleep(self, connection: RtmpConnection, talk: TalkLimit) -> set[socket.socket]:
        """Until the socket can do something that is wanted, somebody wakes us, or a look is due."""
        with self._lock:
            deaf_ns = talk.deaf_ns(self._clock.now_ns())
            timeout = deaf_ns / NS_PER_S if deaf_ns else None
            if self._flow is not None:
                calm = not connection.unsent and self._settled_ns is None
                due_ns = self._looked_ns + (IDLE_NS if calm else REPORT_NS)
                due = max(0, due_ns - self._clock.now_ns()) / NS_PER_S
                timeout = due if timeout is None else min(due, timeout)
            writers = (connection.socket,) if connection.unsent else ()
        readers = () if connection.over or deaf_ns else (connection.socket,)
        return self.wait.wait(readers, writers, timeout)

    def _hear(self, connection: RtmpConnection, talk: TalkLimit) -> Ended | Login | None:
        """What the server says; how this conversation ends if that ends it."""
        before, now_ns = connection.heard, self._clock.now_ns()
        if talk.deaf_ns(now_ns):  # it is ready to be written to
            return None
        events = connection.receive()
        talk.note(connection.heard - before, now_ns)
        last = events[-1] if events else None
        published = next((event for event in events if isinstance(event, Published)), None)
        if published is not None:
            several = published.several_sounds or not self._sound_four_cc
            self._listener(Connected(promised=published.promised, all_sounds=several))
            if not isinstance(last, Failed):
                self._flow = PacketFlow(connection, self._header if several else self._header.only(VIDEO, AUDIO))
                self._connection = connection
        match last:
            case Failed(code=code, detail=detail):
                return Ended(code=code, detail=detail)
            case LoginAsked(login=login):
                return login
            case _:
                return None

    def _advance(self, connection: RtmpConnection) -> None:
        """Move what can be moved, and tell how far it is."""
        flow = self._flow
        connection.flush()
        if flow is None:
            return
        while (room := AHEAD_BYTES - connection.unsent) > 0 and (packets := self._packets.take_some(room)):
            flow.put(packets)
            connection.flush()
        if self._settled_ns is None and self._packets.closing:
            flow.say_goodbye()
            self._settled_ns = self._clock.now_ns()
            connection.flush()
        flow.settle()
        due = self._clock.now_ns() - self._looked_ns >= REPORT_NS
        if due or flow.unreported >= REPORT_BYTES or (flow.unreported and not flow.exact):
            self._look()

    def _look(self) -> None:
        """Tell the totals, once there are any, if they have changed."""
        if self._flow is None:
            return
        now = self._flow.look()
        self._looked_ns = self._clock.now_ns()
        if now != self._last:
            self._last = now
            self._listener(now)

    def _has_left(self, connection: RtmpConnection) -> bool:
        """Whether the goodbye is with the server, and it has closed or had its time to."""
        if self._settled_ns is None or connection.unsent:
            return False
        self._look()
        arrived = self._last is not None and self._last.delivered_bytes >= connection.sent
        return connection.over or (arrived and self._clock.now_ns() - self._settled_ns >= LINGER_NS)
