"""A stream's delay: packets wait here before the links get them, so that what viewers see is late by it, exactly.

Times go on with the delay: what comes out is stamped that much later, sound and picture alike. So a delay that grows is
a gap in the stream's time as it is in the server's, and one that shrinks leaves none.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import FrameRate, frames_seconds
from ionia.core.media import EncodedPacket
from ionia.core.timebase import frame_start_ns, samples_at_frame, ticks_per_second

MOST_SECONDS = 900.0
"""The longest delay."""

MOST_BYTES = 1 << 30
"""What a delay may take at the bit rate that was asked for: 900 s at 9.5 Mbit/s. It is memory, so that no file of what
nobody was to see outlives the stream."""

LARGEST_BYTES = MOST_BYTES * 5 // 4
"""What is held at most, whatever an encoder makes."""

CONNECT_AHEAD_NS = 3_000_000_000
"""How long before a packet comes out a connection is made that was lost meanwhile: time for a second attempt."""

_LATE_NS = 100_000_000
"""What should have gone out longer ago is too old to begin with after a delay became shorter."""


def check_delay(seconds: float, bits_per_second: int) -> None:
    """Raises IoniaError(BAD_DELAY) for one that would take too much memory."""
    if seconds * bits_per_second / 8 > MOST_BYTES:
        most = int(MOST_BYTES * 8 / bits_per_second)
        message = f"A delay of {seconds:g} s takes too much memory at this bit rate: {most} s are the most."
        raise IoniaError(ErrorKind.BAD_DELAY, message, "A lower bit rate allows a longer delay.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayFigures:
    """Packets of both tracks: `held` wait now, with so many bytes; `skipped` were left out when the delay became
    shorter, `crowded` had no room, and `discarded` were held when the stream ended."""

    seconds: float = 0.0
    held: int = 0
    held_bytes: int = 0
    skipped: int = 0
    crowded: int = 0
    discarded: int = 0


def joined_delays(all_figures: Sequence[DelayFigures], seconds: float) -> DelayFigures:
    """Those of several encodes that are late by `seconds`."""
    return DelayFigures(
        seconds=seconds,
        held=sum(one.held for one in all_figures),
        held_bytes=sum(one.held_bytes for one in all_figures),
        skipped=sum(one.skipped for one in all_figures),
        crowded=sum(one.crowded for one in all_figures),
        discarded=sum(one.discarded for one in all_figures),
    )


@dataclass(frozen=True, slots=True)
class _Held:
    packet: EncodedPacket
    pushed_ns: int


class DelayLine:
    """One stream's. One owner; `now_ns` must not go back."""

    def __init__(self, *, fps: FrameRate, seconds: float = 0.0, largest_bytes: int = LARGEST_BYTES) -> None:
        self._fps = fps
        self._largest = largest_bytes
        self._held: deque[_Held] = deque()
        self._bytes = 0
        self._frames = round(seconds * fps)
        self._seeking = False  # whether what comes out next must be a keyframe
        self._reached_ns: int | None = None  # the latest position that came out, in the stream's time
        self._skipped = self._crowded = self._discarded = 0

    @property
    def passes(self) -> bool:
        """Whether packets go through as they come."""
        return not (self._frames or self._held or self._seeking)

    @property
    def deadline_ns(self) -> int | None:
        """When `take` is due; None while nothing is held."""
        return self._held[0].pushed_ns + self._delay_ns if self._held else None

    def nothing_before_ns(self, now_ns: int) -> int:
        """When a connection is needed again, if nothing comes out for a while; 0: it is needed now."""
        due_ns = self.deadline_ns
        return 0 if due_ns is None or due_ns - now_ns <= CONNECT_AHEAD_NS else due_ns - CONNECT_AHEAD_NS

    @property
    def figures(self) -> DelayFigures:
        """As they are now."""
        return DelayFigures(
            seconds=frames_seconds(self._frames, self._fps),
            held=len(self._held),
            held_bytes=self._bytes,
            skipped=self._skipped,
            crowded=self._crowded,
            discarded=self._discarded,
        )

    def set(self, seconds: float) -> None:
        """Be late by so much from now on, rounded to a frame.

        Longer: what is held stays so much longer. Shorter: what is too old by then is left out, up to a keyframe.
        """
        frames = round(seconds * self._fps)
        self._seeking = self._seeking or (frames < self._frames and (self._reached_ns is not None or bool(self._held)))
        self._frames = frames

    def push(self, packets: Sequence[EncodedPacket], now_ns: int) -> None:
        """Packets in DTS order, beginning with a keyframe."""
        for packet in packets:
            self._held.append(_Held(packet, now_ns))
            self._bytes += len(packet.data)
        if self._bytes > self._largest:
            self._make_room()

    def take(self, now_ns: int) -> list[EncodedPacket]:
        """Those whose time has come, with their times moved."""
        taken = []
        while self._held and (late_ns := now_ns - self._held[0].pushed_ns - self._delay_ns) >= 0:
            packet = self._moved(self._pop())
            at_ns = frame_start_ns(0, ticks_per_second(packet.track, self._fps), packet.dts)
            if self._seeking:
                later = self._reached_ns is None or at_ns > self._reached_ns
                if not (_is_keyframe(packet) and later and late_ns <= _LATE_NS):
                    self._skipped += 1
                    continue
                self._seeking = False
            self._reached_ns = at_ns if self._reached_ns is None else max(self._reached_ns, at_ns)
            taken.append(packet)
        return taken

    def discard(self) -> None:
        """The stream ends: nobody gets what is held."""
        self._discarded += len(self._held)
        self._held.clear()
        self._bytes = 0

    @property
    def _delay_ns(self) -> int:
        return frame_start_ns(0, self._fps, self._frames)

    def _make_room(self) -> None:
        """Leave out the older half, up to a keyframe; what is left keeps its delay."""
        while self._held and (self._bytes > self._largest // 2 or not _is_keyframe(self._held[0].packet)):
            self._pop()
            self._crowded += 1
        self._seeking = True

    def _moved(self, packet: EncodedPacket) -> EncodedPacket:
        if not self._frames:
            return packet
        by = self._frames if packet.track.is_video else samples_at_frame(self._fps, self._frames)
        return replace(packet, pts=packet.pts + by, dts=packet.dts + by)

    def _pop(self) -> EncodedPacket:
        packet = self._held.popleft().packet
        self._bytes -= len(packet.data)
        return packet


def _is_keyframe(packet: EncodedPacket) -> bool:
    return packet.track.is_video and packet.keyframe
