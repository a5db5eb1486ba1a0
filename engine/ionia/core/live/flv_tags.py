"""FLV as RTMP carries it: from encoded packets to tags, bytes only. libav's FLV muxer isn't used, because it holds
every packet back until it has seen the next ones of both tracks.

Source: Adobe Flash Video File Format Specification 10.1, annex E; other codecs than H.264 have the tags of
`enhanced_flv`. A tag is a message of RTMP, too.
"""

import struct
from functools import lru_cache

from ionia.core.codec.codec import VideoCodec
from ionia.core.live import enhanced_flv
from ionia.core.media import AudioTrack, EncodedPacket, MediaHeader, Track, VideoTrack

SCRIPT, VIDEO, AUDIO = 18, 9, 8
"""Tag types."""

_SOUND_BITS = 0x0F
"""The rate, size and type bits that E.4.2.1 prescribes for AAC, whatever the sound really is."""

_KEYFRAME, _INTER = 0x10, 0x20
"""FrameType (E.4.3.1)."""

_SEQUENCE_HEADER, _DATA, _END_OF_SEQUENCE = 0, 1, 2
"""AVCPacketType; the first two are AACPacketType as well."""

_SHARED = 8
"""Pictures whose bodies are kept for the next server: those of a stream get each within milliseconds."""

_Number = int | float


def begin(header: MediaHeader) -> bytes:
    """What comes before the first packet: file header, properties, and all decoder configurations, all at 0 ms.

    FLV carries one sound, the first; further ones have tags that readers of plain FLV pass over.
    """
    video = header.video
    flags = 0x01 | (0x04 if header.sounds else 0)
    parts = [b"FLV\x01", bytes((flags,)), (9).to_bytes(4, "big"), bytes(4)]
    parts.append(_tag(SCRIPT, 0, _metadata(header)))
    configuration = video.codec.decoder_configuration(video.extradata)
    parts.append(_tag(VIDEO, 0, _video(video.codec, _KEYFRAME, _SEQUENCE_HEADER) + configuration))
    if enhanced_flv.is_enhanced(video.codec):
        parts.append(_tag(VIDEO, 0, enhanced_flv.colours(video.codec)))
    for sound in header.sounds:
        parts.append(_tag(AUDIO, 0, _sound(sound, _SEQUENCE_HEADER) + sound.extradata))
        if sound.id.index:
            parts.append(_tag(AUDIO, 0, enhanced_flv.channels(sound)))
    return b"".join(parts)


def packet_tag(track: Track, packet: EncodedPacket, milliseconds: int) -> bytes:
    """One packet of this track at its instant."""
    kind, body = packet_body(track, packet)
    return _tag(kind, milliseconds, body)


def packet_body(track: Track, packet: EncodedPacket) -> tuple[int, bytes]:
    """A packet's tag type and body, which are those of its message by RTMP as well.

    Pictures are not reordered (pts == dts), so the composition time is 0. Parameter sets stay in keyframes: whoever
    joins in the middle has them at once. Filler stays: it makes the rate.
    """
    if not isinstance(track, VideoTrack):
        return AUDIO, _sound(track, _DATA) + packet.data
    kind = _KEYFRAME if packet.keyframe else _INTER
    return VIDEO, _picture(track.codec, kind, packet.data)


@lru_cache(maxsize=_SHARED)
def _picture(codec: VideoCodec, kind: int, data: bytes) -> bytes:
    """The body of a picture's tag, made once for all servers that get it: nothing in it is a connection's own."""
    return _video(codec, kind, _DATA) + codec.sample(data, keep_filler=True)


def end(header: MediaHeader, milliseconds: int) -> bytes:
    """After the last packet: no more pictures come."""
    return _tag(VIDEO, milliseconds, _video(header.video.codec, _KEYFRAME, _END_OF_SEQUENCE))


def _video(codec: VideoCodec, kind: int, what: int) -> bytes:
    """The head of a picture's tag; its composition time is 0."""
    if enhanced_flv.is_enhanced(codec):
        return enhanced_flv.head(codec, kind, what)
    return bytes((kind | codec.flv_id, what, 0, 0, 0))


def _sound(track: AudioTrack, what: int) -> bytes:
    """The head of a sound's tag."""
    if track.id.index:
        return enhanced_flv.sound_head(track, what)
    return bytes((track.codec.flv_id << 4 | _SOUND_BITS, what))


def _tag(kind: int, milliseconds: int, body: bytes) -> bytes:
    """Header, body and PreviousTagSize. The upper 8 of the 32 bits of time come last (E.4.1)."""
    time = (milliseconds & 0xFFFFFF).to_bytes(3, "big") + bytes((milliseconds >> 24 & 0xFF,))
    head = bytes((kind,)) + len(body).to_bytes(3, "big") + time + bytes(3)
    return head + body + (len(head) + len(body)).to_bytes(4, "big")


def _metadata(header: MediaHeader) -> bytes:
    """`onMetaData`: what servers show before they have decoded anything (E.5)."""
    video = header.video
    values: dict[str, _Number | bool | str] = {
        "width": video.width,
        "height": video.height,
        "framerate": float(video.fps),
        "videocodecid": enhanced_flv.codec_number(video.codec),
        "videodatarate": video.bitrate / 1000,
    }
    for sound in header.sounds[:1]:
        values |= {
            "audiocodecid": sound.codec.flv_id,
            "audiodatarate": sound.bitrate / 1000,
            "audiosamplerate": sound.sample_rate,
            "audiosamplesize": 16,
            "stereo": sound.channels > 1,
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
