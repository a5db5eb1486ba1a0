"""The packets of a running encode on their way to somebody who looks on. Pure."""

from collections import deque
from collections.abc import Iterable

from ionia.core.codec.h264 import NAL_SPS, nal_type, nal_units
from ionia.core.frame_rate import FrameRate
from ionia.core.media import EncodedPacket, VideoTrack

BEHIND_SECONDS = 0.5
"""What a reader that is further behind has seen is no live picture any more."""


class PacketQueue:
    """One owner. Each run of packets that it gives begins with a keyframe and has no hole."""

    def __init__(self, *, fps: FrameRate) -> None:
        self._most = max(2, round(fps * BEHIND_SECONDS))
        self._waiting: deque[EncodedPacket] = deque()
        self._whole = False  # whether what comes next can be decoded after what was taken or waits

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def offer(self, packets: Iterable[EncodedPacket]) -> None:
        """The encode's next packets, in the order of decoding."""
        for packet in packets:
            if packet.keyframe and (not self._whole or len(self._waiting) >= self._most):
                self._waiting.clear()
                self._whole = True
            elif not packet.keyframe and len(self._waiting) >= self._most:
                self.forget()
            if self._whole:
                self._waiting.append(packet)

    def take(self) -> EncodedPacket | None:
        """The next one; None while there is none."""
        return self._waiting.popleft() if self._waiting else None

    def forget(self) -> None:
        """Begin again with the next keyframe."""
        self._waiting.clear()
        self._whole = False


def decodable(packet: EncodedPacket, track: VideoTrack) -> bytes:
    """The packet's access unit; a keyframe's with the parameter sets that it needs."""
    if not packet.keyframe or track.codec.own_extradata(packet.data) is not None:
        return packet.data
    return track.extradata + packet.data


def web_codec(extradata: bytes) -> str:
    """An H.264 stream as RFC 6381 names it: profile, constraints and level of its sequence parameter set.

    Raises ValueError where there is none.
    """
    for unit in nal_units(extradata):
        if nal_type(unit) == NAL_SPS:
            return f"avc1.{unit[1:4].hex()}"
    raise ValueError("no sequence parameter set")
