"""A codec as a value: here containers, streams and resting encoders ask what they must know of it, and know no more.

It opens no encoder; which one makes a codec is `media.encoder_specs`' knowledge.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Protocol

from ionia.core.codec import av1, h264, hevc
from ionia.core.codec.skip_pictures import SkipPictures


class StillPictures(Protocol):
    """Pictures between those of an encoder that are written without it, each equal to the one before.

    Pictures carry a running number; whoever puts one in counts the encoder's later ones on.
    """

    @property
    def macroblocks(self) -> int:
        """How many blocks a picture consists of, each of which is said to be as before."""
        ...

    def said(self, access_unit: bytes) -> int | None:
        """How many bytes of a picture aren't filler. None for a keyframe, and where there is no filler."""
        ...

    def number(self, access_unit: bytes) -> int:
        """The running number of a picture."""
        ...

    def renumbered(self, access_unit: bytes, by: int) -> bytes:
        """A picture that isn't a keyframe, its number higher by `by`."""
        ...

    def repeated(self, number: int, size: int) -> bytes:
        """The picture before again, under this number, filled up to `size` bytes where that is possible."""
        ...


class SampleForm(Protocol):
    """How one access unit of an encoder becomes a sample of MP4 or the body of an FLV tag.

    Parameter sets in `drop` are left out, and filler unless `keep_filler`: it makes the constant rate of a live
    stream, and is pure waste in a file.
    """

    def __call__(self, data: bytes, *, drop: frozenset[bytes] = frozenset(), keep_filler: bool = False) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoCodec:
    """What pictures are coded in. `extradata` is always an encoder's own, as libav gives it with global headers on."""

    name: str
    """On the wire."""
    decoder: str
    """libav's name of the decoder. What it calls "av1" decodes by a graphics card alone."""
    sample_entry: bytes
    """Four-character code of the MP4 sample entry (ISO/IEC 14496-15), also a brand of the file."""
    configuration_box: bytes
    """Four-character code of the box in it that holds the decoder configuration."""
    flv_id: int
    """CodecID of FLV (E.4.3.1); 0: it has none, and goes by the name of its sample entry (Enhanced RTMP)."""
    decoder_configuration: Callable[[bytes], bytes]
    """The decoder configuration record made from extradata. Raises ValueError when parameter sets are missing."""
    parameter_sets: Callable[[bytes], tuple[bytes, ...]]
    """The parameter sets in extradata or in an access unit, in order."""
    parameter_set_key: Callable[[bytes], Hashable]
    """What two parameter sets must not share in one header; None for a set that can't be told."""
    extradata_of: Callable[[Iterable[bytes]], bytes]
    """Extradata made from parameter sets."""
    own_extradata: Callable[[bytes], bytes | None]
    """The extradata that an access unit brings with it; None unless it has all that a decoder needs."""
    sample: SampleForm
    sets_of_sample: Callable[[bytes], tuple[bytes, ...]]
    """The parameter sets in what `sample` gave, in order."""
    still_pictures: Callable[[bytes], StillPictures] | None
    """Made from extradata: how this codec rests. Raises ValueError for a stream that can't; None where none can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioCodec:
    """What sound is coded in. `extradata` is its decoder configuration."""

    name: str
    """On the wire, and libav's name of the decoder."""
    sample_entry: bytes
    """Four-character code of the MP4 sample entry."""
    object_type: int
    """objectTypeIndication of MPEG-4 (ISO/IEC 14496-1 table 5)."""
    flv_id: int
    """SoundFormat of FLV (E.4.2.1)."""


Codec = VideoCodec | AudioCodec

H264 = VideoCodec(
    name="h264",
    decoder="h264",
    sample_entry=b"avc1",
    configuration_box=b"avcC",
    flv_id=7,
    decoder_configuration=h264.decoder_configuration,
    parameter_sets=h264.units_of_sets,
    parameter_set_key=h264.set_key,
    extradata_of=h264.annex_b,
    own_extradata=h264.own_extradata,
    sample=h264.length_prefixed,
    sets_of_sample=h264.sets_of_sample,
    still_pictures=SkipPictures,
)

HEVC = VideoCodec(
    name="hevc",
    decoder="hevc",
    sample_entry=b"hvc1",
    configuration_box=b"hvcC",
    flv_id=0,
    decoder_configuration=hevc.decoder_configuration,
    parameter_sets=hevc.units_of_sets,
    parameter_set_key=hevc.set_key,
    extradata_of=hevc.extradata_of,
    own_extradata=hevc.own_extradata,
    sample=hevc.length_prefixed,
    sets_of_sample=hevc.sets_of_sample,
    still_pictures=None,
)

AV1 = VideoCodec(
    name="av1",
    decoder="libdav1d",
    sample_entry=b"av01",
    configuration_box=b"av1C",
    flv_id=0,
    decoder_configuration=av1.decoder_configuration,
    parameter_sets=av1.sequence_headers,
    parameter_set_key=av1.set_key,
    extradata_of=av1.extradata_of,
    own_extradata=av1.own_extradata,
    sample=av1.sample,
    sets_of_sample=av1.sequence_headers,
    still_pictures=None,
)


def _no_sample(data: bytes, *, drop: frozenset[bytes] = frozenset(), keep_filler: bool = False) -> bytes:  # noqa: ARG001 - as the form has it
    return data


NO_PICTURE = VideoCodec(
    name="none",
    decoder="",
    sample_entry=b"M4A ",
    configuration_box=b"",
    flv_id=0,
    decoder_configuration=lambda _: b"",
    parameter_sets=lambda _: (),
    parameter_set_key=lambda _: None,
    extradata_of=lambda _: b"",
    own_extradata=lambda _: None,
    sample=_no_sample,
    sets_of_sample=lambda _: (),
    still_pictures=None,
)
"""Of a session that records sound alone: its packets say which frames pass, and no file or stream has them."""

AAC = AudioCodec(name="aac", sample_entry=b"mp4a", object_type=0x40, flv_id=10)

OPUS = AudioCodec(name="opus", sample_entry=b"Opus", object_type=0, flv_id=0)
"""By WHIP alone; `extradata` is empty."""

_CODECS: dict[str, Codec] = {codec.name: codec for codec in (H264, HEVC, AV1, AAC, OPUS)}


def video_codec(name: str) -> VideoCodec:
    """The codec of this name. Raises LookupError."""
    codec = _CODECS[name]
    if not isinstance(codec, VideoCodec):
        raise LookupError(f"{name} codes no pictures")
    return codec


def audio_codec(name: str) -> AudioCodec:
    """The codec of this name. Raises LookupError."""
    codec = _CODECS[name]
    if not isinstance(codec, AudioCodec):
        raise LookupError(f"{name} codes no sound")
    return codec
