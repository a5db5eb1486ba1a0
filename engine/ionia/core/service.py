"""The engine as its front ends see it: all that JSON-RPC and the command line do with sessions goes through this."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Protocol

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.filters import SoundFilter
from ionia.core.audio.programs import Application
from ionia.core.errors import IoniaError
from ionia.core.events import Event, MarkSet, SavedReplay, SplitFiles
from ionia.core.media_request import MediaRequest
from ionia.core.preview.request import PreviewChange, PreviewOpened, PreviewRequest
from ionia.core.screenshot import Screenshot, ScreenshotRequest, Thumbnail
from ionia.core.selftest_report import SelftestReport, SelftestSettings
from ionia.core.settings import (
    Destination,
    Preroll,
    RecorderSettings,
    ReplaySettings,
    SessionKind,
    StreamerSettings,
)
from ionia.core.sound_state import SoundState
from ionia.core.stats import Stats
from ionia.core.video.framing import Region
from ionia.core.video.pushed_layout import PushedScreen

EVERY_SCREEN = "all"
"""The id of all screens in one picture, side by side as they stand, black where none is."""

Listener = Callable[[Event], None]
"""Called from any engine thread; must return at once and never raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenInfo:
    """A screen that can be captured; position and size in pixels."""

    id: Annotated[str, "Stays the same between runs."]
    name: str
    width: int
    height: int
    x: int
    y: int
    primary: bool
    backend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowInfo:
    """A top-level window."""

    id: str
    title: str
    application: Annotated[str, "The program that it belongs to; empty if it isn't known."]
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundDeviceInfo:
    """A desktop-sound or microphone device."""

    id: str
    name: str
    default: Annotated[bool, "Whether it is the system's default now."]


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderInfo:
    """An H.264 encoder and whether it really opened on this machine."""

    name: str
    hardware: bool
    available: bool
    reason: Annotated[str, "Why it is not available; else empty."]
    proof: Annotated[
        str, "What its pictures were worth when they were decoded and compared; empty where none were."
    ] = ""
    gpu_proof: Annotated[
        str, "The same of pictures that stayed on the graphics card, or what was wrong; empty where that wasn't tried."
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceList:
    """Answer of engine.devices."""

    screens: tuple[ScreenInfo, ...]
    windows: tuple[WindowInfo, ...]
    desktop_audio: tuple[SoundDeviceInfo, ...]
    microphones: tuple[SoundDeviceInfo, ...]
    applications: tuple[Application, ...]
    encoders: tuple[EncoderInfo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    """The machine's part of the answer of `engine.info`; name and protocol version belong to the wire."""

    version: str
    platform: str
    pid: int
    python: str
    ffmpeg: str
    capabilities: tuple[str, ...]


class EngineService(Protocol):
    """All methods: any thread. Calls on different sessions never wait for each other. Raises IoniaError.

    Rules for unknown sessions are the contract's (§6) and are kept here: `is_running`, `is_connected` and
    `is_backpressure` answer False, `codec_name` "none", `pts_seconds` 0.0, `stop` True, `start` NOT_INITIALIZED,
    the rest NO_SUCH_SESSION. `kind` is the kind the caller addressed: a recorder and a streamer may have the same id.
    """

    def info(self) -> EngineInfo: ...

    def devices(self) -> DeviceList: ...

    def set_debug_logging(self, enabled: bool) -> None: ...

    def subscribe(self, stats_interval_ms: int | None, audio_levels: bool) -> None:
        """Send StatsSampled every so many ms (None or 0: never) and LevelsMeasured at 20 Hz if wanted."""
        ...

    def selftest(self, settings: SelftestSettings) -> SelftestReport:
        """Try everything; takes half a minute and tells SelftestProgressed. Raises IoniaError(ALREADY_RUNNING)."""
        ...

    def cancel_selftest(self) -> bool:
        """Have the self-test under way end at once; False if there is none."""
        ...

    def start_job(self, request: MediaRequest) -> str:
        """Begin what is asked of a file; the job's name. It ends by JobDone or JobFailed."""
        ...

    def cancel_job(self, job_id: str) -> bool:
        """End a job; its file plays as before. False if it is over or never was."""
        ...

    def save_screenshot(self, request: ScreenshotRequest) -> Screenshot:
        """Write one picture to a file, in every state of every session; whoever records it doesn't notice.

        Raises IoniaError(NO_SUCH_SESSION, CAPTURE_UNAVAILABLE, OUTPUT_FAILED), and NOT_INITIALIZED for the past of
        what is no replay, or doesn't run.
        """
        ...

    def thumbnail(self, screen: str | None, max_width: int) -> Thumbnail:
        """A small picture of a screen or window (None: the primary screen). Raises IoniaError(CAPTURE_UNAVAILABLE)."""
        ...

    def open_preview(self, request: PreviewRequest) -> PreviewOpened:
        """Live pictures of a screen or of what a session's encoder gets, for one reader, until `close_preview`.

        That of a session ends when the session is disposed of. Raises IoniaError(NO_SUCH_SESSION, CAPTURE_UNAVAILABLE).
        """
        ...

    def update_preview(self, preview_id: str, change: PreviewChange) -> bool:
        """Change one that is open; False if there is none of this id."""
        ...

    def close_preview(self, preview_id: str) -> bool:
        """End one; False if there is none of this id."""
        ...

    def open_push(self, width: int, height: int) -> PushedScreen:
        """A screen whose pictures the caller writes. Raises IoniaError(CAPTURE_UNAVAILABLE)."""
        ...

    def close_push(self, screen: str) -> bool:
        """Close such a screen; whoever records it holds its last picture. False if it is unknown."""
        ...

    def set_audio_offset(self, source: AudioInput, device: str, offset_ms: float | None) -> None:
        """Remember by how much later the sound of the device of this name belongs; None: forget it."""
        ...

    def initialize_recorder(self, session_id: str, settings: RecorderSettings) -> None: ...

    def initialize_streamer(self, session_id: str, settings: StreamerSettings) -> None: ...

    def initialize_replay(self, session_id: str, settings: ReplaySettings) -> None: ...

    def start(self, kind: SessionKind, session_id: str, preroll: Preroll | None = None) -> bool:
        """`preroll`, of a recorder: begin in the past, with packets that a replay session of equal settings holds.

        Raises NO_SUCH_SESSION, NOT_INITIALIZED or SETTINGS_DIFFER for a replay that can't be begun with.
        """
        ...

    def stop(self, kind: SessionKind, session_id: str) -> bool: ...

    def interrupt_start(self, kind: SessionKind, session_id: str) -> None:
        """A `start` under way, or the next one after this `initialize`, doesn't wait for the server: a stop follows.

        Returns at once, and does nothing to a session that runs.
        """
        ...

    def dispose(self, kind: SessionKind, session_id: str) -> None: ...

    def pause(self, session_id: str) -> bool:
        """Have a recorder leave out what comes from now on; False if it is paused already or does not run."""
        ...

    def resume(self, session_id: str) -> bool:
        """Have a recorder go on; False if it isn't paused."""
        ...

    def set_region(self, session_id: str, region: Region | None) -> None:
        """Have a recorder, initialized or running, show another part of its screen in pictures of the same size; None:
        all of it. From the next frame on.

        Raises IoniaError: NOT_INITIALIZED; CAPTURE_UNAVAILABLE for one that the screen doesn't have;
        ENCODER_UNAVAILABLE or SHARED when another session has the same pictures and no encode can follow theirs.
        """
        ...

    def set_screen(self, kind: SessionKind, session_id: str, screen: str | None, region: Region | None = None) -> None:
        """Have a session, initialized or running, show another screen or window (None: the primary screen), or a part
        of it, in pictures of the same size; with a keyframe. Sound goes on. Waits until it is open.

        Raises IoniaError: NOT_INITIALIZED; CAPTURE_UNAVAILABLE for one that isn't there; ENCODER_UNAVAILABLE or SHARED
        when another session has the same pictures and no encode can follow theirs. Then what was shown is shown on.
        """
        ...

    def split(self, session_id: str) -> SplitFiles:
        """Have a recorder go on in another file. Waits until the one before is complete, unless it is paused.

        Raises IoniaError(NOT_INITIALIZED) when it doesn't run, OUTPUT_FAILED when there can't be another file, or none
        is begun since it was paused before its first picture; then the recording goes on in the same one.
        """
        ...

    def mark(
        self,
        session_id: str,
        label: str,
        data: Mapping[str, object] | None = None,
        *,
        seconds_ago: float = 0.0,
        noted: Callable[[MarkSet], None] = lambda _: None,
    ) -> MarkSet:
        """Note a moment of a recording that runs or is paused. Never waits. Raises IoniaError(NOT_INITIALIZED).

        `noted` is called once, on another thread or before this returns: when its place is known and its line is in the
        sidecar on the disk, or there can be none, and after four seconds anyway. It gets where the mark really lies:
        one in a file that has no picture within a second or two stays in the one before, at its end.
        """
        ...

    def toggle_pause(self, session_id: str) -> bool:
        """Pause a recorder that runs, resume one that is paused; whether it is paused now."""
        ...

    def save_replay(
        self,
        session_id: str,
        path: str,
        *,
        seconds: float | None = None,
        done: Callable[[SavedReplay | IoniaError], None],
    ) -> None:
        """Write the last `seconds` (None: all) that a replay session holds to a file. Never waits for the disk.

        `done` is called once, on another thread, when the file is complete or can't be made. Also possible when the
        session has ended by itself: what it held stays until it is stopped, disposed of or initialized again. Raises
        IoniaError(NOT_INITIALIZED) when nothing is held, OUTPUT_FAILED when too many saves wait for their disk.
        """
        ...

    def is_running(self, kind: SessionKind, session_id: str) -> bool: ...

    def stats(self, kind: SessionKind, session_id: str) -> Stats: ...

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
        """Change a sound of this session alone, within 50 ms; None: as it is.

        It gets there within `ramp_ms`; a mute waits `release_ms` first, for a key that is held to talk. `filters` are
        what it is put through instead of what it was. Raises
        IoniaError(NO_SUCH_SESSION), or AUDIO_UNAVAILABLE for a sound that the session doesn't have.
        """
        ...

    def get_sounds(self, kind: SessionKind, session_id: str) -> tuple[SoundState, ...]:
        """The session's sounds as they are set now. Raises IoniaError(NO_SUCH_SESSION)."""
        ...

    def codec_name(self, kind: SessionKind, session_id: str) -> str: ...

    def pts_seconds(self, kind: SessionKind, session_id: str) -> float: ...

    def add_destination(self, session_id: str, destination: Destination) -> None:
        """Have a streamer, initialized or running, go to one more server, out of the same encode.

        Raises IoniaError: NOT_INITIALIZED; BAD_URL; BAD_DESTINATION where there is one of this name, or too many.
        """
        ...

    def set_destination(self, session_id: str, destination: Destination) -> None:
        """Have a streamer's destination of this name at another address.

        Raises IoniaError: NOT_INITIALIZED; BAD_URL; BAD_DESTINATION where there is none of this name.
        """
        ...

    def remove_destination(self, session_id: str, name: str) -> None:
        """Have a streamer leave a server.

        Raises IoniaError: NOT_INITIALIZED; BAD_DESTINATION where there is none of this name, or no other that wasn't
        given up.
        """
        ...

    def destination_names(self, session_id: str) -> tuple[str, ...]:
        """A streamer's destinations, in their order. Raises IoniaError(NOT_INITIALIZED)."""
        ...

    def set_delay(self, session_id: str, seconds: float) -> None:
        """Delay a streamer, initialized or running, by so much from now on.

        Raises IoniaError(NOT_INITIALIZED, BAD_DELAY).
        """
        ...

    def is_connected(self, session_id: str) -> bool: ...

    def is_backpressure(self, session_id: str) -> bool: ...

    def close(self) -> None:
        """Stop and finish every session (concurrently), then free everything. Idempotent."""
        ...
