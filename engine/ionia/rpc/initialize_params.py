"""What clients send to `initialize`: a struct for each kind of session.

The field order of a struct is the contract's. Turning params into the engine's own settings happens here too, so
that a new option is written in one file. Defaults come from `ionia.core.settings`.
"""

from typing import Annotated, Literal, TypeVar

from msgspec import Meta

from ionia.core.audio.wishes import WishError
from ionia.core.live.rendition import renditions_of
from ionia.core.redaction import secrets_of
from ionia.core.settings import (
    Destination,
    MediaSettings,
    RecorderSettings,
    ReplaySettings,
    StreamerSettings,
)
from ionia.rpc.command_option import CommandOption, Unit
from ionia.rpc.destination_params import DelaySeconds, RtmpUrls, check_destinations, destinations_of
from ionia.rpc.initialize_base import Initialize, check_without_picture, media_settings, pictured, settings_of
from ionia.rpc.param_types import (
    TEXT,
    CaFile,
    OutputPath,
    ReplaySeconds,
    RtmpUrl,
    StreamKey,
    VideoName,
)
from ionia.rpc.quality_params import (
    check_live_quality,
)

T = TypeVar("T")

_MEDIA = MediaSettings()
_STREAMER = StreamerSettings(rtmp_url="")
_REPLAY = ReplaySettings()


class InitializeRecorder(Initialize, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of recorder.initialize."""

    output_path: OutputPath
    metadata: Annotated[
        Annotated[
            dict[
                Annotated[str, Meta(min_length=1, max_length=200, pattern=TEXT)],
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
    fast_start: Annotated[
        bool,
        CommandOption(name="--fast-start", help="put the index in front, so that the file plays while it loads"),
        Meta(description="Put the index in front at the end, so that the file plays while it loads."),
    ] = False

    video: Annotated[
        VideoName,
        CommandOption(name="--video", help="none: sound alone, to an .m4a (default: {default})"),
    ] = "screen"

    def __post_init__(self) -> None:
        """Raises WishError for params that don't fit together."""
        super().__post_init__()
        if self.video == "none":
            check_without_picture(self)
            if not self.output_path.lower().endswith((".m4a", ".mp4")):
                raise WishError('"outputPath" must end in .m4a or .mp4 where "video" is "none"')

    def settings(self) -> RecorderSettings:
        """The same for the engine."""
        media = pictured(media_settings(self), self.video)
        return settings_of(RecorderSettings, self, media=media, metadata=tuple((self.metadata or {}).items()))


class InitializeStreamer(Initialize, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of streamer.initialize."""

    rtmp_url: RtmpUrl | None = None
    rtmp_urls: RtmpUrls = None
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
    delay_seconds: Annotated[
        DelaySeconds,
        CommandOption(name="--delay", help="let viewers see it so many seconds later", unit=Unit.SECONDS),
    ] = _STREAMER.delay_seconds
    multitrack_audio: Annotated[
        bool,
        Meta(
            description="Send all sound tracks to servers of RTMP that say they take several (Enhanced RTMP); others "
            "get the first, with a warning. By WHIP there is always one."
        ),
    ] = _STREAMER.multitrack_audio
    video: Annotated[Literal["screen"], Meta(description='A stream has a picture; "none" is for recordings.')] = (
        "screen"
    )
    retry_rejected: Annotated[
        bool,
        Meta(description="Go on trying where a server rejects the stream key, instead of ending."),
        CommandOption(name="--retry-rejected", help="go on trying where the server rejects the stream key"),
    ] = _STREAMER.retry_rejected

    def __post_init__(self) -> None:
        """Raises ValueError for a quality, too: what a server is sent has a constant rate."""
        check_live_quality(self.quality, self.b_frames)
        super().__post_init__()
        check_destinations(self.rtmp_url, self.rtmp_urls, self.stream_key)

    def __repr__(self) -> str:
        """Without the URL, which carries the stream key."""
        return f"InitializeStreamer(id={self.id!r})"

    def settings(self) -> StreamerSettings:
        """The same for the engine. Raises IoniaError(BAD_URL, BAD_DESTINATION)."""
        first, *more = self.destinations()
        settings = settings_of(
            StreamerSettings,
            self,
            name=first.name,
            rtmp_url=first.rtmp_url,
            stream_key=first.stream_key,
            own=first.own,
            first_ca_file=first.ca_file,
            more=tuple(more),
            media=media_settings(self),
            reconnect_max_ms=max(self.reconnect_initial_ms, self.reconnect_max_ms),
        )
        renditions_of(settings)  # raises
        return settings

    def secrets(self) -> frozenset[str]:
        """The keys, wherever they are, and what else the addresses hide."""
        return frozenset().union(*(secrets_of(one.rtmp_url, one.stream_key) for one in self.destinations()))

    def destinations(self) -> list[Destination]:
        """All of them, by name."""
        return destinations_of(self.rtmp_url, self.rtmp_urls, self.stream_key)


class InitializeReplay(Initialize, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of replay.initialize."""

    seconds: Annotated[
        ReplaySeconds,
        CommandOption(
            name="--hold", metavar="SECONDS", unit=Unit.SECONDS, least=1, help="how much is held (default: {default})"
        ),
        Meta(description="How much is held, no less, and up to one keyframe more."),
    ] = _REPLAY.seconds
    max_bytes: Annotated[
        int,
        Meta(ge=1_000_000, le=1 << 40, description="The most memory that it may take, whatever the seconds need."),
    ] = _REPLAY.max_bytes

    video: VideoName = "screen"

    def __post_init__(self) -> None:
        """Raises WishError for params that don't fit together."""
        super().__post_init__()
        if self.video == "none":
            check_without_picture(self)

    def settings(self) -> ReplaySettings:
        """The same for the engine."""
        return settings_of(ReplaySettings, self, media=pictured(media_settings(self), self.video))


AnyInitialize = InitializeRecorder | InitializeStreamer | InitializeReplay
