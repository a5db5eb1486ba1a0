"""A stream's voice in the bit rate of the encode that it may share with others."""

import logging

from ionia.core.warning import Warn, WarningCode
from ionia.runtime.encode.bitrate_desk import BitrateAnswer
from ionia.runtime.encode.session_feeds import SessionFeeds

log = logging.getLogger(__name__)

_NOT_FOLLOWED = {
    BitrateAnswer.HELD: (
        WarningCode.BITRATE_HELD,
        "The network is too slow. A recording or replay keeps its quality, so the stream drops pictures instead.",
    ),
    BitrateAnswer.FIXED: (
        WarningCode.BITRATE_FIXED,
        "The network is too slow. This graphics card's encoder can't lower its bit rate, so the stream drops pictures "
        "instead. A lower bit rate or another encoder helps.",
    ),
}
"""The warning, once, when the encode doesn't follow the link."""


class StreamBitrate:
    """One owner, the stream's thread."""

    def __init__(self, feeds: SessionFeeds, warn: Warn) -> None:
        self._feeds = feeds
        self._warn = warn
        self._told: set[BitrateAnswer] = set()

    def ask(self, bits_per_second: int) -> None:
        """Follow the link with the bit rate, unless a recording or replay keeps it."""
        answer = self._feeds.vote_bitrate(self, bits_per_second)
        log.info("bit rate for the link: %d kbit/s, %s", bits_per_second // 1000, answer.value)
        if answer in _NOT_FOLLOWED and answer not in self._told:
            self._told.add(answer)
            self._warn(*_NOT_FOLLOWED[answer])

    def leave(self) -> None:
        """Have no voice any more."""
        self._feeds.leave_bitrate(self)
