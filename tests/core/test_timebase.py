"""Positions are exact, whatever the frame rate and the epoch."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

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

FPS = st.integers(1, 240)
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


@given(EPOCH, FPS, INDEX)
def test_a_frame_begins_with_its_first_nanosecond(epoch: int, fps: int, index: int) -> None:
    start = frame_start_ns(epoch, fps, index)
    assert frame_at(epoch, fps, start) == index
    assert frame_at(epoch, fps, start - 1) == index - 1


@given(EPOCH, FPS, INDEX)
def test_the_middle_lies_in_its_frame(epoch: int, fps: int, index: int) -> None:
    assert frame_at(epoch, fps, frame_middle_ns(epoch, fps, index)) == index


@given(EPOCH, FPS, st.integers(-(10**10), 10**15))
def test_next_middle_is_the_first_one_after_now(epoch: int, fps: int, since: int) -> None:
    now = epoch + since
    middle = next_middle_ns(epoch, fps, now)
    assert middle > now
    index = frame_at(epoch, fps, middle)
    assert middle == frame_middle_ns(epoch, fps, index)
    assert index == 0 or frame_middle_ns(epoch, fps, index - 1) <= now


def test_a_picture_is_of_the_middle_of_its_frame_and_sound_begins_with_it() -> None:
    assert frame_instant_ns(0, 50, 3, picture=True) == 70_000_000
    assert frame_instant_ns(0, 50, 3, picture=False) == 60_000_000
