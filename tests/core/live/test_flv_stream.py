"""flv_stream: a connection's tags in order; and that libav's own muxer writes the same ones, byte for byte."""

import io
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from ionia.core.codec.codec import AV1, H264, HEVC, VideoCodec
from ionia.core.live import flv_tags
from ionia.core.live.flv_stream import FlvStream
from ionia.core.live.flv_timeline import FlvTimeline
from ionia.core.media import AUDIO, SAMPLE_RATE, VIDEO, EncodedPacket, MediaHeader, TrackId
from ionia.media.thread_priority import usual_priority
from tests.fakes.encoded_clip import EncodedClip, encoded_clip

Tag = tuple[int, int, bytes]


def tags_in(data: bytes) -> list[Tag]:
    """Kind, time and whole bytes of the tags of a file; without the properties, which name who wrote them."""
    position, tags = 13, list[Tag]()
    while position < len(data):
        end = position + 15 + int.from_bytes(data[position + 1 : position + 4], "big")
        time = int.from_bytes(data[position + 4 : position + 7], "big") | data[position + 7] << 24
        if data[position] != flv_tags.SCRIPT:
            tags.append((data[position], time, data[position:end]))
        position = end
    return tags


def encoded_and_muxed(
    *, options: dict[str, str], frames: int = 40, encoder: str = "libx264", codec: VideoCodec = H264, sounds: int = 1
) -> tuple[EncodedClip, list[Tag]]:
    """A real encode of noise and a tone, and the tags that libav's `flv` muxer writes for its packets.

    Each track has milliseconds of its own, so that no two packets have the same and nothing is moved.
    """
    file, packets = io.BytesIO(), list[EncodedPacket]()
    header = encoded_clip(30).header
    with av.open(file, "w", format="flv", options={"flvflags": "no_duration_filesize"}) as container:
        picture = container.add_stream(encoder, rate=25, options=options)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        colours = picture.codec_context
        colours.color_primaries = colours.color_trc = colours.colorspace = colours.color_range = 1
        heard = [container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo") for _ in range(sounds)]
        with usual_priority():
            container.start_encoding()
        noise = np.random.default_rng(1)
        made: list[tuple[av.Packet, TrackId]] = []
        for number in range(frames):
            pixels = noise.integers(0, 256, (64, 64, 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels)
            frame.pts, frame.time_base = number, Fraction(1, 25)
            made += [(packet, VIDEO) for packet in picture.encode(frame)]
        for number in range(frames):
            samples = (noise.random((2, 1024)) - 0.5).astype(np.float32)
            tone = av.AudioFrame.from_ndarray(samples, "fltp", "stereo")
            tone.sample_rate, tone.pts = SAMPLE_RATE, number * 1024
            made += [(packet, AUDIO) for packet in heard[0].encode(tone)]
            for index, sound in enumerate(heard[1:], 1):
                tone = av.AudioFrame.from_ndarray(samples / (index + 1), "fltp", "stereo")
                tone.sample_rate, tone.pts = SAMPLE_RATE, number * 1024
                made += [(packet, replace(AUDIO, index=index)) for packet in sound.encode(tone)]
        made += [(packet, VIDEO) for packet in picture.encode()]
        made.sort(key=lambda one: one[0].dts * one[0].time_base)
        del made[: next(place for place, (_, track) in enumerate(made) if track == VIDEO)]
        timeline = FlvTimeline(fps=25)
        for packet, track in made:
            dts = round(packet.dts * packet.time_base * (25 if track == VIDEO else SAMPLE_RATE))
            keyframe = packet.is_keyframe
            milliseconds = timeline.stamp(track, dts, keyframe=keyframe)
            data = bytes(packet)
            packets.append(EncodedPacket(track=track, pts=dts, dts=dts, duration=1, keyframe=keyframe, data=data))
            packet.time_base = Fraction(1, 1000)
            packet.pts = packet.dts = milliseconds
            container.mux(packet)
        header = header.with_track(
            replace(header.video, codec=codec, fps=25, extradata=bytes(picture.codec_context.extradata))
        )
        first = replace(header.sounds[0], extradata=bytes(heard[0].codec_context.extradata))
        several = [replace(first, id=replace(AUDIO, index=index)) for index in range(sounds)]
    return EncodedClip(header=MediaHeader(tracks=(header.video, *several)), packets=packets), tags_in(file.getvalue())


@pytest.mark.parametrize(
    "options", [{"g": "7"}, {"x264-params": "nal-hrd=cbr:filler=1", "b": "2M", "maxrate": "2M", "bufsize": "2M"}]
)
def test_every_tag_is_the_one_that_libav_writes(options: dict[str, str]) -> None:
    clip, theirs = encoded_and_muxed(options={"preset": "ultrafast", "bf": "0", **options})
    stream = FlvStream(clip.header)
    mine = tags_in(stream.begin() + b"".join(stream.tag(packet) or b"" for packet in clip.packets) + stream.end())
    assert len(mine) > 70
    assert sorted(mine[:2]) == sorted(theirs[:2])  # the configurations, in whichever order
    assert mine[2:] == theirs[2:]


def test_every_tag_of_several_sounds_is_the_one_that_libav_writes_and_reads() -> None:
    clip, theirs = encoded_and_muxed(options={"preset": "ultrafast", "bf": "0"}, sounds=3, frames=16)
    stream = FlvStream(clip.header)
    written = stream.begin() + b"".join(stream.tag(packet) or b"" for packet in clip.packets) + stream.end()
    mine = tags_in(written)
    assert sorted(mine[:6]) == sorted(theirs[:6])  # the configurations, in whichever order
    assert mine[6:] == theirs[6:]
    with av.open(io.BytesIO(written), format="flv") as container:
        read: dict[int, list[bytes]] = {}
        for packet in container.demux(audio=(0, 1, 2)):
            if packet.size:
                read.setdefault(packet.stream_index, []).append(bytes(packet))
    sent = [[packet.data for packet in clip.packets if packet.track == track.id] for track in clip.header.sounds]
    assert sorted(read.values()) == sorted(sent)


def test_every_tag_of_hevc_is_the_one_that_libav_writes() -> None:
    """But for the end, of which libav says nothing in another codec than H.264, and the bit of `hvcC` by which ours
    promises that all parameter sets are there."""
    params = "log-level=0:bframes=0:keyint=7:scenecut=0:info=0:pools=none:frame-threads=1"
    options = {"preset": "ultrafast", "x265-params": params}
    clip, theirs = encoded_and_muxed(options=options, encoder="libx265", codec=HEVC)
    stream = FlvStream(clip.header)
    mine = tags_in(stream.begin() + b"".join(stream.tag(packet) or b"" for packet in clip.packets))
    assert len(mine) > 70
    promised = sorted(mine[:3])
    for kind in (b"\x20", b"\x21", b"\x22"):
        promised = [
            (*one, tag.replace(bytes((kind[0] | 0x80,)) + b"\0\1\0", kind + b"\0\1\0")) for *one, tag in promised
        ]
    assert promised == sorted(theirs[:3])  # configurations and colours, in whichever order
    assert mine[3:] == theirs[3:]


def test_every_tag_of_av1_is_the_one_that_libav_writes_but_for_delimiters() -> None:
    """libav leaves the temporal delimiters in, which samples don't have (`core.codec.av1`)."""
    options = {"preset": "12", "svtav1-params": "pred-struct=1:lp=1:keyint=7"}
    clip, theirs = encoded_and_muxed(options=options, encoder="libsvtav1", codec=AV1, frames=20)
    stream = FlvStream(clip.header)
    mine = tags_in(stream.begin() + b"".join(stream.tag(packet) or b"" for packet in clip.packets))
    assert len(mine) > 35
    assert sorted(mine[:3]) == sorted(theirs[:3])
    assert [(kind, time, body(tag)) for kind, time, tag in mine[3:]] == [
        (kind, time, body(tag).replace(b"av01\x12\x00", b"av01", 1)) for kind, time, tag in theirs[3:]
    ]


def body(tag: bytes) -> bytes:
    return tag[11:-4]


def test_something_else_than_a_keyframe_is_refused_and_a_sound_that_is_not_there() -> None:
    clip = encoded_clip(30)
    stream = FlvStream(clip.header)
    first = next(packet for packet in clip.packets if packet.track == VIDEO)
    sound = next(packet for packet in clip.packets if packet.track == AUDIO and packet.dts >= 0)
    with pytest.raises(ValueError, match="not with a keyframe"):
        stream.tag(sound)
    assert stream.tag(first) is not None
    assert stream.milliseconds == 0
    silent = FlvStream(encoded_clip(30, audio=False).header)
    assert silent.tag(first) is not None
    assert silent.tag(sound) is None
