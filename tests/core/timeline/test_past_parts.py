"""The past in pieces: each planned keyframe begins one, and nothing is lost or doubled."""

from ionia.core.timeline.past_parts import PastParts
from tests.fakes.media import audio_packet, video_packet


def test_packets_are_cut_where_a_part_begins() -> None:
    past = PastParts(splits=[2, 3, 9], end=20, size=100)
    packets = [audio_packet(0), *[video_packet(index) for index in range(6)]]
    pieces = list(past.cut(packets))
    assert [index for index, _ in pieces] == [None, 2, 3]
    assert [packet for _, some in pieces for packet in some] == packets
    assert [some[0].pts for _, some in pieces] == [0, 2, 3]
    assert past.splits == [9]
    assert list(past.cut(packets)) == [(None, packets)]
    assert list(PastParts().cut(packets)) == [(None, packets)]
