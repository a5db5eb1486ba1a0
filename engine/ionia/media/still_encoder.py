"""libx264 that rests while the picture stands still: what it would repeat is written without it (decision 0142).

It decides when the encoder has nothing more to say. The codec says how such a picture is written.
"""

from collections.abc import Sequence
from dataclasses import replace

from ionia.core.media import VIDEO, EncodedPacket, YuvPicture
from ionia.core.settings import VideoEncodeSettings
from ionia.core.video.quality import STILL_INTERVALS
from ionia.media.video_encoder import LibavVideoEncoder

CALM_SECONDS = 0.2
"""How long the encoder must have had nothing to say. It lowers its quantizer by up to 4 a picture meanwhile."""

CALM_SHARE = 8
"""Nothing to say: less than an eighth of what a picture may have, and filler for the rest."""

CALM_BLOCKS, CALM_BYTES = 8, 128
"""Without a constant rate: less than a bit for each macroblock, and the slices' headers. Measured at 1080p (decision
0330): 10 kB while it refines what is there, 480 bytes from then on."""


class StillVideoEncoder:
    """`core.ports.VideoEncoder` around libx264, one packet for each picture: at a constant rate with `filler`, or of a
    constant quality. One thread owns both."""

    def __init__(self, encoder: LibavVideoEncoder, settings: VideoEncodeSettings) -> None:
        """`settings` are those that `encoder` was opened with. Raises ValueError for a stream of another kind."""
        self.codec = encoder.codec
        self.follows_bitrate = encoder.follows_bitrate
        self.takes = encoder.takes
        self._encoder = encoder
        make = encoder.info.codec.still_pictures
        if make is None:
            raise ValueError(f"{encoder.info.codec.name} has no still pictures")
        self._still = make(encoder.info.extradata)
        self._fps = settings.fps
        self._bitrate = settings.video_bitrate
        self._constant_rate = settings.quality is None
        self._interval = settings.keyframe_interval * (1 if self._constant_rate else STILL_INTERVALS)
        self._enough = max(2, round(CALM_SECONDS * settings.fps))
        self._calm = 0
        self._keyframe_index = 0
        self._owed = 0  # pictures that the encoder took and gave no packet for yet
        self._newest: EncodedPacket | None = None  # the stream's last picture, while it is the encoder's own
        self._number = 0  # frame_num of the last picture of the stream otherwise
        self._ahead = 0  # how much higher that is than in the encoder's own counting

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port."""
        self._calm = 0
        packets = self._encoder.encode(picture, index, keyframe=keyframe)
        self._owed += 1
        return self._counted(packets)

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port."""
        if self._calm >= self._enough and not keyframe and index - self._keyframe_index < self._interval:
            return [self._repeated(index)]
        packets = self._encoder.repeat(index, keyframe=keyframe)
        self._owed += 1
        self._calm = self._calm + 1 if self._is_calm(packets) else 0
        return self._counted(packets)

    def hold(self, index: int) -> list[EncodedPacket]:
        """See the port. The picture stays as good as it is: the encoder doesn't refine it."""
        started = self._newest is not None or self._ahead > 0
        if not started or self._owed or index - self._keyframe_index >= self._interval:
            return self.repeat(index)
        return [self._repeated(index)]

    def set_bitrate(self, bits_per_second: int) -> None:
        """See the port."""
        if bits_per_second != self._bitrate:
            self._calm, self._bitrate = 0, bits_per_second
        self._encoder.set_bitrate(bits_per_second)

    def flush(self) -> list[EncodedPacket]:
        """See the port."""
        return self._counted(self._encoder.flush())

    def close(self) -> None:
        """See the port."""
        self._encoder.close()

    def _is_calm(self, packets: Sequence[EncodedPacket]) -> bool:
        if len(packets) != 1 or packets[0].keyframe:
            return False
        if not self._constant_rate:
            return len(packets[0].data) <= self._still.macroblocks // CALM_BLOCKS + CALM_BYTES
        said = self._still.said(packets[0].data)
        return said is not None and said * CALM_SHARE * 8 * self._fps <= self._bitrate

    def _counted(self, packets: list[EncodedPacket]) -> list[EncodedPacket]:
        """The encoder's pictures, counted on behind those that it doesn't know of."""
        self._owed -= len(packets)
        for packet in packets:
            if packet.keyframe:
                self._keyframe_index, self._ahead = packet.pts, 0
        counted = [self._counted_on(packet) for packet in packets] if self._ahead else packets
        self._newest = counted[-1] if counted else self._newest
        return counted

    def _counted_on(self, packet: EncodedPacket) -> EncodedPacket:
        return replace(packet, data=self._still.renumbered(packet.data, self._ahead))

    def _repeated(self, index: int) -> EncodedPacket:
        if self._newest is not None:
            self._number, self._newest = self._still.number(self._newest.data), None
        self._number += 1
        self._ahead += 1
        return EncodedPacket(
            track=VIDEO,
            pts=index,
            dts=index,
            duration=1,
            keyframe=False,
            data=self._still.repeated(self._number, self._share(index)),
        )

    def _share(self, index: int) -> int:
        """Bytes of one picture at the constant rate, rounded so that all together are exact; 0 without one."""
        if not self._constant_rate:
            return 0
        per_second = 8 * self._fps
        return (index + 1) * self._bitrate // per_second - index * self._bitrate // per_second
