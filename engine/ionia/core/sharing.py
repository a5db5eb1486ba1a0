"""Who may share what with whom: the identity of every thing that several sessions may use at once.

Two sessions share a thing when its identity is equal, each level for itself: a capture by what it looks at and how
often, a picture stage by its capture, what it shows of it and the format that it converts to, a video encode by its
capture and what it makes of it, a sound by its device, an audio encode by its sounds and its bit rate. What can be
changed while it runs (gain, mute, the video's bit rate under a slow link) is no part of an identity. An audio encode
is nevertheless only shared by those who hear the same: whoever changes it alone gets one of its own (`AudioEncodes`).

The rate buffer is no part of a video encode's identity either: a picture that is encoded once serves file and stream,
and the first who asks decides. A recorder on a stream's encode loses nothing that can be seen; a stream on a
recorder's may be over its rate for a second when the whole picture changes, which its own buffer takes (decision 0200).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.offsets import key_of, of_input
from ionia.core.audio.programs import AppWish
from ionia.core.audio.stream_sum import SUM_LATENCY_NS
from ionia.core.audio.wishes import TrackWish
from ionia.core.frame_rate import FrameRate
from ionia.core.media import PictureFormat
from ionia.core.settings import CodecName, EncoderChoice, MediaSettings, SoundCodecName
from ionia.core.video.framing import Framing
from ionia.core.video.quality import ConstantQuality

NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureKey:
    """A screen, looked at so many times a second; without `picture` only the frames are counted.

    `preview`: only to be shown. Whoever records opens a capture of its own, which previews then follow. `gpu`: whoever
    opens it has an encoder for pictures on the graphics adapter. That is no identity: who comes later reads them back.
    """

    screen: str | None
    cursor: bool
    fps: FrameRate
    picture: bool = True
    preview: bool = False
    gpu: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageKey:
    """What is shown of a capture's pictures, in one format.

    The encoder that opened says which format that is. So an encode is found by what was asked for, and its stage by
    what came of it: two encodes that differ in rate, or in their encoder, still share their pictures.
    """

    capture: CaptureKey
    framing: Framing
    format: PictureFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEncodeKey:
    """What is made of a capture's pictures. `width` and `height` as asked; None: as it comes."""

    capture: CaptureKey
    framing: Framing
    width: int | None
    height: int | None
    encoder: EncoderChoice
    codec: CodecName
    bitrate: int
    """Of constant quality: its cap."""
    keyframe_interval: int
    quality: ConstantQuality | None = None
    rest: bool = True
    b_frames: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundKey:
    """The sound of a device or a program on the timeline. `offset_ms`: as asked; None: the device's remembered one.

    `remembered`: those offsets as they were when the session was initialized, by the devices' keys. A take keeps its
    offsets to its end; whoever begins after they were changed gets the new ones, on a timeline of their own.
    """

    which: AudioInput
    device: str | None
    offset_ms: float | None
    remembered: tuple[tuple[str, float], ...] = ()
    app: AppWish | None = None

    def __hash__(self) -> int:
        """As equality has it. A mix looks ten things up by it each tick, and the generated one takes 1.5 us."""
        return hash((self.device, self.which is AudioInput.MIC, self.app is None))

    def offset_of(self, name: str) -> float:
        """By how many milliseconds later the sound of the device of this name belongs."""
        if self.offset_ms is not None:
            return self.offset_ms
        return dict(self.remembered).get(key_of(self.which, name), 0.0)

    @property
    def late_ns(self) -> int:
        """By how much later than a device's its blocks may come: moved to earlier instants, or summed of streams."""
        asked = [offset for _, offset in self.remembered] if self.offset_ms is None else [self.offset_ms]
        return round(-1e6 * min([0.0, *asked])) + SUM_LATENCY_NS * (self.app is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioEncodeKey:
    """What is encoded of which sounds."""

    sounds: tuple[SoundKey, ...]
    bitrate: int
    codec: SoundCodecName = "aac"


def capture_key(settings: MediaSettings) -> CaptureKey:
    """The capture that these settings ask for."""
    return CaptureKey(screen=settings.screen, cursor=settings.cursor, fps=settings.fps, picture=settings.picture)


def video_encode_key(settings: MediaSettings) -> VideoEncodeKey:
    """The video encode that these settings ask for."""
    return VideoEncodeKey(
        capture=capture_key(settings),
        framing=settings.framing,
        width=settings.width,
        height=settings.height,
        encoder=settings.encoder,
        codec=settings.codec,
        bitrate=settings.video().most_bitrate,
        keyframe_interval=settings.video().keyframe_interval,
        quality=settings.quality,
        rest=settings.rest,
        b_frames=settings.b_frames,
    )


def sound_keys(settings: MediaSettings, remembered: Mapping[str, float] = NOTHING) -> Mapping[str, SoundKey]:
    """The sounds that these settings ask for, by their names. `remembered`: see `core.audio.offsets`."""
    offset_ms = settings.audio_offset_ms
    return {
        sound.name: SoundKey(
            which=sound.kind,
            device=sound.device,
            app=sound.app,
            offset_ms=offset_ms,
            remembered=() if offset_ms is not None else tuple(sorted(of_input(remembered, sound.kind).items())),
        )
        for sound in settings.all_sounds
    }


def audio_encode_keys(settings: MediaSettings, sounds: Mapping[str, SoundKey]) -> tuple[AudioEncodeKey, ...]:
    """The audio encode of each track that these settings ask for, of these `sounds` by their names.

    In whatever order they were named: the sum is the same.
    """

    def key(track: TrackWish) -> AudioEncodeKey:
        mixed = [sounds[name] for name in track.sounds]
        mixed.sort(key=lambda sound: (sound.which.value, sound.device or "", str(sound.app)))
        return AudioEncodeKey(sounds=tuple(mixed), bitrate=track.bitrate, codec=settings.sound_codec)

    return tuple(key(track) for track in settings.all_tracks)
