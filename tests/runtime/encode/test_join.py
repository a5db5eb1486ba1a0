"""Fan-out: order, windows, late subscribers and the end."""

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.media import AUDIO, VIDEO, EncodedPacket, TrackId, TrackKind
from ionia.core.timeline.replay_ring import ReplayRing
from ionia.runtime.encode.feed import Feed
from ionia.runtime.encode.join import Join, Past
from tests.fakes.media import audio_packet, video_packet


class Collector:
    def __init__(self) -> None:
        self.packets: list[EncodedPacket] = []
        self.completed = 0

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        assert not self.completed
        self.packets.extend(packets)

    def complete(self) -> None:
        self.completed += 1


class Feeds:
    """A video and an audio feed, and the joins of them."""

    def __init__(self, *, sounds: int = 1) -> None:
        self.video = Feed()
        self.audio = Feed(kept=100)
        self.others = [Feed() for _ in range(sounds - 1)]
        self.feeds: dict[TrackId, Feed] = {VIDEO: self.video}
        if sounds:
            self.feeds[AUDIO] = self.audio
        for index, feed in enumerate(self.others, start=1):
            self.feeds[TrackId(kind=TrackKind.AUDIO, index=index)] = feed

    def join(self, subscriber: Collector) -> Join:
        join = Join(subscriber, fps=30, feeds=self.feeds)
        join.begin()
        return join

    def close(self) -> None:
        for feed in self.feeds.values():
            feed.close()


def test_packets_arrive_in_order_from_the_first_keyframe() -> None:
    feeds, one = Feeds(), Collector()
    feeds.join(one)
    feeds.audio.publish([audio_packet(-1)])
    feeds.video.publish([video_packet(0, keyframe=True), video_packet(1)])
    feeds.audio.publish([audio_packet(0), audio_packet(1), audio_packet(2)])
    assert one.packets == [
        audio_packet(-1),
        video_packet(0, keyframe=True),
        audio_packet(0),
        audio_packet(1),
        video_packet(1),
    ]


def test_a_late_output_waits_for_its_keyframe_and_changes_nothing_for_the_first() -> None:
    feeds, first, second = Feeds(sounds=0), Collector(), Collector()
    feeds.join(first)
    feeds.video.publish([video_packet(0, keyframe=True), video_packet(1)])
    feeds.join(second)
    feeds.video.publish([video_packet(2), video_packet(3, keyframe=True), video_packet(4)])
    assert [packet.pts for packet in first.packets] == [0, 1, 2, 3, 4]
    assert [packet.pts for packet in second.packets] == [3, 4]


def test_an_end_is_exact_and_completes_once() -> None:
    feeds, one = Feeds(), Collector()
    join = feeds.join(one)
    feeds.video.publish([video_packet(0, keyframe=True), video_packet(1)])
    assert join.end_at(lambda: 2) == 2
    feeds.audio.publish([audio_packet(tick) for tick in range(4)])
    assert one.completed == 0
    feeds.video.publish([video_packet(2), video_packet(3)])
    feeds.audio.publish([audio_packet(4), audio_packet(5)])
    assert one.completed == 1
    assert [packet.pts for packet in one.packets if packet.track == VIDEO] == [0, 1]
    assert [packet.pts // 1024 for packet in one.packets if packet.track == AUDIO] == [0, 1, 2]
    join.leave()
    feeds.close()
    assert one.completed == 1


def test_nothing_is_delivered_while_the_end_is_decided() -> None:
    """What came through meanwhile would be in the file and in no figure."""
    feeds, one = Feeds(sounds=0), Collector()
    join = feeds.join(one)
    feeds.video.publish([video_packet(0, keyframe=True)])
    behind = threading.Thread(target=feeds.video.publish, args=([video_packet(1)],))

    def decide() -> int:
        behind.start()
        behind.join(0.05)
        assert [packet.pts for packet in one.packets] == [0]
        return 1

    join.end_at(decide)
    behind.join()
    assert [packet.pts for packet in one.packets] == [0]
    assert one.completed == 1


def test_leaving_takes_the_sound_along_that_waits_for_a_picture() -> None:
    feeds, one = Feeds(), Collector()
    join = feeds.join(one)
    feeds.video.publish([video_packet(0, keyframe=True)])
    feeds.audio.publish([audio_packet(tick) for tick in range(5)])
    assert [packet.pts for packet in one.packets] == [0]
    join.leave()
    assert [packet.pts // 1024 for packet in one.packets if packet.track == AUDIO] == [0, 1, 2, 3, 4]
    assert one.completed == 1
    feeds.video.publish([video_packet(1)])
    assert len(one.packets) == 6


def test_the_end_of_every_feed_delivers_what_is_left_and_completes_everyone() -> None:
    feeds, one, two = Feeds(), Collector(), Collector()
    feeds.join(one)
    feeds.join(two)
    feeds.video.publish([video_packet(0, keyframe=True), video_packet(1)])
    feeds.video.close()
    assert (one.completed, [packet.pts for packet in one.packets]) == (0, [])
    feeds.audio.close()
    for collector in (one, two):
        assert collector.packets == [video_packet(0, keyframe=True), video_packet(1)]
        assert collector.completed == 1


def test_whoever_comes_after_the_end_is_completed_at_once() -> None:
    feeds, late = Feeds(), Collector()
    feeds.close()
    feeds.join(late)
    assert late.completed == 1


def test_keyframes_are_told_before_they_are_put_in_order() -> None:
    feeds, one = Feeds(), Collector()
    feeds.join(one)
    heard: list[EncodedPacket] = []
    feeds.video.listen_keyframes(heard.extend)
    feeds.video.publish([video_packet(0, keyframe=True), video_packet(1)])
    assert heard == [video_packet(0, keyframe=True)]
    assert one.packets == []
    feeds.video.unlisten_keyframes(heard.extend)
    feeds.video.publish([video_packet(2, keyframe=True)])
    assert len(heard) == 1


def test_packets_get_the_track_that_they_are_in_this_output() -> None:
    feeds, one = Feeds(sounds=2), Collector()
    feeds.join(one)
    feeds.video.publish([video_packet(0, keyframe=True), video_packet(1)])
    for feed in (feeds.audio, *feeds.others):
        feed.publish([audio_packet(0), audio_packet(1), audio_packet(2)])
    indexes = [packet.track.index for packet in one.packets if not packet.track.is_video and packet.pts == 0]
    assert indexes == [0, 1]


def test_another_feed_takes_over_without_a_seam() -> None:
    feeds, one = Feeds(), Collector()
    join = feeds.join(one)
    successor = Feed()
    feeds.video.publish([video_packet(index, keyframe=index == 0) for index in range(4)])
    feeds.audio.publish([audio_packet(0), audio_packet(1)])
    join.change_feed(AUDIO, successor)
    feeds.audio.publish([audio_packet(2)])
    successor.publish([audio_packet(2), audio_packet(3), audio_packet(4)])
    join.leave()
    assert [packet.pts // 1024 for packet in one.packets if packet.track == AUDIO] == [0, 1, 2, 3, 4]


def test_an_output_that_begins_while_the_pictures_are_behind_gets_their_sound() -> None:
    feeds, late = Feeds(), Collector()
    feeds.audio.publish([audio_packet(tick) for tick in range(90)])
    feeds.join(late)
    feeds.video.publish([video_packet(30, keyframe=True), video_packet(31)])  # of 1 s, when the sound is at 1.9 s
    feeds.audio.publish([audio_packet(90)])
    sound = [packet.pts // 1024 for packet in late.packets if packet.track == AUDIO]
    assert sound == list(range(45, sound[-1] + 1))  # tick 45 reaches into the 1024 samples before 1 s
    assert [packet.pts for packet in late.packets if packet.track == VIDEO] == [30, 31]


def test_nothing_is_given_twice_when_a_feed_takes_over() -> None:
    feeds, one = Feeds(), Collector()
    join = feeds.join(one)
    successor = Feed(kept=100)
    successor.publish([audio_packet(0), audio_packet(1)])
    feeds.video.publish([video_packet(0, keyframe=True)])
    feeds.audio.publish([audio_packet(0), audio_packet(1)])
    join.change_feed(AUDIO, successor)
    successor.publish([audio_packet(2)])
    join.leave()
    assert [packet.pts // 1024 for packet in one.packets if packet.track == AUDIO] == [0, 1, 2]


def test_the_picture_goes_over_to_another_feed_at_a_keyframe() -> None:
    feeds, one = Feeds(), Collector()
    join = feeds.join(one)
    other = Feed()

    def frames(first: int, end: int, *keyframes: int) -> list[EncodedPacket]:
        return [video_packet(index, keyframe=index in keyframes) for index in range(first, end)]

    feeds.audio.publish([audio_packet(tick) for tick in range(20)])
    feeds.video.publish(frames(0, 4, 0))
    assert join.cross(VIDEO, other, 3) is None  # which was given already
    assert other.takers == 0
    over = join.cross(VIDEO, other, 6)
    assert over is not None
    other.publish(frames(3, 8, 3, 6))
    feeds.video.publish(frames(4, 5))
    assert not over.is_set()
    feeds.video.publish(frames(5, 7, 6))
    assert over.is_set()
    other.publish(frames(8, 9))
    join.land(VIDEO)
    assert (feeds.video.takers, other.takers) == (0, 1)
    feeds.video.publish(frames(7, 10))
    feeds.video.close()
    other.publish(frames(9, 11))
    assert [packet.pts for packet in one.packets if packet.track == VIDEO] == list(range(11))
    assert [packet.pts for packet in one.packets if packet.keyframe and packet.track == VIDEO] == [0, 6]
    assert not one.completed
    feeds.audio.close()
    other.close()
    assert one.completed == 1


class Holding(Collector):
    """Holds what it gets, as a replay does."""

    def __init__(self) -> None:
        super().__init__()
        self.ring: ReplayRing[int] = ReplayRing(fps=30, seconds=60, max_bytes=10**6, note=lambda _: 7)

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        super().deliver(packets)
        self.ring.push(packets)


def in_both(
    before: int, meanwhile: int, frames: int
) -> tuple[list[EncodedPacket], list[EncodedPacket], Past[int] | None]:
    """What a replay gets of `frames` pictures and their sound, and what a join that begins with its past gets.

    It begins behind `before` packets; `meanwhile` more are published between its look at the feeds and at the past.
    """
    pictures = [video_packet(index, keyframe=index % 10 == 0) for index in range(frames)]
    ticks = [audio_packet(tick) for tick in range(-1, frames * 1600 // 1024)]
    # As encoders give them: sound comes three pictures late.
    script = sorted([*pictures, *ticks], key=lambda one: one.dts * 1600 if one.track.is_video else one.dts + 4800)
    feeds, held, late = Feeds(), Holding(), Collector()
    replay = feeds.join(held)

    def publish(packets: Sequence[EncodedPacket]) -> None:
        for packet in packets:
            feeds.feeds[packet.track].publish([packet])

    def reach_back() -> Past[int] | None:
        publish(script[before : before + meanwhile])
        past = replay.past(held.ring.last)
        publish(script[before + meanwhile : before + 2 * meanwhile])
        return past

    publish(script[:before])
    recording = Join(late, fps=30, feeds=feeds.feeds)
    past = recording.begin_with(reach_back, since=0)
    publish(script[before + 2 * meanwhile :])
    feeds.close()
    assert held.completed == late.completed == 1
    return held.packets, late.packets, past


def test_a_long_past_is_delivered_in_bites(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = in_both(80, 4, 60)[1]
    monkeypatch.setattr("ionia.core.timeline.replay_ring.BITE_PACKETS", 7)
    sizes: list[int] = []
    deliver = Collector.deliver

    def counted(self: Collector, packets: Sequence[EncodedPacket]) -> None:
        sizes.append(len(packets))
        deliver(self, packets)

    monkeypatch.setattr(Collector, "deliver", counted)
    assert in_both(80, 4, 60)[1] == whole
    assert max(sizes) == 7


@given(before=st.integers(0, 90), meanwhile=st.integers(0, 12))
def test_a_join_that_begins_in_the_past_gets_what_the_other_got(before: int, meanwhile: int) -> None:
    held, late, past = in_both(before, meanwhile, 60)
    if past is None:
        late = [packet for packet in late if packet.track.is_video]
        begins = late[0].pts
        assert late == [packet for packet in held if packet.track.is_video and packet.pts >= begins]
    else:
        assert past.held.note == 7
        assert late == held


def test_what_ends_while_the_past_is_taken_is_complete() -> None:
    feeds, held, late = Feeds(), Holding(), Collector()
    replay = feeds.join(held)
    feeds.audio.publish([audio_packet(-1), audio_packet(0)])
    feeds.video.publish([video_packet(0, keyframe=True)])

    def reach_back() -> Past[int] | None:
        past = replay.past(held.ring.last)
        feeds.video.publish([video_packet(1)])
        feeds.video.pass_by(3)
        feeds.audio.publish([audio_packet(tick) for tick in range(1, 5)])
        feeds.close()
        return past

    Join(late, fps=30, feeds=feeds.feeds).begin_with(reach_back, since=0)
    assert late.packets == held.packets
    assert late.completed == 1


def test_pictures_that_go_ahead_of_sound_bring_no_end() -> None:
    feeds, one = Feeds(), Collector()
    join = feeds.join(one)
    feeds.video.publish([video_packet(index, keyframe=index == 0) for index in range(300)])
    assert one.packets[-1].pts == 148  # what is more than 5 s behind the newest waits for no sound
    join.end_at(lambda: 300)
    assert join.sound_behind(300) == 480_000
    feeds.video.publish([video_packet(index) for index in range(300, 600)])
    feeds.audio.publish([audio_packet(tick) for tick in range(460)])
    assert not one.completed
    assert join.sound_behind(300) == 480_000 - 460 * 1024
    feeds.audio.publish([audio_packet(tick) for tick in range(460, 480)])
    assert one.completed == 1
    assert join.missing() == (0, 0)
    sound = [packet.pts // 1024 for packet in one.packets if packet.track == AUDIO]
    assert sound == list(range(469))
    assert join.sound_behind(300) == 0
