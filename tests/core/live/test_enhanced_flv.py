"""enhanced_flv: literal bytes. That libav writes the same is in test_flv_stream.py."""

from dataclasses import replace

import pytest

from ionia.core.codec.codec import AV1, H264, HEVC, VideoCodec
from ionia.core.live import enhanced_flv, flv_tags
from ionia.core.media import VIDEO, EncodedPacket
from tests.fakes.encoded_clip import encoded_clip


@pytest.mark.parametrize(("codec", "name", "number"), [(HEVC, "hvc1", 0x68766331), (AV1, "av01", 0x61763031)])
def test_names(codec: VideoCodec, name: str, number: int) -> None:
    assert enhanced_flv.is_enhanced(codec)
    assert enhanced_flv.four_cc(codec) == name
    assert enhanced_flv.codec_number(codec) == number


def test_h264_has_what_it_always_had() -> None:
    assert not enhanced_flv.is_enhanced(H264)
    assert enhanced_flv.codec_number(H264) == 7


@pytest.mark.parametrize(
    ("codec", "keyframe", "data", "body"),
    [
        (HEVC, True, b"\0\0\0\1\x26\x01x", b"\x93hvc1\0\0\0\x03\x26\x01x"),
        (HEVC, False, b"\0\0\0\1\x02\x01x", b"\xa3hvc1\0\0\0\x03\x02\x01x"),
        (AV1, True, b"\x12\0\x32\1x", b"\x91av01\x32\1x"),
        (AV1, False, b"\x12\0\x32\1x", b"\xa1av01\x32\1x"),
    ],
)
def test_pictures(codec: VideoCodec, keyframe: bool, data: bytes, body: bytes) -> None:
    track = replace(encoded_clip(30).header.video, codec=codec)
    packet = EncodedPacket(track=VIDEO, pts=0, dts=0, duration=1, keyframe=keyframe, data=data)
    tag = flv_tags.packet_tag(track, packet, 40)
    assert tag[:11] == b"\x09" + len(body).to_bytes(3, "big") + b"\0\0\x28\0\0\0\0"
    assert tag[11:-4] == body


def test_the_end() -> None:
    header = encoded_clip(30).header
    assert flv_tags.end(header.with_track(replace(header.video, codec=HEVC)), 0)[11:-4] == b"\x92hvc1"
