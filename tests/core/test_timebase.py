"""Positions are exact, whatever the frame rate and the epoch."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.frame_rate import FrameRate
from ionia.core.media import AUDIO, VIDEO, EncodedPacket
from ionia.core.timebase import (
    frame_at,
    frame_instant_ns,
    frame_middle_ns,
    frame_start_ns,
    next_middle_ns,
    samples_at_frame,
    seconds,
    ticks_per_second,
)

FPS = st.integers(1, 240) | st.integers(2, 240).map(lambda whole: Fraction(whole * 1000, 1001))
EPOCH = st.integers(-(10**12), 10**18)
INDEX = st.integers(0, 10**7)


def test_instants_of_30_fps() -> None:
    assert [frame_start_ns(1000, 30, n) for n in range(4)] == [1000, 33_334_334, 66_667_667, 100_001_000]
    assert [frame_middle_ns(1000, 30, n) for n in range(2)] == [16_667_666, 50_001_000]
    assert frame_at(1000, 30, 999) == -1
    assert frame_at(1000, 30, 1000) == 0


def test_next_middle_never_lies_before_the_epoch() -> None:
    assert next_middle_ns(10**9, 50, 0) == 10**9 + 10_000_000
    assert next_middle_ns(10**9, 50, 10**9 + 10_000_000) == 10**9 + 30_000_000


def test_seconds_and_samples() -> None:
    video = EncodedPacket(track=VIDEO, pts=45, dts=45, duration=1, keyframe=True, data=b"")
    audio = EncodedPacket(track=AUDIO, pts=-1024, dts=-1024, duration=1024, keyframe=True, data=b"")
    assert seconds(video, 30) == Fraction(3, 2)
    assert seconds(audio, 30) == Fraction(-1024, 48000)
    assert (ticks_per_second(VIDEO, 25), ticks_per_second(AUDIO, 25)) == (25, 48000)
    assert [samples_at_frame(30, n) for n in (0, 1, 3)] == [0, 1600, 4800]
    assert samples_at_frame(7, 1) == 6857


def test_television_rates_are_exact_for_ever() -> None:
    """A day of 30000/1001 is 2,589,410 frames and a bit; nothing adds up, so nothing drifts."""
    day_ns = 86_400_000_000_000
    for rate, frames in ((Fraction(30000, 1001), 2_589_410), (Fraction(24000, 1001), 2_071_528)):
        assert frame_at(0, rate, day_ns) == frames
    assert frame_start_ns(0, Fraction(30000, 1001), 30_000) == 1_001_000_000_000
    assert frame_start_ns(0, Fraction(60000, 1001), 60_000_000) == 1_001_000_000_000_000
    assert [frame_start_ns(0, Fraction(30000, 1001), n) for n in (1, 2, 3)] == [33_366_667, 66_733_334, 100_100_000]
    assert frame_middle_ns(0, Fraction(24000, 1001), 24_000) == 1_001_020_854_166
    assert [samples_at_frame(Fraction(30000, 1001), n) for n in (1, 5, 30_000)] == [1602, 8008, 48_048_000]
    packet = EncodedPacket(track=VIDEO, pts=30, dts=30, duration=1, keyframe=True, data=b"")
    assert seconds(packet, Fraction(30000, 1001)) == Fraction(1001, 1000)


@given(EPOCH, FPS, INDEX)
def test_a_frame_begins_with_its_first_nanosecond(epoch: int, fps: FrameRate, index: int) -> None:
    start = frame_start_ns(epoch, fps, index)
    assert frame_at(epoch, fps, start) == index
    assert frame_at(epoch, fps, start - 1) == index - 1


@given(EPOCH, FPS, INDEX)
def test_the_middle_lies_in_its_frame(epoch: int, fps: FrameRate, index: int) -> None:
    assert frame_at(epoch, fps, frame_middle_ns(epoch, fps, index)) == index


@given(EPOCH, FPS, st.integers(-(10**10), 10**15))
def test_next_middle_is_the_first_one_after_now(epoch: int, fps: FrameRate, since: int) -> None:
    now = epoch + since
    middle = next_middle_ns(epoch, fps, now)
    assert middle > now
    index = frame_at(epoch, fps, middle)
    assert middle == frame_middle_ns(epoch, fps, index)
    assert index == 0 or frame_middle_ns(epoch, fps, index - 1) <= now


def test_a_picture_is_of_the_middle_of_its_frame_and_sound_begins_with_it() -> None:
    assert frame_instant_ns(0, 50, 3, picture=True) == 70_000_000
    assert frame_instant_ns(0, 50, 3, picture=False) == 60_000_000
