"""The engine itself: all sessions by kind and id, and what they share. Implements `EngineService`."""

import logging
import os
import platform
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import ionia
from ionia.core.audio.engine import AudioInput
from ionia.core.audio.filters import SoundFilter
from ionia.core.audio.mix import ControlChange
from ionia.core.errors import IoniaError
from ionia.core.events import MarkSet, SavedReplay, SplitFiles
from ionia.core.media_request import MediaRequest
from ionia.core.preview.request import PreviewChange, PreviewOpened, PreviewRequest
from ionia.core.screenshot import Screenshot, ScreenshotRequest, Thumbnail
from ionia.core.selftest_report import SelftestReport, SelftestSettings
from ionia.core.service import DeviceList, EngineInfo, Listener
from ionia.core.session_state import already_running
from ionia.core.settings import (
    MediaSettings,
    Preroll,
    RecorderSettings,
    ReplaySettings,
    SessionKind,
    StreamerSettings,
)
from ionia.core.sound_state import SoundState, gain_factor
from ionia.core.stats import Stats
from ionia.core.video.framing import Region
from ionia.core.video.pushed_layout import PushedScreen
from ionia.runtime.backends import Backends, MakeSelftest
from ionia.runtime.encode.studio import Studio
from ionia.runtime.engine_streams import EngineStreams
from ionia.runtime.jobs import Jobs
from ionia.runtime.preview.late_previews import LatePreviews
from ionia.runtime.pushed_screens import PushedScreens
from ionia.runtime.screenshots import Screenshots
from ionia.runtime.selftests import Selftests
from ionia.runtime.session.last_words import not_initialized
from ionia.runtime.session.life import Life
from ionia.runtime.session.origin import Origin
from ionia.runtime.session.output import Output
from ionia.runtime.session.session import Session
from ionia.runtime.session.stats import ProcessUsage
from ionia.runtime.session_outputs import SessionOutputs
from ionia.runtime.session_watch import SessionWatch
from ionia.runtime.sessions import Sessions
from ionia.runtime.supervisor import Supervisor
from ionia.threads.clock import MonotonicClock

T = TypeVar("T")

log = logging.getLogger(__name__)

MAX_SESSIONS = 256
"""More than that get no calls at one time either."""


class Engine(EngineStreams):
    """Any thread may call any method. Events go to `listener` from whatever thread they happen on."""

    def __init__(
        self, backends: Backends, clock: MonotonicClock, listener: Listener, *, selftest: MakeSelftest
    ) -> None:
        self._make_selftest = selftest
        self._backends = backends
        self._clock = clock
        self._listener = listener
        self._usage = ProcessUsage(clock)
        self._studio = Studio(backends, clock)
        self._jobs = Jobs(listener)
        self._screenshots = Screenshots(self._studio, clock)
        super().__init__(Sessions())
        self._pushed = PushedScreens(backends.pushed)
        self._previews = LatePreviews(self._studio, clock)
        self._selftests = Selftests()
        self._supervisor = Supervisor(MAX_SESSIONS)
        self._outputs = SessionOutputs(backends, clock, listener, later=self._supervisor.soon)
        self._watch = SessionWatch(clock, self._usage, sessions=self._sessions.all, listener=listener)

    def info(self) -> EngineInfo:
        """What this engine is and runs on."""
        return EngineInfo(
            version=ionia.__version__,
            platform=f"{platform.system().lower()}-{platform.machine().lower()}",
            pid=os.getpid(),
            python=platform.python_version(),
            ffmpeg=self._backends.ffmpeg_version(),
            capabilities=("record", "stream", "replay", "selftest", "repair", "media", "push", "screenshot", "preview"),
        )

    def devices(self) -> DeviceList:
        """Everything that can be captured, and every encoder tried. Takes up to seconds the first time."""
        return DeviceList(
            screens=_listed(self._backends.list_screens),
            windows=_listed(self._backends.list_windows),
            desktop_audio=_listed(self._backends.list_desktop_audio),
            microphones=_listed(self._backends.list_microphones),
            applications=_listed(self._backends.list_applications),
            encoders=self._backends.list_encoders(),
        )

    def set_debug_logging(self, enabled: bool) -> None:
        """Log decisions and device chatter too."""
        logging.getLogger("ionia").setLevel(logging.DEBUG if enabled else logging.INFO)

    def subscribe(self, stats_interval_ms: int | None, audio_levels: bool) -> None:
        """Send figures and levels from now on."""
        self._watch.subscribe(stats_interval_ms, levels=audio_levels)

    def selftest(self, settings: SelftestSettings) -> SelftestReport:
        """See EngineService. The tests record by an engine of their own, so that nobody hears of its sessions."""

        def make_engine(listener: Listener) -> Engine:
            return Engine(self._backends, self._clock, listener, selftest=self._make_selftest)

        test = self._make_selftest(settings, self._backends, self._clock, make_engine, self._listener)
        return self._selftests.run(test, {one.kind for one in self._sessions.all() if one.is_running})

    def cancel_selftest(self) -> bool:
        """See EngineService."""
        return self._selftests.cancel()

    def start_job(self, request: MediaRequest) -> str:
        """See EngineService."""
        return self._jobs.start(request)

    def cancel_job(self, job_id: str) -> bool:
        """See EngineService."""
        return self._jobs.cancel(job_id)

    def save_screenshot(self, request: ScreenshotRequest) -> Screenshot:
        """See EngineService."""
        session = None if request.kind is None else self._sessions.require(request.kind, request.session_id)
        return self._screenshots.save(request, session)

    def thumbnail(self, screen: str | None, max_width: int) -> Thumbnail:
        """See EngineService."""
        return self._screenshots.thumbnail(screen, max_width)

    def open_preview(self, request: PreviewRequest) -> PreviewOpened:
        """See EngineService."""
        kind, session_id = request.kind, request.session_id
        if kind is None:
            return self._previews.open(request, None)
        session = self._sessions.require(kind, session_id)
        return self._previews.open(
            request, lambda: session.shows if self._sessions.find(kind, session_id) is session else None
        )

    def update_preview(self, preview_id: str, change: PreviewChange) -> bool:
        """See EngineService."""
        return self._previews.update(preview_id, change)

    def close_preview(self, preview_id: str) -> bool:
        """See EngineService."""
        return self._previews.end(preview_id)

    def open_push(self, width: int, height: int) -> PushedScreen:
        """See EngineService."""
        return self._pushed.open(width, height)

    def close_push(self, screen: str) -> bool:
        """See EngineService."""
        return self._pushed.close(screen)

    def set_audio_offset(self, source: AudioInput, device: str, offset_ms: float | None) -> None:
        """See EngineService."""
        self._backends.corrections.remember(source, device, offset_ms)

    def initialize_recorder(self, session_id: str, settings: RecorderSettings) -> None:
        """Open devices and encoders, and claim the path."""
        session = self._session_for(SessionKind.RECORDER, session_id)
        life = Life(session)
        self._initialize(session, settings.media, self._outputs.recorder(session, life, settings), life, live=False)

    def initialize_streamer(self, session_id: str, settings: StreamerSettings) -> None:
        """Check the address, open devices and encoders."""
        session = self._session_for(SessionKind.STREAMER, session_id)
        life = Life(session)
        output = self._outputs.streamer(session, life, settings)
        self._initialize(session, output.media, output, life, live=True)

    def initialize_replay(self, session_id: str, settings: ReplaySettings) -> None:
        """Open devices and encoders."""
        session = self._session_for(SessionKind.REPLAY, session_id)
        life = Life(session)
        self._initialize(session, settings.media, self._outputs.replay(session, life, settings), life, live=False)

    def start(self, kind: SessionKind, session_id: str, preroll: Preroll | None = None) -> bool:
        """See EngineService."""
        session = self._sessions.find(kind, session_id)
        if session is None:
            raise not_initialized(kind)
        if preroll is None:
            return session.start()
        replay = self._sessions.require(SessionKind.REPLAY, preroll.replay_id)
        return session.start(Origin(replay=replay, seconds=preroll.seconds, warn=session.warn))

    def stop(self, kind: SessionKind, session_id: str) -> bool:
        """See EngineService."""
        self.interrupt_start(kind, session_id)
        session = self._sessions.find(kind, session_id)
        return True if session is None else session.stop()

    def interrupt_start(self, kind: SessionKind, session_id: str) -> None:
        """See EngineService."""
        session = self._sessions.find(kind, session_id)
        if session is not None:
            session.interrupt()

    def dispose(self, kind: SessionKind, session_id: str) -> None:
        """See EngineService."""
        self.interrupt_start(kind, session_id)
        session = self._sessions.require(kind, session_id)
        self._sessions.leave(session)
        self._previews.look_again()
        try:
            session.dispose()
        finally:
            self._sessions.gone(session)

    def pause(self, session_id: str) -> bool:
        """See EngineService."""
        return self._sessions.require(SessionKind.RECORDER, session_id).pause()

    def resume(self, session_id: str) -> bool:
        """See EngineService."""
        return self._sessions.require(SessionKind.RECORDER, session_id).resume()

    def set_region(self, session_id: str, region: Region | None) -> None:
        """See EngineService."""
        self._sessions.require(SessionKind.RECORDER, session_id).set_region(region)

    def set_screen(self, kind: SessionKind, session_id: str, screen: str | None, region: Region | None = None) -> None:
        """See EngineService."""
        self._sessions.require(kind, session_id).set_screen(screen, region)

    def split(self, session_id: str) -> SplitFiles:
        """See EngineService."""
        finished, after = self._sessions.require(SessionKind.RECORDER, session_id).split()
        return SplitFiles(finished=finished, next=after)

    def mark(
        self,
        session_id: str,
        label: str,
        data: Mapping[str, object] | None = None,
        *,
        seconds_ago: float = 0.0,
        noted: Callable[[MarkSet], None] = lambda _: None,
    ) -> MarkSet:
        """See EngineService."""
        session = self._sessions.require(SessionKind.RECORDER, session_id)
        return session.mark(label, data, seconds_ago=seconds_ago, noted=noted)

    def toggle_pause(self, session_id: str) -> bool:
        """See EngineService."""
        return self._sessions.require(SessionKind.RECORDER, session_id).toggle_pause()

    def save_replay(
        self,
        session_id: str,
        path: str,
        *,
        seconds: float | None = None,
        done: Callable[[SavedReplay | IoniaError], None],
    ) -> None:
        """See EngineService."""
        self._sessions.require(SessionKind.REPLAY, session_id).save(path, seconds, done)

    def is_running(self, kind: SessionKind, session_id: str) -> bool:
        """See EngineService."""
        session = self._sessions.find(kind, session_id)
        return session is not None and session.is_running

    def stats(self, kind: SessionKind, session_id: str) -> Stats:
        """See EngineService. Answered until `dispose` is done with the session."""
        return self._sessions.require_even_leaving(kind, session_id).stats()

    def set_sound(
        self,
        kind: SessionKind,
        session_id: str,
        sound: str,
        *,
        gain_db: float | None = None,
        muted: bool | None = None,
        mono: bool | None = None,
        ramp_ms: float = 10.0,
        release_ms: float = 0.0,
        filters: tuple[SoundFilter, ...] | None = None,
    ) -> None:
        """See EngineService."""
        change = ControlChange(
            gain=None if gain_db is None else gain_factor(gain_db),
            muted=muted,
            mono=mono,
            ramp_ms=ramp_ms,
            release_ms=release_ms,
            filters=filters,
        )
        self._sessions.require(kind, session_id).set_sound(sound, change)

    def get_sounds(self, kind: SessionKind, session_id: str) -> tuple[SoundState, ...]:
        """See EngineService."""
        feeds = self._sessions.require(kind, session_id).feeds
        return () if feeds is None else feeds.sounds.states()

    def codec_name(self, kind: SessionKind, session_id: str) -> str:
        """See EngineService."""
        session = self._sessions.find(kind, session_id)
        return "none" if session is None else session.codec_name

    def pts_seconds(self, kind: SessionKind, session_id: str) -> float:
        """See EngineService."""
        session = self._sessions.find(kind, session_id)
        return 0.0 if session is None else session.pts_seconds

    def close(self) -> None:
        """Finish every session, all at once, then end every thread."""
        closed = self._sessions.close()
        if closed is None:
            return
        sessions, leaving = closed
        for session in (*sessions, *leaving):
            session.hasten()
        self._previews.end_all()
        self._selftests.close()
        if sessions:
            with ThreadPoolExecutor(max_workers=len(sessions), thread_name_prefix="ionia-close") as executor:
                for future in [executor.submit(session.dispose) for session in sessions]:
                    if (error := future.exception()) is not None:
                        log.error("a session could not be completed: %s", error)
        self._pushed.close_all()
        self._jobs.close()
        self._previews.join()
        self._watch.close(timeout=2.0)
        self._supervisor.close()

    def _session_for(self, kind: SessionKind, session_id: str) -> Session:
        session = self._sessions.find_or_closed(kind, session_id)
        if session is not None:
            if session.is_running:  # first of all: an output that can't be made is nobody's concern then
                raise already_running(kind.value)
            return session
        return Session(
            session_id,
            kind,
            studio=self._studio,
            usage=self._usage,
            emit=self._listener,
            supervise=self._supervisor.soon,
        )

    def _initialize(self, session: Session, settings: MediaSettings, output: Output, life: Life, *, live: bool) -> None:
        """A session that never initialised is not kept: to the caller its id stays unknown."""
        self._supervisor.ready()
        try:
            session.initialize(settings, output, life, live=live)
        except BaseException:
            output.abandon()
            raise
        if not self._sessions.keep(session):
            session.dispose()
        self._watch.keep_house()


def _listed(listing: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
    """None of a kind whose driver makes a mistake: that hides no other kind."""
    try:
        return listing()
    except Exception as error:
        log.warning("devices of one kind can't be listed", exc_info=error)
        return ()
