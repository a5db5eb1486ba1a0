"""Enhanced FLV: pictures of codecs that FLV has no number for, named by a FourCC, and sounds beside the first.

Source: Enhanced RTMP v2 (Veovera), "Enhanced Video" and "Enhanced Audio". `flv_tags` writes the rest, and streams of
H.264 with one sound without this.
"""

from ionia.core.codec.codec import HEVC, AudioCodec, VideoCodec
from ionia.core.media import AudioTrack
from ionia.core.rtmp.amf0 import encode

_EXTENDED = 0x80
"""isExVideoHeader: what follows it is a frame type and a packet type, then the FourCC."""

_COMMAND_FRAME = 0x50
"""The frame type of a tag without a picture."""

_CODED_FRAMES, _METADATA, _CODED_FRAMES_X = 1, 4, 3
"""VideoPacketType, of which the first three count as AVCPacketType does. The last is coded frames without the
composition time, which is 0 here; AV1 has none anyway."""

_EXTENDED_SOUND, _MULTITRACK = 0x90, 5
"""SoundFormat of an extended header, and the AudioPacketType by which tracks are told apart."""

_ONE_TRACK = 0x00
"""AvMultitrackType: a tag for each packet of a track."""

_MULTICHANNEL = 4
"""AudioPacketType of what says which channels there are; the first two count as AACPacketType does."""

_NATIVE_ORDER = 1
"""AudioChannelOrder: by the bits of a mask, of which the lowest are left, right and centre."""

_MONO, _STEREO = 0x4, 0x3

_BT709 = 1
"""By ITU-T H.273, of primaries, transfer and matrix: the only colours that encoders are given (`PixelFormat`)."""


def is_enhanced(codec: VideoCodec) -> bool:
    """Whether it takes a server of Enhanced RTMP."""
    return codec.flv_id == 0


def four_cc(codec: VideoCodec | AudioCodec) -> str:
    """Its name there, which is that of MP4."""
    return codec.sample_entry.decode("ascii")


def codec_number(codec: VideoCodec) -> int:
    """What `onMetaData` says of it."""
    return codec.flv_id or int.from_bytes(codec.sample_entry, "big")


def head(codec: VideoCodec, frame_type: int, packet_type: int) -> bytes:
    """The head of a picture's tag. `packet_type` as of AVC: configuration, data or end."""
    if packet_type == _CODED_FRAMES and codec is HEVC:
        packet_type = _CODED_FRAMES_X
    return bytes((_EXTENDED | frame_type | packet_type,)) + codec.sample_entry


def sound_head(track: AudioTrack, packet_type: int) -> bytes:
    """The head of the tag of a sound beside the first. `packet_type` as of AAC: configuration or data."""
    return (
        bytes((_EXTENDED_SOUND | _MULTITRACK, _ONE_TRACK | packet_type))
        + track.codec.sample_entry
        + bytes((track.id.index,))
    )


def channels(track: AudioTrack) -> bytes:
    """The body of a tag that says which channels such a sound has."""
    mask = _MONO if track.channels == 1 else _STEREO
    return sound_head(track, _MULTICHANNEL) + bytes((_NATIVE_ORDER, track.channels)) + mask.to_bytes(4, "big")


def colours(codec: VideoCodec) -> bytes:
    """The body of a tag that says which colours are meant."""
    names = ("transferCharacteristics", "matrixCoefficients", "colorPrimaries")
    said = encode("colorInfo", {"colorConfig": dict.fromkeys(names, float(_BT709))})
    return head(codec, _COMMAND_FRAME, _METADATA) + said
