"""replay_ring: never shorter than asked, at most one group longer, never over its bound, and always decodable."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.media import EncodedPacket
from ionia.core.timebase import samples_at_frame
from ionia.core.timeline.replay_ring import PACKET_BYTES, Held, ReplayRing
from ionia.core.timeline.start_gate import is_needed_from
from tests.fakes.media import audio_packet, video_packet

FPS = 30
PLENTY = 10**9


def clip(frames: int, keyframes: set[int], *, size: int = 1, first: int = 0) -> list[EncodedPacket]:
    """Both tracks in DTS order, from frame `first` on, with sound from a little before it."""
    pictures = [
        video_packet(index, keyframe=index in keyframes, data=b"v" * size) for index in range(first, first + frames)
    ]
    ticks = range(first * 1600 // 1024 - 3, (first + frames) * 1600 // 1024)
    sounds = [audio_packet(tick) for tick in ticks]
    return sorted(
        [*pictures, *sounds], key=lambda one: (one.dts * (1600 if one.track.is_video else 1), not one.track.is_video)
    )


def ring(*, seconds: float, max_bytes: int = PLENTY) -> ReplayRing[int]:
    """One that notes how often it was asked to."""
    notes = iter(range(10**6))
    return ReplayRing(fps=FPS, seconds=seconds, max_bytes=max_bytes, note=lambda _: next(notes))


def taken(held: Held[int] | None) -> Held[int]:
    assert held is not None
    return held


def test_nothing_is_held_before_a_keyframe() -> None:
    empty = ring(seconds=1)
    assert empty.last() is None
    empty.push(clip(3, set()))
    assert (empty.frames, empty.size, empty.last(1.0)) == (0, 0, None)


def test_it_lets_go_of_what_is_older_than_asked_from_keyframe_to_keyframe() -> None:
    held = ring(seconds=1)
    held.push(clip(59, {0, 20, 40}))
    assert held.frames == 59 - 20  # from 20 on it is long enough; from 40 on it isn't
    assert not held.shortened
    assert taken(held.last()).first == 20
    assert taken(held.last()).note == 1


@pytest.mark.parametrize(
    ("seconds", "first"),
    [(None, 0), (0.1, 40), (19 / 30, 40), (0.64, 20), (39 / 30, 20), (1.31, 0), (1000.0, 0)],
)
def test_the_last_seconds_begin_with_the_newest_keyframe_that_is_early_enough(seconds: float, first: int) -> None:
    held = ring(seconds=100)
    held.push(clip(59, {0, 20, 40}))
    found = taken(held.last(seconds))
    assert (found.first, found.end, found.frames) == (first, 59, 59 - first)


def test_what_is_given_is_what_came_with_the_sound_that_the_decoder_needs() -> None:
    packets = clip(59, {0, 20, 40})
    held = ring(seconds=100)
    for packet in packets:
        held.push([packet])
    found = taken(held.last(0.1))
    zero = samples_at_frame(FPS, 40)
    expected = [
        packet for packet in packets if (packet.pts >= 40 if packet.track.is_video else is_needed_from(zero, packet))
    ]
    assert list(map(id, found.packets)) == list(map(id, expected))
    assert found.size == len(expected)


def test_the_bound_in_bytes_makes_it_shorter_and_it_says_so() -> None:
    held = ring(seconds=5, max_bytes=110_000)
    held.push(clip(80, {0, 20, 40, 60}, size=2000))
    assert held.shortened
    assert held.size <= 110_000
    assert taken(held.last()).first == 40
    held.push(clip(500, set(range(80, 580, 5)), first=80))
    assert held.frames >= 150
    assert not held.shortened


def test_a_bound_that_cuts_it_whenever_it_is_long_enough_keeps_it_shortened() -> None:
    """It has room for the length asked for, and not for the keyframe's distance more after which it lets go."""
    held = ring(seconds=2, max_bytes=70 * (1000 + PACKET_BYTES) + 120 * (1 + PACKET_BYTES))
    changes, reached = [False], False
    for packet in clip(600, set(range(0, 600, 20)), size=1000):
        held.push([packet])
        if held.shortened != changes[-1]:
            changes.append(held.shortened)
            assert held.frames < 60
        reached |= held.shortened and held.frames >= 60
    assert reached
    assert changes == [False, True]


def test_one_group_that_is_too_large_is_let_go_of_until_the_next_keyframe() -> None:
    held = ring(seconds=10, max_bytes=50_000)
    held.push(clip(60, {0}, size=2000))
    assert (held.frames, held.size, held.shortened) == (0, 0, True)
    held.push(clip(10, {70}, size=2000, first=65))
    assert taken(held.last()).first == 70


def test_a_keyframe_is_wished_for_before_a_group_is_too_large_and_there_is_always_one_to_begin_with() -> None:
    held = ring(seconds=10, max_bytes=100_000)
    wished = []
    keyframes = {0}
    for index in range(600):
        if held.push([video_packet(index, keyframe=index in keyframes, data=b"v" * 2000)]):
            wished.append(index)
            keyframes.add(index + 4)  # an encoder is a few pictures behind
        assert index < 22 or held.frames >= 20
        assert held.size <= 100_000
    assert wished[:3] == [22, 48, 74]


def test_what_somebody_is_to_begin_with_soon_stays_and_the_bound_in_bytes_holds() -> None:
    held = ring(seconds=1, max_bytes=200_000)
    held.push(clip(60, {0, 20, 40}))
    held.keep_from = held.begin_of(1, before=60)
    held.push(clip(60, {60, 80, 100}, first=60))
    assert held.first == taken(held.last(1, before=60)).first == 20
    assert taken(held.last(1)).first == 80
    held.keep_from = None
    held.push(clip(1, set(), first=120))
    assert held.first == 80
    held.keep_from = 80
    held.push(clip(200, set(range(130, 330, 20)), size=2000, first=121))
    assert held.size <= 200_000
    assert held.first > 80


def test_cleared_it_begins_again_with_a_keyframe() -> None:
    held = ring(seconds=1)
    held.push(clip(10, {0}))
    held.clear()
    held.push(clip(5, set(), first=10))
    assert held.last() is None
    held.push(clip(5, {15}, first=15))
    assert taken(held.last()).first == 15


@given(
    gaps=st.lists(st.integers(1, 45), min_size=1, max_size=25),
    seconds=st.floats(0.01, 4),
    asked=st.floats(0.01, 5),
    max_bytes=st.integers(2_000, 400_000),
    size=st.integers(0, 3000),
    chunk=st.integers(1, 40),
)
def test_its_promises_hold_for_any_keyframes(
    *, gaps: list[int], seconds: float, asked: float, max_bytes: int, size: int, chunk: int
) -> None:
    keyframes = {sum(gaps[:number]) for number in range(len(gaps))}
    packets = clip(sum(gaps), keyframes, size=size)
    held = ring(seconds=seconds, max_bytes=max_bytes)
    longest = max(gaps)
    pushed = 0
    for start in range(0, len(packets), chunk):
        held.push(packets[start : start + chunk])
        pushed = sum(packet.track.is_video for packet in packets[: start + chunk])
        assert held.size <= max_bytes
        found = held.last(asked)
        if found is None:
            continue
        assert found.packets[0].track.is_video is False or found.packets[0].keyframe
        pictures = [packet for packet in found.packets if packet.track.is_video]
        sounds = [packet for packet in found.packets if not packet.track.is_video]
        assert pictures[0].keyframe
        assert [packet.pts for packet in pictures] == list(range(found.first, pushed))
        assert all(after.pts - before.pts == 1024 for before, after in pairwise(sounds))
        if sounds:
            assert sounds[0].pts <= max(samples_at_frame(FPS, found.first) - 1024, 0)
        if not held.shortened:
            assert held.frames >= min(pushed, seconds * FPS)
            assert held.frames < seconds * FPS + longest + 1
        wanted = min(asked * FPS, held.frames)
        assert wanted <= found.frames < wanted + longest + 1
        everything = taken(held.last()).packets
        begins = next(number for number, packet in enumerate(everything) if packet.track.is_video)
        assert held.size == sum(len(packet.data) + PACKET_BYTES for packet in everything[begins:])


def test_a_wish_of_the_group_that_a_batch_begins_is_said_too() -> None:
    held = ring(seconds=30, max_bytes=40_000)
    assert held.push(clip(15, {0}, size=2000))  # more than half
    assert not held.push(clip(2, set(), size=2000, first=15))
    assert held.push(clip(15, {17}, size=2000, first=17))
    assert not held.push(clip(1, {32}, size=2000, first=32))


def test_no_keyframe_is_wished_for_within_half_a_second_of_one_however_little_there_is_room_for() -> None:
    """Others may share the encode: a picture that is all keyframes would be theirs too."""
    held, wished = ring(seconds=30, max_bytes=1), list[int]()
    keyframes = {0}
    for index in range(90):
        if held.push([video_packet(index, keyframe=index in keyframes, data=b"v" * 2000)]):
            wished.append(index)
            keyframes.add(index + 1)
    assert wished == []  # nothing is held, so nothing grows
    held = ring(seconds=30, max_bytes=10_000)
    for index in range(90):
        if held.push([video_packet(index, keyframe=index in keyframes, data=b"v" * 300)]):
            wished.append(index)
            keyframes.add(index + 1)
    assert wished == [14, 29, 44, 59, 74, 89]


def test_bytes_that_somebody_still_has_and_the_ring_has_not_are_counted_once() -> None:
    held = ring(seconds=1)
    held.push(clip(59, {0, 20, 40}))  # holds 20 to 58
    one, other = taken(held.last()), taken(held.last(0.1))
    assert held.gone([one.span, other.span]) == 0
    held.push(clip(41, {60, 80}, first=59))  # holds 60 to 99
    gone = one.span[1] - one.span[0]
    assert held.gone([other.span]) == other.span[1] - other.span[0] > 0
    assert held.gone([other.span, one.span, one.span]) == gone
    held.clear()
    assert held.gone([one.span]) == gone


@given(
    spans=st.lists(st.tuples(st.integers(0, 400_000), st.integers(0, 100_000))),
    frames=st.integers(1, 100),
)
def test_what_is_gone_is_the_union_of_the_spans_before_what_is_held(spans: list[tuple[int, int]], frames: int) -> None:
    held = ring(seconds=1)
    held.push(clip(frames, set(range(0, frames, 10)), size=2000))
    held_from = (taken(held.last()).span[1] if held.frames else 0) - held.size
    laid = [(begin, begin + length) for begin, length in spans]
    edges = sorted({0, held_from, *(edge for span in laid for edge in span)})
    expected = sum(
        end - begin
        for begin, end in pairwise(edges)
        if end <= held_from and any(one <= begin and end <= other for one, other in laid)
    )
    assert held.gone(laid) == expected
