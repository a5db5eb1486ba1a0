"""What libx264 and we make together while nothing moves is decoded by OpenH264, which shares nothing with libav."""

import av
import numpy as np
import pytest

from ionia.core.codec.h264 import nal_units
from ionia.core.media import EncodedPacket, VideoFrame
from ionia.core.settings import EncoderChoice, VideoEncodeSettings
from ionia.core.video.quality import ConstantQuality
from ionia.media.encoder_probe import open_video_encoder
from tests.fakes.openh264 import LIBRARY, decoded_luma
from tests.fakes.pictures import yuv

pytestmark = pytest.mark.skipif(LIBRARY is None, reason="needs OpenH264 (Debian: libopenh264-7)")

FPS = 30


def page(seed: int, width: int, height: int) -> VideoFrame:
    """Bars on a ground, as a page of text has them."""
    pixels = np.full((height, width, 4), 230, np.uint8)
    for x, y in np.random.default_rng(seed).integers(0, (width, height), (40, 2)):
        pixels[y : y + 3, x : x + 30] = 20
    return VideoFrame(captured_ns=0, pixels=pixels)


def rested(settings: VideoEncodeSettings, size: tuple[int, int]) -> tuple[bytes, list[EncodedPacket]]:
    """Still pages, long enough to rest, a keyframe in between, and pictures behind each rest."""
    encoder, track, _ = open_video_encoder(settings, *size)
    packets: list[EncodedPacket] = []
    for seed in range(3):
        packets += encoder.encode(yuv(encoder, page(seed, *size)), len(packets))
        for _ in range(2 * FPS):
            packets += encoder.repeat(len(packets))
    packets += encoder.repeat(len(packets), keyframe=True)
    packets += encoder.encode(yuv(encoder, page(9, *size)), len(packets))
    encoder.close()
    return track.extradata, packets


@pytest.mark.parametrize("size", [(320, 176), (64, 48)])
@pytest.mark.parametrize("crf", [None, 12.0, 30.0])
def test_each_picture_is_there_and_as_libav_has_it(size: tuple[int, int], crf: float | None) -> None:
    settings = VideoEncodeSettings(
        encoder=EncoderChoice.X264,
        fps=FPS,
        video_bitrate=600_000,
        quality=None if crf is None else ConstantQuality(crf=crf),
    )
    extradata, packets = rested(settings, size)
    shares = [next(iter(nal_units(packet.data))) for packet in packets if not packet.keyframe]
    assert sum(len(unit) < 24 for unit in shares) > len(packets) / 2  # it did rest
    libav = av.CodecContext.create("h264", "r")
    libav.extradata = extradata
    expected = [frame for packet in packets for frame in libav.decode(av.Packet(packet.data))]
    expected += libav.decode(None)
    pictures = decoded_luma(extradata, [packet.data for packet in packets])
    assert len(pictures) == len(packets) == len(expected)
    for ours, frame in zip(pictures, expected, strict=True):
        assert np.array_equal(ours, frame.to_ndarray()[: frame.height])
