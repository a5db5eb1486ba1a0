"""What clients send to every method but a session's `initialize`: one struct per parameter list.

The field order of a struct is the contract's. Turning params into the engine's own settings happens here too, so
that a new option is written in one file. Defaults come from `ionia.core.settings`.
"""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from ionia.core.audio.filters import SoundFilter, check_filters
from ionia.core.live.live_url import parse_live_url
from ionia.core.preview.request import PreviewChange, PreviewFormat, PreviewRequest, PreviewShape
from ionia.core.redaction import secrets_of
from ionia.core.screenshot import ScreenshotRequest
from ionia.core.selftest_report import Part, SelftestSettings
from ionia.core.settings import MediaSettings, Preroll, SessionKind
from ionia.rpc.filter_params import Filters, filters_of
from ionia.rpc.param_types import (
    DEFAULT_SESSION_ID,
    DESKTOP_AUDIO_OPTION,
    MICROPHONE_OPTION,
    SCREEN_OPTION,
    CaFile,
    DeviceId,
    GainDb,
    OutputPath,
    RegionOption,
    ReplaySeconds,
    RtmpUrl,
    SessionId,
    SoundName,
    StreamKey,
    VideoBitrate,
    WholeFps,
)

_MEDIA = MediaSettings()
_SELFTEST = SelftestSettings()
_SHAPE = PreviewShape()


class NoParams(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class DebugLogging(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of engine.setDebugLogging."""

    enabled: Annotated[bool, Meta(description="Whether debug lines are logged, on stderr and in the log file.")]


class Subscription(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of engine.subscribe."""

    stats_interval_ms: (
        Annotated[int, Meta(ge=0, le=3_600_000, description="Send session.stats this often; 0 or null: never.")] | None
    ) = None
    audio_levels: Annotated[bool, Meta(description="Send audio.levels twenty times a second.")] = False


class Selftest(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of engine.selftest."""

    fps: WholeFps = _SELFTEST.fps
    video_bitrate: VideoBitrate = _MEDIA.video_bitrate
    folder: Annotated[
        OutputPath | None, Meta(description="Folder that recordings go to; default: the current one.")
    ] = None
    rtmp_url: Annotated[
        RtmpUrl | None,
        Meta(description="Where to publish the test card for ten seconds; default: the network is not tested."),
    ] = None
    stream_key: StreamKey = ""
    ca_file: CaFile = ""
    parts: Annotated[
        tuple[Literal["capture", "encoders", "av", "sound", "disk", "network"], ...] | None,
        Meta(description="What to test; default: everything."),
    ] = None
    screen: Annotated[
        DeviceId | None, Meta(description='Screen id from engine.devices, or "test"; default: primary.'), SCREEN_OPTION
    ] = None
    desktop_audio: Annotated[
        DeviceId | None, Meta(description='Device id, or "test"; default: the default one.'), DESKTOP_AUDIO_OPTION
    ] = None
    microphone: Annotated[
        DeviceId | None, Meta(description='Device id, or "test"; default: the default one.'), MICROPHONE_OPTION
    ] = None

    def __repr__(self) -> str:
        """Without the URL, which carries the stream key."""
        return "Selftest()"

    def secrets(self) -> frozenset[str]:
        """What must not be told to anybody."""
        return secrets_of(self.rtmp_url or "", self.stream_key)

    def settings(self) -> SelftestSettings:
        """The same for the engine. Raises IoniaError(BAD_URL)."""
        if self.rtmp_url is not None:
            parse_live_url(self.rtmp_url, self.stream_key)
        return SelftestSettings(
            fps=self.fps,
            video_bitrate=self.video_bitrate,
            screen=self.screen,
            desktop_audio=self.desktop_audio,
            microphone=self.microphone,
            folder=self.folder,
            rtmp_url=self.rtmp_url,
            stream_key=self.stream_key,
            ca_file=self.ca_file,
            parts=tuple(Part) if self.parts is None else tuple(part for part in Part if part.value in self.parts),
        )


class AudioOffset(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of engine.setAudioOffset."""

    device: Annotated[DeviceId, Meta(description="Name of the device, as in `correction` of engine.selftest.")]
    offset_ms: (
        Annotated[float, Meta(ge=-1000, le=1000, description="By how much later its sound belongs; null: forget it.")]
        | None
    ) = None
    source: Annotated[Literal["desktop", "mic"], Meta(description="What the device is used for.")] = "desktop"


class JobRef(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of job.cancel."""

    job_id: Annotated[str, Meta(min_length=1, max_length=64, description="As the method that began it answered.")]


class SaveScreenshot(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of screenshot.save."""

    path: Annotated[
        OutputPath, Meta(description="The image to write: .png, .jpg, .jpeg or .webp. Its folder must exist.")
    ]
    screen: Annotated[
        DeviceId | None, Meta(description="Screen or window id from engine.devices; default: the primary screen.")
    ] = None
    kind: Annotated[
        Literal["recorder", "streamer", "replay"] | None,
        Meta(description="Kind of a session: what it shows, in its screen's own pixels, whatever its state."),
    ] = None
    id: SessionId = DEFAULT_SESSION_ID
    format: Annotated[Literal["png", "jpeg", "webp"] | None, Meta(description="Default: as the path ends.")] = None
    max_width: Annotated[
        Annotated[int, Meta(ge=16, le=16_384)] | None, Meta(description="Pixels; default: as wide as what is shown.")
    ] = None
    seconds_ago: Annotated[
        Annotated[float, Meta(ge=0, le=86_400)] | None,
        Meta(description="How old the picture shall be, of what a replay holds; default: it is taken now."),
    ] = None
    cursor: Annotated[bool, Meta(description="Whether the pointer is in it, where no session decides that.")] = True
    overwrite: Annotated[bool, Meta(description="Whether a file that is there already is replaced.")] = False

    def __post_init__(self) -> None:
        if self.kind is not None and self.screen is not None:
            raise ValueError('"kind" means what that session shows: leave out "screen", or "kind" for any screen')
        if self.kind is None and self.seconds_ago is not None:
            raise ValueError('"secondsAgo" is of what a replay holds: say "kind": "replay" and its "id"')

    def request(self) -> ScreenshotRequest:
        """The same for the engine."""
        return ScreenshotRequest(
            path=self.path,
            format=self.format,
            max_width=self.max_width,
            overwrite=self.overwrite,
            screen=self.screen,
            cursor=self.cursor,
            kind=None if self.kind is None else SessionKind(self.kind),
            session_id=self.id,
            seconds_ago=self.seconds_ago,
        )


class ThumbnailOf(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of engine.thumbnail."""

    screen: Annotated[
        DeviceId | None, Meta(description="Screen or window id from engine.devices; default: the primary screen.")
    ] = None
    max_width: Annotated[int, Meta(ge=16, le=1920, description="Pixels; the shape is kept.")] = 320


PreviewId = Annotated[str, Meta(min_length=1, max_length=64, description="As preview.open answered.")]
PreviewFps = Annotated[int, Meta(ge=1, le=60, description="Pictures a second at most; none while nothing changes.")]
PreviewSide = Annotated[int, Meta(ge=16, le=3840, description="Pixels at most; the shape is kept.")]


class OpenPreview(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of preview.open."""

    screen: Annotated[
        DeviceId | None, Meta(description="Screen or window id from engine.devices; default: the primary screen.")
    ] = None
    region: Annotated[RegionOption | None, Meta(description="A part of the screen; default: all of it.")] = None
    kind: Annotated[
        Literal["recorder", "streamer", "replay"] | None,
        Meta(description="Kind of a session: then its pictures are shown, from initialize on until it is disposed of."),
    ] = None
    id: SessionId = DEFAULT_SESSION_ID
    max_width: PreviewSide = _SHAPE.max_width
    max_height: PreviewSide = _SHAPE.max_height
    fps: PreviewFps = _SHAPE.fps
    format: Annotated[
        Literal["jpeg", "h264"],
        Meta(
            description="How the pictures are coded: small JPEGs, or with h264 the very packets that the session's "
            "encoder makes, in full size and as often as they come: maxWidth, maxHeight, fps and cursor don't count "
            "then."
        ),
    ] = "jpeg"
    cursor: Annotated[
        bool, Meta(description="Whether the pointer is in it, as long as no session takes pictures of that screen.")
    ] = True

    def __post_init__(self) -> None:
        if self.kind is not None and (self.screen is not None or self.region is not None):
            raise ValueError(
                '"kind" means what that session shows: leave out "screen" and "region", or "kind" for any screen'
            )
        if self.kind is None and self.format == "h264":
            raise ValueError('"format" can be "h264" for a session alone, which encodes: name its "kind" and "id"')

    def request(self) -> PreviewRequest:
        """The same for the engine."""
        return PreviewRequest(
            shape=PreviewShape(max_width=self.max_width, max_height=self.max_height, fps=self.fps),
            screen=self.screen,
            region=None if self.region is None else self.region.region(),
            cursor=self.cursor,
            kind=None if self.kind is None else SessionKind(self.kind),
            session_id=self.id,
            format=PreviewFormat(self.format),
        )


class UpdatePreview(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of preview.update. What is left out stays as it is."""

    preview_id: PreviewId
    max_width: PreviewSide | None = None
    max_height: PreviewSide | None = None
    fps: PreviewFps | None = None
    paused: Annotated[bool | None, Meta(description="Whether nobody looks for now: then nothing is done.")] = None

    def change(self) -> PreviewChange:
        """The same for the engine."""
        return PreviewChange(max_width=self.max_width, max_height=self.max_height, fps=self.fps, paused=self.paused)


class PreviewRef(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of preview.close."""

    preview_id: PreviewId


class OpenPush(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of push.open."""

    width: Annotated[int, Meta(ge=2, le=8192, description="Width of the pictures in pixels.")]
    height: Annotated[int, Meta(ge=2, le=8192, description="Height of the pictures in pixels.")]


class PushRef(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of push.close."""

    screen: Annotated[DeviceId, Meta(description="As push.open answered.")]


class SessionRef(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of every method that only names a session."""

    id: SessionId = DEFAULT_SESSION_ID


class StartRecorder(SessionRef, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of recorder.start."""

    preroll_seconds: Annotated[
        Annotated[float, Meta(gt=0, le=86_400)] | None,
        Meta(
            description="Begin so long ago, or up to one keyframe more, out of what a replay session of equal settings "
            "holds; with replayId alone: with all of it."
        ),
    ] = None
    replay_id: Annotated[
        SessionId | None, Meta(description='The replay session to begin with; default: "default".')
    ] = None

    def preroll(self) -> Preroll | None:
        """The same for the engine."""
        if self.preroll_seconds is None and self.replay_id is None:
            return None
        return Preroll(replay_id=self.replay_id or DEFAULT_SESSION_ID, seconds=self.preroll_seconds)


class SetMark(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of recorder.mark."""

    label: Annotated[str, Meta(max_length=1000, description="What it is called; the title of the file's chapter.")]
    data: Annotated[dict[str, Any] | None, Meta(description="Anything of your own, for the sidecar.")] = None
    seconds_ago: Annotated[float, Meta(ge=0, le=86_400, description="For something that has happened already.")] = 0.0
    id: SessionId = DEFAULT_SESSION_ID


class SetRegion(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of recorder.setRegion."""

    region: Annotated[
        RegionOption | None, Meta(description="The part of the screen or window to show; null: all of it.")
    ] = None
    id: SessionId = DEFAULT_SESSION_ID


class SetScreen(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of setScreen."""

    screen: Annotated[
        DeviceId | None, Meta(description="Id of a screen or window, as initialize takes it; null: the primary screen.")
    ] = None
    region: Annotated[RegionOption | None, Meta(description="The part of it to show; null: all of it.")] = None
    id: SessionId = DEFAULT_SESSION_ID


class SaveReplay(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of replay.save."""

    path: OutputPath
    seconds: Annotated[
        ReplaySeconds | None,
        Meta(description="How much of what came last, no less, and up to one keyframe more; null: all that is held."),
    ] = None
    id: SessionId = DEFAULT_SESSION_ID


class AnySessionRef(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of every method that names a session of any kind."""

    kind: Annotated[Literal["recorder", "streamer", "replay"], Meta(description="Kind of the session.")]
    id: SessionId = DEFAULT_SESSION_ID


class SoundChange(AnySessionRef, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of audio.set."""

    sound: Annotated[
        SoundName, Meta(description="Name of the sound, as audio.get lists it: desktop or mic, or as sounds named it.")
    ]
    gain_db: Annotated[
        GainDb | None,
        Meta(description="New gain, dB; -120 is silence; default: as it is."),
    ] = None
    muted: Annotated[bool | None, Meta(description="Whether it is left out of the mix; default: as it is.")] = None
    mono: Annotated[bool | None, Meta(description="Whether both sides get the mean of both; default: as it is.")] = None
    ramp_ms: Annotated[float, Meta(ge=0, le=60_000, description="Milliseconds to get there, without a step.")] = 10.0
    release_ms: Annotated[
        float, Meta(ge=0, le=60_000, description="Milliseconds that a mute waits first, for a key held to talk.")
    ] = 0.0
    filters: Annotated[
        Filters | None,
        Meta(description="What it is put through before its gain, in this order; empty: nothing; default: as it is."),
    ] = None

    def __post_init__(self) -> None:
        """Raises ValueError for filters that don't fit together."""
        check_filters("filters", self.sound_filters or ())

    @property
    def sound_filters(self) -> tuple[SoundFilter, ...] | None:
        """The same for the engine; None: as they are."""
        return None if self.filters is None else filters_of(self.filters)
