"""One AAC-LC encoder: a packet for each 1024 samples. It neither mixes nor resamples nor buffers."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from ionia.core.audio.resampler import Planes
from ionia.core.codec.aac import both_sides, window_of
from ionia.core.codec.codec import AAC
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import AUDIO, AUDIO_TICK_SAMPLES, SAMPLE_RATE, AudioTrack, EncodedPacket, Samples, TrackId
from ionia.core.ports import AudioEncoder

_TIME_BASE = Fraction(1, SAMPLE_RATE)

REST_AFTER = 8
"""Ticks of digital silence behind which every packet is as the one before: nothing is encoded until sound comes. A
packet overlaps by one tick, its choice of windows looks two back: by then the encoder has forgotten what was heard."""

DELAY_TICKS = 2
"""Ticks that must come in before a packet comes out."""

ALIKE_AFTER = 47
"""Sounding ticks with both sides the same, one second, behind which one side is encoded for both: half of the work."""

_WARM_TICKS = 4
"""Ticks that one coder hears again before it takes the other's place; then it says what it would always have said."""

_TRIES = 4
"""Ticks at which the coder of both sides is asked for the window of the other, before it takes its place anyway."""

_MOST_MONO = 288_000
"""Bits per second that one channel of AAC may have at 48 kHz: 6144 bits in each packet."""


def _cutoff(bitrate: int) -> int:
    """Hz up to which libav encodes each of two sides at `bitrate` (libavcodec/psymodel.h, AAC_CUTOFF_FROM_BITRATE)."""
    side = bitrate // 2
    return min(max(side // 5, side * 15 // 32 - 5500), 3000 + side // 4, 12_000 + side // 16, 22_000)


class _Coder:
    """A libav encoder, and the times of what it has yet to give, which libav isn't asked for."""

    def __init__(self, layout: str, bitrate: int, options: dict[str, str]) -> None:
        """Raises IoniaError(ENCODER_UNAVAILABLE)."""
        context = av.CodecContext.create("aac", "w")
        if not isinstance(context, AudioCodecContext):
            raise IoniaError(ErrorKind.ENCODER_UNAVAILABLE, "No AAC encoder in this build of libav")
        context.sample_rate = SAMPLE_RATE
        context.layout = layout
        context.format = "fltp"
        context.bit_rate = bitrate
        context.time_base = _TIME_BASE
        # A third of the default search's time, with no less signal to noise at these rates (decision 0051). Without TNS
        # a twentieth less of it, and no other noise (0452); it is each side's own, too.
        context.options = {"aac_coder": "fast", "aac_tns": "0", **options}
        context.open()
        self.extradata = bytes(context.extradata or b"")
        self._context = context
        self._layout = layout
        self._fed = 0  # samples
        self._due: deque[int] = deque()  # pts of packets to come

    @property
    def fed(self) -> bool:
        """Whether there is something to drain."""
        return bool(self._due)

    def encode(self, planes: Planes, pts: int) -> list[tuple[int, bytes]]:
        """Whole ticks, which may be none. (pts, data) of what comes out."""
        if not planes.shape[1]:
            return []
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), format="fltp", layout=self._layout)
        frame.sample_rate = SAMPLE_RATE
        frame.pts = self._fed
        frame.time_base = _TIME_BASE
        if not self._fed:
            self._due.append(pts - AUDIO_TICK_SAMPLES)  # priming
        self._fed += planes.shape[1]
        self._due.extend(range(pts, pts + planes.shape[1], AUDIO_TICK_SAMPLES))
        return self._given(self._context.encode(frame))

    def rest(self) -> None:
        """A tick goes by without it: what it still has is of a tick later."""
        self._due = deque(pts + AUDIO_TICK_SAMPLES for pts in self._due)

    def flush(self) -> list[tuple[int, bytes]]:
        """What is left."""
        return self._given(self._context.encode(None))

    def close(self) -> None:
        """Free it, with its threads: PyAV does so with the last reference. It is of no more use."""
        del self._context

    def _given(self, packets: "Sequence[av.Packet[Any]]") -> list[tuple[int, bytes]]:
        return [(self._due.popleft(), bytes(packet)) for packet in packets]


class LibavAudioEncoder:
    """`core.ports.AudioEncoder` by libav. Created open; one thread owns it.

    The encoder looks 1024 samples ahead: the packet for pts p comes out with the input at p + 2048, and the first
    packet has pts -1024 and holds nothing but the fade-in of the filter bank (priming).

    In long digital silence it rests: the packet before is given again. To libav that time has not passed. A sound with
    both sides the same, as of most microphones, is encoded once and given as both (decision 0452).
    """

    def __init__(self, bitrate: int, *, track: TrackId = AUDIO, name: str = "") -> None:
        """`bitrate` in bits per second; `name` is the track's. Raises IoniaError(ENCODER_UNAVAILABLE)."""
        try:
            self._sides = _Coder("stereo", bitrate, {})
            # Noise bands are each side's own: what is the middle of both can't have them.
            options = {"aac_pns": "0", "cutoff": str(_cutoff(bitrate)), "flags": "+bitexact"}
            self._middle = _Coder("mono", min(bitrate, _MOST_MONO), options)
        except av.error.FFmpegError as error:
            raise IoniaError(
                ErrorKind.ENCODER_UNAVAILABLE,
                f"The AAC encoder does not open at {bitrate} bit/s ({error.strerror})",
                "Audio bit rates from 32,000 to 320,000 work.",
            ) from error
        self._coder: _Coder | None = self._sides  # the one that gives packets; None: closed
        self._heard: deque[tuple[int, Planes]] = deque(maxlen=_WARM_TICKS)
        self._silent_ticks = 0
        self._alike_ticks = 0  # that sounded
        self._tries = 0
        self._last: tuple[EncodedPacket, ...] = ()  # the two newest packets
        self.info = AudioTrack(id=track, name=name, codec=AAC, extradata=self._sides.extradata, bitrate=bitrate)

    def encode(self, samples: Samples, pts: int) -> list[EncodedPacket]:
        """See the port. Raises ValueError for another number of samples."""
        if samples.shape[1:] != (2,) or not len(samples) or len(samples) % AUDIO_TICK_SAMPLES:
            raise ValueError(f"an audio tick is {AUDIO_TICK_SAMPLES} stereo samples, not {samples.shape}")
        planes = np.ascontiguousarray(samples.T, dtype=np.float32)
        packets: list[EncodedPacket] = []
        begin = 0  # of what isn't encoded yet
        ticks = planes.reshape(2, -1, AUDIO_TICK_SAMPLES)
        if self._coder is self._sides and bool(np.all(ticks[0, :, 0] != ticks[1, :, 0])):
            # All of them sound and none is alike, as one sample of each says: so it is in any room.
            self._silent_ticks = self._alike_ticks = self._tries = 0
            for at in range(max(0, len(samples) - _WARM_TICKS * AUDIO_TICK_SAMPLES), len(samples), AUDIO_TICK_SAMPLES):
                self._heard.append((pts + at, planes[:, at : at + AUDIO_TICK_SAMPLES]))
            return self._encode(planes, pts)
        sounding, alike = np.any(ticks, axis=(0, 2)), np.all(ticks[0] == ticks[1], axis=1)
        for place, at in enumerate(range(0, len(samples), AUDIO_TICK_SAMPLES)):
            self._count(sounding=bool(sounding[place]), alike=bool(alike[place]))
            rests, turns = self._silent_ticks > REST_AFTER, self._is_other_due()
            if rests or turns:
                packets += self._encode(planes[:, begin:at], pts + begin)
                begin = at
            if turns:
                self._turn()
            elif rests and self._can_rest():
                begin += AUDIO_TICK_SAMPLES
                self._open_coder().rest()
                packets += self._again(1)
            self._heard.append((pts + at, planes[:, at : at + AUDIO_TICK_SAMPLES]))
        return packets + self._encode(planes[:, begin:], pts + begin)

    def follow(self, other: AudioEncoder, heard: Sequence[tuple[int, Samples]]) -> None:
        """See the port. By the coder that the other goes on with: only that one surely gives the windows it gave."""
        if isinstance(other, LibavAudioEncoder):
            self._coder = self._middle if other._coder is other._middle else self._sides
            self._alike_ticks, self._tries = other._alike_ticks, other._tries
        for pts, samples in heard:
            planes = np.ascontiguousarray(samples.T, dtype=np.float32)
            self._heard.append((pts, planes))
            self._encode(planes, pts)

    def flush(self) -> list[EncodedPacket]:
        """See the port."""
        if self._can_rest():
            self._silent_ticks = 0
            return self._again(DELAY_TICKS)
        coder = self._open_coder()
        return self._packets(self._given(coder, coder.flush())) if coder.fed else []

    def close(self) -> None:
        """See the port."""
        if self._coder is not None:
            self._coder = None
            self._sides.close()
            self._middle.close()

    def _open_coder(self) -> _Coder:
        if self._coder is None:
            raise RuntimeError("the encoder is closed")
        return self._coder

    def _encode(self, planes: Planes, pts: int) -> list[EncodedPacket]:
        return self._packets(self._fed(self._open_coder(), planes, pts))

    def _fed(self, coder: _Coder, planes: Planes, pts: int) -> list[tuple[int, bytes]]:
        """Whole ticks, which may be none."""
        if coder is self._sides:
            return coder.encode(planes, pts)
        middle = (planes[:1] + planes[1:]) * np.float32(0.5)  # exact where they are the same
        return self._given(coder, coder.encode(middle, pts))

    def _given(self, coder: _Coder, packets: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        """As packets of two sides."""
        return packets if coder is self._sides else [(pts, both_sides(data)) for pts, data in packets]

    def _count(self, *, sounding: bool, alike: bool) -> None:
        """A tick more. Silence says nothing about sides."""
        self._silent_ticks = 0 if sounding else self._silent_ticks + 1
        if sounding:
            self._alike_ticks = self._alike_ticks + 1 if alike else 0
            self._tries = 0 if alike else self._tries

    def _is_other_due(self) -> bool:
        if self._silent_ticks:
            return False
        return self._alike_ticks >= ALIKE_AFTER if self._coder is self._sides else not self._alike_ticks

    def _turn(self) -> None:
        """Go on with the other coder, if what it makes of the newest packet has the window that was given.

        If not, it is tried again soon: until then sides that are the same are two, and sides that part are one.
        """
        other = self._middle if self._coder is self._sides else self._sides
        made = [packet for pts, tick in self._heard for packet in self._fed(other, tick, pts)]
        window = window_of(made[-1][1])
        fits = window is not None and window == window_of(self._last[-1].data)
        self._tries += 1
        if fits or (other is self._sides and self._tries > _TRIES):
            self._coder = other
            self._tries = 0
        else:
            self._alike_ticks = min(self._alike_ticks, ALIKE_AFTER - REST_AFTER)

    def _can_rest(self) -> bool:
        if self._silent_ticks <= REST_AFTER or len(self._last) < 2 or self._coder is None:
            return False
        return self._last[0].data == self._last[1].data

    def _again(self, count: int) -> list[EncodedPacket]:
        """So many more of the newest packet."""
        newest = self._last[-1]
        times = [newest.pts + (place + 1) * AUDIO_TICK_SAMPLES for place in range(count)]
        packets = [replace(newest, pts=at, dts=at) for at in times]
        self._last = (newest, packets[-1])
        return packets

    def _packets(self, given: Sequence[tuple[int, bytes]]) -> list[EncodedPacket]:
        result = [
            EncodedPacket(track=self.info.id, pts=pts, dts=pts, duration=AUDIO_TICK_SAMPLES, keyframe=True, data=data)
            for pts, data in given
        ]
        self._last = (*self._last, *result)[-2:]
        return result
