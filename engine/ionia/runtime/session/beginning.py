"""How a session that is initialized begins: its output is opened, and joined to its feeds, now or from the past on."""

import contextlib
from dataclasses import dataclass
from functools import partial

from ionia.runtime.encode.join import Join, Past
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.moment import Moment
from ionia.runtime.session.origin import Origin
from ionia.runtime.session.output import Output, TakeOutput
from ionia.runtime.session.stats import SessionCounters


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Once, with the session's lock. What a failure leaves open is the session's to free."""

    feeds: SessionFeeds
    output: Output
    origin: Origin | None
    """Where in the past it begins; None: now."""
    asked: int
    """The frame under way when that was asked for."""
    counters: SessionCounters

    def check(self) -> None:
        """Before anything is made or changed. Raises IoniaError where it can't begin so far back."""
        if self.origin is not None:
            most = self.output.most_seconds if isinstance(self.output, TakeOutput) else None
            self.origin.check(self.feeds, most_seconds=most)

    def begin(self) -> Join:
        """Packets come from now on. Waits for disk or server. Raises IoniaError."""
        feeds, output, origin = self.feeds, self.output, self.origin
        with contextlib.nullcontext() if origin is None else origin.kept(self.asked):
            output.open(feeds.header, feeds)
            begun = partial(self.counters.began, feeds)
            return feeds.join(output, self._reach_back, begun, patient=output.drains)

    def _reach_back(self) -> Past[Moment] | None:
        past = None if self.origin is None else self.origin.reach_back(self.feeds, self.asked)
        if past is not None and isinstance(self.output, TakeOutput):
            self.output.precede(past.held)
            self.counters.begin_in_past(past.held.note.video, past.held.note.audio)
        return past
