"""One picture out of an encode's packets: the very frame, whichever keyframe it needs."""

from dataclasses import replace

import av
import numpy as np
import pytest

from ionia.core.media import AUDIO, EncodedPacket, MediaHeader, VideoFrame
from ionia.core.settings import CodecName, EncoderChoice, VideoEncodeSettings
from ionia.core.test_card.pattern import CardPainter, read_index
from ionia.core.timeline.distinct_pictures import distinct_pictures
from ionia.core.timeline.stored_form import StoredForm
from ionia.media.encoder_specs import AV1_SPECS, HEVC_SPECS, X264, EncoderSpec
from ionia.media.packet_pictures import picture_of
from ionia.media.still_encoder import StillVideoEncoder
from ionia.media.video_encoder import LibavVideoEncoder
from tests.fakes.pictures import yuv

SPECS: dict[CodecName, EncoderSpec] = {"h264": X264, "hevc": HEVC_SPECS[-1], "av1": AV1_SPECS[-1]}
SOUND = EncodedPacket(track=AUDIO, pts=0, dts=0, duration=1024, keyframe=True, data=b"sound")


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize(("codec", "b_frames"), [*((codec, 0) for codec in SPECS), ("h264", 3)])
def test_each_frame_is_itself_and_what_is_not_there_is_none(codec: CodecName, b_frames: int, stored: bool) -> None:
    settings = VideoEncodeSettings(
        codec=codec,
        encoder=EncoderChoice.X264,
        video_bitrate=2_000_000,
        keyframe_interval_seconds=1.0,
        fps=5,
        b_frames=b_frames,
    )
    encoder, painter = LibavVideoEncoder(SPECS[codec], settings, 640, 360), CardPainter(640, 360)
    packets = [SOUND]
    for index in (*range(7), *range(9, 12)):
        picture = VideoFrame(captured_ns=0, pixels=painter.paint(index, flash=False))
        packets += encoder.encode(yuv(encoder, picture), index)
    packets += encoder.flush()
    track = encoder.info
    if stored:
        form = StoredForm(MediaHeader(tracks=(track,)))
        packets = [form.of(packet) for packet in packets]
    encoder.close()
    for index, shown in ((0, 0), (4, 4), (5, 5), (8, 6), (11, 11)):
        found = picture_of(track, packets, index)
        assert found is not None
        assert (found.width, found.height) == (640, 360)
        assert read_index(np.ascontiguousarray(found.to_ndarray(format="bgra"))) == shown
    assert picture_of(track, [packet for packet in packets if packet.pts > 5], 7) is None
    assert picture_of(track, [], 0) is None


@pytest.mark.parametrize("stored", [False, True])
def test_what_an_encode_repeated_while_it_rested_is_not_decoded_and_nothing_looks_otherwise(stored: bool) -> None:
    settings = VideoEncodeSettings(
        encoder=EncoderChoice.X264, video_bitrate=600_000, keyframe_interval_seconds=4.0, fps=30
    )
    inner, painter = LibavVideoEncoder(X264, settings, 320, 176), CardPainter(320, 176)
    track = replace(inner.info, rests=True)
    encoder = StillVideoEncoder(inner, settings)
    packets = list[EncodedPacket]()
    for index in range(90):
        if index % 45 in (0, 1, 40):
            frame = VideoFrame(captured_ns=0, pixels=painter.paint(index, flash=False))
            packets += encoder.encode(yuv(encoder, frame), index)
        else:
            packets += encoder.repeat(index)
    encoder.close()
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, av.VideoCodecContext)
    decoder.extradata = track.extradata
    whole = [frame for one in packets for frame in decoder.decode(av.Packet(one.data))]
    whole += decoder.decode(None)
    if stored:
        form = StoredForm(MediaHeader(tracks=(track,)))
        packets = [form.of(packet) for packet in packets]
    assert len(distinct_pictures(track, packets)) < 60
    for index in (0, 1, 38, 40, 44, 47, 84, 89):
        found = picture_of(track, packets, index)
        assert found is not None
        assert np.array_equal(found.to_ndarray(), whole[index].to_ndarray())
