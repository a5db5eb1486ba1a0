"""One Opus encoder: ticks of 1024 samples in, packets of 20 ms out. It neither mixes nor resamples."""

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from ionia.core.codec.codec import OPUS
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import AUDIO, AUDIO_TICK_SAMPLES, SAMPLE_RATE, AudioTrack, EncodedPacket, Samples
from ionia.core.ports import AudioEncoder

FRAME_SAMPLES = 960
"""20 ms, as browsers send it."""

DELAY_SAMPLES = 312
"""By so much what is decoded comes later (libopus' look-ahead at 48 kHz); packets carry the time that is meant."""

MOST_BITRATE = 256_000
"""libopus takes up to 510 kbit/s; WebRTC's receivers reckon with less."""

_TIME_BASE = Fraction(1, SAMPLE_RATE)


class OpusEncoder:
    """`core.ports.AudioEncoder` by libopus. Created open; one thread owns it.

    A packet begins at a multiple of FRAME_SAMPLES whatever the first tick is: an encoder that takes another's place
    goes on with the same packets. Up to a packet of the first sound is left out for that.
    """

    def __init__(self, bitrate: int) -> None:
        """`bitrate` in bits per second, of which MOST_BITRATE are used. Raises IoniaError(ENCODER_UNAVAILABLE)."""
        bitrate = min(bitrate, MOST_BITRATE)
        try:
            context = AudioCodecContext.create("libopus", "w")
            context.sample_rate = SAMPLE_RATE
            context.layout = "stereo"
            context.format = "flt"
            context.bit_rate = bitrate
            context.time_base = _TIME_BASE
            context.options = {"application": "audio", "frame_duration": "20", "vbr": "constrained", "fec": "1"}
            context.open()
        except (av.error.FFmpegError, av.codec.codec.UnknownCodecError, ValueError) as error:
            raise IoniaError(
                ErrorKind.ENCODER_UNAVAILABLE, f"The Opus encoder does not open at {bitrate} bit/s."
            ) from error
        self._context: AudioCodecContext | None = context
        self._rest = np.zeros((0, 2), np.float32)
        self._begin: int | None = None  # the index of the first sample in it
        self.info = AudioTrack(id=AUDIO, codec=OPUS, extradata=b"", bitrate=bitrate)

    def encode(self, samples: Samples, pts: int) -> list[EncodedPacket]:
        """See the port. Raises ValueError for another number of samples."""
        if samples.shape[1:] != (2,) or not len(samples) or len(samples) % AUDIO_TICK_SAMPLES:
            raise ValueError(f"an audio tick is {AUDIO_TICK_SAMPLES} stereo samples, not {samples.shape}")
        if self._begin is None or self._begin + len(self._rest) != pts:
            skipped = -pts % FRAME_SAMPLES
            self._rest, self._begin = samples[skipped:], pts + skipped
        else:
            self._rest = np.concatenate((self._rest, samples))
        packets = []
        while len(self._rest) >= FRAME_SAMPLES:
            packets += self._encode_frame(self._rest[:FRAME_SAMPLES], self._begin)
            self._rest, self._begin = self._rest[FRAME_SAMPLES:], self._begin + FRAME_SAMPLES
        return packets

    def follow(self, other: AudioEncoder, heard: Sequence[tuple[int, Samples]]) -> None:  # noqa: ARG002 - all are alike
        """See the port."""
        for pts, samples in heard:
            self.encode(samples, pts)

    def flush(self) -> list[EncodedPacket]:
        """See the port. What is less than a packet is left out."""
        return []

    def close(self) -> None:
        """See the port. PyAV frees the encoder with its last reference."""
        self._context = None

    def _encode_frame(self, samples: Samples, begin: int) -> list[EncodedPacket]:
        if self._context is None:
            raise RuntimeError("the encoder is closed")
        interleaved = np.ascontiguousarray(samples, dtype=np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, begin, _TIME_BASE
        pts = begin - DELAY_SAMPLES
        return [
            EncodedPacket(
                track=self.info.id, pts=pts, dts=pts, duration=FRAME_SAMPLES, keyframe=True, data=bytes(packet)
            )
            for packet in self._context.encode(frame)
        ]
