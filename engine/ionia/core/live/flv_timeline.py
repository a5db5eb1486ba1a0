"""From exact media positions to FLV's milliseconds, for one connection. It stamps packets; it neither holds nor sorts.

Servers and players take equal or backward timestamps badly: some reorder, some reset the stream. So every packet
of a connection gets its own millisecond, across both tracks.
"""

from ionia.core.frame_rate import FrameRate
from ionia.core.media import SAMPLE_RATE, TrackId


class FlvTimeline:
    """One connection's timeline: zero is its first keyframe. One owner.

    Nothing goes before that, and each track comes in its own order: `StartGate` and `PacketInterleaver` see to both. A
    packet that breaks the rule is a mistake of ours and ends the connection.

    Rounds to the nearest millisecond, equally for both tracks, so that the offset between sound and picture stays
    within a millisecond. A tie or a step back between the tracks moves the later packet 1 ms on; the shift doesn't add
    up, because a second has room for 1000 packets and a stream has about fps + 47.
    Sounds beside the first may have the millisecond of what goes before: only servers that know of them get any.
    """

    def __init__(self, *, fps: FrameRate) -> None:
        self._picture, self._sample = SAMPLE_RATE * fps.denominator, fps.numerator
        """Units of time in a tick of either track."""
        self._second = SAMPLE_RATE * fps.numerator
        self._origin: int | None = None
        self._last_ms = -1
        self._last: dict[TrackId, int] = {}

    def stamp(self, track: TrackId, dts: int, *, keyframe: bool) -> int:
        """The millisecond at which this packet goes out. `dts` counts in 1 / fps s, or in 1 / 48000 s.

        Raises ValueError for a beginning that is no keyframe of a picture, for what lies before that in time, and for
        a packet that isn't later than the one before it in its track.
        """
        is_video = track.is_video
        position = dts * (self._picture if is_video else self._sample)
        if self._origin is None:
            if not (is_video and keyframe):
                raise ValueError(f"a connection would begin with {track.kind.value} at {dts}, not with a keyframe")
            self._origin = position
        last = self._last.get(track)
        if position < self._origin or (last is not None and dts <= last):
            raise ValueError(f"{track.kind.value} at {dts} comes too late")
        self._last[track] = dts
        milliseconds = (2000 * (position - self._origin) + self._second) // (2 * self._second)
        least = self._last_ms + (1 if is_video or not track.index else 0)
        self._last_ms = milliseconds if milliseconds > least else least
        return self._last_ms
