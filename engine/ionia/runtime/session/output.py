"""Where a session's packets go: what a session asks of its output, and what outputs of some kinds can do besides."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

from ionia.core.events import FinishedFile, MarkSet
from ionia.core.media import MediaHeader
from ionia.core.settings import MediaSettings
from ionia.core.stats import SessionStats, Stats
from ionia.core.timeline.replay_ring import Held
from ionia.core.warning import WarningCode
from ionia.runtime.encode.join import Subscriber
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.moment import Moment
from ionia.runtime.session.replay_save import Done


class Output(Subscriber, Protocol):
    """Where a session's packets go. Made anew by each `initialize`; `open` to `finish` happen once."""

    drains: bool
    """Whether `stop` waits for what was captured before it: a file does, a live stream doesn't. Until then it needs no
    packet at once."""

    def open(self, header: MediaHeader, feeds: SessionFeeds) -> None:
        """At `start`: begin. Raises IoniaError. Later failures go to the `fail` the output was made with."""
        ...

    def interrupt(self) -> None:
        """Any thread: make an `open` that waits for others, now or later, give up at once: a stop follows."""
        ...

    def wait_completed(self, timeout: float) -> bool:
        """Wait for `complete`; False if it did not come within `timeout` seconds."""
        ...

    def finish(self) -> None:
        """After `complete`: end, with everything kept. Raises IoniaError."""
        ...

    def abandon(self) -> None:
        """The session is over: free what a finished output no longer holds. Idempotent."""
        ...

    def stats(self, session: SessionStats) -> Stats:
        """The figures of the session with the output's own. Any thread; never waits."""
        ...

    def housekeep(self) -> None:
        """About once a second, on the monitor's thread, while running: look after the disk."""
        ...


@runtime_checkable
class TakeOutput(Output, Protocol):
    """An output with a time of its own, which its user may stop and let go on. Any thread; only `split` waits."""

    @property
    def most_seconds(self) -> float | None:
        """How long it may become; None: as long as there is room."""
        ...

    @property
    def frames(self) -> int:
        """How long all files last by now."""
        ...

    def precede(self, held: Held[Moment]) -> None:
        """Between `open` and the first packet: it begins in the past, with these."""
        ...

    def pause_at(self, index: int) -> int:
        """Leave out frame `index` and all that follows: the first frame that really is left out."""
        ...

    def resume_at(self, index: int) -> None:
        """Go on with the first keyframe from frame `index` on."""
        ...

    def mark(
        self, label: str, data: Mapping[str, object] | None, *, seconds_ago: float, noted: Callable[[MarkSet], None]
    ) -> MarkSet:
        """Note a moment; see `EngineService.mark`. Raises IoniaError(NOT_INITIALIZED) when it is over."""
        ...

    def warned(self, code: WarningCode, message: str) -> None:
        """Note that this was told."""
        ...

    def ending(self, reason: str, stats: SessionStats) -> None:
        """Before `finish`: why it ends, and the session's last figures."""
        ...

    def split(self) -> tuple[FinishedFile, str]:
        """Go on in another file: the one that is finished, and the path of the next. Raises IoniaError."""
        ...


@runtime_checkable
class ForeseeingOutput(Output, Protocol):
    """An output that can tell before `start` what may go wrong, and may want further encodes of the same capture."""

    @property
    def beside(self) -> Sequence[Callable[[MediaSettings], MediaSettings]]:
        """Those that it begins with, see `SessionFeeds.open_beside`."""
        ...

    def foresee(self, feeds: SessionFeeds) -> None:
        """At the end of `initialize`: this is what it will get."""
        ...


@runtime_checkable
class HeldOutput(Output, Protocol):
    """An output that holds what came last. Any thread; nothing waits for the disk."""

    @property
    def seconds_wanted(self) -> float:
        """How much it is to hold."""
        ...

    def last(self, seconds: float | None, before: int | None = None) -> Held[Moment] | None:
        """The newest `seconds` or a little more, or all; None while it holds nothing. See `ReplayRing.last`."""
        ...

    def kept(self, seconds: float | None, before: int) -> AbstractContextManager[None]:
        """While inside, `last` of the same is not let go of, unless there is no room for it."""
        ...

    def save(self, path: str, seconds: float | None, done: Done) -> None:
        """Make a file of them. See `EngineService.save_replay`. Raises IoniaError."""
        ...

    def forget(self) -> None:
        """Hold nothing any more. Until then what was held stays, also when the session is over."""
        ...
