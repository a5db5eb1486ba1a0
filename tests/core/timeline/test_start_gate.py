"""start_gate: it begins with the newest keyframe at once, and no packet goes twice or is left out after it."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.media import AUDIO, VIDEO, EncodedPacket
from ionia.core.timeline.packet_order import PacketInterleaver
from ionia.core.timeline.start_gate import StartGate, is_needed_from
from tests.fakes.media import audio_packet, video_packet


def test_an_announced_keyframe_goes_before_it_is_in_order() -> None:
    gate = StartGate(fps=30)
    keyframe = video_packet(3, keyframe=True)
    gate.announce(keyframe)
    assert gate.take([video_packet(1), audio_packet(1)]) == [keyframe]
    assert gate.take([video_packet(2), audio_packet(3)]) == []
    rest = [audio_packet(5), video_packet(4)]
    assert gate.take([audio_packet(4), keyframe, *rest]) == rest
    assert gate.take([video_packet(5)]) == [video_packet(5)]


def test_without_an_announcement_it_begins_with_a_keyframe_in_order() -> None:
    gate = StartGate(fps=30)
    assert gate.take([video_packet(1), audio_packet(1)]) == []
    keyframe = video_packet(2, keyframe=True)
    assert gate.take([audio_packet(3), keyframe, audio_packet(4)]) == [keyframe, audio_packet(4)]


def test_a_keyframe_that_was_in_order_already_is_not_announced_any_more() -> None:
    gate = StartGate(fps=30)
    old, new = video_packet(0, keyframe=True), video_packet(9, keyframe=True)
    gate.announce(old)
    gate.skip([old, audio_packet(0)])
    assert gate.take([video_packet(1)]) == []
    gate.announce(new)
    assert gate.take([]) == [new]


def test_a_connection_lost_before_its_keyframe_was_in_order_leaves_nothing_behind() -> None:
    gate = StartGate(fps=30)
    keyframe = video_packet(3, keyframe=True)
    gate.announce(keyframe)
    assert gate.take([]) == [keyframe]
    gate.restart()
    assert gate.take([video_packet(2)]) == [keyframe]
    gate.restart()
    gate.skip([keyframe, video_packet(4)])
    later = video_packet(5, keyframe=True)
    assert gate.take([later, audio_packet(9)]) == [later, audio_packet(9)]


def test_after_an_early_keyframe_whose_followers_never_come_it_begins_again_with_the_next_one() -> None:
    """A start that waits for its server gets packets only from then on, and the encode has gone on meanwhile."""
    gate = StartGate(fps=30)
    early, later = video_packet(3, keyframe=True), video_packet(9, keyframe=True)
    gate.announce(early)
    assert gate.take([]) == [early]
    assert gate.take([audio_packet(7), video_packet(8)]) == []
    assert gate.take([later, audio_packet(15)]) == [later, audio_packet(15)]
    assert gate.take([video_packet(10)]) == [video_packet(10)]


def test_an_announcement_that_was_overtaken_begins_no_connection() -> None:
    gate = StartGate(fps=30)
    gate.announce(video_packet(3, keyframe=True))
    gate.skip([video_packet(4)])
    assert gate.take([video_packet(5)]) == []


def test_a_file_gets_the_sound_that_its_decoder_needs_before_the_keyframe() -> None:
    gate = StartGate(fps=30, preroll=True)
    assert gate.take([audio_packet(0), video_packet(1), audio_packet(1)]) == []
    assert not gate.begun
    # Frame 2 begins with sample 3200: packet 1 ends at 2048, more than 1024 before it; packet 2 doesn't.
    assert not is_needed_from(3200, audio_packet(1))
    keyframe = video_packet(2, keyframe=True)
    rest = [audio_packet(3), video_packet(3)]
    assert gate.take([audio_packet(2), keyframe, *rest]) == [audio_packet(2), keyframe, *rest]
    assert gate.begun


def test_sound_of_before_the_keyframe_that_comes_when_nobody_waited_for_it_is_left_out() -> None:
    """A device that was silent for long delivers what it has: behind the keyframe, and of an instant before it."""
    connection, file = StartGate(fps=30), StartGate(fps=30, preroll=True)
    keyframe = video_packet(30, keyframe=True)  # at sample 48000; packet 46 is heard until 48128, packet 47 from there
    late = [audio_packet(44), audio_packet(45), audio_packet(46), audio_packet(47)]
    assert connection.take([keyframe, *late]) == [keyframe, audio_packet(47)]
    assert file.take([keyframe, *late]) == [keyframe, *late[1:]]


@given(st.lists(st.sampled_from(["video", "audio", "key", "up", "down"]), max_size=120), st.integers(0, 5))
def test_every_connection_has_all_packets_from_its_keyframe_on(script: list[str], audio_lag: int) -> None:
    gate, order = StartGate(fps=30), PacketInterleaver(fps=30, tracks=(VIDEO, AUDIO))
    link_up, video, audio = False, 0, -audio_lag
    connections: list[list[EncodedPacket]] = []
    ordered: list[EncodedPacket] = []
    for step in script:
        if step in ("up", "down"):
            link_up = step == "up"
            if link_up:
                gate.restart()
                connections.append([])
            continue
        if step == "audio":
            packet, audio = audio_packet(audio), audio + 1
        else:
            packet, video = video_packet(video, keyframe=step == "key"), video + 1
        if step == "key":
            gate.announce(packet)
        ready = order.push(packet)
        ordered += ready
        if link_up:
            connections[-1] += gate.take(ready)
        else:
            gate.skip(ready)
    for sent in connections:
        if sent:
            assert sent[0].track == VIDEO
            assert sent[0].keyframe
            rest = sent[1:]
            # Between its keyframe and the end of the connection nothing is missing, doubled or out of order.
            start = next((index for index, packet in enumerate(ordered) if packet is sent[0]), len(ordered))
            assert [id(packet) for packet in rest] == [id(p) for p in ordered[start + 1 : start + 1 + len(rest)]]
