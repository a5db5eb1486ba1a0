"""One AAC-LC encoder: a packet for each 1024 samples. It neither mixes nor resamples nor buffers."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags

from ionia.core.audio.resampler import Planes
from ionia.core.codec.codec import AAC
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import AUDIO, AUDIO_TICK_SAMPLES, SAMPLE_RATE, AudioTrack, EncodedPacket, Samples, TrackId

_TIME_BASE = Fraction(1, SAMPLE_RATE)

REST_AFTER = 8
"""Ticks of digital silence behind which every packet is as the one before: nothing is encoded until sound comes. A
packet overlaps by one tick, its choice of windows looks two back: by then the encoder has forgotten what was heard."""

DELAY_TICKS = 2
"""Ticks that must come in before a packet comes out."""


class LibavAudioEncoder:
    """`core.ports.AudioEncoder` by libav. Created open; one thread owns it.

    The encoder looks 1024 samples ahead: the packet for pts p comes out with the input at p + 1024, and the first
    packet has pts -1024 and holds nothing but the fade-in of the filter bank (priming).

    In long digital silence it rests: the packet before is given again. To libav that time has not passed.
    """

    def __init__(self, bitrate: int, *, track: TrackId = AUDIO, name: str = "") -> None:
        """`bitrate` in bits per second; `name` is the track's. Raises IoniaError(ENCODER_UNAVAILABLE)."""
        context = av.CodecContext.create("aac", "w")
        if not isinstance(context, AudioCodecContext):
            raise IoniaError(ErrorKind.ENCODER_UNAVAILABLE, "No AAC encoder in this build of libav")
        context.sample_rate = SAMPLE_RATE
        context.layout = "stereo"
        context.format = "fltp"
        context.bit_rate = bitrate
        context.time_base = _TIME_BASE
        context.flags |= Flags.global_header
        # A third of the default search's time, with no less signal to noise at these rates (decision 0051).
        context.options = {"aac_coder": "fast"}
        try:
            context.open()
        except av.error.FFmpegError as error:
            raise IoniaError(
                ErrorKind.ENCODER_UNAVAILABLE,
                f"The AAC encoder does not open at {bitrate} bit/s ({error.strerror})",
                "Audio bit rates from 32,000 to 320,000 work.",
            ) from error
        self._context: AudioCodecContext | None = context
        self._fed = False
        self._silent_ticks = 0
        self._rested = 0  # samples that were not encoded
        self._last: tuple[EncodedPacket, ...] = ()  # the two newest packets
        self.info = AudioTrack(
            id=track, name=name, codec=AAC, extradata=bytes(context.extradata or b""), bitrate=bitrate
        )

    def encode(self, samples: Samples, pts: int) -> list[EncodedPacket]:
        """See the port. Raises ValueError for another number of samples."""
        if samples.shape[1:] != (2,) or not len(samples) or len(samples) % AUDIO_TICK_SAMPLES:
            raise ValueError(f"an audio tick is {AUDIO_TICK_SAMPLES} stereo samples, not {samples.shape}")
        planes = np.ascontiguousarray(samples.T, dtype=np.float32)
        packets: list[EncodedPacket] = []
        begin = 0  # of what isn't encoded yet
        for at in range(0, len(samples), AUDIO_TICK_SAMPLES):
            self._silent_ticks = 0 if planes[:, at : at + AUDIO_TICK_SAMPLES].any() else self._silent_ticks + 1
            if self._silent_ticks <= REST_AFTER:
                continue
            packets += self._encode(planes[:, begin:at], pts + begin)
            begin = at
            if self._can_rest():
                begin += AUDIO_TICK_SAMPLES
                self._rested += AUDIO_TICK_SAMPLES
                packets += self._again(1)
        return packets + self._encode(planes[:, begin:], pts + begin)

    def _encode(self, planes: Planes, pts: int) -> list[EncodedPacket]:
        """Whole ticks, which may be none."""
        if not planes.shape[1]:
            return []
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), format="fltp", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = pts - self._rested
        frame.time_base = _TIME_BASE
        self._fed = True
        return self._packets(self._open_context().encode(frame))

    def flush(self) -> list[EncodedPacket]:
        """See the port."""
        if self._can_rest():
            self._fed, self._silent_ticks = False, 0
            return self._again(DELAY_TICKS)
        return self._packets(self._open_context().encode(None)) if self._fed else []

    def close(self) -> None:
        """See the port. PyAV frees the encoder with its last reference."""
        self._context = None

    def _open_context(self) -> AudioCodecContext:
        if self._context is None:
            raise RuntimeError("the encoder is closed")
        return self._context

    def _can_rest(self) -> bool:
        if self._silent_ticks <= REST_AFTER or len(self._last) < 2 or self._context is None:
            return False
        return self._last[0].data == self._last[1].data

    def _again(self, count: int) -> list[EncodedPacket]:
        """So many more of the newest packet."""
        newest = self._last[-1]
        times = [newest.pts + (place + 1) * AUDIO_TICK_SAMPLES for place in range(count)]
        packets = [replace(newest, pts=at, dts=at) for at in times]
        self._last = (newest, packets[-1])
        return packets

    def _packets(self, packets: "Sequence[av.Packet[Any]]") -> list[EncodedPacket]:
        result = []
        for packet in packets:
            if packet.pts is None:
                raise IoniaError(ErrorKind.INTERNAL, "aac gave a packet without a time")
            result.append(
                EncodedPacket(
                    track=self.info.id,
                    pts=packet.pts + self._rested,
                    dts=packet.pts + self._rested,
                    duration=AUDIO_TICK_SAMPLES,
                    keyframe=True,
                    data=bytes(packet),
                )
            )
        self._last = (*self._last, *result)[-2:]
        return result
