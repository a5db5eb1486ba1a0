"""The header as a template: libav muxes our packets into other containers with it."""

import io
from fractions import Fraction

import av
import pytest

from ionia.core.codec.h264 import length_prefixed
from ionia.core.media import Track
from tests.fakes.encoded_clip import HEIGHT, WIDTH, encoded_clip


def test_libav_opens_the_init_segment_and_finds_both_tracks() -> None:
    header = encoded_clip(40).header
    with av.open(io.BytesIO(header.init_segment)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.width, video.height) == ("h264", WIDTH, HEIGHT)
        assert audio.codec_context.extradata == header.audio_extradata
        assert (audio.codec_context.sample_rate, audio.codec_context.channels) == (48_000, 2)
    assert len(header.init_segment) < 2000


def test_without_sound_there_is_one_track() -> None:
    header = encoded_clip(40, audio=False).header
    assert not header.has_audio
    assert header.audio_bitrate == 0
    with av.open(io.BytesIO(header.init_segment)) as container:
        assert len(container.streams) == 1


@pytest.mark.parametrize("container_format", ["flv", "mp4"])
@pytest.mark.parametrize("keep_filler", [False, True])
def test_packets_go_into_any_container_by_its_templates(container_format: str, keep_filler: bool) -> None:
    """The templates' extradata is the record of MP4: packets must be length-prefixed, or nothing decodes."""
    clip = encoded_clip(40)
    out = io.BytesIO()
    with (
        av.open(io.BytesIO(clip.header.init_segment)) as template,
        av.open(out, "w", format=container_format) as target,
    ):
        streams = {
            Track.VIDEO: target.add_stream_from_template(template.streams.video[0], opaque=True),
            Track.AUDIO: target.add_stream_from_template(template.streams.audio[0], opaque=True),
        }
        for packet in clip.packets:
            video = packet.track is Track.VIDEO
            data = length_prefixed(packet.data, keep_filler=keep_filler) if video else packet.data
            copy = av.Packet(data)
            copy.pts, copy.dts, copy.duration = packet.pts, packet.dts, packet.duration
            copy.time_base = Fraction(1, clip.header.fps if video else 48_000)
            copy.is_keyframe = packet.keyframe
            copy.stream = streams[packet.track]
            target.mux(copy)
    out.seek(0)
    with av.open(out) as container:
        assert len(list(container.decode(video=0))) == 40
