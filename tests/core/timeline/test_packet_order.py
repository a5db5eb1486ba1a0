"""Two tracks become one sequence, and each sink gets its window of it."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.frame_rate import FrameRate
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, TrackId, TrackKind
from ionia.core.timeline.packet_order import PacketInterleaver, PacketWindow
from tests.fakes.reordered import reordered


def video(index: int, *, key: bool = False) -> EncodedPacket:
    return EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=key, data=b"v")


MIC = TrackId(kind=TrackKind.AUDIO, index=1)


def audio(tick: int, track: TrackId = AUDIO) -> EncodedPacket:
    sample = 1024 * tick
    return EncodedPacket(track=track, pts=sample, dts=sample, duration=1024, keyframe=True, data=b"a")


def names(packets: object) -> list[str]:
    return [f"{'v' if p.track == VIDEO else 'a'}{p.pts}" for p in packets]  # type: ignore[attr-defined]


def test_nothing_goes_before_the_other_track_was_heard() -> None:
    order = PacketInterleaver(fps=30, tracks=(VIDEO, AUDIO))
    assert order.push(video(0, key=True)) == []
    assert names(order.push(audio(-1))) == ["a-1024"]
    assert names(order.push(audio(0))) == ["v0"]
    assert order.push(audio(1)) == []
    assert names(order.push(video(1))) == ["a0", "a1024"]
    assert names(order.flush()) == ["v1"]
    assert order.flush() == []


def test_sounds_of_one_instant_go_together() -> None:
    order = PacketInterleaver(fps=30, tracks=(VIDEO, AUDIO, MIC))
    assert order.push(video(0, key=True)) == []
    assert order.push(audio(-1)) == []
    assert [packet.track for packet in order.push(audio(-1, MIC))] == [AUDIO, MIC]
    assert order.push(audio(0, MIC)) == []
    assert names(order.push(audio(0))) == ["v0"]  # frame 1 might be of that instant
    assert [packet.track for packet in order.push(video(1))] == [AUDIO, MIC]
    assert order.push(audio(1)) == []
    assert names(order.push(audio(1, MIC))) == ["a1024", "a1024"]
    assert names(order.flush()) == ["v1"]


def test_what_is_left_ends_with_as_many_of_each_sound_unless_one_has_ended() -> None:
    order = PacketInterleaver(fps=30, tracks=(VIDEO, AUDIO, MIC))
    assert order.rest() == []
    order.push(video(0, key=True))
    order.push(audio(-1))
    assert names(order.rest()) == ["a-1024", "v0"]  # the other one never was
    assert len(order.push(audio(-1, MIC))) == 2
    assert names(order.rest()) == ["v0"]
    order.push(audio(0))
    assert names(order.rest()) == ["v0"]
    assert names(order.waiting()) == ["v0", "a0"]
    order.push(audio(1))
    assert names(order.rest()) == ["v0"]  # through filters it comes a tick later
    order.push(audio(2))
    assert names(order.rest()) == ["v0", "a0", "a1024", "a2048"]  # it stays away: the other goes on
    order.push(audio(0, MIC))
    assert sorted(names(order.rest())) == ["a0", "a0"]
    order.push(audio(1, MIC))
    assert sorted(names(order.rest())) == ["a0", "a0", "a1024", "a1024"]


def test_without_audio_nothing_waits() -> None:
    order = PacketInterleaver(fps=30, tracks=(VIDEO,))
    assert names(order.push(video(0))) == ["v0"]


def test_a_silent_track_holds_the_other_back_only_so_long() -> None:
    order = PacketInterleaver(fps=10, tracks=(VIDEO, AUDIO), max_wait_seconds=1)
    out = [packet for index in range(15) for packet in order.push(video(index))]
    assert names(out) == ["v0", "v1", "v2", "v3"]
    assert names(order.push(audio(0))) == ["a0"]


def test_sound_waits_long_for_the_first_picture_and_all_of_it_is_in_the_window() -> None:
    order, window = PacketInterleaver(fps=30, tracks=(VIDEO, AUDIO)), PacketWindow(fps=30)
    ticks = 47 * 30  # half a minute
    assert not any(order.push(audio(tick)) for tick in range(-1, ticks))
    packets = order.push(video(0, key=True)) + order.push(video(1))
    assert len(window.take(packets).packets) == 2 + ticks + 1 - 235  # five seconds may wait for pictures then


def test_a_track_that_says_it_rests_holds_nobody_back() -> None:
    order = PacketInterleaver(fps=30, tracks=(VIDEO, AUDIO))
    assert order.reached_frame is None
    assert names(order.push(video(0, key=True))) == []
    assert names(order.push(audio(-1))) == ["a-1024"]
    assert names(order.push(audio(0))) == ["v0"]
    assert order.reached_frame is None
    assert names(order.pass_by(VIDEO, 1)) == ["a0"]
    assert names(order.push(audio(1))) == ["a1024"]
    assert order.push(audio(2)) == []  # 2048 lies behind frame 1, which begins with 1600
    assert order.reached_frame == 1
    assert names(order.pass_by(VIDEO, 3)) == ["a2048"]
    assert order.push(audio(5)) == []
    assert names(order.push(video(3, key=True))) == ["v3"]  # 4800 is before 5120
    assert names(order.push(video(4))) == ["a5120"]


def test_a_track_that_rests_alone_has_reached_what_it_says() -> None:
    order = PacketInterleaver(fps=30, tracks=(VIDEO,))
    window = PacketWindow(fps=30)
    window.take(order.push(video(0, key=True)))
    window.end_at(5)
    assert order.pass_by(VIDEO, 5) == []
    assert order.reached_frame == 5
    assert window.is_over(5)
    assert not window.is_over(4)


def test_a_window_begins_with_a_keyframe_and_the_audio_it_needs() -> None:
    window = PacketWindow(fps=30)
    assert window.take([audio(0), video(1), audio(1)]).packets == ()
    assert window.first_index is None
    # frame 2 is at sample 3200: the preroll reaches back to 2176, which audio 1 ends before and audio 2 touches
    assert names(window.take([audio(2), video(2, key=True), audio(3), video(3)]).packets) == [
        "a2048",
        "v2",
        "a3072",
        "v3",
    ]
    assert window.first_index == 2


def test_a_window_ends_before_a_frame() -> None:
    window = PacketWindow(fps=30)
    window.take([audio(-1), video(0, key=True)])
    window.end_at(3)
    window.end_at(9)
    # frame 3 is at sample 4800: audio 4 (4096..5119) has its middle before the cut, audio 5 has not
    cut = window.take([audio(0), video(1), audio(1), video(2), audio(2), audio(3), audio(4)])
    assert names(cut.packets) == ["a0", "v1", "a1024", "v2", "a2048", "a3072", "a4096"]
    assert not cut.done
    cut = window.take([video(3), audio(5)])
    assert cut.packets == ()
    assert cut.done


def test_a_window_begins_with_no_keyframe_of_before() -> None:
    window = PacketWindow(fps=30)
    window.begin_at(4)
    # an encode that others use is behind: frame 2 is encoded now, for somebody else
    assert window.take([audio(2), video(2, key=True), audio(3), video(3)]).packets == ()
    assert window.first_index is None
    # frame 4 is at sample 6400, and the preroll begins in audio 5
    assert names(window.take([audio(4), audio(5), video(4, key=True), audio(6)]).packets) == ["a5120", "v4", "a6144"]
    assert window.first_index == 4


def test_a_window_that_ends_before_it_began_has_its_keyframe() -> None:
    window = PacketWindow(fps=30)
    window.begin_at(4)
    window.end_at(3)
    assert not window.take([video(3), audio(4), audio(5)]).done
    assert not window.is_over(4)
    cut = window.take([video(4, key=True), audio(6), video(5), audio(7)])
    assert names(cut.packets) == ["a5120", "v4", "a6144", "a7168"]  # frame 5 is at sample 8000
    assert cut.done
    assert window.is_over(5)


def test_a_window_says_what_of_each_track_has_not_come() -> None:
    window = PacketWindow(fps=30)
    assert (window.missing(VIDEO), window.missing(AUDIO)) == (0, 0)
    window.take([audio(0), video(0, key=True), audio(1), video(1)])
    assert (window.missing(VIDEO), window.missing(AUDIO)) == (0, 0)  # no end is set
    window.end_at(4)  # sample 6400
    assert (window.missing(VIDEO), window.missing(AUDIO)) == (2, 6400 - 2048)
    window.passed(VIDEO, 3)  # an encoder that rests
    window.take([audio(2), audio(3), audio(4)])
    assert (window.missing(VIDEO), window.missing(AUDIO)) == (1, 6400 - 5120)
    window.take([audio(5), video(3)])
    assert (window.missing(VIDEO), window.missing(AUDIO)) == (0, 0)


def test_a_track_of_which_nothing_came_lacks_all() -> None:
    window = PacketWindow(fps=30)
    window.take([video(30, key=True), video(31)])
    window.end_at(60)
    assert (window.missing(VIDEO), window.missing(AUDIO)) == (28, 48_000)


def test_a_window_may_end_by_audio_alone() -> None:
    window = PacketWindow(fps=30)
    window.take([video(0, key=True)])
    window.end_at(1)
    assert window.take([audio(2)]).done


RATES = st.integers(12, 240) | st.sampled_from([Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)])


@given(RATES, st.integers(1, 60), st.randoms(use_true_random=False))
def test_any_arrival_gives_one_order_and_loses_nothing(fps: FrameRate, count: int, random: object) -> None:
    end = count * 48000 // fps
    tracks = [[video(n) for n in range(count)], [audio(k) for k in range(-1, end // 1024 + 1)]]
    sent = [packet for track in tracks for packet in track]
    order = PacketInterleaver(fps=fps, tracks=(VIDEO, AUDIO), max_wait_seconds=10**6)
    got: list[EncodedPacket] = []
    while any(tracks):
        track = random.choice([t for t in tracks if t])  # type: ignore[attr-defined]
        got.extend(order.push(track.pop(0)))
    got.extend(order.flush())
    assert sorted(names(got)) == sorted(names(sent))
    positions = [Fraction(p.dts) / (fps if p.track == VIDEO else 48000) for p in got]
    assert positions == sorted(positions)


def test_a_keyframe_among_b_frames_goes_behind_the_sound_before_it() -> None:
    """What begins with it ends what was before, which is to have its sound to the end."""
    encoded = reordered(range(8), keys=(4,), b_frames=2)
    assert [(packet.pts, packet.dts) for packet in encoded.packets if packet.keyframe] == [(0, -1), (4, 3)]
    order = PacketInterleaver(fps=10, tracks=(VIDEO, AUDIO))
    sorted_ones = order.push_all([*encoded.packets, *map(audio, range(40))])
    assert names(sorted_ones)[:1] == ["v0"]
    at = names(sorted_ones).index("v4")
    assert names(sorted_ones)[at - 1 : at + 2] == ["a18432", "v4", "v7"]  # 0.384 s, of 21 ms


@given(st.integers(1, 3), st.frozensets(st.integers(1, 39), max_size=6), st.integers(1, 39), st.integers(0, 60))
def test_an_end_among_b_frames_is_behind_what_they_refer_to(
    b_frames: int, keys: frozenset[int], end: int, named_at: int
) -> None:
    """`named_at`: behind so many packets."""
    encoded = reordered(range(40), keys=keys, b_frames=b_frames)
    order = PacketInterleaver(fps=30, tracks=(VIDEO, AUDIO))
    window, taken, done = PacketWindow(fps=30), list[EncodedPacket](), False
    sounds = [audio(tick) for tick in range(-1, 63)]
    arriving = sorted([*encoded.packets, *sounds], key=lambda p: p.dts / (30 if p.track.is_video else 48_000))
    for at, packet in enumerate(arriving):
        if at == named_at:
            window.end_at(end)
        cut = window.take(order.push(packet))
        taken += cut.packets
        if done := cut.done:
            break
    pictures = [packet for packet in taken if packet.track == VIDEO]
    there: set[int] = set()
    for picture in pictures:
        assert there.issuperset(encoded.needs[picture.pts])
        there.add(picture.pts)
    assert sorted(there) == list(range(len(there)))
    passed = max((p.pts + 1 for p in taken[:named_at] if p.track == VIDEO), default=0)
    assert len(there) == 40 or end <= len(there) <= max(end, passed) + b_frames
    # The end may be later by the B-frames; behind the last of 40 frames nothing says that it is reached.
    assert done or end + b_frames > 38
    heard = [packet for packet in taken if packet.track == AUDIO]
    if done:
        assert abs((heard[-1].pts + 1024) / 48_000 - len(there) / 30) <= 0.5 * 1024 / 48_000 + 1e-9
        assert window.missing(VIDEO) == 0
