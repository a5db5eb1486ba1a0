"""live_edge: a connection begins with the newest keyframe at once, and no packet goes twice or is left out after it."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.live.start_gate import LiveEdge
from ionia.core.media import AUDIO, VIDEO, EncodedPacket
from ionia.core.timeline.packet_order import PacketInterleaver
from tests.fakes.media import audio_packet, video_packet


def test_an_announced_keyframe_goes_before_it_is_in_order() -> None:
    edge = LiveEdge()
    keyframe = video_packet(3, keyframe=True)
    edge.announce(keyframe)
    assert edge.take([video_packet(1), audio_packet(1)]) == [keyframe]
    assert edge.take([video_packet(2), audio_packet(3)]) == []
    rest = [audio_packet(5), video_packet(4)]
    assert edge.take([audio_packet(4), keyframe, *rest]) == rest
    assert edge.take([video_packet(5)]) == [video_packet(5)]


def test_without_an_announcement_it_begins_with_a_keyframe_in_order() -> None:
    edge = LiveEdge()
    assert edge.take([video_packet(1), audio_packet(1)]) == []
    keyframe = video_packet(2, keyframe=True)
    assert edge.take([audio_packet(2), keyframe, audio_packet(3)]) == [keyframe, audio_packet(3)]


def test_a_keyframe_that_was_in_order_already_is_not_announced_any_more() -> None:
    edge = LiveEdge()
    old, new = video_packet(0, keyframe=True), video_packet(9, keyframe=True)
    edge.announce(old)
    edge.skip([old, audio_packet(0)])
    assert edge.take([video_packet(1)]) == []
    edge.announce(new)
    assert edge.take([]) == [new]


def test_a_connection_lost_before_its_keyframe_was_in_order_leaves_nothing_behind() -> None:
    edge = LiveEdge()
    keyframe = video_packet(3, keyframe=True)
    edge.announce(keyframe)
    assert edge.take([]) == [keyframe]
    edge.restart()
    assert edge.take([video_packet(2)]) == [keyframe]
    edge.restart()
    edge.skip([keyframe, video_packet(4)])
    later = video_packet(5, keyframe=True)
    assert edge.take([later, audio_packet(9)]) == [later, audio_packet(9)]


def test_after_an_early_keyframe_whose_followers_never_come_it_begins_again_with_the_next_one() -> None:
    """A start that waits for its server gets packets only from then on, and the encode has gone on meanwhile."""
    edge = LiveEdge()
    early, later = video_packet(3, keyframe=True), video_packet(9, keyframe=True)
    edge.announce(early)
    assert edge.take([]) == [early]
    assert edge.take([audio_packet(7), video_packet(8)]) == []
    assert edge.take([later, audio_packet(11)]) == [later, audio_packet(11)]
    assert edge.take([video_packet(10)]) == [video_packet(10)]


def test_an_announcement_that_was_overtaken_begins_no_connection() -> None:
    edge = LiveEdge()
    edge.announce(video_packet(3, keyframe=True))
    edge.skip([video_packet(4)])
    assert edge.take([video_packet(5)]) == []


@given(st.lists(st.sampled_from(["video", "audio", "key", "up", "down"]), max_size=120), st.integers(0, 5))
def test_every_connection_has_all_packets_from_its_keyframe_on(script: list[str], audio_lag: int) -> None:
    edge, order = LiveEdge(), PacketInterleaver(fps=30, tracks=(VIDEO, AUDIO))
    edge_up, video, audio = False, 0, -audio_lag
    connections: list[list[EncodedPacket]] = []
    ordered: list[EncodedPacket] = []
    for step in script:
        if step in ("up", "down"):
            edge_up = step == "up"
            if edge_up:
                edge.restart()
                connections.append([])
            continue
        if step == "audio":
            packet, audio = audio_packet(audio), audio + 1
        else:
            packet, video = video_packet(video, keyframe=step == "key"), video + 1
        if step == "key":
            edge.announce(packet)
        ready = order.push(packet)
        ordered += ready
        if edge_up:
            connections[-1] += edge.take(ready)
        else:
            edge.skip(ready)
    for sent in connections:
        if sent:
            assert sent[0].track == VIDEO
            assert sent[0].keyframe
            rest = sent[1:]
            # Between its keyframe and the end of the connection nothing is missing, doubled or out of order.
            start = next((index for index, packet in enumerate(ordered) if packet is sent[0]), len(ordered))
            assert [id(packet) for packet in rest] == [id(p) for p in ordered[start + 1 : start + 1 + len(rest)]]
