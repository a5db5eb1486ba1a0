"""Enhanced FLV: pictures of codecs that FLV has no number for, named by a FourCC.

Source: Enhanced RTMP v2 (Veovera), "Enhanced Video". `flv_tags` writes the rest, and streams of H.264 without this.
"""

from ionia.core.codec.codec import HEVC, VideoCodec
from ionia.core.rtmp.amf0 import encode

_EXTENDED = 0x80
"""isExVideoHeader: what follows it is a frame type and a packet type, then the FourCC."""

_COMMAND_FRAME = 0x50
"""The frame type of a tag without a picture."""

_CODED_FRAMES, _METADATA, _CODED_FRAMES_X = 1, 4, 3
"""VideoPacketType, of which the first three count as AVCPacketType does. The last is coded frames without the
composition time, which is 0 here; AV1 has none anyway."""

_BT709 = 1
"""By ITU-T H.273, of primaries, transfer and matrix: the only colours that encoders are given (`PixelFormat`)."""


def is_enhanced(codec: VideoCodec) -> bool:
    """Whether it takes a server of Enhanced RTMP."""
    return codec.flv_id == 0


def four_cc(codec: VideoCodec) -> str:
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


def colours(codec: VideoCodec) -> bytes:
    """The body of a tag that says which colours are meant."""
    names = ("transferCharacteristics", "matrixCoefficients", "colorPrimaries")
    said = encode("colorInfo", {"colorConfig": dict.fromkeys(names, float(_BT709))})
    return head(codec, _COMMAND_FRAME, _METADATA) + said
