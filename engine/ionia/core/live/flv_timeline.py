"""From exact media positions to FLV's milliseconds, for one connection. It stamps packets; it neither holds nor sorts.

Servers and players take equal or backward timestamps badly: some reorder, some reset the stream. So every packet
of a connection gets its own millisecond, across both tracks.
"""

from ionia.core.media import SAMPLE_RATE, TrackId


class FlvTimeline:
    """One connection's timeline: zero is its first keyframe, and nothing goes before that. One owner.

    Rounds to the nearest millisecond, equally for both tracks, so that the offset between sound and picture stays
    within a millisecond. A tie or a step back moves the later packet 1 ms on; the shift doesn't add up, because
    a second has room for 1000 packets and a stream has about fps + 47.
    """

    def __init__(self, *, fps: int) -> None:
        self._fps = fps
        self._origin: int | None = None
        self._last_ms = -1

    def stamp(self, track: TrackId, dts: int, *, keyframe: bool) -> int | None:
        """The millisecond at which this packet goes out, or None if it must not go out.

        `dts` counts in the track's time base: {1, fps} or {1, 48000}. Packets before the first video keyframe, in
        order or in time, are left out.
        """
        position = dts * (SAMPLE_RATE if track.is_video else self._fps)
        if self._origin is None:
            if not track.is_video or not keyframe:
                return None
            self._origin = position
        units_per_second = self._fps * SAMPLE_RATE
        milliseconds = (2000 * (position - self._origin) + units_per_second) // (2 * units_per_second)
        if milliseconds < 0:
            return None
        self._last_ms = max(milliseconds, self._last_ms + 1)
        return self._last_ms
