"""flv_tags: literal bytes, and that libav reads back every packet as it was written."""

import io
from fractions import Fraction

import av
import pytest

from ionia.core.codec.h264 import length_prefixed
from ionia.core.live import flv_tags
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, TrackId
from tests.fakes.amf import decode_amf
from tests.fakes.encoded_clip import encoded_clip


def packet(track: TrackId, data: bytes, *, keyframe: bool = False) -> EncodedPacket:
    return EncodedPacket(track=track, pts=0, dts=0, duration=1, keyframe=keyframe, data=data)


def test_literal_tags() -> None:
    header = encoded_clip().header
    sound = flv_tags.packet_tag(header.sounds[0], packet(AUDIO, b"aac"), 0x01020304)
    assert sound == bytes.fromhex("08 000005 020304 01 000000 AF01") + b"aac" + (16).to_bytes(4, "big")
    picture = flv_tags.packet_tag(header.video, packet(VIDEO, b"\0\0\0\1\x65abc", keyframe=True), 40)
    assert picture == bytes.fromhex("09 00000D 000028 00 000000 17 01 000000 00000004 65") + b"abc" + b"\0\0\0\x18"
    assert flv_tags.packet_tag(header.video, packet(VIDEO, b"\0\0\1\x41x"), 0)[11] == 0x27
    assert flv_tags.end(header, 1000) == bytes.fromhex("09 000005 0003E8 00 000000 17 02 000000 00000010")


@pytest.mark.parametrize("sound", [True, False])
def test_what_servers_show(sound: bool) -> None:
    begin = flv_tags.begin(encoded_clip(audio=sound).header)
    assert begin[:13] == b"FLV\x01" + bytes((5 if sound else 1,)) + b"\0\0\0\x09\0\0\0\0"
    assert begin[13] == flv_tags.SCRIPT
    length = int.from_bytes(begin[14:17], "big")
    name, values = decode_amf(begin[24 : 24 + length])
    assert name == "onMetaData"
    assert isinstance(values, dict)
    assert (values["width"], values["height"], values["framerate"]) == (
        encoded_clip().header.video.width,
        encoded_clip().header.video.height,
        encoded_clip().header.video.fps,
    )
    assert values.get("stereo") is (True if sound else None)
    assert values["encoder"] == "ionia"


def test_libav_reads_every_packet_back() -> None:
    clip = encoded_clip()
    picture = clip.header.video
    track_of = {track.id: track for track in clip.header.tracks}
    packets = [packet for packet in clip.packets if packet.dts >= 0]
    stamped = [(packet, 20 * index) for index, packet in enumerate(packets)]
    data = flv_tags.begin(clip.header) + b"".join(flv_tags.packet_tag(track_of[p.track], p, ms) for p, ms in stamped)
    with av.open(io.BytesIO(data + flv_tags.end(clip.header, 20 * len(packets))), format="flv") as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.width, video.height) == ("h264", picture.width, picture.height)
        assert (audio.codec_context.name, audio.sample_rate) == ("aac", 48_000)
        assert video.time_base == Fraction(1, 1000)
        read = [(p.stream.type, p.pts, bytes(p)) for p in container.demux() if p.size]
    assert read == [
        ("video", ms, length_prefixed(packet.data, keep_filler=True))
        if packet.track == VIDEO
        else ("audio", ms, packet.data)
        for packet, ms in stamped
    ]
