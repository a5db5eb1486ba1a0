"""When a recording needs another file: by its length, by its size, or because no file may grow any more there.

It decides how early to begin, so that the next file is open in time: opening takes as long as the disk likes, and a
file can only begin with a keyframe. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ionia.core.frame_rate import FrameRate
from ionia.core.media import EncodedPacket

_LEAD_SECONDS = 2.0
"""How much earlier than it is due the next file is opened; half a part if that is less."""

_LEAD_BYTES_SECONDS = 4.0
"""Likewise for sizes: what comes until the keyframe, and what waits for its fragment."""

_LIMIT_SECONDS, _LIMIT_BYTES = 20.0, 16 << 20
"""How far below its limit a file stays, whichever is more, so that the limit is never met."""

_BURST, _LEAST_SHARE = 3, 20
"""Of a rate that varies: how much faster than until now, and how small a part of its cap, it is reckoned with."""

_HEAD_BYTES, _ENTRY_BYTES = 1 << 14, 32
"""Of a file, beside its media: at most so much in all, and for each packet."""

_ENDLESS = 1 << 62

_RETRY_SECONDS = 10.0
"""After the next file could not be opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRule:
    """What was asked for. `seconds` and `bytes` of a part at most; None: as long as it can be."""

    seconds: float | None = None
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitDue:
    """Open the next file. It begins `at_seconds` into the part, or as soon as can be where that is None."""

    at_seconds: float | None


class SplitWatch:
    """One recording. One owner."""

    def __init__(self, rule: SplitRule, *, bytes_per_second: float, varies: bool = False) -> None:
        """`bytes_per_second`: the most that is written. `varies`: it is mostly far less, and what a part has grown by
        says how early is early enough."""
        self._rule = rule
        self._rate = bytes_per_second
        self._varies = varies
        self._asked_for = -1
        self._not_before = 0.0

    def update(self, *, part: int, seconds: float, size: int, limit_bytes: int | None) -> SplitDue | None:
        """Whether the file after part `part` is to be opened now. Said once for each, and again after `failed`."""
        if part <= self._asked_for or seconds < self._not_before:
            return None
        large = self._large(size, seconds) or self._near(size, limit_bytes)
        if not (large or self._long(seconds)):
            return None
        self._asked_for = part
        self._not_before = 0.0
        return SplitDue(at_seconds=None if large else self._rule.seconds)

    def in_past(self, packets: Iterable[EncodedPacket], *, fps: FrameRate, limit_bytes: int | None) -> list[int]:
        """Of media that is there already, beginning with a keyframe: the frames that begin another part, keyframes all.

        No part has more than was asked for, unless two keyframes lie that far apart.
        """
        most_bytes = min(
            self._rule.bytes or _ENDLESS,
            limit_bytes - self._margin(limit_bytes)
            if limit_bytes is not None and self.keeps_below(limit_bytes)
            else _ENDLESS,
        )
        most_frames = _ENDLESS if self._rule.seconds is None else self._rule.seconds * fps
        splits, begin, whole, size, end = list[int](), 0, 0, _HEAD_BYTES, 0
        last: int | None = None  # the newest keyframe; `whole` bytes of its part are before it
        for packet in packets:
            if packet.track.is_video and packet.keyframe:
                begin = packet.pts if last is None else begin
                last, whole = packet.pts, size
            size += len(packet.data) + _ENTRY_BYTES
            end = max(end, packet.pts + packet.duration) if packet.track.is_video else end
            if last is not None and last > begin and (size > most_bytes or end - begin > most_frames):
                splits.append(last)
                begin, size = last, _HEAD_BYTES + size - whole
        return splits

    def keeps_below(self, limit_bytes: int) -> bool:
        """Whether others are to be begun because of this limit: not where each would last only seconds."""
        return limit_bytes >= 4 * self._margin(limit_bytes)

    def failed(self, *, part: int, seconds: float) -> None:
        """The file could not be opened: ask again later."""
        self._asked_for = part - 1
        self._not_before = seconds + _RETRY_SECONDS

    def _long(self, seconds: float) -> bool:
        most = self._rule.seconds
        return most is not None and seconds >= most - min(_LEAD_SECONDS, most / 2)

    def _large(self, size: int, seconds: float) -> bool:
        most = self._rule.bytes
        if most is None:
            return False
        rate = self._rate
        if self._varies:  # so much faster than until now is rare, and then a part is larger than asked
            rate = min(rate, max(_BURST * size / max(seconds, 1.0), rate / _LEAST_SHARE))
        return size >= most - min(_LEAD_BYTES_SECONDS * rate, most / 2)

    def _near(self, size: int, limit_bytes: int | None) -> bool:
        if limit_bytes is None or not self.keeps_below(limit_bytes):
            return False
        return size >= limit_bytes - self._margin(limit_bytes)

    def _margin(self, limit_bytes: int) -> float:
        margin = _LIMIT_SECONDS * self._rate
        if self._varies:  # a cap that nothing reaches makes no file system too small
            margin = min(margin, limit_bytes / 8)
        return max(_LIMIT_BYTES, margin)
