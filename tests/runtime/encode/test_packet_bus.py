"""Fan-out: order, windows, late subscribers and the end."""

from collections.abc import Sequence

from ionia.core.media import AUDIO, VIDEO, EncodedPacket, TrackId
from ionia.runtime.encode.packet_bus import PacketBus
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


class Asked:
    def __init__(self) -> None:
        self.keyframes = 0

    def __call__(self) -> None:
        self.keyframes += 1


def make(*tracks: TrackId) -> tuple[PacketBus, Asked]:
    asked = Asked()
    return PacketBus(fps=30, tracks=tracks or (VIDEO, AUDIO), request_keyframe=asked), asked


def test_packets_arrive_in_order_from_the_first_keyframe() -> None:
    bus, asked = make()
    one = Collector()
    bus.subscribe(one)
    assert asked.keyframes == 1
    bus.publish([audio_packet(-1)])
    bus.publish([video_packet(0, keyframe=True), video_packet(1)])
    bus.publish([audio_packet(0), audio_packet(1), audio_packet(2)])
    assert one.packets == [
        audio_packet(-1),
        video_packet(0, keyframe=True),
        audio_packet(0),
        audio_packet(1),
        video_packet(1),
    ]


def test_a_late_subscriber_waits_for_its_keyframe_and_changes_nothing_for_the_first() -> None:
    bus, asked = make(VIDEO)
    first, second = Collector(), Collector()
    bus.subscribe(first)
    bus.publish([video_packet(0, keyframe=True), video_packet(1)])
    bus.subscribe(second)
    assert asked.keyframes == 2
    bus.publish([video_packet(2), video_packet(3, keyframe=True), video_packet(4)])
    assert [packet.pts for packet in first.packets] == [0, 1, 2, 3, 4]
    assert [packet.pts for packet in second.packets] == [3, 4]


def test_an_end_is_exact_and_completes_once() -> None:
    bus, _ = make(VIDEO)
    one, other = Collector(), Collector()
    subscription = bus.subscribe(one)
    bus.subscribe(other)
    bus.publish([video_packet(0, keyframe=True), video_packet(1)])
    bus.end_at(subscription, 3)
    assert bus.subscriptions == 2
    bus.publish([video_packet(2), video_packet(3)])
    assert [packet.pts for packet in one.packets] == [0, 1, 2]
    assert (one.completed, other.completed, bus.subscriptions) == (1, 0, 1)
    bus.leave(subscription)
    assert one.completed == 1


def test_leaving_takes_the_sound_along_that_waits_for_a_picture() -> None:
    bus, _ = make()
    one, other = Collector(), Collector()
    subscription = bus.subscribe(one)
    bus.subscribe(other)
    bus.publish([video_packet(0, keyframe=True)])
    bus.publish([audio_packet(number) for number in range(6)])
    bus.end_at(subscription, 3)
    bus.leave(subscription)
    # Five packets begin before frame 3 of 30 a second; the middle of the fifth lies before it, too.
    assert one.packets == [video_packet(0, keyframe=True), *(audio_packet(number) for number in range(5))]
    bus.publish([video_packet(4), audio_packet(6), audio_packet(7)])
    assert [packet.pts for packet in other.packets if packet.track == VIDEO] == [0, 4]
    assert len(other.packets) == 2 + 7


def test_leaving_completes_at_once() -> None:
    bus, _ = make()
    one = Collector()
    subscription = bus.subscribe(one)
    bus.leave(subscription)
    bus.publish([audio_packet(-1), video_packet(0, keyframe=True), audio_packet(0)])
    assert (one.completed, one.packets) == (1, [])


def test_closing_delivers_what_is_left_and_completes_everyone() -> None:
    bus, _ = make()
    one = Collector()
    bus.subscribe(one)
    bus.publish([audio_packet(-1), video_packet(0, keyframe=True), video_packet(1)])
    assert one.packets == [audio_packet(-1)] or len(one.packets) < 3
    bus.close()
    bus.close()
    assert one.packets == [audio_packet(-1), video_packet(0, keyframe=True), video_packet(1)]
    assert one.completed == 1


def test_whoever_comes_after_the_end_is_completed_at_once() -> None:
    bus, asked = make()
    bus.close()
    one = Collector()
    bus.subscribe(one)
    assert (one.completed, asked.keyframes) == (1, 0)
