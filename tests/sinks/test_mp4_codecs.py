"""Codecs and B-frames in files: each picture at its frame, as it was, whether it was closed or the engine killed."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ionia.core.codec.codec import video_codec
from ionia.core.media import MediaHeader
from ionia.core.settings import CodecName, EncoderChoice, VideoEncodeSettings
from ionia.core.test_card.pattern import CardPainter, read_index
from ionia.core.video.quality import ConstantQuality
from ionia.media.converter import Converter
from ionia.media.encoder_probe import open_video_encoder
from ionia.sinks.mp4_file import Mp4File

WIDTH, HEIGHT, FPS, COUNT = 320, 180, 10, 12


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize(
    ("codec", "made", "b_frames"),
    [
        ("hevc", ("libx265", "hvc1"), 0),
        ("av1", ("libsvtav1", "av01"), 0),
        ("h264", ("libx264", "avc1"), 2),
        ("hevc", ("libx265", "hvc1"), 2),
    ],
)
def test_each_picture_is_in_the_file_as_it_was(
    tmp_path: Path, codec: CodecName, made: tuple[str, str], b_frames: int, closed: bool
) -> None:
    encoder_name, entry = made
    settings = VideoEncodeSettings(
        codec=codec,
        encoder=EncoderChoice.X264,
        fps=FPS,
        keyframe_interval_seconds=0.5,
        b_frames=b_frames,
        quality=ConstantQuality(crf=18, max_bitrate=10_000_000) if closed else None,
    )
    encoder, track, fallbacks = open_video_encoder(settings, WIDTH, HEIGHT)
    assert (encoder.codec, fallbacks, track.codec) == (encoder_name, (), video_codec(codec))
    converter, painter = Converter(encoder.takes), CardPainter(WIDTH, HEIGHT)
    cards = [painter.paint(index, flash=False).copy() for index in range(COUNT)]
    packets = []
    for index, card in enumerate(cards):
        given = encoder.encode(converter.convert(card), index, keyframe=index == 8)
        assert b_frames or [packet.pts for packet in given] == [index]  # none is held back
        packets += given
    packets += encoder.flush()
    encoder.close()
    assert sorted(packet.pts for packet in packets) == list(range(COUNT))
    assert [packet.dts for packet in packets] == [index - (b_frames > 0) for index in range(COUNT)]
    assert any(packet.pts != packet.dts for packet in packets) == (b_frames > 0)
    assert [packet.pts for packet in packets if packet.keyframe] == [0, 5, 8]
    path = tmp_path / "a.mp4"
    sink = Mp4File(str(path))
    sink.open(MediaHeader(tracks=(track,)))
    sink.write(packets)
    if closed:
        sink.close()
        target = path
    else:
        sink.look()
        (target,) = (each for each in tmp_path.iterdir() if each.suffix != ".lock")
        target = Path(target)
    with av.open(str(target)) as container:
        video = container.streams.video[0]
        assert video.codec_context.name in (codec, "libdav1d")
        assert video.codec_context.codec_tag == entry
        assert (video.codec_context.colorspace, video.codec_context.color_range) == (1, 1)
        frames = list(container.decode(video))
        times = [Fraction(frame.pts) * frame.time_base for frame in frames if frame.pts is not None and frame.time_base]
    assert len(frames) >= (COUNT if closed else COUNT - FPS)
    indexes = [int(time * FPS) for time in times]
    assert times == [Fraction(index, FPS) for index in indexes]
    # What is killed among B-frames may lack some that are shown before the last picture.
    assert indexes[: len(frames) - (0 if closed else 1)] == list(range(len(frames) - (0 if closed else 1)))
    for index, frame in zip(indexes, frames, strict=True):
        shown = frame.to_ndarray(format="bgra")
        assert read_index(shown) == index
        difference = shown[..., :3].astype(float) - cards[index][..., :3]
        assert 10 * np.log10(255**2 / np.mean(difference**2)) > (30 if closed else 25)
    if not closed:
        sink.close()
