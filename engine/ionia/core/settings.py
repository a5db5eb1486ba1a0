"""What a caller asks of a session, as values. Defaults are the contract's and appear here once."""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.wishes import SoundWish, TrackWish
from ionia.core.frame_rate import FrameRate
from ionia.core.timeline.end_watch import EndRule
from ionia.core.timeline.split_watch import SplitRule
from ionia.core.video.framing import Fit, Framing, Region
from ionia.core.video.quality import ConstantQuality


class SessionKind(Enum):
    """The kinds of session of the contract."""

    RECORDER = "recorder"
    STREAMER = "streamer"
    REPLAY = "replay"


class AudioMode(Enum):
    """Which sound goes into the audio track; NONE means no audio track at all."""

    BOTH = "both"
    DESKTOP = "desktop"
    MIC = "mic"
    NONE = "none"

    @property
    def desktop(self) -> bool:
        """Whether desktop sound is mixed in."""
        return self in (AudioMode.BOTH, AudioMode.DESKTOP)

    @property
    def mic(self) -> bool:
        """Whether the microphone is mixed in."""
        return self in (AudioMode.BOTH, AudioMode.MIC)


class EncoderChoice(Enum):
    """AUTO is the first hardware encoder that really opens, else X264; never MF (Media Foundation, decision 0171).

    X264 is the software encoder of the codec: libx264, libx265 for HEVC, libsvtav1 for AV1.
    """

    AUTO = "auto"
    NVENC = "nvenc"
    QSV = "qsv"
    AMF = "amf"
    MF = "mf"
    X264 = "x264"


CodecName = Literal["h264", "hevc", "av1"]
"""What pictures are coded in, by the names of `core.codec`."""

SoundCodecName = Literal["aac", "opus"]
"""What sound is coded in, likewise: AAC in files and by RTMP, Opus by WHIP."""

GpuChoice = Literal["auto", "off"]
"""Whether pictures may stay on the graphics adapter on their way to its encoder, where that was proved to be right."""

OnWindowClosed = Literal["hold", "stop"]
"""What becomes of a session when its window is closed: it goes on with the last picture, or it ends."""


SOUND_ALONE_FPS = 50
"""Frames per second of the timeline where there is no picture: it is cut to 20 ms, about a packet of sound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEncodeSettings:
    """What a video encoder is opened with. `live`: its rate buffer is a stream's, and not a recording's. Without
    `picture` nothing is encoded. `quality`: instead of the constant bit rate. `rest`: whether it may rest while the
    picture stands still. `b_frames`: most B-frames in a row."""

    picture: bool = True

    codec: CodecName = "h264"
    encoder: EncoderChoice = EncoderChoice.AUTO
    fps: FrameRate = 30
    video_bitrate: int = 5_000_000
    keyframe_interval_seconds: float = 2.0
    live: bool = False
    quality: ConstantQuality | None = None
    rest: bool = True
    b_frames: int = 0

    @property
    def keyframe_interval(self) -> int:
        """Frames from one keyframe to the next; at least 1."""
        return max(1, round(self.keyframe_interval_seconds * self.fps))

    @property
    def most_bitrate(self) -> int:
        """Bits per second that it never exceeds for longer than its rate buffer lasts."""
        return self.video_bitrate if self.quality is None else self.quality.max_bitrate


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSettings:
    """What a session is made of: sources, gains and encodes, as asked. Who shares what of it: `core.sharing`.

    `screen`, `desktop_audio` and `microphone` are ids from `engine.devices`, or "test", or None for the system's
    default (for sound: followed when it changes). Gains are linear factors. `audio_offset_ms` moves all sound to later
    instants (negative: earlier); None: each device by what is remembered for it. `sounds`: None for those of
    `audio_mode`. `tracks`: None for one with all sounds. Without `picture` (see `without_picture`) sound is recorded
    alone. `region`: of what is captured; None: all of it. `width` and `height` of the pictures; None: as what is shown
    has it. `fit`: how they are filled. `quality`: None for the constant `video_bitrate`. `rest`: whether pictures that
    repeat may be written without the encoder (decision 0142). `b_frames`: most B-frames in a row, of files alone.
    """

    picture: bool = True
    screen: str | None = None
    cursor: bool = True
    on_window_closed: OnWindowClosed = "hold"
    region: Region | None = None
    width: int | None = None
    height: int | None = None
    fit: Fit = "letterbox"
    fps: FrameRate = 30
    video_bitrate: int = 5_000_000
    quality: ConstantQuality | None = None
    rest: bool = True
    b_frames: int = 0
    codec: CodecName = "h264"
    encoder: EncoderChoice = EncoderChoice.AUTO
    gpu: GpuChoice = "auto"
    keyframe_interval_seconds: float = 2.0
    audio_mode: AudioMode = AudioMode.BOTH
    audio_bitrate: int = 192_000
    sound_codec: SoundCodecName = "aac"
    desktop_audio: str | None = None
    microphone: str | None = None
    mic_gain: float = 1.2
    desktop_gain: float = 1.0
    audio_offset_ms: float | None = None
    sounds: tuple[SoundWish, ...] | None = None
    tracks: tuple[TrackWish, ...] | None = None

    @property
    def framing(self) -> Framing:
        """What is shown of a capture's pictures."""
        return Framing(region=self.region, fit=self.fit)

    @property
    def all_sounds(self) -> tuple[SoundWish, ...]:
        """What is recorded: those asked for, or those of the mode, under the names of their kinds."""
        if self.sounds is not None:
            return self.sounds
        desktop = SoundWish(name="desktop", kind=AudioInput.DESKTOP, device=self.desktop_audio, gain=self.desktop_gain)
        mic = SoundWish(name="mic", kind=AudioInput.MIC, device=self.microphone, gain=self.mic_gain)
        return (desktop,) * self.audio_mode.desktop + (mic,) * self.audio_mode.mic

    @property
    def all_tracks(self) -> tuple[TrackWish, ...]:
        """The sound tracks; none without sound."""
        names = tuple(sound.name for sound in self.all_sounds)
        if self.tracks is not None or not names:
            return self.tracks or ()
        return (TrackWish(name="", sounds=names, bitrate=self.audio_bitrate),)

    @property
    def total_bitrate(self) -> int:
        """Bits per second of picture and sound, if there is sound; with a constant quality the most that they are."""
        return self.video().most_bitrate + self._sound_bitrate

    @property
    def usual_bitrate(self) -> int | None:
        """What is to be expected instead, until it was measured; None where the rate is constant."""
        return None if self.quality is None else self.quality.usual_bitrate + self._sound_bitrate

    @property
    def _sound_bitrate(self) -> int:
        return sum(track.bitrate for track in self.all_tracks)

    def without_picture(self) -> "MediaSettings":
        """The same sound, alone. Whatever concerns a picture is equal for all who ask for that."""
        return replace(
            self,
            picture=False,
            screen=None,
            cursor=False,
            region=None,
            width=None,
            height=None,
            fit="letterbox",
            fps=SOUND_ALONE_FPS,
            video_bitrate=0,
            quality=None,
            rest=True,
            b_frames=0,
            codec="h264",
            encoder=EncoderChoice.X264,
        )

    def video(self, *, live: bool = False) -> VideoEncodeSettings:
        """What its video encoder is opened with."""
        return VideoEncodeSettings(
            picture=self.picture,
            codec=self.codec,
            encoder=self.encoder,
            fps=self.fps,
            video_bitrate=self.video_bitrate,
            keyframe_interval_seconds=self.keyframe_interval_seconds,
            live=live,
            quality=self.quality,
            rest=self.rest,
            b_frames=self.b_frames,
        )


SLOWEST_BITRATE = 64_000
"""Of a recording of constant quality that gets room for its index: pictures that stand still, and silence, are less."""

FRONT_SECONDS = 7200
"""Room for the index of two hours: 3 MB at 30 pictures a second. The index of a longer file is at its end (told)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderSettings:
    """One recorder session. `metadata`: keys and texts that its files carry, in order. `split_seconds`, `split_bytes`:
    how long or large a file may become before the recording goes on in another. `max_duration_seconds`, `max_bytes`: of
    all together. `sidecar`: a file of lines beside each, with marks. `fast_start`: the index of each in front."""

    output_path: str
    media: MediaSettings = field(default_factory=MediaSettings)
    metadata: tuple[tuple[str, str], ...] = ()
    split_seconds: float | None = None
    split_bytes: int | None = None
    max_duration_seconds: float | None = None
    max_bytes: int | None = None
    sidecar: bool = False
    fast_start: bool = False

    @property
    def front_seconds(self) -> float:
        """For how much media each file gets room for its index in front: as much as it may become, if that is said."""
        if not self.fast_start:
            return 0
        bounds = [bound for bound in (self.split_bytes, self.max_bytes) if bound is not None]
        # Bytes say little of how long a recording of constant quality becomes.
        bitrate = self.media.total_bitrate if self.media.quality is None else SLOWEST_BITRATE
        seconds = [bound * 8 / bitrate for bound in bounds]
        seconds += [bound for bound in (self.split_seconds, self.max_duration_seconds) if bound is not None]
        return min([*seconds, FRONT_SECONDS])

    @property
    def end(self) -> EndRule:
        """When it ends by itself."""
        return EndRule(seconds=self.max_duration_seconds, bytes=self.max_bytes)

    @property
    def split(self) -> SplitRule:
        """When another file begins by itself."""
        return SplitRule(seconds=self.split_seconds, bytes=self.split_bytes)


FIRST_DESTINATION = "1"
"""Name of a stream's destination that has none of its own."""

MOST_DESTINATIONS = 8
"""Of one stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnEncode:
    """What a destination has for itself, out of the same capture; None: as the stream has it. A size of its own is
    instead of both sides."""

    video_bitrate: int | None = None
    width: int | None = None
    height: int | None = None


AS_THE_STREAM = OwnEncode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A server that a stream goes to, by the name that it has in the session. `rtmp_url` or, beside an address without
    it, `stream_key` carry the stream key: neither may ever be printed, logged or repr'd."""

    name: str = FIRST_DESTINATION
    rtmp_url: str = field(repr=False)
    stream_key: str = field(default="", repr=False)
    own: OwnEncode = AS_THE_STREAM
    ca_file: str = ""
    """In place of the stream's; empty: that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamerSettings:
    """One streamer session. `rtmp_url`, `stream_key`, `name`, `own` and `first_ca_file` as a Destination's, of the
    first one; `more` are the others. `multitrack_audio`: all sound tracks, to the servers that take them. `ca_file` is
    a PEM file with the certificates to trust instead of the system's, or a fingerprint
    (`core.live.certificate_pin`), or empty. `delay_seconds`: see `core.live.delay_line`."""

    rtmp_url: str = field(repr=False)
    stream_key: str = field(default="", repr=False)
    name: str = FIRST_DESTINATION
    own: OwnEncode = AS_THE_STREAM
    more: tuple[Destination, ...] = ()
    retry_rejected: bool = False
    ca_file: str = ""
    first_ca_file: str = ""
    media: MediaSettings = field(default_factory=MediaSettings)
    multitrack_audio: bool = False
    adaptive_bitrate: bool = True
    require_connection: bool = False
    buffer_ms: int = 2000
    delay_seconds: float = 0.0
    max_reconnect_seconds: float | None = None
    reconnect_initial_ms: int = 250
    reconnect_max_ms: int = 5000

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """All of them, in their order."""
        first = Destination(
            name=self.name,
            rtmp_url=self.rtmp_url,
            stream_key=self.stream_key,
            own=self.own,
            ca_file=self.first_ca_file,
        )
        return (first, *self.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySettings:
    """One replay session: the newest `seconds` in memory, which never takes more than `max_bytes`."""

    media: MediaSettings = field(default_factory=MediaSettings)
    seconds: float = 30.0
    max_bytes: int = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Preroll:
    """Where a recording begins: `seconds` ago, out of what this replay session holds; None: with all of it."""

    replay_id: str
    seconds: float | None = None
