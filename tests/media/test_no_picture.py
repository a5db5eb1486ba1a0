"""What counts frames where there is no picture to encode."""

from ionia.core.settings import MediaSettings
from ionia.media.no_picture import NoPictureEncoder
from ionia.media.opening import open_video


def test_it_gives_a_packet_without_data_for_each_frame_and_keyframes_as_an_encoder_does() -> None:
    encoder = NoPictureEncoder(fps=50, interval=3)
    packets = [packet for index in range(10, 18) for packet in encoder.repeat(index, keyframe=index == 14)]
    assert [packet.pts for packet in packets if packet.keyframe] == [10, 13, 14, 17]
    assert [(packet.pts, packet.dts, packet.duration, packet.data) for packet in packets] == [
        (index, index, 1, b"") for index in range(10, 18)
    ]
    assert encoder.hold(18)[0].pts == 18
    assert encoder.flush() == []
    encoder.set_bitrate(1)
    encoder.close()


def test_it_is_opened_where_there_is_to_be_no_picture() -> None:
    opened = open_video(MediaSettings().without_picture().video(), 2, 2)
    assert isinstance(opened.encoder, NoPictureEncoder)
    assert (opened.track.fps, opened.track.width, opened.track.bitrate) == (50, 0, 0)
