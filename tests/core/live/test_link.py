"""live_link: the parts work together. Each part's own rules are in its own test."""

import pytest

from ionia.core.events import ConnectionState
from ionia.core.live.backoff import ReconnectSettings
from ionia.core.live.connection_events import (
    AskKeyframe,
    CloseAttempt,
    GiveUp,
    KillAttempt,
    LinkState,
    Notify,
    StartAttempt,
)
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.link import LiveAction, LiveLink, SendPackets, SetVideoBitrate
from ionia.core.live.live_settings import LiveSettings
from ionia.core.live.stream_buffer import SetBackpressure
from ionia.core.media import VIDEO, EncodedPacket
from tests.fakes.media import audio_packet

MS = 1_000_000
S = 1_000 * MS
FPS = 25


def live(*, adaptive: bool = True, required: bool = False) -> LiveLink:
    settings = LiveSettings(
        fps=FPS,
        video_bitrate=2_000_000,
        audio_bitrate=100_000,
        buffer_ns=2 * S,
        adaptive_bitrate=adaptive,
        reconnect=ReconnectSettings(first_must_succeed=required),
    )
    return LiveLink(settings, lambda: 0.5)


def picture(index: int, *, key: bool = False, size: int = 10_000) -> EncodedPacket:
    return EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=key, data=bytes(size))


def sent(actions: list[LiveAction]) -> list[int]:
    return [packet.dts for action in actions if isinstance(action, SendPackets) for packet in action.packets]


def connected(link: LiveLink) -> LiveLink:
    link.start(0)
    link.connected(1, 0)
    return link


def test_from_start_to_stop() -> None:
    link = live()
    assert link.deadline_ns is None
    assert link.start(0) == [StartAttempt(attempt_id=1), Notify(state=ConnectionState.CONNECTING, attempt=1)]
    assert link.deadline_ns == 6 * S
    assert link.offer([picture(0, key=True)], 0) == []
    assert link.connected(1, 40 * MS) == [AskKeyframe(), Notify(state=ConnectionState.CONNECTED, attempt=1)]
    assert link.deadline_ns == 190 * MS
    assert link.offer([picture(1)], 40 * MS) == []
    assert link.offer([picture(2, key=True), picture(3)], 80 * MS) == [
        SendPackets(attempt_id=1, packets=(picture(2, key=True), picture(3)))
    ]
    assert link.progressed(1, muxed=2, delivered=1, sent_bytes=10_600, delivered_bytes=10_500, now_ns=100 * MS) == []
    figures = link.figures(110 * MS)
    assert (figures.connected, figures.latency_ns, figures.video_packets) == (True, 30 * MS, 2)
    assert (figures.bytes_sent, figures.send_bitrate, figures.target_bitrate) == (10_600, 0, 2_000_000)
    assert link.stop(S) == [CloseAttempt(attempt_id=1), Notify(state=ConnectionState.CLOSED)]
    assert (link.state, link.deadline_ns) == (LinkState.STOPPED, None)
    with pytest.raises(ValueError, match="started while stopped"):
        link.start(2 * S)


def test_a_connection_begins_with_an_announced_keyframe_before_it_is_in_order() -> None:
    link = connected(live())
    keyframe = picture(3, key=True)
    assert sent(link.announce(keyframe, 0)) == [3]
    assert sent(link.offer([picture(2)], 10 * MS)) == []
    assert sent(link.offer([keyframe, picture(4)], 50 * MS)) == [4]
    assert sent(link.announce(picture(5, key=True), 90 * MS)) == []


def test_what_goes_out_with_the_goodbye_is_counted_and_once() -> None:
    link = connected(live())
    link.offer([picture(0, key=True)], 0)
    assert link.progressed(1, muxed=1, delivered=0, sent_bytes=900, delivered_bytes=0, now_ns=MS) == []
    link.stop(2 * MS)
    assert link.figures(2 * MS).bytes_sent == 900
    assert link.progressed(1, muxed=1, delivered=1, sent_bytes=1000, delivered_bytes=1000, now_ns=3 * MS) == []
    assert link.figures(3 * MS).bytes_sent == 1000
    gone = connected(live())
    gone.progressed(1, muxed=0, delivered=0, sent_bytes=900, delivered_bytes=0, now_ns=MS)
    gone.ended(1, FailureCode.RESET.value, 2 * MS)
    gone.stop(3 * MS)
    gone.progressed(1, muxed=0, delivered=0, sent_bytes=1000, delivered_bytes=0, now_ns=4 * MS)
    assert gone.figures(4 * MS).bytes_sent == 900


def test_packets_wait_here_while_the_sender_has_its_window() -> None:
    link = live()
    assert not link.held_back
    connected(link)
    link.offer([picture(0, key=True, size=40_000)], 0)
    assert not link.held_back
    link.offer([picture(1)], 40 * MS)
    assert link.held_back
    link.progressed(1, muxed=1, delivered=0, sent_bytes=40_000, delivered_bytes=0, now_ns=50 * MS)
    assert not link.held_back


def test_what_waits_when_it_stops_is_no_latency() -> None:
    link = connected(live())
    link.offer([picture(0, key=True)], 0)
    link.stop(S)
    assert (link.figures(S).latency_ns, link.figures(S).send_bitrate) == (0, 0)


def test_a_sender_that_is_stuck_says_nothing_and_is_found_out() -> None:
    link = connected(live())
    assert sent(link.offer([picture(0, key=True)], 0)) == [0]
    now = 0
    while not (actions := link.passed(now)):
        assert link.deadline_ns is not None
        now = link.deadline_ns
    assert 2.6 * S <= now <= 2.8 * S
    assert actions[0] == KillAttempt(attempt_id=1)
    assert link.state is not LinkState.CONNECTED


def test_a_loss_is_counted_once_and_the_next_connection_begins_at_the_present() -> None:
    link = connected(live())
    link.offer([picture(0, key=True)], 0)
    link.progressed(1, muxed=1, delivered=1, sent_bytes=10_000, delivered_bytes=10_000, now_ns=10 * MS)
    link.offer([picture(1)], 40 * MS)
    actions = link.ended(1, FailureCode.RESET.value, 60 * S)
    assert actions[0] == StartAttempt(attempt_id=2)
    assert link.progressed(1, muxed=2, delivered=2, sent_bytes=99, delivered_bytes=99, now_ns=60 * S) == []
    assert link.connected(2, 60 * S)[0] == AskKeyframe()
    assert link.progressed(1, muxed=2, delivered=2, sent_bytes=99, delivered_bytes=99, now_ns=60 * S) == []
    assert sent(link.offer([picture(1499), picture(1500, key=True)], 60 * S)) == [1500]
    link.progressed(2, muxed=1, delivered=1, sent_bytes=7, delivered_bytes=7, now_ns=60 * S)
    assert link.figures(60 * S).bytes_sent == 10_007
    assert link.figures(60 * S).reconnects == 1


def test_pictures_without_a_connection_are_counted_as_that() -> None:
    link = live()
    link.start(0)
    link.offer([picture(0, key=True), picture(1)], 0)  # before the stream begins: nobody misses them
    link.connected(1, 0)
    begin = picture(3, key=True)
    assert sent(link.announce(begin, 0)) == [3]
    link.offer([picture(2), begin, picture(4), picture(5)], 0)
    assert (link.figures(0).video_packets, link.figures(0).video_unsent) == (3, 0)
    link.ended(1, FailureCode.RESET.value, 6 * S)
    link.offer([picture(index) for index in range(6, 13)], 6 * S)
    assert (link.figures(6 * S).video_packets, link.figures(6 * S).video_unsent) == (3, 7)
    link.connected(2, 7 * S)
    link.offer([picture(13)], 7 * S)  # no keyframe: a connection can't begin with it
    keyframe = picture(14, key=True)
    assert sent(link.announce(keyframe, 7 * S)) == [14]
    assert link.figures(7 * S).video_unsent == 7  # that one is in order a moment later
    link.offer([keyframe, picture(15)], 7 * S)
    assert link.figures(7 * S).video_unsent == 8


def test_lag_reconnects_and_backpressure_is_told() -> None:
    link = connected(live())
    seen: list[LiveAction] = []
    for index in range(200):
        now = index * 40 * MS
        seen += link.offer([picture(index, key=index == 0)], now)
        # The link trickles: never dead, never fast enough.
        if link.state is LinkState.CONNECTED:
            seen += link.progressed(1, muxed=1, delivered=0, sent_bytes=index, delivered_bytes=index, now_ns=now)
    assert SetBackpressure(active=True, latency_ns=2040 * MS, packets=52) in seen
    assert AskKeyframe(behind=True) in seen
    assert KillAttempt(attempt_id=1) in seen
    assert not link.figures(8 * S).backpressure
    assert link.figures(8 * S).video_dropped > 0


def test_many_packets_at_once_that_are_too_many_end_the_connection_once() -> None:
    link = connected(live())
    actions = link.offer([picture(0, key=True), *(audio_packet(tick) for tick in range(1200))], 0)
    assert [action for action in actions if isinstance(action, KillAttempt)] == [KillAttempt(attempt_id=1)]
    assert link.state is not LinkState.CONNECTED


@pytest.mark.parametrize("adaptive", [True, False])
def test_the_bitrate_follows_only_if_wanted(adaptive: bool) -> None:
    link = connected(live(adaptive=adaptive))
    changes: list[SetVideoBitrate] = []
    taken = muxed = 0
    for index in range(60):
        now = index * 40 * MS
        actions = link.offer([picture(index, key=index == 0)], now)
        taken += len(sent(actions))
        if index % 2 and muxed < taken:
            muxed += 1
            taken += len(
                sent(
                    link.progressed(
                        1,
                        muxed=muxed,
                        delivered=muxed,
                        sent_bytes=muxed * 10_000,
                        delivered_bytes=muxed * 10_000,
                        now_ns=now,
                    )
                )
            )
        changes += [action for action in link.passed(now) if isinstance(action, SetVideoBitrate)]
    assert bool(changes) is adaptive
    assert (link.figures(60 * 40 * MS).target_bitrate < 2_000_000) is adaptive
    assert 900_000 <= link.figures(60 * 40 * MS).send_bitrate <= 1_100_000


def test_a_required_connection_gives_up() -> None:
    link = live(required=True)
    link.start(0)
    assert link.ended(1, FailureCode.REFUSED.value, 0)[-1] == GiveUp(failure=FailureCode.REFUSED.value)
    assert link.state is LinkState.FAILED


def test_a_server_that_asks_for_keyframes_again_and_again_gets_one_a_second() -> None:
    link = live()
    link.start(0)
    assert link.keyframe_wanted(1, 0) == []
    link.connected(1, 0)
    asked = [AskKeyframe(behind=True)]
    assert link.keyframe_wanted(1, 5 * MS) == asked
    assert [link.keyframe_wanted(1, now * MS) for now in (6, 500, 1004)] == [[], [], []]
    assert link.keyframe_wanted(2, 2000 * MS) == []
    assert link.keyframe_wanted(1, 2000 * MS) == asked


def test_what_is_reported_as_lost_lowers_the_bit_rate_of_the_connection_that_it_is_of() -> None:
    link = live()
    link.start(0)
    assert link.loss_reported(1, 0.5) == []
    link.connected(1, 0)
    (less,) = link.loss_reported(1, 0.5)
    assert isinstance(less, SetVideoBitrate)
    assert link.loss_reported(2, 0.5) == []
    assert link.loss_reported(1, 0.05) == []
    (more,) = link.loss_reported(1, 0.0)
    assert isinstance(more, SetVideoBitrate)
    assert less.bits_per_second < more.bits_per_second
