"""What a sender says of its one connection: Connected, then Progress, KeyframeWanted and LossReported any number of
times, and one Ended as the last. Ended may be the only one.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ionia.core.live.failure_code import FailureCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The server accepted the publishing. `promised`: it says that it takes the codec of the pictures, too.
    `all_sounds`: it gets every sound that there is, and not the first alone."""

    promised: bool = True
    all_sounds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Totals of this connection. Packets count in the order in which they were sent to the sender.

    `muxed`: packets whose bytes entered the socket; `delivered`: those the other machine acknowledged. `sent_bytes`
    and `delivered_bytes` are the same on the wire. If `exact` is False the system does not tell what was
    acknowledged, and what entered the socket counts as delivered. `zero_window`: the server's receive window is closed.
    """

    muxed: int
    delivered: int
    sent_bytes: int
    delivered_bytes: int
    exact: bool
    zero_window: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyframeWanted:
    """The server asks for a keyframe: somebody begins to watch, or lost too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReported:
    """The server says which fraction of the pictures' packets it missed since it said so last."""

    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The last word. `code` None: closed as asked. `detail` is one line for the log, without secrets."""

    code: FailureCode | None
    detail: str = ""


SenderEvent = Connected | Progress | KeyframeWanted | LossReported | Ended
SenderListener = Callable[[SenderEvent], None]
"""Called from a thread of the sender; must return at once and never raise. `Ended` comes exactly once and last."""
