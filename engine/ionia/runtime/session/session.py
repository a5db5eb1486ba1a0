"""A session: the life of one output fed by shared encodes. Knows nothing of files or networks; outputs do."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping

from ionia.core.audio.mix import ControlChange
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import Event, FinishedFile, MarkSet
from ionia.core.session_state import SessionState, SessionStateMachine, already_running
from ionia.core.settings import MediaSettings, SessionKind
from ionia.core.stats import RecorderStats, Stats
from ionia.core.timeline.replay_ring import Held
from ionia.core.video.framing import Region
from ionia.core.video.window_follow import HELD
from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts
from ionia.runtime.encode.join import Past
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.encode.studio import Studio
from ionia.runtime.notices import Listener
from ionia.runtime.session.beginning import Beginning
from ionia.runtime.session.ending import Ending
from ionia.runtime.session.last_words import ASKED_TO_STOP, WINDOW_CLOSED, not_initialized
from ionia.runtime.session.life import Life
from ionia.runtime.session.moment import Moment
from ionia.runtime.session.origin import Origin
from ionia.runtime.session.output import ForeseeingOutput, HeldOutput, Output, TakeOutput
from ionia.runtime.session.replay_save import Done
from ionia.runtime.session.stats import ProcessUsage, SessionCounters
from ionia.runtime.session.voice import Voice

log = logging.getLogger(__name__)

Supervise = Callable[[Callable[[], None]], None]
"""Runs a task soon on a supervisor's thread, where waiting for other threads is allowed."""


class Session:
    """`initialize`, `start`, `stop`, `dispose` and failures exclude each other by `_lock`; readers don't wait."""

    def __init__(
        self,
        session_id: str,
        kind: SessionKind,
        *,
        studio: Studio,
        usage: ProcessUsage,
        emit: Callable[[Event], None],
        supervise: Supervise,
    ) -> None:
        self.session_id = session_id
        self.kind = kind
        self._studio = studio
        self._usage = usage
        self.emit = emit
        self._voice = Voice(session_id, kind, emit)
        self._supervise = supervise
        self._lock = threading.RLock()
        self._machine = SessionStateMachine()  # changed under _lock
        self._feeds: SessionFeeds | None = None  # changed under _lock
        self._output: Output | None = None  # changed under _lock
        self._begun: Ending | None = None  # how it ends, from `start` on; changed under _lock
        self._hasty = threading.Event()
        self._counters = SessionCounters()
        self._lost: IoniaError | None = None  # changed under _lock; why the output could not be completed
        self._codec = "none"
        self._life: Life | None = None  # changed under _lock
        self._shows: MediaSettings | None = None

    @property
    def is_running(self) -> bool:
        """As `isRunning` answers."""
        return self._machine.is_running

    @property
    def codec_name(self) -> str:
        """As `getCodecName` answers: the encoder in use or, when stopped, the last one; "none" before."""
        return self._codec if (feeds := self._feeds) is None else feeds.codec

    @property
    def output(self) -> Output | None:
        """The output of the last `initialize`."""
        return self._output

    @property
    def feeds(self) -> SessionFeeds | None:
        """What is used of the shared things; None when stopped."""
        return self._feeds

    @property
    def shows(self) -> MediaSettings | None:
        """The settings of the last `initialize`, also when the session is over; None before. Any thread."""
        return self._shows

    def held(self, seconds: float) -> Held[Moment] | None:
        """The last `seconds` or a little more of a replay; None of another session, and while it holds nothing."""
        return output.last(seconds) if isinstance(output := self._output, HeldOutput) else None

    @property
    def pts_seconds(self) -> float:
        """Position of the newest frame on this session's timeline."""
        return self._counters.seconds(self._feeds)

    def stats(self) -> Stats:
        """The object of `getStats`. Any thread; never waits. Raises IoniaError before the first `initialize`."""
        if (output := self._output) is None:
            raise not_initialized(self.kind)
        return output.stats(self._counters.stats(self._feeds, self._usage, self._machine.state))

    def lives(self, life: Life) -> bool:
        """Whether it is what was initialized last, and not disposed of. Any thread."""
        return self._life is life

    def initialize(self, settings: MediaSettings, output: Output, life: Life, *, live: bool) -> None:
        """Open everything that `start` needs. Raises IoniaError; then the session can be initialised again.

        `life` is a new one, which `output` was made with.
        """
        with self._lock:
            if self._machine.is_running:
                raise already_running(self.kind.value)
            if self._machine.state is SessionState.INITIALIZED:
                self._release(SessionState.STOPPED, "initialized again")
            self._forget()
            beside = output.beside if isinstance(output, ForeseeingOutput) else ()
            feeds = self._studio.open(settings, live=live, beside=beside)
            self._feeds, self._output, self._life, self._lost = feeds, output, life, None
            self._shows, self._counters = settings, SessionCounters()
            self._move(SessionState.INITIALIZED)
            feeds.listen(Listener(life.warn_now, life.fail))
            if isinstance(output, ForeseeingOutput):
                output.foresee(feeds)

    def start(self, origin: Origin | None = None) -> bool:
        """Begin, in the past of the call if an `origin` is given. False if already running. Raises IoniaError."""
        now = self._feeds
        asked = now.index_now if origin is not None and now is not None else 0
        with self._lock:
            if self._machine.is_running:
                return False
            feeds, output = self._feeds, self._output
            if self._machine.state is not SessionState.INITIALIZED or feeds is None or output is None:
                raise not_initialized(self.kind)
            counters = self._counters
            beginning = Beginning(feeds=feeds, output=output, origin=origin, asked=asked, counters=counters)
            beginning.check()
            self._move(SessionState.STARTING)
            try:
                self._begun = Ending(
                    feeds=feeds,
                    output=output,
                    join=beginning.begin(),
                    counters=counters,
                    usage=self._usage,
                    warn=self.warn,
                    hasty=self._hasty,
                )
                counters.begin(feeds)  # not before: a capture that has not begun has no index yet
            except IoniaError as error:
                self._release(SessionState.FAILED, error.message)
                raise
            except BaseException:  # no thread to be had, or a mistake: not a session that is starting for ever
                self._release(SessionState.FAILED, "an unexpected error")
                raise
            self._move(SessionState.RUNNING)
            return True

    @property
    def seconds_wanted(self) -> float:
        """See `Holder`."""
        return output.seconds_wanted if isinstance(output := self._output, HeldOutput) else 0.0

    def past(self, seconds: float | None, before: int) -> Past[Moment] | None:
        """See `Holder`."""
        if (begun := self._begun) is None or not isinstance(output := self._output, HeldOutput):
            return None
        return begun.join.past(lambda: output.last(seconds, before))

    def kept(self, seconds: float | None, before: int) -> contextlib.AbstractContextManager[None]:
        """See `Holder`."""
        output = self._output
        return output.kept(seconds, before) if isinstance(output, HeldOutput) else contextlib.nullcontext()

    def stop(self) -> bool:
        """End with everything kept. Idempotent. Raises IoniaError when the output can't be completed."""
        with self._lock:
            try:
                if self._machine.state is SessionState.INITIALIZED:
                    self._release(SessionState.STOPPED, ASKED_TO_STOP)
                elif self._begun is not None:
                    self._stop(self._begun, ASKED_TO_STOP)
                elif self._machine.state is SessionState.FAILED and self._lost is not None:
                    raise self._lost  # asked again, or after a failure: what is not there is still not there
            finally:
                self._forget()
            return True

    def _forget(self) -> None:
        """Free what a session that ended by itself still holds, once its saves are done."""
        if isinstance(output := self._output, HeldOutput):
            output.forget()
            output.finish()

    def _stop(self, begun: Ending, reason: str) -> None:
        self._move(SessionState.STOPPING, reason)
        self._lost = begun.finish(reason, drain=begun.output.drains)
        if self._lost is not None:
            self._voice.failed(self._lost)
            self._release(SessionState.FAILED, self._lost.message)
            raise self._lost
        self._release(SessionState.STOPPED, reason)

    def pause(self) -> bool:
        """Leave out what comes from now on; False if it is paused already or does not run."""
        with self._lock:
            feeds, output = self._feeds, self._output
            if self._machine.state is not SessionState.RUNNING or feeds is None or not isinstance(output, TakeOutput):
                return False
            index = output.pause_at(feeds.index_now)
            self._counters.pause(feeds, index)
            feeds.rest(index)
            self._move(SessionState.PAUSED)
            return True

    def resume(self) -> bool:
        """Go on where it was paused; False if it isn't paused."""
        with self._lock:
            feeds, output = self._feeds, self._output
            if self._machine.state is not SessionState.PAUSED or feeds is None or not isinstance(output, TakeOutput):
                return False
            index = feeds.index_now
            output.resume_at(index)
            self._counters.resume(feeds, index)
            feeds.wake(index)
            self._move(SessionState.RUNNING)
            return True

    def toggle_pause(self) -> bool:
        """Pause what runs, let what is paused go on; whether it is paused now."""
        with self._lock:
            if self.pause():
                return True
            self.resume()
            return False

    def mark(
        self, label: str, data: Mapping[str, object] | None, *, seconds_ago: float, noted: Callable[[MarkSet], None]
    ) -> MarkSet:
        """Note a moment, while it runs or is paused. Raises IoniaError."""
        return self._take_output().mark(label, data, seconds_ago=seconds_ago, noted=noted)

    def split(self) -> tuple[FinishedFile, str]:
        """Go on in another file. Waits for the disk, and holds up nothing else. Raises IoniaError."""
        return self._take_output().split()

    def save(self, path: str, seconds: float | None, done: Done) -> None:
        """Make a file of what came last. Never waits. Raises IoniaError."""
        output = self._output
        if not isinstance(output, HeldOutput):
            raise not_initialized(self.kind)
        output.save(path, seconds, done)

    def _take_output(self) -> TakeOutput:
        output = self._output
        if not (self._machine.has_begun and isinstance(output, TakeOutput)):
            raise IoniaError(ErrorKind.NOT_INITIALIZED, f"The {self.kind.value} is not running.", "Start it first.")
        return output

    def end(self, life: Life, reason: str, index: int) -> None:
        """The output has all that it is to have, before frame `index`: stop soon. Any thread; returns at once."""
        self._supervise(lambda: self._end_with(life, reason, index))

    def _end_with(self, life: Life, reason: str, index: int) -> None:
        with self._lock:
            if not self.lives(life):
                return
            if self._machine.state is SessionState.INITIALIZED:
                self._release(SessionState.STOPPED, reason)
            elif (begun := self._begun) is not None:
                if self._machine.state is SessionState.RUNNING:
                    self._counters.pause(begun.feeds, index)
                with contextlib.suppress(IoniaError):  # which is told as an error
                    self._stop(begun, reason)

    def set_region(self, region: Region | None) -> None:
        """Show another part of what is captured, initialized or running. Raises IoniaError."""
        with self._open_feeds() as feeds:
            feeds.set_region(region)
            self._shows = feeds.settings

    def set_screen(self, screen: str | None, region: Region | None) -> None:
        """Show another screen or window, initialized or running. Raises IoniaError, and shows what it showed."""
        with self._open_feeds() as feeds:
            feeds.set_screen(screen, region)
            self._shows = feeds.settings

    def set_sound(self, sound: str, change: ControlChange) -> None:
        """Change one sound of this session alone, initialized or running. Raises IoniaError. Waits for no screen."""
        if (feeds := self._feeds) is None:
            raise not_initialized(self.kind)
        feeds.set_sound(sound, change)

    @contextlib.contextmanager
    def _open_feeds(self) -> Iterator[SessionFeeds]:
        with self._lock:
            if self._feeds is None:
                raise not_initialized(self.kind)
            yield self._feeds

    def interrupt(self) -> None:
        """Any thread, without waiting: a `start` that waits for others gives up, so that `dispose` can follow."""
        if self._output is not None:
            self._output.interrupt()

    def hasten(self) -> None:
        """Any thread: the engine ends. A stop under way, or the next, waits no longer than it must."""
        self._hasty.set()
        self.interrupt()

    def dispose(self) -> None:
        """Stop if running and free everything. Raises what `stop` raises, when all is freed."""
        with self._lock:
            try:
                if self._machine.state is not SessionState.FAILED:
                    self.stop()
            finally:
                self._forget()
                self._life = None
                if self._machine.state is not SessionState.DISPOSED:
                    self._move(SessionState.DISPOSED, "It was disposed of.")

    def warn(self, code: WarningCode, message: str, facts: WarningFacts = NO_FACTS) -> None:
        """Tell the user that something was lost or replaced. Any thread."""
        if isinstance(output := self._output, TakeOutput):
            output.warned(code, message)
        self._voice.warned(code, message, facts)

    def hear(self, life: Life, code: WarningCode, message: str, facts: WarningFacts) -> None:
        """A device or an encode warns: it is told, or it ends the session where that was asked for."""
        feeds = self._feeds
        if code is WarningCode.WINDOW_CLOSED and feeds is not None and feeds.settings.on_window_closed == "stop":
            self.end(life, WINDOW_CLOSED, feeds.index_now)
        elif code is WarningCode.WINDOW_CLOSED:
            self.warn(code, f"{message} {HELD}", facts)
        else:
            self.warn(code, message, facts)

    def fail(self, life: Life, error: IoniaError) -> None:
        """See `Life.fail`."""
        self._supervise(lambda: self._end_by(life, error))

    def _end_by(self, life: Life, error: IoniaError) -> None:
        with self._lock:
            if not self.lives(life):
                log.warning("an earlier life of the session failed late: %s", error.message)
                return
            if self._machine.state is SessionState.INITIALIZED:
                self._voice.failed(error)
                self._release(SessionState.FAILED, error.message)
            elif (begun := self._begun) is not None:
                self._voice.failed(error)
                self._move(SessionState.STOPPING, error.message)
                self._lost = begun.finish(error.message, drain=False)
                if self._lost is not None:
                    self._voice.failed(self._lost)
                elif isinstance(stats := self.stats(), RecorderStats) and stats.total_bytes == 0:  # nothing was made
                    self._lost = error
                self._release(SessionState.FAILED, error.message)

    def _release(self, state: SessionState, reason: str) -> None:
        """Give the shared things back and go to `state`. The output's figures stay readable."""
        feeds = self._feeds
        self._counters.freeze(feeds)  # before they are gone: whoever asks meanwhile gets the same figures
        self._feeds = self._begun = None
        if self._output is not None:
            self._output.abandon()
        if feeds is not None:
            self._codec = feeds.codec
            feeds.release()
        self._move(state, reason)

    def _move(self, to: SessionState, reason: str = "") -> None:
        self._machine.move(to)
        self._voice.moved(to, reason)
