"""FLV as RTMP carries it: from encoded packets to tags, bytes only. The file format's own muxer isn't used for that,
because it holds every packet back until it has seen the next ones of both tracks.

Source: Adobe Flash Video File Format Specification 10.1, annex E. A tag is a message of RTMP, too.
"""

import struct

from ionia.core.codec.h264 import decoder_configuration, length_prefixed
from ionia.core.media import SAMPLE_RATE, EncodedPacket, MediaHeader, Track

SCRIPT, VIDEO, AUDIO = 18, 9, 8
"""Tag types."""

_AAC = 0xAF
"""SoundFormat 10 with the rate, size and type bits that E.4.2.1 prescribes for AAC, whatever the sound really is."""

_KEYFRAME, _INTER = 0x17, 0x27
"""FrameType and CodecID 7, AVC (E.4.3.1)."""

_SEQUENCE_HEADER, _DATA, _END_OF_SEQUENCE = 0, 1, 2
"""AVCPacketType; the first two are AACPacketType as well."""

_Number = int | float


def begin(header: MediaHeader) -> bytes:
    """What comes before the first packet: file header, properties, and both decoder configurations, all at 0 ms."""
    flags = 0x01 | (0x04 if header.has_audio else 0)
    parts = [b"FLV\x01", bytes((flags,)), (9).to_bytes(4, "big"), bytes(4)]
    parts.append(_tag(SCRIPT, 0, _metadata(header)))
    configuration = decoder_configuration(header.video_extradata)
    parts.append(_tag(VIDEO, 0, bytes((_KEYFRAME, _SEQUENCE_HEADER, 0, 0, 0)) + configuration))
    if header.has_audio:
        parts.append(_tag(AUDIO, 0, bytes((_AAC, _SEQUENCE_HEADER)) + header.audio_extradata))
    return b"".join(parts)


def packet_tag(packet: EncodedPacket, milliseconds: int) -> bytes:
    """One packet at its instant. Pictures are not reordered (pts == dts), so the composition time is 0.

    Parameter sets stay in keyframes: whoever joins in the middle has them at once. Filler stays: it makes the rate.
    """
    if packet.track is Track.AUDIO:
        return _tag(AUDIO, milliseconds, bytes((_AAC, _DATA)) + packet.data)
    kind = _KEYFRAME if packet.keyframe else _INTER
    return _tag(VIDEO, milliseconds, bytes((kind, _DATA, 0, 0, 0)) + length_prefixed(packet.data, keep_filler=True))


def end(milliseconds: int) -> bytes:
    """After the last packet: no more pictures come."""
    return _tag(VIDEO, milliseconds, bytes((_KEYFRAME, _END_OF_SEQUENCE, 0, 0, 0)))


def _tag(kind: int, milliseconds: int, body: bytes) -> bytes:
    """Header, body and PreviousTagSize. The upper 8 of the 32 bits of time come last (E.4.1)."""
    time = (milliseconds & 0xFFFFFF).to_bytes(3, "big") + bytes((milliseconds >> 24 & 0xFF,))
    head = bytes((kind,)) + len(body).to_bytes(3, "big") + time + bytes(3)
    return head + body + (len(head) + len(body)).to_bytes(4, "big")


def _metadata(header: MediaHeader) -> bytes:
    """`onMetaData`: what servers show before they have decoded anything (E.5)."""
    values: dict[str, _Number | bool | str] = {
        "width": header.width,
        "height": header.height,
        "framerate": header.fps,
        "videocodecid": 7,
        "videodatarate": header.video_bitrate / 1000,
    }
    if header.has_audio:
        values |= {
            "audiocodecid": 10,
            "audiodatarate": header.audio_bitrate / 1000,
            "audiosamplerate": SAMPLE_RATE,
            "audiosamplesize": 16,
            "stereo": True,
        }
    values["encoder"] = "ionia"
    pairs = b"".join(_amf_name(name) + _amf(value) for name, value in values.items())
    return _amf("onMetaData") + b"\x08" + len(values).to_bytes(4, "big") + pairs + _amf_name("") + b"\x09"


def _amf(value: _Number | bool | str) -> bytes:
    """One AMF0 value."""
    match value:
        case bool():
            return b"\x01" + bytes((value,))
        case str():
            return b"\x02" + _amf_name(value)
        case _:
            return b"\x00" + struct.pack(">d", value)


def _amf_name(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()
