"""What clients send: one struct per parameter list, with defaults, ranges and words for people.

The field order of a struct is the contract's. Turning params into the engine's own settings happens here too, so
that a new option is written in one file. Defaults come from `ionia.core.settings`.
"""

from dataclasses import fields
from typing import Annotated, Any, Literal, TypeVar

from msgspec import Meta, Struct

from ionia.core.live.rtmp_url import MAX_URL_LENGTH, parse_rtmp_url
from ionia.core.redaction import secret_parts, secrets_in_url
from ionia.core.selftest_report import Part, SelftestSettings
from ionia.core.settings import (
    AudioMode,
    EncoderChoice,
    MediaSettings,
    OnWindowClosed,
    Preroll,
    RecorderSettings,
    ReplaySettings,
    StreamerSettings,
)
from ionia.core.sound_state import LEAST_GAIN_DB, MOST_GAIN_DB
from ionia.rpc.command_option import CommandOption, Unit

T = TypeVar("T")

DEFAULT_SESSION_ID = "default"

_PIPELINE = MediaSettings()
_STREAMER = StreamerSettings(rtmp_url="")
_REPLAY = ReplaySettings()

_TEXT = r"^[^\u0000-\u001f\u007f]*(?![\s\S])"
"""Text without control characters: they end paths early, forge log lines, and are in no name that a user chose.

The end is spelt as a look-ahead since `$` also matches before a last line break, and ECMAScript has no other.
"""

SessionId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        pattern=_TEXT,
        description="Name of the session; each kind of session has its own.",
    ),
]
OutputPath = Annotated[
    str,
    Meta(min_length=1, max_length=32_767, pattern=_TEXT, description="File to write, an MP4. Its folder must exist."),
]
RtmpUrl = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_URL_LENGTH,
        description="rtmp:// or rtmps:// URL with app and stream key. Never shown or logged whole.",
    ),
]
StreamKey = Annotated[
    str,
    Meta(
        max_length=MAX_URL_LENGTH,
        description="Stream key, for an rtmpUrl that ends with the application. Never shown or logged.",
    ),
]
CaFile = Annotated[
    str,
    Meta(
        max_length=32_767,
        pattern=_TEXT,
        description="PEM file with the certificates to trust for rtmps, for a server of one's own; "
        "default: those of SSL_CERT_FILE, else the system's.",
    ),
    CommandOption(
        name="--ca-file",
        metavar="FILE",
        help="certificates to trust for rtmps, as PEM, for a server of one's own (default: the system's)",
    ),
]
Fps = Annotated[
    int,
    Meta(ge=1, le=240, description="Frames per second, constant."),
    CommandOption(name="--fps", help="frames per second (default: {default})"),
]
VideoBitrate = Annotated[
    int,
    Meta(ge=10_000, le=500_000_000, description="Bits per second of video."),
    CommandOption(
        name="--bitrate",
        help="video bits per second, 5M or 800k for short (default: {default})",
        unit=Unit.BIT_RATE,
        least=100_000,
        most=200_000_000,
    ),
]
AudioBitrate = Annotated[int, Meta(ge=8_000, le=512_000, description="Bits per second of audio (AAC).")]
UseNvenc = Annotated[
    bool,
    Meta(
        description="true: the first hardware encoder that really opens, else x264. false: x264. Option encoder wins."
    ),
]
AudioModeName = Annotated[
    Literal["both", "desktop", "mic", "none", "microphone"],
    Meta(description='Which sound is recorded; "microphone" means "mic", "none" means no audio track.'),
    CommandOption(name="--audio", help="which sound is recorded (default: {default})"),
]
EncoderName = Annotated[
    Literal["auto", "nvenc", "qsv", "amf", "mf", "x264"], Meta(description="H.264 encoder; wins over useNvenc.")
]
_SCREEN = CommandOption(name="--screen", help="a screen id from `devices`, or test (default: the primary screen)")
_DESKTOP_AUDIO = CommandOption(
    name="--desktop-audio", metavar="ID", help="a desktop-sound id from `devices`, or test (default: the system's)"
)
_MICROPHONE = CommandOption(
    name="--microphone", metavar="ID", help="a microphone id from `devices`, or test (default: the system's)"
)
DeviceId = Annotated[str, Meta(min_length=1, max_length=4096, pattern=_TEXT)]
Gain = Annotated[float, Meta(ge=0, le=100)]


class NoParams(Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters."""


class DebugLogging(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of engine.setDebugLogging."""

    enabled: Annotated[bool, Meta(description="Whether debug lines are written to stderr.")]


class Subscription(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """Parameters of engine.subscribe."""

    stats_interval_ms: (
        Annotated[int, Meta(ge=0, le=3_600_000, description="Send session.stats this often; 0 or null: never.")] | None
    ) = None
    audio_levels: Annotated[bool, Meta(description="Send audio.levels ten times a second.")] = False


class Selftest(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of engine.selftest."""

    fps: Fps = _PIPELINE.fps
    video_bitrate: VideoBitrate = _PIPELINE.video_bitrate
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
        DeviceId | None, Meta(description='Screen id from engine.devices, or "test"; default: primary.'), _SCREEN
    ] = None
    desktop_audio: Annotated[
        DeviceId | None, Meta(description='Device id, or "test"; default: the default one.'), _DESKTOP_AUDIO
    ] = None
    microphone: Annotated[
        DeviceId | None, Meta(description='Device id, or "test"; default: the default one.'), _MICROPHONE
    ] = None

    def __repr__(self) -> str:
        """Without the URL, which carries the stream key."""
        return "Selftest()"

    def secrets(self) -> frozenset[str]:
        """What must not be told to anybody."""
        return secrets_in_url(self.rtmp_url or "") | secret_parts(self.stream_key)

    def settings(self) -> SelftestSettings:
        """The same for the engine. Raises IoniaError(BAD_URL)."""
        if self.rtmp_url is not None:
            parse_rtmp_url(self.rtmp_url, self.stream_key)
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


ReplaySeconds = Annotated[float, Meta(gt=0, le=86_400)]


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

    sound: Annotated[DeviceId, Meta(description="Name of the sound, as audio.get lists it: desktop or mic.")]
    gain_db: Annotated[
        Annotated[float, Meta(ge=LEAST_GAIN_DB, le=MOST_GAIN_DB)] | None,
        Meta(description="New gain, dB; -120 is silence; default: as it is."),
    ] = None
    muted: Annotated[bool | None, Meta(description="Whether it is left out of the mix; default: as it is.")] = None
    ramp_ms: Annotated[float, Meta(ge=0, le=60_000, description="Milliseconds to get there, without a step.")] = 10.0
    release_ms: Annotated[
        float, Meta(ge=0, le=60_000, description="Milliseconds that a mute waits first, for a key held to talk.")
    ] = 0.0


class Initialize(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """What sessions of every kind are asked. Which of these may be positional is said in `schema`.

    A param that is named as a field of the engine's settings becomes that field; the others are converted below.
    """

    fps: Fps = _PIPELINE.fps
    video_bitrate: VideoBitrate = _PIPELINE.video_bitrate
    use_nvenc: UseNvenc = True
    audio_bitrate: AudioBitrate = _PIPELINE.audio_bitrate
    audio_mode: AudioModeName = "both"
    id: SessionId = DEFAULT_SESSION_ID
    encoder: Annotated[EncoderName | None, CommandOption(name="--encoder", help="H.264 encoder (default: auto)")] = None
    screen: Annotated[
        DeviceId | None, Meta(description='Screen id from engine.devices, or "test"; default: primary.'), _SCREEN
    ] = None
    desktop_audio: Annotated[
        DeviceId | None,
        Meta(description='Device id, or "test"; default: the system\'s default device, followed when it changes.'),
        _DESKTOP_AUDIO,
    ] = None
    microphone: Annotated[
        DeviceId | None,
        Meta(description='Device id, or "test"; default: the system\'s default device, followed when it changes.'),
        _MICROPHONE,
    ] = None
    mic_gain: Annotated[
        Gain,
        Meta(description="Linear factor for the microphone."),
        CommandOption(name="--mic-gain", metavar="FACTOR", help="for the microphone (default: {default})"),
    ] = _PIPELINE.mic_gain
    desktop_gain: Annotated[
        Gain,
        Meta(description="Linear factor for desktop sound."),
        CommandOption(name="--desktop-gain", metavar="FACTOR", help="for desktop sound (default: {default})"),
    ] = _PIPELINE.desktop_gain
    audio_offset_ms: Annotated[
        Annotated[float, Meta(ge=-1000, le=1000)] | None,
        Meta(
            description="Moves all sound later by so many ms (negative: earlier); "
            "default: each device by what is remembered for it."
        ),
        CommandOption(
            name="--audio-offset-ms",
            metavar="MS",
            help="move all sound later by so much, or earlier if below 0 "
            "(default: what `selftest` found for the device)",
            unit=Unit.MILLISECONDS,
        ),
    ] = _PIPELINE.audio_offset_ms
    keyframe_interval_seconds: Annotated[
        float, Meta(ge=0.1, le=60, description="Seconds from keyframe to keyframe.")
    ] = _PIPELINE.keyframe_interval_seconds
    cursor: Annotated[
        bool,
        Meta(description="Whether the mouse pointer is recorded."),
        CommandOption(name="--no-cursor", help="leave the mouse pointer out"),
    ] = _PIPELINE.cursor
    on_window_closed: Annotated[
        OnWindowClosed,
        Meta(
            description="When the window that is recorded is closed: hold its last picture until it returns, or stop."
        ),
        CommandOption(name="--on-window-closed", help="when a recorded window is closed (default: {default})"),
    ] = _PIPELINE.on_window_closed

    def secrets(self) -> frozenset[str]:
        """What must not be told to anybody."""
        return frozenset()


class InitializeRecorder(Initialize, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of recorder.initialize."""

    output_path: OutputPath
    metadata: Annotated[
        Annotated[
            dict[
                Annotated[str, Meta(min_length=1, max_length=200, pattern=_TEXT)],
                Annotated[str, Meta(max_length=10_000)],
            ],
            Meta(max_length=100),
        ]
        | None,
        Meta(
            description="What the files say of themselves: title, artist, album, comment, description, genre, "
            "copyright, date, or any key of your own."
        ),
    ] = None
    split_seconds: Annotated[
        Annotated[float, Meta(ge=1, le=1_000_000)] | None,
        CommandOption(
            name="--split-seconds", unit=Unit.SECONDS, help="go on in another file after so long (default: never)"
        ),
        Meta(description="Go on in another file (take-2.mp4, ...) after so many seconds; null: never."),
    ] = None
    split_bytes: Annotated[
        Annotated[int, Meta(ge=1_000_000, le=1 << 60)] | None,
        CommandOption(name="--split-bytes", help="go on in another file before one has so many bytes"),
        Meta(description="Go on in another file before one has so many bytes; null: only where the disk's limit is."),
    ] = None
    max_duration_seconds: Annotated[
        Annotated[float, Meta(gt=0, le=10_000_000)] | None,
        Meta(description="End by itself when so many seconds are recorded, pauses not counted; null: never."),
    ] = None
    max_bytes: Annotated[
        Annotated[int, Meta(ge=1_000_000, le=1 << 60)] | None,
        CommandOption(name="--max-bytes", help="stop before there are so many bytes"),
        Meta(description="End by itself before its files have more bytes together; null: never."),
    ] = None
    sidecar: Annotated[
        bool,
        CommandOption(name="--sidecar", help="write marks, pauses, warnings and the end to OUT.json, line by line"),
        Meta(description="Write what happens (marks, pauses, warnings, the end) to <file>.json, a line of JSON each."),
    ] = False

    def settings(self) -> RecorderSettings:
        """The same for the engine."""
        return _settings(
            RecorderSettings, self, media=_media_settings(self), metadata=tuple((self.metadata or {}).items())
        )


class InitializeStreamer(Initialize, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of streamer.initialize."""

    rtmp_url: RtmpUrl
    stream_key: StreamKey = _STREAMER.stream_key
    adaptive_bitrate: Annotated[bool, Meta(description="Lower the video bit rate while the network has no room.")] = (
        _STREAMER.adaptive_bitrate
    )
    require_connection: Annotated[bool, Meta(description="Make start fail when the first connection does.")] = (
        _STREAMER.require_connection
    )
    buffer_ms: Annotated[int, Meta(ge=100, le=60_000, description="Media kept for a slow network, in ms.")] = (
        _STREAMER.buffer_ms
    )
    max_reconnect_seconds: (
        Annotated[float, Meta(ge=0, le=86_400, description="Give up after so long without a connection; null: never.")]
        | None
    ) = _STREAMER.max_reconnect_seconds
    reconnect_initial_ms: Annotated[int, Meta(ge=10, le=600_000, description="Wait before the first new attempt.")] = (
        _STREAMER.reconnect_initial_ms
    )
    reconnect_max_ms: Annotated[int, Meta(ge=10, le=3_600_000, description="Longest wait between attempts.")] = (
        _STREAMER.reconnect_max_ms
    )
    ca_file: CaFile = _STREAMER.ca_file
    retry_rejected: Annotated[
        bool,
        Meta(description="Go on trying where a server rejects the stream key, instead of ending."),
        CommandOption(name="--retry-rejected", help="go on trying where the server rejects the stream key"),
    ] = _STREAMER.retry_rejected

    def __repr__(self) -> str:
        """Without the URL, which carries the stream key."""
        return f"InitializeStreamer(id={self.id!r})"

    def settings(self) -> StreamerSettings:
        """The same for the engine. Raises IoniaError(BAD_URL)."""
        parse_rtmp_url(self.rtmp_url, self.stream_key)
        return _settings(
            StreamerSettings,
            self,
            media=_media_settings(self),
            reconnect_max_ms=max(self.reconnect_initial_ms, self.reconnect_max_ms),
        )

    def secrets(self) -> frozenset[str]:
        """The key, wherever it is, and what else the address hides."""
        return secrets_in_url(self.rtmp_url) | secret_parts(self.stream_key)


class InitializeReplay(Initialize, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of replay.initialize."""

    seconds: Annotated[ReplaySeconds, Meta(description="How much is held, no less, and up to one keyframe more.")] = (
        _REPLAY.seconds
    )
    max_bytes: Annotated[
        int,
        Meta(ge=1_000_000, le=1 << 40, description="The most memory that it may take, whatever the seconds need."),
    ] = _REPLAY.max_bytes

    def settings(self) -> ReplaySettings:
        """The same for the engine."""
        return _settings(ReplaySettings, self, media=_media_settings(self))


AnyInitialize = InitializeRecorder | InitializeStreamer | InitializeReplay


def _media_settings(params: Initialize) -> MediaSettings:
    return _settings(
        MediaSettings,
        params,
        encoder=EncoderChoice(params.encoder or ("auto" if params.use_nvenc else "x264")),
        audio_mode=AudioMode("mic" if params.audio_mode == "microphone" else params.audio_mode),
    )


def _settings(settings: type[T], params: Initialize, **converted: object) -> T:
    """Settings of a type: `converted`, and the params of the same names."""
    kind: Any = settings  # a dataclass of `core`
    names = {field.name for field in fields(kind)}
    same = {name: getattr(params, name) for name in names.intersection(params.__struct_fields__)}
    return settings(**{**same, **converted})
