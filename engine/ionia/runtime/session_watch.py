"""Looks at all sessions once in a while: figures and levels for whoever subscribed, CPU use, and the outputs' disks."""

import logging
from collections.abc import Callable, Sequence

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.sound_watch import SoundFault
from ionia.core.events import Level, LevelsMeasured, SessionWarned, StatsSampled
from ionia.core.service import Listener
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import Clipping, NamedSound, WarningCode, WarningFacts
from ionia.runtime.session.session import Session
from ionia.runtime.session.stats import ProcessUsage
from ionia.threads.clock import MonotonicClock
from ionia.threads.monitor import Monitor

log = logging.getLogger(__name__)

LEVELS_INTERVAL_NS = NS_PER_S // 20
HOUSEKEEPING_INTERVAL_NS = NS_PER_S


class SessionWatch:
    """Any thread. Each kind of look has a thread of its own (`Monitor`)."""

    def __init__(
        self,
        clock: MonotonicClock,
        usage: ProcessUsage,
        *,
        sessions: Callable[[], Sequence[Session]],
        listener: Listener,
    ) -> None:
        """`sessions`: all that there are now; any thread may ask."""
        self._usage = usage
        self._sessions = sessions
        self._listener = listener
        self._monitor = Monitor(clock, self._failed)

    def subscribe(self, stats_interval_ms: int | None, *, levels: bool) -> None:
        """Send figures and levels from now on, or no longer."""
        self._monitor.every("stats", (stats_interval_ms or 0) * 1_000_000, self._send_stats)
        self._monitor.every("levels", LEVELS_INTERVAL_NS if levels else 0, self._send_levels)

    def keep_house(self) -> None:
        """Look after the outputs and measure CPU use from now on."""
        self._monitor.every("disk", HOUSEKEEPING_INTERVAL_NS, self._housekeep)

    def close(self, timeout: float) -> None:
        """End every look; wait up to `timeout` seconds for each that is under way."""
        self._monitor.close(timeout)

    def _running(self) -> list[Session]:
        return [session for session in self._sessions() if session.is_running]

    def _send_stats(self) -> None:
        _for_each(
            self._running(),
            lambda session: self._listener(
                StatsSampled(session_id=session.session_id, session_kind=session.kind, stats=session.stats())
            ),
        )

    def _send_levels(self) -> None:
        _for_each(self._sessions(), self._send_levels_of)

    def _send_levels_of(self, session: Session) -> None:
        if (feeds := session.feeds) is None or not (levels := feeds.sounds.levels()):
            return
        kinds = feeds.sounds.kinds()
        first = {kinds[one.name]: Level(peak_db=one.peak_db, rms_db=one.rms_db) for one in reversed(levels)}
        self._listener(
            LevelsMeasured(
                session_id=session.session_id,
                session_kind=session.kind,
                desktop=first.get(AudioInput.DESKTOP),
                mic=first.get(AudioInput.MIC),
                sounds=levels,
            )
        )

    def _housekeep(self) -> None:
        self._usage.measure()
        _for_each(self._running(), _look_after)

    def _failed(self, name: str, error: Exception) -> None:
        log.error("%s failed, and will be tried again", name, exc_info=error)
        _for_each(
            self._sessions(),
            lambda session: self._listener(
                SessionWarned(
                    session_id=session.session_id,
                    session_kind=session.kind,
                    code=WarningCode.MONITOR_FAILED,
                    message=f"Watching the {name} failed; it is tried again, and the recording goes on.",
                )
            ),
        )


def _look_after(session: Session) -> None:
    output, feeds = session.output, session.feeds
    if output is not None:
        output.housekeep()
    for name, fault in feeds.sounds.look() if feeds is not None else ():
        session.warn(*_told_of(name, fault))


def _told_of(name: str, fault: SoundFault) -> tuple[WarningCode, str, WarningFacts]:
    if fault is SoundFault.MUTED_TALKING:
        return WarningCode.MUTED_TALKING, f'"{name}" is muted, and somebody speaks.', NamedSound(sound=name)
    by_gain = fault is SoundFault.GAIN_CLIPS
    why = (
        "its gain is too much: turn it down here."
        if by_gain
        else "the device has no more room. Turn it down in the system's sound settings."
    )
    return WarningCode.SOUND_CLIPPING, f'"{name}" is distorted: {why}', Clipping(sound=name, by_gain=by_gain)


def _for_each(sessions: Sequence[Session], look: Callable[[Session], None]) -> None:
    """What fails for one session is done for the others all the same. Raises the first error, when all are done."""
    first: Exception | None = None
    for session in sessions:
        try:
            look(session)
        except Exception as error:  # noqa: BLE001 - raised below
            first = first or error
    if first is not None:
        raise first
