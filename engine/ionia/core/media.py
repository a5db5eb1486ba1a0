"""The values that travel between sources, encoders and sinks. They carry media and its instants, and decide nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ionia.core.codec.codec import NO_PICTURE, AudioCodec, VideoCodec
from ionia.core.frame_rate import FrameRate
from ionia.core.video.framing import Framing, even

SAMPLE_RATE = 48_000
"""Samples per second of every AudioBlock and of the audio timeline."""

AUDIO_TICK_SAMPLES = 1024
"""Samples per audio tick: one AAC-LC frame (ISO/IEC 14496-3)."""

Samples = npt.NDArray[np.float32]
"""Audio samples, shape (n, 2), float32, nominal range -1..1."""

Picture = npt.NDArray[np.uint8]
"""BGRA pixels, shape (height, width, 4), uint8; rows may be strided, pixels within a row are contiguous."""

Plane = npt.NDArray[np.uint8]
"""One plane of a converted picture, shape (rows, bytes of a row), uint8; rows may be strided."""


class PixelFormat(Enum):
    """How encoders take pictures, by libav's names: 4:2:0 in limited range, or as they lie on the graphics adapter."""

    YUV420P = "yuv420p"
    """Three planes: Y, Cb, Cr."""
    NV12 = "nv12"
    """Two planes: Y, and Cb and Cr by turns."""
    SURFACE = "d3d11"
    """No planes: BGRA in the graphics adapter's memory, as it was captured. The encoder converts."""


class ColourMatrix(IntEnum):
    """From RGB to Y, Cb, Cr, in the numbers of H.273, which are libav's too."""

    BT709 = 1
    BT601 = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureFormat:
    """What an encoder takes: pictures of one even size, in one layout."""

    width: int
    height: int
    pixels: PixelFormat
    matrix: ColourMatrix = ColourMatrix.BT709

    def __post_init__(self) -> None:
        if self.width != even(self.width) or self.height != even(self.height):
            raise ValueError(f"4:2:0 pictures have even sides, not {self.width}x{self.height}")

    @property
    def plane_shapes(self) -> tuple[tuple[int, int], ...]:
        """Rows and bytes of a row, plane by plane."""
        if self.pixels is PixelFormat.SURFACE:
            return ()
        rows, columns = self.height // 2, self.width // 2
        if self.pixels is PixelFormat.NV12:
            return (self.height, self.width), (rows, self.width)
        return (self.height, self.width), (rows, columns), (rows, columns)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class YuvPicture:
    """One picture as encoders take it. Immutable by convention: any number of encoders read it at any time.

    Of `PixelFormat.SURFACE`: no planes, but the `frame` as it was captured, surface or not, and what is to be shown.
    """

    format: PictureFormat
    planes: tuple[Plane, ...]
    frame: "VideoFrame | None" = None
    framing: Framing | None = None


class TrackKind(Enum):
    """What a track is made of."""

    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True, init=False, eq=False)
class TrackId:
    """Which track a packet belongs to. Tracks of a kind count from 0; the first is what players choose.

    There is one object of each, equal to itself alone: every packet is looked up by its track a dozen times, which so
    takes no call.
    """

    kind: TrackKind
    index: int
    is_video: bool = field(init=False, repr=False)
    """Whether it has pictures."""

    def __new__(cls, *, kind: TrackKind, index: int = 0) -> "TrackId":
        """That one. Any thread."""
        made = object.__new__(cls)
        for name, value in (("kind", kind), ("index", index), ("is_video", kind is TrackKind.VIDEO)):
            object.__setattr__(made, name, value)
        return _TRACKS.setdefault((kind, index), made)

    def __reduce__(self) -> "tuple[Callable[[TrackKind, int], TrackId], tuple[TrackKind, int]]":
        """A copy, also one that comes from another process, is the one that is here."""
        return _track, (self.kind, self.index)


_TRACKS: dict[tuple[TrackKind, int], TrackId] = {}


def _track(kind: TrackKind, index: int) -> TrackId:
    return TrackId(kind=kind, index=index)


VIDEO = TrackId(kind=TrackKind.VIDEO)
"""The pictures."""

AUDIO = TrackId(kind=TrackKind.AUDIO)
"""The first sound track: the one that is streamed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VideoFrame:
    """One picture of the screen. Immutable by convention: whoever holds it may read the pixels at any time.

    `captured_ns` is the instant, on the engine's clock, at which the picture was taken.
    """

    captured_ns: int
    pixels: Picture

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    def pixels_for(self, width: int, height: int) -> Picture:  # noqa: ARG002 - another kind of picture asks
        """All of it with enough pixels for a picture of this size: those that there are, or fewer where that is
        cheaper."""
        return self.pixels


class Surface(Protocol):
    """A picture in a graphics adapter's memory. Any thread."""

    @property
    def width(self) -> int:
        """Width in pixels."""
        ...

    @property
    def height(self) -> int:
        """Height in pixels."""
        ...

    def read(self) -> Picture:
        """A copy of its pixels in main memory. Raises OSError once the adapter has lost it."""
        ...

    def read_small(self, width: int, height: int) -> Picture:
        """The same, or fewer pixels, each the mean of several: no fewer either way than this, if there are so many."""
        ...


class SurfaceFrame(VideoFrame):
    """A picture of the screen that is still where it was taken. Its pixels are read back each time they are wanted."""

    __slots__ = ("surface",)
    surface: Surface

    def __init__(self, *, captured_ns: int, surface: Surface) -> None:
        object.__setattr__(self, "captured_ns", captured_ns)
        object.__setattr__(self, "surface", surface)

    def __repr__(self) -> str:
        """Without its pixels, which would be read back for it."""
        return f"SurfaceFrame({self.width}x{self.height} at {self.captured_ns})"

    @property
    def pixels(self) -> Picture:
        """Black where the adapter has lost it: whoever only looks is no reason to end a take."""
        return self._or_black(self.surface.read)

    def pixels_for(self, width: int, height: int) -> Picture:
        """See VideoFrame. They are made smaller on the adapter, so that less is read back."""
        return self._or_black(lambda: self.surface.read_small(width, height))

    def _or_black(self, read: Callable[[], Picture]) -> Picture:
        try:
            return read()
        except OSError:
            return np.zeros((self.height, self.width, 4), np.uint8)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self.surface.width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.surface.height


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AudioBlock:
    """Consecutive samples of one source at 48 kHz stereo. `start_ns` is the instant the first was captured."""

    start_ns: int
    samples: Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPacket:
    """One encoded picture or audio frame.

    `pts`, `dts` and `duration` count in the track's own time base: {1, fps} for video (pts is the frame index),
    {1, 48000} for audio (pts is the sample index; the encoder's priming makes the first negative). The origin of
    all is the engine's epoch. Packets of a track come in the order of `dts`, which rises and is never above `pts`: what
    comes later is shown later than `dts`. With B-frames a keyframe's is `pts` - 1, and pictures behind a keyframe are
    shown behind it; everywhere else it is `pts` (decision 0430). `data` is an access unit or a frame of the track's
    codec, as libav's encoders give it with global headers on: Annex B for H.264, raw for AAC.
    """

    track: TrackId
    pts: int
    dts: int
    duration: int
    keyframe: bool
    data: bytes
    stored: bool = False
    """Whether the data is a sample of a file already (`StoredForm`). Encoders and connections know nothing of that."""

    def on(self, track: TrackId) -> "EncodedPacket":
        """The same, on another track. Not by `replace`, which takes three times as long: all sound comes here."""
        return EncodedPacket(
            track=track,
            pts=self.pts,
            dts=self.dts,
            duration=self.duration,
            keyframe=self.keyframe,
            data=self.data,
            stored=self.stored,
        )

    def earlier(self, by: int) -> "EncodedPacket":
        """The same, so many of its track's units earlier."""
        return EncodedPacket(
            track=self.track,
            pts=self.pts - by,
            dts=self.dts - by,
            duration=self.duration,
            keyframe=self.keyframe,
            data=self.data,
            stored=self.stored,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoTrack:
    """What a sink must know of a video track. `name` is for people and may be empty; `bitrate` in bit/s. `reordered`:
    it has B-frames, and its packets come in another order than they are shown in. `sets_in_keyframes`: each brings its
    parameter sets, which stay in it: an encoder whose sets have the same ids may take over. `rests`: pictures that
    repeat may be written without the encoder, as they are while it rests."""

    id: TrackId = VIDEO
    name: str = ""
    codec: VideoCodec
    extradata: bytes
    bitrate: int
    width: int
    height: int
    fps: FrameRate
    reordered: bool = False
    sets_in_keyframes: bool = False
    rests: bool = False
    matrix: ColourMatrix = ColourMatrix.BT709

    def goes_on_as(self, other: "VideoTrack") -> bool:
        """Whether another encoder's pictures may follow in the same file: ordered alike, and decoded by parameter sets
        that the header or each keyframe has."""
        if (self.codec, self.reordered) != (other.codec, other.reordered):
            return False
        if self.sets_in_keyframes and other.sets_in_keyframes:
            return True
        return self.codec.parameter_sets(self.extradata) == other.codec.parameter_sets(other.extradata)

    @property
    def left_out_sets(self) -> frozenset[bytes]:
        """The parameter sets that need not be in a sample, since the header has them."""
        return frozenset() if self.sets_in_keyframes else frozenset(self.codec.parameter_sets(self.extradata))

    @property
    def timescale(self) -> FrameRate:
        """Units per second of the packets' times."""
        return self.fps


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """What a sink must know of an audio track. `name` is for people and may be empty; `bitrate` in bit/s."""

    id: TrackId = AUDIO
    name: str = ""
    codec: AudioCodec
    extradata: bytes
    bitrate: int
    sample_rate: int = SAMPLE_RATE
    channels: int = 2

    @property
    def timescale(self) -> int:
        """Units per second of the packets' times."""
        return self.sample_rate


Track = VideoTrack | AudioTrack


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaHeader:
    """What a sink must know before the first packet: the tracks, video first, in the order that players list them."""

    tracks: tuple[Track, ...]

    @property
    def video(self) -> VideoTrack:
        """The pictures. Raises LookupError when there are none."""
        for track in self.tracks:
            if isinstance(track, VideoTrack):
                return track
        raise LookupError("there is no video track")

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to be seen."""
        return any(isinstance(track, VideoTrack) and track.codec is not NO_PICTURE for track in self.tracks)

    @property
    def sounds(self) -> tuple[AudioTrack, ...]:
        """The audio tracks."""
        return tuple(track for track in self.tracks if isinstance(track, AudioTrack))

    @property
    def ids(self) -> tuple[TrackId, ...]:
        """Which tracks there are."""
        return tuple(track.id for track in self.tracks)

    def with_track(self, track: Track) -> "MediaHeader":
        """The same, with this track in the place of the one of its id."""
        return MediaHeader(tracks=tuple(track if track.id == each.id else each for each in self.tracks))

    def only(self, *ids: TrackId) -> "MediaHeader":
        """The same, without all other tracks."""
        return MediaHeader(tracks=tuple(track for track in self.tracks if track.id in ids))
