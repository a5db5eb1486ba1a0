"""x264 through the port: every packet's time, every keyframe's place, the rate, and what a decoder makes of it."""

from dataclasses import replace

import av
import numpy as np
import pytest

from ionia.core.codec.codec import H264
from ionia.core.codec.h264 import nal_type, nal_units
from ionia.core.media import VIDEO, EncodedPacket, PixelFormat, VideoFrame
from ionia.core.settings import CodecName, EncoderChoice, VideoEncodeSettings
from ionia.core.video.quality import NAMES, ConstantQuality, named
from ionia.media.encoder_specs import (
    LIVE_BUFFER_SECONDS,
    SPECS,
    X264,
    rate_buffer_bits,
    specs_for,
)
from ionia.media.video_encoder import LibavVideoEncoder
from tests.fakes.pictures import yuv

SETTINGS = VideoEncodeSettings(encoder=EncoderChoice.X264, video_bitrate=400_000, keyframe_interval_seconds=1.0, fps=10)


def noise(seed: int, width: int = 64, height: int = 48) -> VideoFrame:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    return VideoFrame(captured_ns=0, pixels=pixels)


def grey(value: int, width: int = 64, height: int = 48) -> VideoFrame:
    return VideoFrame(captured_ns=0, pixels=np.full((height, width, 4), value, np.uint8))


def keyframes(packets: list[EncodedPacket]) -> list[int]:
    return [packet.pts for packet in packets if packet.keyframe]


def decoded(encoder: LibavVideoEncoder, packets: list[EncodedPacket]) -> list[av.VideoFrame]:
    context = av.CodecContext.create("h264", "r")
    context.extradata = encoder.info.extradata
    frames = [frame for packet in packets for frame in context.decode(av.Packet(packet.data))]
    return [*frames, *context.decode(None)]


def test_one_packet_per_picture_at_once_in_order() -> None:
    encoder = LibavVideoEncoder(X264, SETTINGS, 64, 48)
    for index in range(12):
        (packet,) = encoder.encode(yuv(encoder, noise(index)), index)
        assert (packet.track, packet.pts, packet.dts, packet.duration) == (VIDEO, index, index, 1)
    assert encoder.flush() == []
    encoder.close()


def test_closed_gop_of_exactly_the_interval() -> None:
    encoder = LibavVideoEncoder(X264, SETTINGS, 64, 48)
    packets = [packet for index in range(45) for packet in encoder.encode(yuv(encoder, noise(index)), index)]
    assert keyframes(packets) == [0, 10, 20, 30, 40]
    for packet in packets:
        kinds = {nal_type(nal) for nal in nal_units(packet.data)}
        assert (5 in kinds) == packet.keyframe  # every keyframe is an IDR picture
        assert (1 in kinds) != packet.keyframe


def test_a_forced_keyframe_restarts_the_interval() -> None:
    encoder = LibavVideoEncoder(X264, SETTINGS, 64, 48)
    packets = encoder.encode(yuv(encoder, grey(10)), 0)
    for index in range(1, 30):
        packets += encoder.repeat(index, keyframe=index == 13)
    assert keyframes(packets) == [0, 10, 13, 23]


def test_the_interval_counts_time_when_pictures_were_skipped() -> None:
    encoder = LibavVideoEncoder(X264, SETTINGS, 64, 48)
    packets = [
        packet
        for index in (0, 1, 2, 12, 13, 21, 22, 23)
        for packet in encoder.encode(yuv(encoder, noise(index)), index)
    ]
    assert [packet.pts for packet in packets] == [0, 1, 2, 12, 13, 21, 22, 23]
    assert keyframes(packets) == [0, 12, 22]


def test_b_frames_come_in_the_order_of_decoding_over_gaps_too() -> None:
    encoder = LibavVideoEncoder(X264, replace(SETTINGS, b_frames=2), 64, 48)
    assert encoder.info.reordered
    packets = []
    for index in (0, 1, 2, 3, 4, 5, 6, 20, 21, 22):
        packets += encoder.encode(yuv(encoder, noise(index)), index, keyframe=index == 21)
    packets += encoder.flush()
    # The second keyframe is due after a gap, and its dts is its own whatever was before.
    assert [(packet.pts, packet.dts) for packet in packets] == [
        *((0, -1), (3, 0), (1, 1), (2, 2), (6, 3), (4, 4), (5, 5)),
        *((20, 19), (21, 20), (22, 21)),
    ]
    assert keyframes(packets) == [0, 20, 21]


def test_repeat_shows_the_last_picture_again() -> None:
    encoder = LibavVideoEncoder(X264, SETTINGS, 64, 48)
    with pytest.raises(RuntimeError, match="no picture"):
        encoder.repeat(0)
    packets = encoder.encode(yuv(encoder, grey(200)), 0)
    packets += encoder.repeat(1) + encoder.repeat(2)
    packets += encoder.encode(yuv(encoder, grey(50)), 3) + encoder.repeat(4)
    levels = [float(frame.to_ndarray(format="gray").mean()) for frame in decoded(encoder, packets)]
    assert levels == pytest.approx([200] * 3 + [50] * 2, abs=3)


def test_two_encoders_read_one_picture_and_change_nothing_of_it() -> None:
    """Each sets time and type of its own, while the other still repeats what it was given."""
    first, second = (LibavVideoEncoder(X264, settings, 64, 48) for settings in (SETTINGS, replace(SETTINGS, fps=20)))
    pictures = [yuv(first, noise(0)), yuv(first, noise(1))]
    before = [[plane.copy() for plane in picture.planes] for picture in pictures]
    packets = first.encode(pictures[0], 0) + first.encode(pictures[1], 1) + first.repeat(2)
    other = second.encode(pictures[0], 7) + second.repeat(8, keyframe=True) + second.encode(pictures[1], 9)
    packets += first.repeat(3)
    assert [(packet.pts, packet.keyframe) for packet in packets] == [(0, True), (1, False), (2, False), (3, False)]
    assert [(packet.pts, packet.keyframe) for packet in other] == [(7, True), (8, True), (9, False)]
    for picture, planes in zip(pictures, before, strict=True):
        assert all(np.array_equal(plane, copy) for plane, copy in zip(picture.planes, planes, strict=True))


def test_a_picture_of_another_format_is_refused() -> None:
    encoder = LibavVideoEncoder(X264, SETTINGS, 64, 48)
    other = LibavVideoEncoder(replace(X264, pixel_format=PixelFormat.NV12), SETTINGS, 64, 48)
    with pytest.raises(ValueError, match="libx264 takes"):
        encoder.encode(yuv(other, grey(1)), 0)


@pytest.mark.parametrize("pixels", [PixelFormat.YUV420P, PixelFormat.NV12])
def test_every_layout_shows_the_same(pixels: PixelFormat) -> None:
    encoder = LibavVideoEncoder(replace(X264, pixel_format=pixels), SETTINGS, 64, 48)
    red = VideoFrame(captured_ns=0, pixels=np.full((48, 64, 4), (0, 0, 255, 255), np.uint8))
    (frame, *_) = decoded(encoder, encoder.encode(yuv(encoder, red), 0))
    levels = [np.frombuffer(memoryview(plane), np.uint8)[:32].mean() for plane in frame.planes]
    assert levels == pytest.approx([63, 102, 240], abs=2)


def test_what_is_tagged() -> None:
    encoder = LibavVideoEncoder(X264, SETTINGS, 65, 49)
    assert (encoder.info.width, encoder.info.height) == (64, 48)
    (frame, *_) = decoded(encoder, encoder.encode(yuv(encoder, grey(9, 65, 49)), 0))
    assert (frame.width, frame.height, frame.format.name) == (64, 48, "yuv420p")
    assert (frame.colorspace, frame.color_range, frame.color_trc, frame.color_primaries) == (1, 1, 1, 1)
    sps = next(nal for nal in nal_units(encoder.info.extradata) if nal_type(nal) == 7)
    assert sps[1] == 100  # High profile
    assert (encoder.codec, encoder.info.codec) == ("libx264", H264)


def test_a_changed_picture_size_leaves_the_stream_as_it_was() -> None:
    encoder = LibavVideoEncoder(X264, SETTINGS, 64, 48)
    packets = encoder.encode(yuv(encoder, grey(9)), 0)
    packets += encoder.encode(yuv(encoder, grey(250, 200, 100)), 1)
    assert {(frame.width, frame.height) for frame in decoded(encoder, packets)} == {(64, 48)}


def rate(packets: list[EncodedPacket], first: int, last: int) -> float:
    """Bits per second of the pictures from `first` up to `last`."""
    return sum(len(p.data) for p in packets if first <= p.pts < last) * 8 * SETTINGS.fps / (last - first)


@pytest.mark.parametrize("moving", [False, True])
def test_the_rate_is_constant_and_follows_changes(moving: bool) -> None:
    encoder = LibavVideoEncoder(X264, SETTINGS, 320, 240)
    packets = encoder.encode(yuv(encoder, noise(0, 320, 240)), 0)
    for index in range(1, 160):
        if index == 40:
            encoder.set_bitrate(100_000)
        if index == 100:
            encoder.set_bitrate(300_000)
        packets += encoder.encode(yuv(encoder, noise(index, 320, 240)), index) if moving else encoder.repeat(index)
    assert rate(packets, 10, 40) == pytest.approx(400_000, rel=0.25)
    assert rate(packets, 70, 100) == pytest.approx(100_000, rel=0.6 if moving else 0.25)
    assert rate(packets, 130, 160) == pytest.approx(300_000, rel=0.35)


def test_a_stream_gets_a_smaller_rate_buffer_than_a_recording_and_shares_its_encode_all_the_same() -> None:
    live = replace(SETTINGS, live=True)
    sizes = {}
    for settings in (SETTINGS, live):
        encoder = LibavVideoEncoder(X264, settings, 320, 240)
        packets = [
            packet for index in range(40) for packet in encoder.encode(yuv(encoder, noise(index, 320, 240)), index)
        ]
        sizes[settings.live] = max(len(packet.data) * 8 for packet in packets[1:])
    assert sizes[True] < 0.9 * sizes[False]
    assert rate_buffer_bits(live) == round(LIVE_BUFFER_SECONDS * SETTINGS.video_bitrate)


def test_which_encoders_follow_a_bit_rate() -> None:
    assert {spec.name: spec.follows_bitrate for spec in SPECS} == {
        "h264_nvenc": True,
        "h264_qsv": True,
        "h264_amf": False,
        "h264_mf": False,
        "libx264": True,
    }


def test_closed_means_closed() -> None:
    encoder = LibavVideoEncoder(X264, SETTINGS, 64, 48)
    assert encoder.flush() == []
    encoder.encode(yuv(encoder, grey(1)), 0)
    encoder.close()
    encoder.close()
    with pytest.raises(RuntimeError, match="closed"):
        encoder.encode(yuv(encoder, grey(1)), 1)


@pytest.mark.parametrize("fps", [1, 24, 60, 144])
def test_any_frame_rate(fps: int) -> None:
    encoder = LibavVideoEncoder(X264, replace(SETTINGS, fps=fps), 64, 48)
    assert [packet.pts for index in range(5) for packet in encoder.encode(yuv(encoder, grey(index)), index)] == [
        0,
        1,
        2,
        3,
        4,
    ]


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
def test_a_quality_is_kept_below_its_cap_and_no_rate_is_followed(codec: CodecName) -> None:
    settings = replace(SETTINGS, codec=codec, quality=ConstantQuality(crf=1, max_bitrate=600_000))
    encoder = LibavVideoEncoder(specs_for("linux", codec)[-1], settings, 128, 96)
    assert not encoder.follows_bitrate
    assert encoder.info.bitrate == 600_000
    encoder.set_bitrate(10_000_000)
    packets = [packet for index in range(40) for packet in encoder.encode(yuv(encoder, noise(index, 128, 96)), index)]
    encoder.close()
    assert keyframes(packets) == [0, 10, 20, 30]
    later = sum(len(packet.data) for packet in packets[20:]) * 8
    assert 0.7 * 600_000 * 2 < later < 1.1 * 600_000 * 2


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
def test_with_a_quality_a_page_that_stands_still_seldom_gets_a_keyframe_in_any_codec(codec: CodecName) -> None:
    settings = replace(SETTINGS, codec=codec, quality=named("high"), keyframe_interval_seconds=0.5)
    encoder = LibavVideoEncoder(specs_for("linux", codec)[-1], settings, 64, 48)
    packets = [packet for index in range(12) for packet in encoder.encode(yuv(encoder, grey(9 * index)), index)]
    packets += [packet for index in range(12, 72) for packet in encoder.repeat(index)]
    encoder.close()
    assert keyframes(packets) == [0, 5, 10, 40, 70]


def test_a_better_quality_takes_more_and_looks_better() -> None:
    sizes, errors = [], []
    for name in NAMES:
        encoder = LibavVideoEncoder(X264, replace(SETTINGS, quality=named(name)), 64, 48)
        packets = encoder.encode(yuv(encoder, noise(1)), 0)
        (shown,) = decoded(encoder, packets)
        luma = yuv(encoder, noise(1)).planes[0].astype(int)
        errors.append(float(np.square(shown.to_ndarray()[:48].astype(int) - luma).mean()))
        sizes.append(len(packets[0].data))
    assert sizes == sorted(sizes)
    assert errors == sorted(errors, reverse=True)
