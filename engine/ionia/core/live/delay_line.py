"""A stream's delay: packets wait here before the links get them, so that what viewers see is late by it, exactly.

Times go on with the delay: what comes out is stamped that much later, sound and picture alike. So a delay that grows
leaves as much time in the stream as at the server, which a `StandIn` fills, and one that shrinks leaves none.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import FrameRate, frames_seconds
from ionia.core.live.stand_in import StandIn
from ionia.core.media import EncodedPacket, TrackId
from ionia.core.timebase import frame_start_ns, samples_at_frame, ticks_per_second

MOST_SECONDS = 900.0
"""The longest delay."""

MOST_BYTES = 1 << 30
"""What a delay may take at the bit rate that was asked for: 900 s at 9.5 Mbit/s. It is memory, so that no file of what
nobody was to see outlives the stream."""

LARGEST_BYTES = MOST_BYTES * 5 // 4
"""What is held at most, whatever an encoder makes."""

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
    shorter, `crowded` had no room, and `discarded` were held when the stream ended. `filled` stood in for others while
    it grew."""

    seconds: float = 0.0
    held: int = 0
    held_bytes: int = 0
    skipped: int = 0
    crowded: int = 0
    discarded: int = 0
    filled: int = 0


def joined_delays(all_figures: Sequence[DelayFigures], seconds: float) -> DelayFigures:
    """Those of several encodes that are late by `seconds`."""
    return DelayFigures(
        seconds=seconds,
        held=sum(one.held for one in all_figures),
        held_bytes=sum(one.held_bytes for one in all_figures),
        skipped=sum(one.skipped for one in all_figures),
        crowded=sum(one.crowded for one in all_figures),
        discarded=sum(one.discarded for one in all_figures),
        filled=sum(one.filled for one in all_figures),
    )


@dataclass(frozen=True, slots=True)
class _Held:
    packet: EncodedPacket
    pushed_ns: int


@dataclass(slots=True)
class _Standing:
    """A delay that grows: from `since_ns` on the picture stands that is held as `keyframe`."""

    stand_in: StandIn
    since_ns: int
    keyframe: EncodedPacket


class DelayLine:
    """One stream's. One owner; `now_ns` must not go back."""

    def __init__(
        self,
        *,
        fps: FrameRate,
        stand_in: Callable[[EncodedPacket, Mapping[TrackId, int]], StandIn],
        seconds: float = 0.0,
        largest_bytes: int = LARGEST_BYTES,
    ) -> None:
        """`stand_in` makes what goes out while the delay grows: see StandIn."""
        self._fps = fps
        self._stand_in = stand_in
        self._largest = largest_bytes
        self._held: deque[_Held] = deque()
        self._bytes = 0
        self._wanted = self._frames = round(seconds * fps)  # `_wanted` is more while the next keyframe is waited for
        self._seeking = False  # whether what comes out next must be a keyframe
        self._standing: _Standing | None = None
        self._reached_ns: int | None = None  # the latest position that came out, in the stream's time
        self._heard: dict[TrackId, int] = {}  # the end of each sound that came out, in samples
        self._skipped = self._crowded = self._discarded = self._filled = 0

    @property
    def passes(self) -> bool:
        """Whether packets go through as they come."""
        return not (self._wanted or self._held or self._seeking)

    @property
    def deadline_ns(self) -> int | None:
        """When `take` is due; None while nothing is held."""
        due = [due_ns for due_ns in (self._front_ns, self._standing_ns) if due_ns is not None]
        return min(due, default=None)

    @property
    def begun(self) -> bool:
        """Whether anything came out."""
        return self._reached_ns is not None

    @property
    def figures(self) -> DelayFigures:
        """As they are now."""
        return DelayFigures(
            seconds=frames_seconds(self._wanted, self._fps),
            held=len(self._held),
            held_bytes=self._bytes,
            skipped=self._skipped,
            crowded=self._crowded,
            discarded=self._discarded,
            filled=self._filled,
        )

    def set(self, seconds: float) -> None:
        """Be late by so much from now on, rounded to a frame.

        Longer: what is held stays so much longer, from the next keyframe on that is due; its picture stands meanwhile.
        Shorter: what is too old by then is left out, up to a keyframe.
        """
        self._wanted = frames = round(seconds * self._fps)
        if frames > self._frames and self.begun:  # `take` sees to it
            return
        self._seeking = self._seeking or (frames < self._frames and (self.begun or bool(self._held)))
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
        taken: list[EncodedPacket] = []
        while (due_ns := self.deadline_ns) is not None and due_ns <= now_ns:
            if self._standing is not None and due_ns != self._front_ns:
                taken += self._fill(self._standing.stand_in.next())
                continue
            late_ns = now_ns - due_ns
            held = self._held[0].packet
            packet = self._moved(held)
            if not self._may_go(packet, late_ns):
                self._pop()
                self._skipped += 1
            elif self._wanted > self._frames and _is_keyframe(packet):
                # One that stands already goes on: begun anew its keyframe might come twice in a row in one form.
                if self._standing is None or self._standing.keyframe is not held:
                    self._standing = _Standing(self._stand_in(packet, self._heard), due_ns, held)
                self._frames, self._seeking = self._wanted, False
            else:
                self._pop()
                if _is_keyframe(packet):
                    if self._standing is not None:
                        taken += self._fill(self._standing.stand_in.silence_before(packet.dts))
                    self._standing, self._seeking = None, False
                self._note(packet)
                taken.append(packet)
        return taken

    def discard(self) -> None:
        """The stream ends: nobody gets what is held."""
        self._discarded += len(self._held)
        self._held.clear()
        self._bytes = 0
        self._standing = None

    @property
    def _front_ns(self) -> int | None:
        """When the first one that is held is due."""
        return self._held[0].pushed_ns + frame_start_ns(0, self._fps, self._frames) if self._held else None

    @property
    def _standing_ns(self) -> int | None:
        """When the next picture is due that stands in for others."""
        if (standing := self._standing) is None:
            return None
        return frame_start_ns(standing.since_ns, self._fps, standing.stand_in.shown)

    def _may_go(self, packet: EncodedPacket, late_ns: int) -> bool:
        if self._seeking:
            return _is_keyframe(packet) and late_ns <= _LATE_NS and self._is_later(packet)
        # Sound that comes too late for its order must not lie before the silence that went out.
        return packet.track.is_video or packet.dts + packet.duration > self._heard.get(packet.track, packet.dts)

    def _is_later(self, packet: EncodedPacket) -> bool:
        return self._reached_ns is None or self._at_ns(packet) > self._reached_ns

    def _at_ns(self, packet: EncodedPacket) -> int:
        return frame_start_ns(0, ticks_per_second(packet.track, self._fps), packet.dts)

    def _fill(self, filled: list[EncodedPacket]) -> list[EncodedPacket]:
        for packet in filled:
            self._note(packet)
        self._filled += len(filled)
        return filled

    def _note(self, packet: EncodedPacket) -> None:
        at_ns = self._at_ns(packet)
        self._reached_ns = at_ns if self._reached_ns is None else max(self._reached_ns, at_ns)
        if not packet.track.is_video:
            self._heard[packet.track] = packet.dts + packet.duration

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
