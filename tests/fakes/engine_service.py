"""An engine without media: keeps the contract's rules for sessions, and lets a test decide what fails or waits."""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.filters import Gate, SoundFilter
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import (
    FileChanged,
    FinishedFile,
    MarkSet,
    ReplaySaved,
    SavedReplay,
    SelftestProgressed,
    SessionStateChanged,
    SplitFiles,
)
from ionia.core.media_request import VERBS, MediaRequest
from ionia.core.selftest_report import (
    Correction,
    Finding,
    Outcome,
    Part,
    Recommendation,
    SelftestReport,
    SelftestSettings,
)
from ionia.core.service import (
    DeviceList,
    EncoderInfo,
    EngineInfo,
    Listener,
    ScreenInfo,
    SoundDeviceInfo,
    WindowInfo,
)
from ionia.core.settings import (
    EncoderChoice,
    Preroll,
    RecorderSettings,
    ReplaySettings,
    SessionKind,
    StreamerSettings,
)
from ionia.core.sound_state import SoundState
from ionia.core.stats import Stats
from ionia.core.video.framing import Region
from tests.fakes.look_calls import FakeLooks
from tests.fakes.stats import session_stats
from tests.fakes.stream_calls import FakeStreams, StreamCalls

DEADLINE = 60.0
"""Seconds after which a handshake that does not come is a failed test."""


AnySettings = RecorderSettings | StreamerSettings | ReplaySettings


@dataclass(slots=True, kw_only=True)
class FakeSession:
    """A session without media."""

    settings: AnySettings
    running: bool = False
    paused: bool = False
    disposed: bool = False
    stream: StreamCalls = field(default_factory=StreamCalls)


@dataclass(slots=True, kw_only=True)
class FakeEngineService(FakeStreams, FakeLooks):
    """`hooks` are called with the session id before a method does its work: "recorder.stop", "engine.devices", ...

    A hook may wait for a handshake or raise. `calls` lists every call in the order in which they began.
    """

    listener: Listener
    hooks: dict[str, Callable[[str], None]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)
    sessions: dict[tuple[SessionKind, str], FakeSession] = field(default_factory=dict)
    stats_extra: dict[str, object] = field(default_factory=dict)  # figures that are others than usual, by field
    marks: list[tuple[str, Mapping[str, object] | None, float]] = field(default_factory=list)
    shown: list[tuple[str | None, Region | None]] = field(default_factory=list)
    holds_marks: bool = False
    unnoted: list[Callable[[], None]] = field(default_factory=list)
    sound_changes: list[tuple[object, ...]] = field(default_factory=list)
    prerolls: list[Preroll] = field(default_factory=list)
    jobs: list[MediaRequest] = field(default_factory=list)
    subscription: tuple[int | None, bool] | None = None
    debug: bool = False
    offset: tuple[AudioInput, str, float | None] | None = None
    closed: threading.Event = field(default_factory=threading.Event)

    def info(self) -> EngineInfo:
        self._enter("engine.info")
        return EngineInfo(
            version="0.0.1", platform="test", pid=os.getpid(), python="3.11", ffmpeg="none", capabilities=("recorder",)
        )

    def devices(self) -> DeviceList:
        self._enter("engine.devices")
        return DeviceList(
            screens=(
                ScreenInfo(
                    id="test", name="Test card", width=640, height=360, x=0, y=0, primary=True, backend="test-card"
                ),
            ),
            windows=(WindowInfo(id="w1", title="half of a pair \ud800", application="", width=10, height=10),),
            desktop_audio=(SoundDeviceInfo(id="test", name="Test tone", default=True),),
            microphones=(),
            applications=(),
            encoders=(EncoderInfo(name="libx264", hardware=False, available=True, reason=""),),
        )

    def set_debug_logging(self, enabled: bool) -> None:
        self._enter("engine.setDebugLogging")
        self.debug = enabled

    def subscribe(self, stats_interval_ms: int | None, audio_levels: bool) -> None:
        self._enter("engine.subscribe")
        self.subscription = (stats_interval_ms, audio_levels)

    def initialize_recorder(self, session_id: str, settings: RecorderSettings) -> None:
        self._initialize(SessionKind.RECORDER, session_id, settings)

    def initialize_streamer(self, session_id: str, settings: StreamerSettings) -> None:
        self._initialize(SessionKind.STREAMER, session_id, settings)

    def initialize_replay(self, session_id: str, settings: ReplaySettings) -> None:
        self._initialize(SessionKind.REPLAY, session_id, settings)

    def selftest(self, settings: SelftestSettings) -> SelftestReport:
        self._enter("engine.selftest")
        finding = Finding(part=Part.NETWORK, outcome=Outcome.GOOD, title="Network", found=f"{settings.rtmp_url} works")
        self.listener(SelftestProgressed(part=Part.NETWORK, fraction=0.5, message=f"to {settings.rtmp_url}"))
        return SelftestReport(
            findings=(finding,),
            seconds=1.0,
            correction=Correction(device="Speakers", offset_ms=12.5),
            recommendation=Recommendation(
                encoder=EncoderChoice.X264, fps=30, video_bitrate=5_000_000, width=1920, height=1080
            ),
        )

    def cancel_selftest(self) -> bool:
        self._enter("engine.cancelSelftest")
        return True

    def start_job(self, request: MediaRequest) -> str:
        self._enter(f"media.{VERBS[type(request)]}")
        self.jobs.append(request)
        return f"job-{len(self.jobs)}"

    def cancel_job(self, job_id: str) -> bool:
        self._enter("job.cancel")
        return False

    def set_audio_offset(self, source: AudioInput, device: str, offset_ms: float | None) -> None:
        self._enter("engine.setAudioOffset")
        self.offset = (source, device, offset_ms)

    def start(self, kind: SessionKind, session_id: str, preroll: Preroll | None = None) -> bool:
        self.prerolls += [] if preroll is None else [preroll]
        self._enter(f"{kind.value}.start", session_id)
        session = self.sessions.get((kind, session_id))
        if session is None or session.disposed:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, f"{session_id} is not initialised", "Call initialize first.")
        if session.running:
            return False
        session.running = True
        self._tell(kind, session_id, "running")
        return True

    def stop(self, kind: SessionKind, session_id: str) -> bool:
        session = self.sessions.get((kind, session_id))
        if session is not None and session.running:
            self._tell(kind, session_id, "stopping")
        self._enter(f"{kind.value}.stop", session_id)
        if session is not None and session.running:
            session.running = False
            self._tell(kind, session_id, "stopped")
        return True

    def pause(self, session_id: str) -> bool:
        return self._pause("recorder.pause", session_id, paused=True)

    def resume(self, session_id: str) -> bool:
        return self._pause("recorder.resume", session_id, paused=False)

    def set_region(self, session_id: str, region: Region | None) -> None:
        self._enter("recorder.setRegion", session_id)
        if not self._known(SessionKind.RECORDER, session_id).running:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, "The recorder is not initialized.", "Initialize it first.")

    def set_screen(self, kind: SessionKind, session_id: str, screen: str | None, region: Region | None = None) -> None:
        self._enter(f"{kind.value}.setScreen", session_id)
        if not self._known(kind, session_id).running:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, f"The {kind.value} is not initialized.", "Initialize it first.")
        self.shown.append((screen, region))

    def split(self, session_id: str) -> SplitFiles:
        self._enter("recorder.split", session_id)
        if not self._known(SessionKind.RECORDER, session_id).running:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, "The recorder is not running.", "Start it first.")
        finished = FinishedFile(path="a.mp4", duration_seconds=1.5, bytes=1000, start_utc="2026-01-02T03:04:05.678Z")
        self.listener(FileChanged(session_id=session_id, finished=finished, next="a-2.mp4"))
        return SplitFiles(finished=finished, next="a-2.mp4")

    def mark(
        self,
        session_id: str,
        label: str,
        data: Mapping[str, object] | None = None,
        *,
        seconds_ago: float = 0.0,
        noted: Callable[[MarkSet], None] = lambda _: None,
    ) -> MarkSet:
        self._enter("recorder.mark", session_id)
        if not self._known(SessionKind.RECORDER, session_id).running:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, "The recorder is not running.", "Start it first.")
        self.marks.append((label, data, seconds_ago))
        mark = MarkSet(index=len(self.marks) - 1, file_seconds=1.5, utc="2026-01-02T03:04:07.178Z", path="a.mp4")
        if self.holds_marks:
            self.unnoted.append(lambda: noted(mark))
        else:
            noted(mark)
        return mark

    def save_replay(
        self,
        session_id: str,
        path: str,
        *,
        seconds: float | None = None,
        done: Callable[[SavedReplay | IoniaError], None],
    ) -> None:
        """Done when the hook `replay.write` has returned, on a thread of its own."""
        self._enter("replay.save", session_id)
        if not self._known(SessionKind.REPLAY, session_id).running:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, "The replay is not running.", "Start it first.")
        saved = SavedReplay(path=path, duration_seconds=seconds or 30.5, start_utc="2026-01-02T03:04:05.678Z")

        def write() -> None:
            try:
                self._enter("replay.write", session_id)
            except IoniaError as error:
                done(error)
            else:
                self.listener(ReplaySaved(session_id=session_id, saved=saved))
                done(saved)

        threading.Thread(target=write).start()

    def toggle_pause(self, session_id: str) -> bool:
        session = self._known(SessionKind.RECORDER, session_id)
        self._pause("recorder.togglePause", session_id, paused=not session.paused)
        return session.paused

    def _pause(self, name: str, session_id: str, *, paused: bool) -> bool:
        self._enter(name, session_id)
        session = self._known(SessionKind.RECORDER, session_id)
        if not session.running or session.paused is paused:
            return False
        session.paused = paused
        self._tell(SessionKind.RECORDER, session_id, "paused" if paused else "running")
        return True

    def interrupt_start(self, kind: SessionKind, session_id: str) -> None:
        self.interrupted.append(session_id)
        if (hook := self.hooks.get(f"{kind.value}.interrupt_start")) is not None:
            hook(session_id)

    def dispose(self, kind: SessionKind, session_id: str) -> None:
        self._enter(f"{kind.value}.dispose", session_id)
        session = self._known(kind, session_id)
        session.running = False
        session.disposed = True

    def is_running(self, kind: SessionKind, session_id: str) -> bool:
        self._enter(f"{kind.value}.isRunning", session_id)
        session = self.sessions.get((kind, session_id))
        return session is not None and session.running

    def stats(self, kind: SessionKind, session_id: str) -> Stats:
        self._enter(f"{kind.value}.getStats", session_id)
        session = self._known(kind, session_id)
        return session_stats(kind, state="running" if session.running else "stopped", **self.stats_extra)

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
        self._enter("audio.set", session_id)
        self._known(kind, session_id)
        self.sound_changes.append((kind, session_id, sound, gain_db, muted, mono, ramp_ms, release_ms, filters))

    def get_sounds(self, kind: SessionKind, session_id: str) -> tuple[SoundState, ...]:
        self._enter("audio.get", session_id)
        self._known(kind, session_id)
        return (SoundState(name="mic", kind=AudioInput.MIC, gain_db=1.5, muted=False, mono=False, filters=(Gate(),)),)

    def codec_name(self, kind: SessionKind, session_id: str) -> str:
        self._enter(f"{kind.value}.getCodecName", session_id)
        return "libx264" if (kind, session_id) in self.sessions else "none"

    def pts_seconds(self, kind: SessionKind, session_id: str) -> float:
        self._enter(f"{kind.value}.getCurrentPTSSeconds", session_id)
        return 1.5 if (kind, session_id) in self.sessions else 0.0

    def is_connected(self, session_id: str) -> bool:
        return self.is_running(SessionKind.STREAMER, session_id)

    def is_backpressure(self, session_id: str) -> bool:
        self._enter("streamer.isBackpressure", session_id)
        return False

    def close(self) -> None:
        self._enter("close")
        for kind, session_id in list(self.sessions):
            self.stop(kind, session_id)
        self.closed.set()

    def _initialize(self, kind: SessionKind, session_id: str, settings: AnySettings) -> None:
        self._enter(f"{kind.value}.initialize", session_id)
        session = self.sessions.get((kind, session_id))
        if session is not None and session.running:
            raise IoniaError(ErrorKind.ALREADY_RUNNING, f"{session_id} is running", "Stop it first.")
        self.sessions[kind, session_id] = FakeSession(settings=settings)
        self._tell(kind, session_id, "initialized")

    def _stream(self, session_id: str) -> StreamCalls:
        return self._known(SessionKind.STREAMER, session_id).stream

    def _known(self, kind: SessionKind, session_id: str) -> FakeSession:
        session = self.sessions.get((kind, session_id))
        if session is None or session.disposed:
            raise IoniaError(ErrorKind.NO_SUCH_SESSION, f"There is no {kind.value} {session_id}")
        return session

    def _enter(self, name: str, session_id: str = "") -> None:
        self.calls.append(f"{name} {session_id}".strip())
        hook = self.hooks.get(name)
        if hook is not None:
            hook(session_id)

    def _tell(self, kind: SessionKind, session_id: str, state: str) -> None:
        self.listener(SessionStateChanged(session_id=session_id, session_kind=kind, state=state))


def wait(event: threading.Event) -> None:
    """Wait for a handshake."""
    assert event.wait(DEADLINE), "the handshake did not come"
