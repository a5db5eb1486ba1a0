"""Sound for a stream that has none: services and players wait for a track that never comes, or refuse the stream.

Silence needs no encoder: every frame of it is the same six bytes.
"""

from collections.abc import Sequence

from ionia.core.codec.codec import AAC
from ionia.core.frame_rate import FrameRate
from ionia.core.media import AUDIO, AUDIO_TICK_SAMPLES, SAMPLE_RATE, AudioTrack, EncodedPacket, MediaHeader

SILENT_FRAME = bytes.fromhex("211004608c1c")
"""1024 samples of stereo silence in AAC-LC: what libav's encoder makes of zeros once it has settled."""

_CONFIGURATION = bytes.fromhex("1190")
"""AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): AAC-LC, 48 kHz, two channels."""

SILENT_BITRATE = 8_000
"""What a silent track takes of a link, bit/s: 47 frames a second, mostly RTMP's and TCP's headers."""

SILENT_TRACK = AudioTrack(codec=AAC, extradata=_CONFIGURATION, bitrate=len(SILENT_FRAME) * 8 * SAMPLE_RATE // 1024)


def with_silence(header: MediaHeader) -> MediaHeader:
    """The same with a silent track."""
    return MediaHeader(tracks=(*header.tracks, SILENT_TRACK))


class Silence:
    """Puts silent frames among a stream's pictures. One owner."""

    def __init__(self, *, fps: FrameRate) -> None:
        self._fps = fps
        self._next: int | None = None  # position of the next frame, in samples

    def pause(self) -> None:
        """Go on with the next picture, however long after the last one it is."""
        self._next = None

    def fill(self, pictures: Sequence[EncodedPacket]) -> list[EncodedPacket]:
        """The pictures, given in order, with silence up to each of them before it."""
        filled: list[EncodedPacket] = []
        for picture in pictures:
            until = picture.dts * SAMPLE_RATE * self._fps.denominator // self._fps.numerator
            start = until if self._next is None else self._next
            filled += [_frame(position) for position in range(start, until, AUDIO_TICK_SAMPLES)]
            self._next = start + -(-max(0, until - start) // AUDIO_TICK_SAMPLES) * AUDIO_TICK_SAMPLES
            filled.append(picture)
        return filled


def _frame(position: int) -> EncodedPacket:
    return EncodedPacket(
        track=AUDIO, pts=position, dts=position, duration=AUDIO_TICK_SAMPLES, keyframe=True, data=SILENT_FRAME
    )
