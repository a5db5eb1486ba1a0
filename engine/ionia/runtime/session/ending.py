"""How a session that runs is brought to its end: with everything that was captured, or with what there is by now."""

import threading
from dataclasses import dataclass

from ionia.core.errors import IoniaError
from ionia.core.session_state import SessionState
from ionia.core.warning import Warn
from ionia.runtime.encode.join import Join
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.last_words import missing, no_sound_came, nothing_came
from ionia.runtime.session.output import Output, TakeOutput
from ionia.runtime.session.stats import ProcessUsage, SessionCounters

PATIENCE_S = 1.0
"""How long `stop` waits for an encoder that is behind before it gives up costly repeats."""

DRAIN_TIMEOUT_S = 2.0
"""How long it then waits for the pictures; what is not encoded by then is left out."""

SOUND_LOOK_S, MOST_SOUND_LOOKS = 0.25, 60
"""How often, and for how long, it waits on for sound that is behind: half of what a client waits for `stop`."""

LOOKS_WITHOUT_SOUND = 8
"""After so many in which no sound came it is given up: what encodes it stands still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Of a session that has begun."""

    feeds: SessionFeeds
    output: Output
    join: Join
    counters: SessionCounters
    usage: ProcessUsage
    warn: Warn
    hasty: threading.Event
    """Set once the engine ends, whose time for that is short."""

    def finish(self, reason: str, *, drain: bool) -> IoniaError | None:
        """End the join and the output; the error if it could not be completed. Waits for encoders and disks."""
        feeds, output, counters = self.feeds, self.output, self.counters

        if not drain:
            counters.end(feeds)
        else:
            end_index = self.join.end_at(lambda: counters.end(feeds))
            if not output.wait_completed(PATIENCE_S):
                feeds.video.hurry(end_index)
                if not output.wait_completed(DRAIN_TIMEOUT_S):
                    self._await_sound(end_index)
        feeds.leave()
        if drain:
            self._tell_missing()
        if isinstance(output, TakeOutput):
            output.ending(reason, counters.stats(feeds, self.usage, SessionState.STOPPING))
        try:
            output.finish()
        except IoniaError as error:
            return error
        if not drain or not isinstance(output, TakeOutput) or output.frames:
            return None
        return nothing_came() if feeds.header.has_picture else no_sound_came()

    def _await_sound(self, end_index: int) -> None:
        """Where the machine is too slow for its mixes and filters, sound that was captured is still to be encoded."""
        behind, idle = self.join.sound_behind(end_index), 0
        for _ in range(MOST_SOUND_LOOKS):
            if not behind or idle == LOOKS_WITHOUT_SOUND or self.hasty.is_set():
                return
            if self.output.wait_completed(SOUND_LOOK_S):
                return
            before, behind = behind, self.join.sound_behind(end_index)
            idle = 0 if behind < before else idle + 1

    def _tell_missing(self) -> None:
        frames, samples = self.join.missing()
        if isinstance(self.output, TakeOutput):
            frames = self.counters.settle(self.feeds, self.output.frames, frames)
        self.counters.give_up(frames, samples)
        for code, message, facts in missing(frames, samples, self.feeds.settings.fps):
            self.warn(code, message, facts)
