"""How often one of several servers may have a keyframe, which all of them get.

A link that is too slow asks for keyframes five times a second, so that little must be dropped at a time (see
`stream_buffer`). Beside links that keep up, those would take most of the bits of everybody's picture.
"""

from collections.abc import Iterable

from ionia.core.live.link import LiveFigures
from ionia.core.timebase import NS_PER_S

APART_NS = 2 * NS_PER_S
"""Least time between two for slow links while others keep up: about what services want anyway."""


class SharedKeyframes:
    """One stream's. One owner; `now_ns` is the engine's clock."""

    def __init__(self) -> None:
        self._asked_ns: int | None = None

    def allows(self, now_ns: int, others: Iterable[LiveFigures]) -> bool:
        """Whether a slow link's wish is passed on to the encoder now. Whoever still needs one asks again.

        `others`: the figures of the stream's other links.
        """
        others_keep_up = any(one.connected and not one.backpressure for one in others)
        if others_keep_up and self._asked_ns is not None and now_ns - self._asked_ns < APART_NS:
            return False
        self._asked_ns = now_ns
        return True
