"""What a WHIP publisher's thread does: offer the session, connect by WebRTC, hand over packets, end the session.

aiortc speaks ICE, DTLS, SRTP and RTP, and repeats what is reported as lost. It doesn't retry, judge or drop: that is
the engine's business, as it is for RTMP. Every wait in here ends when the task is cancelled.
"""

import asyncio
import http.client
import logging
import ssl
from contextlib import suppress
from datetime import datetime
from fractions import Fraction
from typing import Protocol

from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.stats import RTCRemoteInboundRtpStreamStats, RTCTransportStats

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.sender_events import Connected, Ended, KeyframeWanted, LossReported, Progress, SenderListener
from ionia.core.live.whip_answers import failure_of
from ionia.core.live.whip_url import WhipUrl
from ionia.core.media import EncodedPacket, MediaHeader, Track, TrackId
from ionia.core.redaction import one_line
from ionia.core.timebase import NS_PER_S
from ionia.sinks.connect_failure import reason
from ionia.sinks.whip_signalling import HttpAnswer, in_background, request
from ionia.sinks.whip_tracks import PacketTrack
from ionia.threads.clock import MonotonicClock

REPORT_SECONDS = 0.05
"""Between looks at the connection's figures; packets that were sent are told at once."""

LIFE_NS = 6 * NS_PER_S
"""Longest silence of a server: WebRTC's receivers report every second or two, of sound every five at least."""

DELETE_SECONDS = 0.5
"""How long a server may take to hear that the session ends, within the goodbye that a stop has in all."""

for _name in ("aiortc", "aioice"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # they tell each packet, and addresses of this machine

CLOSE_SECONDS = 5.0
"""How long aiortc may take to close its sockets; a machine that is busy with other things needs most of a second."""

_WHOLE = 256
"""A receiver report's fraction of 1 (RFC 3550, 6.4.1)."""

_VIDEO_CODECS = ("video/h264", "video/rtx")


class Packets(Protocol):
    """Where an attempt gets its packets. Any thread."""

    def take(self) -> EncodedPacket | None:
        """The next in DTS order, if one waits."""
        ...

    @property
    def closing(self) -> bool:
        """Whether no more will come, and none waits."""
        ...


class WhipAttempt:
    """One attempt from the offer to the goodbye. One owner, the loop's thread, but for `wake`."""

    def __init__(
        self,
        packets: Packets,
        url: WhipUrl,
        header: MediaHeader,
        listener: SenderListener,
        *,
        ca_file: str,
        clock: MonotonicClock,
    ) -> None:
        self._packets = packets
        self._url = url
        self._header = header
        self._listener = listener
        self._ca_file = ca_file
        self._clock = clock
        self._tracks: dict[TrackId, PacketTrack] = {}
        self._resource: WhipUrl | None = None
        self.ending = False
        """Whether it lets go of everything, within CLOSE_SECONDS and DELETE_SECONDS: cancelling it then would leave
        sockets behind."""
        self._connected = asyncio.Event()
        self._woken = asyncio.Event()
        self._origin: Fraction | None = None
        self._sent = 0  # packets
        self._bytes = 0  # on the wire at the last look, and of packets since
        self._looked_ns = 0
        self._told: Progress | None = None
        self._lost_at: datetime | None = None  # when the server reported last what it missed
        self._heard = 0  # packets of the server
        self._heard_ns = 0  # when the last of them came

    def wake(self) -> None:
        """There are packets, or it is to leave."""
        self._woken.set()

    async def run(self) -> Ended:
        """Until it is over."""
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.on("connectionstatechange", lambda: self._follow(peer))
        left = False
        try:
            refused = await self._begin(peer)
            if refused is not None:
                return refused
            self._listener(Connected())
            end = await self._carry(peer)
            left = end.code is None
            return end
        finally:
            self.ending = True
            await self._end(peer, wait=left)

    async def _begin(self, peer: RTCPeerConnection) -> Ended | None:
        """Until media may go out; or why it may not."""
        tracks: tuple[Track, ...] = (*self._header.sounds[:1], self._header.video)
        for track in tracks:
            made = self._tracks[track.id] = PacketTrack(track, self._note_sent)
            transceiver = peer.addTransceiver(made, direction="sendonly")
            setattr(transceiver.sender, "_send_keyframe", self._want_keyframe)  # noqa: B010 - aiortc has no event for it
            if made.kind == "video":
                known = RTCRtpSender.getCapabilities("video").codecs
                transceiver.setCodecPreferences([one for one in known if one.mimeType.lower() in _VIDEO_CODECS])
        await peer.setLocalDescription(await peer.createOffer())
        answer = await self._ask(peer.localDescription.sdp)
        if isinstance(answer, Ended):
            return answer
        code = failure_of(answer.status)
        if code is not None:
            return Ended(code=code, detail=f"HTTP {answer.status}")
        self._resource = self._url.resource(answer.location) if answer.location else None
        try:
            await peer.setRemoteDescription(RTCSessionDescription(answer.body, "answer"))
        except (ValueError, IndexError, KeyError, AttributeError) as error:  # aiortc's words for an answer of nonsense
            return Ended(code=FailureCode.NOT_WHIP, detail=f"answer: {type(error).__name__}")
        if any(one.currentDirection != "sendonly" for one in peer.getTransceivers() if one.kind == "video"):
            return Ended(code=FailureCode.CODEC, detail="the answer takes no H.264")
        for one in peer.getTransceivers():
            if one.currentDirection != "sendonly":  # no sound is better than no stream
                self._tracks = {name: made for name, made in self._tracks.items() if made.kind != one.kind}
        await self._connected.wait()
        if peer.connectionState != "connected":
            return Ended(code=FailureCode.NO_WAY, detail=f"WebRTC {peer.connectionState}")
        return None

    async def _ask(self, offer: str) -> HttpAnswer | Ended:
        loop = asyncio.get_running_loop()
        told: asyncio.Future[HttpAnswer | Ended] = loop.create_future()

        def tell(answer: HttpAnswer | Ended) -> None:
            if not told.done():
                told.set_result(answer)

        def ask() -> None:
            answer: HttpAnswer | Ended
            try:
                answer = request(self._url, "POST", offer, ca_file=self._ca_file)
            except (OSError, http.client.HTTPException) as error:
                answer = self._failure(error)
            if self.ending and isinstance(answer, HttpAnswer) and answer.location:
                _delete(self._url.resource(answer.location), self._ca_file)
            with suppress(RuntimeError):  # the loop is gone
                loop.call_soon_threadsafe(tell, answer)

        in_background(ask)
        return await told

    def _failure(self, error: Exception) -> Ended:
        otherwise = FailureCode.TLS if isinstance(error, ssl.SSLError) else FailureCode.NOT_WHIP
        if isinstance(error, ConnectionResetError | http.client.RemoteDisconnected):
            otherwise = FailureCode.RESET
        code, detail = reason(error, otherwise=otherwise)
        return Ended(code=code, detail=one_line(self._url.scrub(detail))[:300])

    async def _carry(self, peer: RTCPeerConnection) -> Ended:
        """Hand over packets until there is an end."""
        self._heard_ns = self._clock.now_ns()
        while True:
            with suppress(TimeoutError):  # not by `wait_for`, which swallows a cancelling that comes with the event
                async with asyncio.timeout(REPORT_SECONDS):
                    await self._woken.wait()
            self._woken.clear()
            while (packet := self._packets.take()) is not None:
                self._put(packet)
            idle = all(track.idle for track in self._tracks.values())
            if self._clock.now_ns() - self._looked_ns >= REPORT_SECONDS * NS_PER_S:
                await self._look(peer)
            self._report()
            if peer.connectionState != "connected":
                return Ended(code=FailureCode.RESET, detail=f"WebRTC {peer.connectionState}")
            if self._clock.now_ns() - self._heard_ns > LIFE_NS:
                return Ended(code=FailureCode.SILENT, detail="no report")
            if self._packets.closing and idle:
                return Ended(code=None)

    def _put(self, packet: EncodedPacket) -> None:
        if self._origin is None:  # a connection begins with a keyframe
            self._origin = Fraction(packet.pts, self._header.video.timescale)
        track = self._tracks.get(packet.track)
        if track is None:
            self._note_sent(0)
        else:
            track.put(packet, self._origin)

    async def _look(self, peer: RTCPeerConnection) -> None:
        """What went over the wire in all, and whether the server is heard of."""
        told = (await peer.getStats()).values()
        for one in told:
            if (
                isinstance(one, RTCRemoteInboundRtpStreamStats)
                and one.kind == "video"
                and one.timestamp != self._lost_at
            ):
                self._lost_at = one.timestamp
                self._listener(LossReported(fraction=one.fractionLost / _WHOLE))
        figures = next((one for one in told if isinstance(one, RTCTransportStats)), None)
        if figures is None:
            return
        self._bytes, self._looked_ns = max(self._bytes, figures.bytesSent), self._clock.now_ns()
        if figures.packetsReceived != self._heard:
            self._heard, self._heard_ns = figures.packetsReceived, self._looked_ns

    def _report(self) -> None:
        """Tell the totals, if they have changed."""
        now = Progress(
            muxed=self._sent, delivered=self._sent, sent_bytes=self._bytes, delivered_bytes=self._bytes, exact=False
        )
        if now != self._told:
            self._told = now
            self._listener(now)

    def _note_sent(self, size: int) -> None:
        """At once: the engine may wait for it with the next packet."""
        self._sent += 1
        self._bytes += size
        self._woken.set()

    def _want_keyframe(self) -> None:
        self._listener(KeyframeWanted())

    def _follow(self, peer: RTCPeerConnection) -> None:
        if peer.connectionState in ("connected", "failed", "closed"):
            self._connected.set()
            self._woken.set()

    async def _end(self, peer: RTCPeerConnection, *, wait: bool) -> None:
        """Tell the server, and wait for its answer where there is time; then let go of everything."""
        resource, self._resource = self._resource, None
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def end() -> None:
            _delete(resource, self._ca_file)
            with suppress(RuntimeError):  # the loop is gone
                loop.call_soon_threadsafe(done.set)

        if resource is not None:
            in_background(end)
            if wait:
                with suppress(TimeoutError):
                    async with asyncio.timeout(DELETE_SECONDS):
                        await done.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.shield(peer.close())  # aiortc fails in words where it is cancelled


def _delete(resource: WhipUrl | None, ca_file: str) -> None:
    if resource is not None:
        with suppress(OSError, http.client.HTTPException):
            request(resource, "DELETE", ca_file=ca_file)
