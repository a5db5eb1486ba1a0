"""stream_buffer: the rules one by one with literal times, then what must hold for any link."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.live.stream_buffer import (
    DEFAULT_LIMIT_NS,
    LAG_BEYOND_NS,
    BufferAction,
    ReconnectAtNow,
    RequestKeyframe,
    SetBackpressure,
    StreamBuffer,
)
from ionia.core.media import AUDIO, VIDEO, EncodedPacket
from tests.fakes.examples import examples

MS = 1_000_000
LAG_LIMIT_NS = DEFAULT_LIMIT_NS + LAG_BEYOND_NS
FPS = 25  # 40 ms a frame
FRAME = 40 * MS


def video(index: int, *, key: bool = False, size: int = 10_000) -> EncodedPacket:
    return EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=key, data=bytes(size))


def audio(tick: int) -> EncodedPacket:
    return EncodedPacket(track=AUDIO, pts=tick * 1024, dts=tick * 1024, duration=1024, keyframe=True, data=bytes(200))


class Feed:
    """An encoder at real time: pushes pictures and answers keyframe requests with the next one."""

    def __init__(self, buffer: StreamBuffer, *, gop: int = 50, sound: bool = True, obeys: bool = True) -> None:
        self.buffer, self.gop, self.sound, self.obeys = buffer, gop, sound, obeys
        self.index = self.tick = 0
        self.key_wanted = True
        self.now = 0
        self.seen: list[BufferAction] = []

    def note(self, actions: list[BufferAction]) -> list[BufferAction]:
        self.seen += actions
        if self.obeys and RequestKeyframe() in actions:
            self.key_wanted = True
        return actions

    def frame(self, size: int = 10_000) -> list[BufferAction]:
        self.now = self.index * FRAME
        key = self.key_wanted or self.index % self.gop == 0
        self.key_wanted = False
        actions = self.note(self.buffer.push(video(self.index, key=key, size=size), self.now))
        self.index += 1
        while self.sound and self.tick * 1024 * 1000 < self.index * 40 * 48_000:
            actions = actions + self.note(self.buffer.push(audio(self.tick), self.now))
            self.tick += 1
        return actions

    def frames(self, count: int) -> list[BufferAction]:
        return list(itertools.chain.from_iterable(self.frame() for _ in range(count)))


def test_it_begins_with_a_keyframe_and_keeps_the_order() -> None:
    buffer = StreamBuffer(fps=FPS)
    for early in (audio(0), video(0)):
        with pytest.raises(ValueError, match="something else than a keyframe"):
            buffer.push(early, 0)
    assert buffer.take() == []
    buffer.push(video(1, key=True), FRAME)
    buffer.push(audio(2), FRAME)
    assert buffer.waiting
    assert [packet.dts for packet in buffer.take()] == [1, 2048]
    assert not buffer.waiting
    assert (buffer.counters.discarded, buffer.counters.video_offered, buffer.counters.audio_offered) == (0, 1, 1)


def test_sound_goes_along_with_a_picture_that_fills_the_window() -> None:
    buffer = StreamBuffer(fps=FPS, window_bytes=15_000)
    for packet in (video(0, key=True, size=20_000), audio(0), audio(1), video(1), audio(2)):
        buffer.push(packet, 0)
    assert [(packet.track, packet.dts) for packet in buffer.take()] == [(VIDEO, 0), (AUDIO, 0), (AUDIO, 1024)]
    assert buffer.waiting
    assert buffer.take() == []


def test_the_window_bounds_what_the_sender_holds() -> None:
    buffer = StreamBuffer(fps=FPS, window_bytes=15_000)
    for index in range(5):
        buffer.push(video(index, key=index == 0), index * FRAME)
    assert [packet.dts for packet in buffer.take()] == [0, 1]
    assert buffer.take() == []
    buffer.acknowledge(muxed=1, delivered=0, now_ns=200 * MS)
    assert [packet.dts for packet in buffer.take()] == [2]
    assert buffer.counters.bytes_taken == 30_000


def test_latency_is_the_age_of_what_is_not_delivered() -> None:
    buffer = StreamBuffer(fps=FPS)
    assert buffer.latency_ns(7) == buffer.span_ns == 0
    buffer.push(video(0, key=True), 0)
    buffer.push(video(1), 40 * MS)
    buffer.take()
    assert buffer.latency_ns(100 * MS) == 100 * MS
    buffer.acknowledge(muxed=2, delivered=0, now_ns=100 * MS)
    assert buffer.latency_ns(120 * MS) == 120 * MS  # in the socket is not delivered
    buffer.acknowledge(muxed=2, delivered=1, now_ns=130 * MS)
    assert (buffer.latency_ns(150 * MS), buffer.span_ns, buffer.packets) == (110 * MS, 0, 1)
    buffer.acknowledge(muxed=2, delivered=2, now_ns=160 * MS)
    assert (buffer.latency_ns(170 * MS), buffer.max_latency_ns(170 * MS)) == (0, 130 * MS)


@pytest.mark.parametrize(("muxed", "delivered"), [(2, 0), (0, 1), (-1, -1)])
def test_impossible_progress_is_refused(muxed: int, delivered: int) -> None:
    buffer = StreamBuffer(fps=FPS)
    buffer.push(video(0, key=True), 0)
    buffer.take()
    with pytest.raises(ValueError, match="progress"):
        buffer.acknowledge(muxed=muxed, delivered=delivered, now_ns=0)
    assert buffer.packets == 1


def test_short_runs_are_prepared_from_two_fifths_of_the_limit() -> None:
    feed = Feed(StreamBuffer(fps=FPS))
    assert feed.frames(20) == []
    assert RequestKeyframe() in feed.frames(1)
    assert feed.frames(4) == []
    assert RequestKeyframe() in feed.frames(1)  # 200 ms later


def test_a_standing_link_loses_nothing_below_the_limit() -> None:
    feed = Feed(StreamBuffer(fps=FPS))
    feed.frames(50)
    assert feed.buffer.counters.video_dropped == 0
    assert not feed.buffer.backpressure


def test_over_the_limit_half_of_it_is_dropped_and_a_keyframe_asked_for() -> None:
    feed = Feed(StreamBuffer(fps=FPS))
    feed.frames(1)
    feed.buffer.take()
    feed.frames(49)
    actions = [action for action in feed.frames(2) if isinstance(action, SetBackpressure)]
    assert RequestKeyframe() in feed.seen[-3:]
    assert actions[0] == SetBackpressure(active=True, latency_ns=2000 * MS, packets=51 + 95)
    assert feed.buffer.backpressure
    dropped = feed.buffer.counters.video_dropped
    assert 20 <= dropped <= 32
    taken = feed.buffer.take()
    assert taken[0].track == AUDIO
    first = next(packet for packet in taken if packet.track == VIDEO)
    assert first.keyframe
    assert first.dts == 1 + dropped


def test_with_no_keyframe_waiting_all_pictures_go_and_only_a_keyframe_ends_it() -> None:
    feed = Feed(StreamBuffer(fps=FPS), gop=1000, obeys=False)
    feed.frames(52)
    assert feed.buffer.counters.video_dropped == 51  # all but the one that the connection begins with
    assert feed.seen.count(RequestKeyframe()) > 5
    feed.frames(3)
    assert feed.buffer.counters.video_dropped == 54
    feed.key_wanted = True
    feed.frames(2)
    assert feed.buffer.counters.video_dropped == 54


def test_backpressure_ends_below_half() -> None:
    feed = Feed(StreamBuffer(fps=FPS, window_bytes=10**9))
    feed.frames(52)
    total = len(feed.buffer.take())
    assert feed.buffer.acknowledge(muxed=total, delivered=0, now_ns=feed.now) == []
    assert feed.buffer.acknowledge(muxed=total, delivered=5, now_ns=feed.now) == []
    assert feed.buffer.acknowledge(muxed=total, delivered=total, now_ns=feed.now) == [
        SetBackpressure(active=False, latency_ns=0, packets=0)
    ]


def test_a_link_that_cannot_carry_the_sound_is_given_up() -> None:
    feed = Feed(StreamBuffer(fps=FPS))
    actions = feed.frames(125)
    assert not any(isinstance(action, ReconnectAtNow) for action in actions)
    actions = feed.frames(2)
    lags = [action.lag_ns for action in actions if isinstance(action, ReconnectAtNow)]
    assert len(lags) == 1
    assert LAG_LIMIT_NS < lags[0] <= LAG_LIMIT_NS + FRAME
    assert feed.buffer.packets == 0
    assert feed.frames(100) == []
    assert feed.buffer.packets == 0
    assert [type(action) for action in feed.buffer.clear(feed.now)] == [SetBackpressure]
    feed.key_wanted = True
    feed.frames(1)
    assert feed.buffer.packets > 0


@pytest.mark.parametrize("limit_ms", [500, 2000, 20_000])
def test_whatever_may_wait_a_link_that_stands_has_that_and_a_little_more(limit_ms: int) -> None:
    feed = Feed(StreamBuffer(fps=FPS, limit_ns=limit_ms * MS))
    given_up = False
    while not given_up:
        given_up = any(isinstance(action, ReconnectAtNow) for action in feed.frame())
        if feed.now + 2 * FRAME <= limit_ms * MS:
            assert feed.buffer.counters.video_dropped == 0
    assert abs(feed.now - limit_ms * MS - LAG_BEYOND_NS) <= FRAME


def test_what_an_encoder_owed_for_long_and_comes_at_once_is_no_fault_of_the_link() -> None:
    buffer = StreamBuffer(fps=FPS)
    buffer.push(video(0, key=True), 0)
    late = [buffer.push(audio(tick), DEFAULT_LIMIT_NS) for tick in range(47 * 10)]
    assert not any(isinstance(action, ReconnectAtNow) for actions in late for action in actions)
    still = buffer.push(audio(47 * 10), DEFAULT_LIMIT_NS + 1)  # nothing has gone since
    assert [type(action) for action in still if isinstance(action, ReconnectAtNow)] == [ReconnectAtNow]


def test_giving_up_is_told_as_backpressure_too_if_it_comes_at_once() -> None:
    buffer = StreamBuffer(fps=FPS)
    buffer.push(video(0, key=True), 0)
    kinds = [type(action) for action in buffer.push(video(1000), 40_000 * MS)]
    assert kinds == [SetBackpressure, ReconnectAtNow]


def test_packets_are_bounded_even_when_their_times_lie() -> None:
    buffer = StreamBuffer(fps=FPS)
    for _ in range(2000):
        buffer.push(video(0, key=True), 0)
    assert buffer.counters.video_dropped > 0
    assert buffer.packets < 800
    actions = (action for _ in range(5000) for action in buffer.push(audio(0), 0))
    assert any(isinstance(action, ReconnectAtNow) for action in actions)
    assert buffer.packets == 0


def run_link(
    feed: Feed, frames: int, bytes_per_frame: list[int]
) -> tuple[list[EncodedPacket], list[EncodedPacket], list[int]]:
    """A link that delivers so many bytes in each frame time: what arrived, what is under way, the latencies."""
    arrived: list[EncodedPacket] = []
    pending: list[EncodedPacket] = []
    latencies = []
    room = 0
    for index in range(frames):
        feed.frame()
        room = min(room, 0) + bytes_per_frame[index % len(bytes_per_frame)]
        pending += feed.buffer.take()
        while pending and room > 0:
            packet = pending.pop(0)
            room -= len(packet.data)
            arrived.append(packet)
            feed.note(feed.buffer.acknowledge(muxed=len(arrived), delivered=len(arrived), now_ns=feed.now))
            pending += feed.buffer.take()
        latencies.append(feed.buffer.latency_ns(feed.now))
    return arrived, pending, latencies


def test_half_the_link_costs_pictures_in_short_runs_and_keeps_the_latency() -> None:
    feed = Feed(StreamBuffer(fps=FPS))
    arrived, _, latencies = run_link(feed, 60 * FPS, [6_000])  # the encoder makes 10,500 bytes a frame
    assert max(latencies) <= 1_500 * MS
    pictures = [packet.dts for packet in arrived if packet.track == VIDEO]
    assert max(b - a for a, b in itertools.pairwise(pictures)) * FRAME <= 320 * MS
    assert feed.buffer.counters.audio_offered - feed.buffer.counters.audio_taken < 100
    changes = [action.active for action in feed.seen if isinstance(action, SetBackpressure)]
    assert changes == [True]
    assert feed.buffer.backpressure


def test_a_third_of_the_link_keeps_the_latency_below_the_limit() -> None:
    feed = Feed(StreamBuffer(fps=FPS))
    _, _, latencies = run_link(feed, 30 * FPS, [3_500])
    assert max(latencies) <= 2_100 * MS


def test_a_pause_shorter_than_the_limit_loses_nothing() -> None:
    feed = Feed(StreamBuffer(fps=FPS))
    run_link(feed, 4 * FPS, [30_000] * 50 + [0] * 45 + [30_000] * 5)
    assert feed.buffer.counters.video_dropped == 0


@examples(60)
@given(
    st.lists(st.sampled_from([0, 0, 300, 2_000, 8_000, 12_000, 40_000]), min_size=1, max_size=60),
    st.integers(50, 250),
    st.booleans(),
    st.sampled_from([1, 12, 50, 1000]),
)
def test_any_link(pattern: list[int], frames: int, obeys: bool, gop: int) -> None:
    feed = Feed(StreamBuffer(fps=FPS), gop=gop, obeys=obeys)
    arrived, under_way, _ = run_link(feed, frames, pattern)
    counters = feed.buffer.counters
    assert feed.buffer.packets <= 2 * (LAG_LIMIT_NS + 2_000 * MS) // FRAME * 2
    overrun = any(isinstance(action, ReconnectAtNow) for action in feed.seen)
    while not overrun and (rest := under_way + feed.buffer.take()):
        arrived += rest
        under_way = []
        feed.buffer.acknowledge(muxed=len(arrived), delivered=len(arrived), now_ns=feed.now)
    sound = [packet.dts for packet in arrived if packet.track == AUDIO]
    pictures = [packet for packet in arrived if packet.track == VIDEO]
    assert sound == [tick * 1024 for tick in range(len(sound))]  # order kept, none lost on the way
    if not overrun:
        assert len(sound) == counters.audio_offered == counters.audio_taken
        assert len(pictures) + counters.video_dropped == counters.video_offered
    indexes = [packet.dts for packet in pictures]
    assert indexes == sorted(indexes)
    for before, after in itertools.pairwise(pictures):
        assert after.dts == before.dts + 1 or after.keyframe
    states = [action.active for action in feed.seen if isinstance(action, SetBackpressure)]
    assert states == [index % 2 == 0 for index in range(len(states))]


def test_what_a_connection_begins_with_is_kept_however_much_comes_at_once() -> None:
    """After a stall of ours many packets are in order at once, before the sender was given any."""
    buffer = StreamBuffer(fps=FPS)
    for index in range(4 * FPS):
        buffer.push(video(index, key=index in (0, 80), size=1_000), 0)
        buffer.push(audio(index), 0)
    taken = [packet for packet in buffer.take() if packet.track == VIDEO]
    assert [packet.pts for packet in taken][:2] == [0, 80]
    assert buffer.counters.video_dropped == 79
