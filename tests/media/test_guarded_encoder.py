"""A hardware encoder that fails in the middle: no picture is missing, and what was begun plays to its end."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from ionia.core.codec.codec import AV1, H264, HEVC, VideoCodec
from ionia.core.codec.h264 import NAL_PPS, NAL_SPS, nal_type, nal_units, parameter_set_id, parameter_sets
from ionia.core.live import flv_tags
from ionia.core.media import EncodedPacket, MediaHeader, PixelFormat, VideoFrame
from ionia.media.encoder_specs import software_of
from ionia.media.guarded_encoder import GuardedVideoEncoder
from ionia.sinks.mp4_file import Mp4File
from tests.fakes.encoded_clip import HEIGHT, WIDTH, luma_of
from tests.fakes.failing_encoder import SETTINGS, FailingEncoder
from tests.fakes.media_check import decode_luma, file_facts
from tests.fakes.pictures import yuv

FRAMES, LOST = 100, 47


def picture(index: int, height: int = HEIGHT) -> VideoFrame:
    grey = round((luma_of(index) - 16) * 255 / 219)
    return VideoFrame(captured_ns=0, pixels=np.full((height, WIDTH, 4), grey, np.uint8))


def recorded(
    lost: int = LOST, frames: int = FRAMES, codec: VideoCodec = H264
) -> tuple[MediaHeader, list[EncodedPacket]]:
    first = FailingEncoder(lost=lost, codec=codec)
    guarded = GuardedVideoEncoder(first, SETTINGS)
    packets = []
    for index in range(frames):
        packets += guarded.encode(yuv(guarded, picture(index, guarded.takes.height)), index)
    packets += guarded.flush()
    guarded.close()
    assert (first.closed, guarded.codec) == (True, software_of(codec).name)
    return MediaHeader(tracks=(guarded.info,)), packets


def shown(path: Path) -> list[int]:
    """The number of each picture as its grey says, modulo the 32 that there are."""
    return [round((float(luma.mean()) - 16) / 6) for _, luma in decode_luma(path)]


def test_it_goes_on_from_the_same_picture_with_a_keyframe() -> None:
    header, packets = recorded()
    assert [packet.pts for packet in packets] == list(range(FRAMES))
    assert [packet.pts for packet in packets if packet.keyframe] == [0, 30, LOST, LOST + 30]
    first = {parameter_set_id(nal) for sets in parameter_sets(header.video.extradata) for nal in sets}
    for packet in packets[LOST:]:
        own = [nal for nal in nal_units(packet.data) if nal_type(nal) in (NAL_SPS, NAL_PPS)]
        assert len(own) == (2 if packet.keyframe else 0)
        assert first.isdisjoint(parameter_set_id(nal) for nal in own)


@pytest.mark.parametrize("codec", [H264, HEVC, AV1], ids=lambda codec: str(codec.name))
@pytest.mark.parametrize("finished", [True, False])
def test_the_file_plays_to_its_end(tmp_path: Path, finished: bool, codec: VideoCodec) -> None:
    header, packets = recorded(codec=codec)
    path = tmp_path / "lost.mp4"
    sink = Mp4File(str(path))
    sink.open(header)
    sink.write(packets)
    whole = path.read_bytes()
    sink.close()
    if not finished:  # as the death of the process leaves it
        path.write_bytes(whole)
    facts = file_facts(path)
    frames = len(facts.video.pts)
    assert frames == FRAMES if finished else frames > LOST + 15
    assert facts.video.frame_indexes == list(range(frames))
    assert shown(path) == [index % 32 for index in range(frames)]


@pytest.mark.parametrize("codec", [H264, HEVC, AV1], ids=lambda codec: str(codec.name))
def test_seeking_back_and_forth_over_the_change_shows_the_right_pictures(tmp_path: Path, codec: VideoCodec) -> None:
    header, packets = recorded(codec=codec)
    if codec is not H264:  # their sets have one id, or none: so they must differ for this to show anything
        brought = [codec.parameter_sets(packets[index].data) for index in (30, LOST)]
        assert brought[0] != brought[1]
        assert all(brought)
    path = tmp_path / "lost.mp4"
    sink = Mp4File(str(path))
    sink.open(header)
    sink.write(packets)
    sink.close()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        unit = file_facts(path).video.durations[0]
        for target in (77, 0, 47, 30, 90, 10, 99):
            container.seek(target * unit, stream=stream)
            frame = next(frame for frame in container.decode(stream) if frame.pts == target * unit)
            luma = float(np.frombuffer(frame.planes[0], np.uint8).reshape(frame.height, -1)[:, :WIDTH].mean())
            assert round((luma - 16) / 6) == target % 32


@pytest.mark.ffprobe
def test_other_programs_decode_every_picture_without_a_word(tmp_path: Path) -> None:
    header, packets = recorded()
    path = tmp_path / "lost.mp4"
    sink = Mp4File(str(path))
    sink.open(header)
    sink.write(packets)
    sink.close()
    command = ["ffmpeg", "-v", "warning", "-i", str(path), "-f", "framecrc", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert sum(not line.startswith("#") for line in done.stdout.splitlines()) == FRAMES


def test_a_stream_goes_on_in_the_same_connection() -> None:
    header, packets = recorded()
    tags = [flv_tags.packet_tag(header.video, packet, packet.pts * 1000 // 30) for packet in packets]
    with av.open(BytesIO(flv_tags.begin(header) + b"".join(tags)), format="flv") as container:
        lumas = [np.frombuffer(f.planes[0], np.uint8).reshape(HEIGHT, -1)[:, :WIDTH].mean() for f in container.decode()]
    assert [round((float(luma) - 16) / 6) for luma in lumas] == [index % 32 for index in range(FRAMES)]


def test_a_later_recording_has_both_headers_from_its_first_byte(tmp_path: Path) -> None:
    header, packets = recorded()
    path = tmp_path / "later.mp4"
    sink = Mp4File(str(path))
    sink.open(header)
    sink.write(packets[77:])
    sink.close()
    assert shown(path) == [index % 32 for index in range(77, FRAMES)]


def test_a_repeated_picture_is_not_lost_either() -> None:
    guarded = GuardedVideoEncoder(FailingEncoder(lost=2), SETTINGS)
    packets = guarded.encode(yuv(guarded, picture(0)), 0)
    guarded.set_bitrate(300_000)
    packets += [packet for index in range(1, 4) for packet in guarded.repeat(index)]
    assert [(packet.pts, packet.keyframe) for packet in packets] == [(0, True), (1, False), (2, True), (3, False)]
    guarded.close()


def test_an_encoder_that_gives_nothing_for_a_second_is_lost() -> None:
    guarded = GuardedVideoEncoder(FailingEncoder(lost=5, silent=True), SETTINGS)
    packets = [packet for index in range(50) for packet in guarded.encode(yuv(guarded, picture(index)), index)]
    assert [packet.pts for packet in packets] == [*range(5), *range(5 + SETTINGS.fps - 1, 50)]
    assert guarded.codec == "libx264"
    guarded.close()


def test_the_standby_takes_pictures_as_the_lost_encoder_did() -> None:
    """Whatever hardware that was: the pictures come from a stage that others use, too."""
    guarded = GuardedVideoEncoder(FailingEncoder(lost=3, pixels=PixelFormat.NV12), SETTINGS)
    assert guarded.takes.pixels is PixelFormat.NV12
    packets = [packet for index in range(6) for packet in guarded.encode(yuv(guarded, picture(index)), index)]
    assert guarded.codec == "libx264"
    assert [packet.pts for packet in packets] == list(range(6))
    context = av.CodecContext.create("h264", "r")
    shown = [frame for packet in packets[3:] for frame in context.decode(av.Packet(packet.data))]
    shown += context.decode(None)
    levels = [float(frame.to_ndarray(format="gray").mean()) for frame in shown]
    assert levels == pytest.approx([255 * (luma_of(index) - 16) / 219 for index in (3, 4, 5)], abs=3)
    guarded.close()


def test_a_standby_that_fails_is_the_end() -> None:
    guarded = GuardedVideoEncoder(FailingEncoder(lost=1), SETTINGS)
    guarded.encode(yuv(guarded, picture(0)), 0)
    guarded.encode(yuv(guarded, picture(1)), 1)
    guarded._encoder = FailingEncoder(lost=0)
    with pytest.raises(av.error.ExternalError):
        guarded.encode(yuv(guarded, picture(2)), 2)
    guarded.close()


def test_nothing_to_go_on_with_before_the_first_picture() -> None:
    guarded = GuardedVideoEncoder(FailingEncoder(lost=0, silent=True), SETTINGS)
    with pytest.raises(RuntimeError, match="no picture"):
        guarded.repeat(0)
    guarded.close()


def test_what_a_failed_driver_holds_is_not_freed() -> None:
    first = FailingEncoder(lost=1)
    context = first._context
    references = sys.getrefcount(context)
    guarded = GuardedVideoEncoder(first, SETTINGS)
    for index in range(2):
        guarded.encode(yuv(guarded, picture(index)), index)
    guarded.close()
    assert first._context is None
    assert sys.getrefcount(context) == references  # one that nobody gives back, instead of the encoder's own
