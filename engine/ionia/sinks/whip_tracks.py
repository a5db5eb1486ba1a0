"""Packets of a session as the tracks that aiortc sends: one packet for each `recv`, in its own clock."""

import asyncio
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import av
from aiortc import MediaStreamTrack

from ionia.core.codec.h264 import NAL_DELIMITER, NAL_FILLER, NAL_SPS, annex_b, nal_type, nal_units
from ionia.core.media import AudioTrack, EncodedPacket, Track, VideoTrack


class PacketTrack(MediaStreamTrack):  # type: ignore[misc, unused-ignore]  # where aiortc isn't installed
    """One track. On the loop's thread alone."""

    def __init__(self, track: Track, done: Callable[[int], None]) -> None:
        """`done`: hears of each packet when it has been sent, with its bytes."""
        self.kind = "video" if isinstance(track, VideoTrack) else "audio"
        super().__init__()
        self._track = track
        self._done = done
        self._queue: asyncio.Queue[tuple[EncodedPacket, int]] = asyncio.Queue()
        self._sending: int | None = None  # bytes of the packet that is being sent

    @property
    def idle(self) -> bool:
        """Whether everything has been sent."""
        return self._sending is None and self._queue.empty()

    def put(self, packet: EncodedPacket, origin: Fraction) -> None:
        """The next packet of this track; `origin`: the instant that counts as zero, in seconds."""
        time = round((Fraction(packet.pts, self._track.timescale) - origin) * self._track.timescale)
        self._queue.put_nowait((packet, max(0, time)))

    async def recv(self) -> "av.Packet[Any]":
        """The next packet, for aiortc, which asks for it when it has sent the one before."""
        if self._sending is not None:
            self._done(self._sending)
            self._sending = None
        packet, time = await self._queue.get()
        data = rtp_form(self._track, packet)
        self._sending = len(data)
        made = av.Packet(data)
        made.pts = made.dts = time
        made.time_base = Fraction(1, self._track.timescale)
        return made


def rtp_form(track: Track, packet: EncodedPacket) -> bytes:
    """What goes into RTP: a keyframe with its parameter sets, since nothing else has them; no filler, which is for a
    constant rate of TCP."""
    if isinstance(track, AudioTrack):
        return packet.data
    units = [unit for unit in nal_units(packet.data) if nal_type(unit) not in (NAL_DELIMITER, NAL_FILLER)]
    if packet.keyframe and not any(nal_type(unit) == NAL_SPS for unit in units):
        units = [*track.codec.parameter_sets(track.extradata), *units]
    return annex_b(units)
