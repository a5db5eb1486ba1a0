"""One server that a stream goes to: its connection, its senders and its figures."""

import logging
from collections.abc import Callable, Sequence

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import ConnectionState
from ionia.core.failure import LiveFailure, LiveKind
from ionia.core.live.connection_events import (
    CloseAttempt,
    KillAttempt,
    LinkState,
    Notify,
    StartAttempt,
)
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.link import LiveAction, LiveFigures, LiveLink, SendPackets
from ionia.core.live.live_settings import LiveSettings
from ionia.core.live.live_url import parse_live_url
from ionia.core.live.refusals import without_key
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.live.sender_events import Connected, Ended, KeyframeWanted, LossReported, Progress, SenderEvent
from ionia.core.media import MediaHeader
from ionia.core.settings import Destination, StreamerSettings
from ionia.core.stats import DestinationStats
from ionia.runtime.backends import Sender
from ionia.runtime.session.stream_attempts import StreamAttempts
from ionia.runtime.session.stream_inlet import StreamInlet
from ionia.runtime.session.stream_trust import StreamTrust

log = logging.getLogger(__name__)

NOTED_APART_NS = 50_000_000
"""About how old figures may be."""

_TRYING = (ConnectionState.CONNECTING, ConnectionState.RECONNECTING)

SILENT_NS = 50_000_000
"""Without a packet for so long, a sender is asked how far it is. A link's look that goes with no packet (see
CONTROL_PATIENCE_NS) comes 50 to 150 ms after the last one."""

Post = Callable[["StreamDestination", int, SenderEvent], None]
"""Takes what a sender says, with its attempt's number, on any thread."""


class StreamDestination:
    """One owner, the stream's thread, once it is made; `figures` and `stats` on any."""

    def __init__(
        self,
        wish: Destination,
        settings: StreamerSettings,
        *,
        inlet: StreamInlet,
        make_sender: Callable[[], Sender],
        random: Callable[[], float],
        now_ns: int,
        post: Post,
    ) -> None:
        """`settings`: with the media of `inlet`, which it gets. Raises IoniaError(BAD_URL, CONNECT_FAILED)."""
        self.name = wish.name
        self.inlet = inlet
        self.url = parse_live_url(wish.rtmp_url, wish.stream_key)
        ca_file = wish.ca_file or settings.ca_file
        self.trust = StreamTrust(ca_file, secure=self.url.secure)
        self.link = LiveLink(LiveSettings.of(settings), random)
        self.attempts = StreamAttempts(make_sender, ca_file=ca_file)
        self.figures: LiveFigures = self.link.figures(now_ns)
        self.bitrate = self.figures.target_bitrate
        """What its link carries, as far as that is known, bit/s of video."""
        self.was_connected = False
        self.after: StreamDestination | None = None
        """Whose goodbye is waited for before it begins: the server would say that the key is in use."""
        self.doubted = False
        """Whether it was told that its server promises nothing of the codec."""
        self.held_back = False
        """Whether progress lets more packets go."""
        self._post = post
        self._noted_ns = self._sent_ns = now_ns
        self._skipped0 = inlet.skipped
        self._told: Notify | None = None
        self._failure: LiveFailure | None = None  # what went wrong last, until there is a connection
        self._over = False

    @property
    def failed(self) -> bool:
        """Whether it gave up."""
        return self.link.state is LinkState.FAILED

    @property
    def says_goodbye(self) -> bool:
        """Whether the server hears at this moment that the stream ends."""
        return self.attempts.deadline_ns is not None and not self._over

    @property
    def deadline_ns(self) -> int | None:
        """When something is due."""
        link_ns, goodbye_ns = self.link.deadline_ns, self.attempts.deadline_ns
        if link_ns is None or goodbye_ns is None:
            return goodbye_ns if link_ns is None else link_ns
        return min(link_ns, goodbye_ns)

    def carry_out(self, actions: Sequence[LiveAction], header: MediaHeader, now_ns: int) -> list[LiveAction]:
        """Do what concerns this destination alone; the rest, in its order."""
        rest: list[LiveAction] = []
        for action in actions:
            match action:
                case StartAttempt(attempt_id=attempt_id):
                    self._start(attempt_id, header)
                case KillAttempt():
                    self.attempts.kill()
                case CloseAttempt():
                    self.attempts.leave(now_ns)
                case SendPackets(packets=packets):
                    self._sent_ns = now_ns
                    self.attempts.send(packets)
                case _:
                    rest.append(action)
        return rest

    def ask(self, now_ns: int) -> None:
        """Have its sender say how far it is, where no packet made it do so for a while."""
        if now_ns - self._sent_ns >= SILENT_NS and self.link.state is LinkState.CONNECTED:
            self._sent_ns = now_ns
            self.attempts.send(())

    def hear(self, attempt_id: int, event: SenderEvent, now_ns: int) -> list[LiveAction]:
        """What to do about what a sender says."""
        match event:
            case Connected():
                actions = self.link.connected(attempt_id, now_ns)
                self.was_connected = self.was_connected or self.link.state is LinkState.CONNECTED
                return actions
            case Progress():
                return self.link.progressed(
                    attempt_id,
                    muxed=event.muxed,
                    delivered=event.delivered,
                    sent_bytes=event.sent_bytes,
                    delivered_bytes=event.delivered_bytes,
                    zero_window=event.zero_window,
                    now_ns=now_ns,
                )
            case KeyframeWanted():
                return self.link.keyframe_wanted(attempt_id, now_ns)
            case LossReported(fraction=fraction):
                return self.link.loss_reported(attempt_id, fraction)
            case Ended(code=code, detail=detail):
                self._over = True  # until it begins anew
                failure = FailureCode.RESET.value if code is None else code.value
                log.info("sender of destination %s ended: %s (%s)", self.name, failure.reason, detail)
                return self.link.ended(attempt_id, failure, now_ns)

    def note(self, now_ns: int, told: Notify | None = None) -> None:
        """Take the figures anew: whoever hears of something and asks for stats sees the same."""
        if told is not None:
            self._told = told
            if told.failure is not None or told.state not in _TRYING:  # most of the time another attempt is under way
                self._failure = told.failure
        self.held_back = self.link.held_back
        self._noted_ns = now_ns
        self.figures = self.link.figures(now_ns)

    def look(self, now_ns: int) -> None:
        """The same once in a while: nobody can ask for each packet's."""
        self.held_back = self.link.held_back
        if now_ns - self._noted_ns >= NOTED_APART_NS:
            self.note(now_ns)

    def error(self, failure: LiveFailure) -> IoniaError:
        """Why it gave up, for people."""
        if failure.kind is LiveKind.KEY_REJECTED and isinstance(self.url, RtmpUrl) and not self.url.key:
            failure = without_key(failure)
        return IoniaError(
            ErrorKind.CONNECT_FAILED,
            f"No connection to {self.url.redacted}: {failure.reason}.",
            self.trust.hint(failure),
            live_kind=failure.kind,
        )

    def stats(self) -> DestinationStats:
        """Its figures."""
        now, told, failure = self.figures, self._told, self._failure
        return DestinationStats(
            destination=self.name,
            rtmp_url=self.url.redacted,
            connection=(told.state if told else ConnectionState.CLOSED).value,
            kind=failure.kind if failure else None,
            reason=failure.reason if failure else "",
            connected=now.connected,
            backpressure=now.backpressure,
            video_packets=now.video_packets,
            audio_packets=now.audio_packets,
            video_packets_dropped=now.video_dropped,
            video_packets_unsent=now.video_unsent,
            video_frames_skipped=self.inlet.skipped - self._skipped0,
            reconnect_count=now.reconnects,
            current_latency_ms=round(now.latency_ns / 1e6, 1),
            max_latency_ms=round(now.max_latency_ns / 1e6, 1),
            bytes_sent=now.bytes_sent,
            send_bitrate_kbps=round(now.send_bitrate / 1000, 1),
            target_bitrate_kbps=round(self.inlet.look() / 1000, 1),
        )

    def _start(self, attempt_id: int, header: MediaHeader) -> None:
        self._over = False
        self.attempts.start(self.url, header, lambda event: self._post(self, attempt_id, event))
