"""Where a recording begins that begins in the past: in what a replay session holds."""

from dataclasses import dataclass, fields
from typing import Protocol

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.settings import MediaSettings
from ionia.core.warning import PrerollShort, Warn, WarningCode
from ionia.runtime.encode.join import Past
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.moment import Moment


class Holder(Protocol):
    """The replay session. Any thread; nothing waits."""

    @property
    def is_running(self) -> bool:
        """As `isRunning` answers."""
        ...

    @property
    def feeds(self) -> SessionFeeds | None:
        """What it uses; None when it is over."""
        ...

    def past(self, seconds: float | None) -> Past[Moment] | None:
        """What it holds of the last `seconds`, or all; None when it holds nothing or doesn't run."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """So many `seconds` ago, or as long ago as `replay` reaches. `warn` is told when that is less than was asked."""

    replay: Holder
    seconds: float | None
    warn: Warn

    def check(self, feeds: SessionFeeds) -> None:
        """Raise IoniaError unless a recording of these feeds can begin there."""
        held = self.replay.feeds
        if held is None or not self.replay.is_running:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, "The replay to begin with is not running.", "Start it first.")
        if not feeds.shares_all_with(held):
            raise IoniaError(
                ErrorKind.SETTINGS_DIFFER,
                f"The replay to begin with is encoded otherwise: {_difference(feeds.settings, held.settings)}.",
                "Initialize both with the same settings.",
            )

    def reach_back(self, feeds: SessionFeeds) -> Past[Moment] | None:
        """What the recording begins with. What the replay lost meanwhile is no reason not to record: it is told."""
        held = self.replay.feeds
        past = self.replay.past(self.seconds) if held is not None and feeds.shares_all_with(held) else None
        fps = feeds.settings.fps
        seconds = 0.0 if past is None else past.held.frames / fps
        if past is None or (self.seconds is not None and seconds < self.seconds):
            self.warn(
                WarningCode.PREROLL_SHORT,
                f"The replay holds {seconds:.1f} s: the recording begins no earlier.",
                PrerollShort(seconds=round(seconds, 3)),
            )
        return past


def _difference(asked: MediaSettings, held: MediaSettings) -> str:
    names = [
        field.name.replace("_", " ")
        for field in fields(MediaSettings)
        if getattr(asked, field.name) != getattr(held, field.name)
    ]
    return f"they differ in {', '.join(names)}" if names else "a sound was changed for one of them alone"
