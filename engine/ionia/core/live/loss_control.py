"""A bit rate by what a server reports as lost, where nothing tells what arrived: RTP over UDP.

Source: A Google Congestion Control Algorithm for Real-Time Communication (draft-ietf-rmcat-gcc-02), section 6. Its
controller by delay needs a feedback for each packet, which few servers of WHIP agree to; this one needs receiver
reports, which all send.
"""

from ionia.core.live.bitrate import FLOOR

_MUCH, _LITTLE = 0.10, 0.02
"""Fractions above which a link carries too much, and below which it carries more: wireless ones always lose some."""

_MORE = 1.05
"""Each report, of which there is one a second or so."""


class LossControl:
    """One destination's. One owner. Bit rates in bit/s, of video."""

    def __init__(self, *, target: int) -> None:
        self._target = target
        self.bitrate = target

    def observe(self, lost: float) -> int | None:
        """The new bit rate after a report of this fraction lost since the one before; None to leave it."""
        wanted = self.bitrate
        if lost > _MUCH:
            wanted = round(self.bitrate * (1 - 0.5 * lost))
        elif lost < _LITTLE:
            wanted = round(self.bitrate * _MORE)
        wanted = min(self._target, max(round(self._target * FLOOR), wanted))
        if wanted == self.bitrate:
            return None
        self.bitrate = wanted
        return wanted
