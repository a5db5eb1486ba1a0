"""Where a recording begins that begins in the past: in what a replay session holds."""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from typing import Protocol

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import frames_seconds
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

    @property
    def seconds_wanted(self) -> float:
        """How much it is to hold."""
        ...

    def past(self, seconds: float | None, before: int) -> Past[Moment] | None:
        """What it holds from `seconds` before frame `before` on, or all; None when it holds nothing or doesn't run."""
        ...

    def kept(self, seconds: float | None, before: int) -> AbstractContextManager[None]:
        """While inside, the same is not let go of, unless there is no room for it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """So many `seconds` ago, or as long ago as `replay` reaches. `warn` is told when that is less than was asked."""

    replay: Holder
    seconds: float | None
    warn: Warn

    def check(self, feeds: SessionFeeds, *, most_seconds: float | None = None) -> None:
        """Raise IoniaError unless a recording of these feeds, of `most_seconds` at most, can begin there."""
        held = self.replay.feeds
        if held is None or not self.replay.is_running:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, "The replay to begin with is not running.", "Start it first.")
        if not feeds.shares_all_with(held):
            raise IoniaError(
                ErrorKind.SETTINGS_DIFFER,
                f"The replay to begin with is encoded otherwise: {_difference(feeds, held)}.",
                "Initialize both with the same settings.",
            )
        # It begins with a keyframe, and the one before may lie as far back as two are apart.
        apart = frames_seconds(feeds.settings.video().keyframe_interval, feeds.settings.fps)
        back = apart + (self.replay.seconds_wanted if self.seconds is None else self.seconds)
        if most_seconds is not None and back >= most_seconds:
            raise IoniaError(
                ErrorKind.SETTINGS_DIFFER,
                f"A recording that begins up to {back:g} s ago and may be {most_seconds:g} s long (maxDurationSeconds) "
                "would have nothing of what comes.",
                "Begin less far back (prerollSeconds), or let it be longer.",
            )

    @contextlib.contextmanager
    def kept(self, index: int) -> Iterator[None]:
        """While inside, what lies so many seconds before frame `index` stays, however long the disk takes."""
        with self.replay.kept(self.seconds, index):
            yield

    def reach_back(self, feeds: SessionFeeds, index: int) -> Past[Moment] | None:
        """What the recording begins with, which was to begin so many seconds before frame `index`.

        What the replay lost meanwhile is no reason not to record: it is told.
        """
        held = self.replay.feeds
        past = self.replay.past(self.seconds, index) if held is not None and feeds.shares_all_with(held) else None
        seconds = 0.0 if past is None else frames_seconds(index - past.held.first, feeds.settings.fps)
        if past is None or (self.seconds is not None and seconds < self.seconds):
            self.warn(
                WarningCode.PREROLL_SHORT,
                f"The replay holds {max(0.0, seconds):.1f} s: the recording begins no earlier.",
                PrerollShort(seconds=round(max(0.0, seconds), 3)),
            )
        return past


def _difference(feeds: SessionFeeds, held: SessionFeeds) -> str:
    names = [
        field.name.replace("_", " ")
        for field in fields(MediaSettings)
        if getattr(feeds.settings, field.name) != getattr(held.settings, field.name)
    ]
    if names:
        return f"they differ in {', '.join(names)}"
    if feeds.video is not held.video:
        return "the screen or its encoder failed, and was opened again for one of them, or one has shown something else"
    if feeds.sound.keys != held.sound.keys:
        return "the offset of a sound device was changed between them"
    return "a sound was changed for one of them alone"
