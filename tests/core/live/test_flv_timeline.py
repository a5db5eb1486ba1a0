"""flv_timeline: literal stamps, and that no two packets of a connection share a millisecond."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.frame_rate import FrameRate
from ionia.core.live.flv_timeline import FlvTimeline
from ionia.core.media import AUDIO, VIDEO, TrackId


def test_zero_is_the_first_keyframe() -> None:
    timeline = FlvTimeline(fps=30)
    assert timeline.stamp(VIDEO, 30, keyframe=True) == 0
    assert timeline.stamp(AUDIO, 48_000, keyframe=True) == 1  # the tie goes to the video packet
    assert timeline.stamp(AUDIO, 49_024, keyframe=True) == 21
    assert timeline.stamp(VIDEO, 31, keyframe=False) == 33
    assert timeline.stamp(VIDEO, 60, keyframe=False) == 1000


@pytest.mark.parametrize(("track", "keyframe"), [(AUDIO, True), (VIDEO, False)])
def test_nothing_else_begins_a_connection(track: TrackId, keyframe: bool) -> None:
    timeline = FlvTimeline(fps=30)
    with pytest.raises(ValueError, match="not with a keyframe"):
        timeline.stamp(track, 30, keyframe=keyframe)
    assert timeline.stamp(VIDEO, 30, keyframe=True) == 0


def test_what_belongs_before_the_keyframe_is_a_mistake() -> None:
    timeline = FlvTimeline(fps=30)
    assert timeline.stamp(VIDEO, 300, keyframe=True) == 0
    with pytest.raises(ValueError, match="audio at 479000 comes too late"):
        timeline.stamp(AUDIO, 479_000, keyframe=True)
    assert timeline.stamp(AUDIO, 480_480, keyframe=True) == 10


@pytest.mark.parametrize(("track", "dts"), [(VIDEO, 30), (VIDEO, 29), (AUDIO, 48_000), (AUDIO, 47_999)])
def test_a_track_that_goes_back_is_a_mistake(track: TrackId, dts: int) -> None:
    timeline = FlvTimeline(fps=30)
    timeline.stamp(VIDEO, 0, keyframe=True)
    timeline.stamp(VIDEO, 30, keyframe=False)
    timeline.stamp(AUDIO, 48_000, keyframe=True)
    with pytest.raises(ValueError, match="too late"):
        timeline.stamp(track, dts, keyframe=True)


def test_a_late_packet_is_moved_not_lost() -> None:
    timeline = FlvTimeline(fps=30)
    assert timeline.stamp(VIDEO, 0, keyframe=True) == 0
    assert timeline.stamp(VIDEO, 30, keyframe=False) == 1000
    assert timeline.stamp(AUDIO, 24_000, keyframe=True) == 1001
    assert timeline.stamp(VIDEO, 31, keyframe=False) == 1033


@given(
    st.sampled_from([1, 24, 25, 30, 60, 120, 144, Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)]),
    st.integers(0, 10**9),
    st.integers(0, 47),
    st.integers(0, 1023),
)
def test_strictly_increasing_and_never_far_from_the_truth(fps: FrameRate, first: int, frames: int, phase: int) -> None:
    timeline = FlvTimeline(fps=fps)
    sample = first * 48_000 // fps + phase
    packets = [(dts * 48_000 / fps, VIDEO, dts) for dts in range(first, first + frames + 1)]
    packets += [(pts, AUDIO, pts) for pts in range(sample, sample + frames * 48_000 // fps, 1024)]
    packets.sort(key=lambda packet: (packet[0], packet[1] == AUDIO))
    del packets[: packets.index((first * 48_000 / fps, VIDEO, first))]  # sound that rounding put before the keyframe
    stamps = [timeline.stamp(track, dts, keyframe=True) for _, track, dts in packets]
    last = -1
    for stamp, (position, _, _) in zip(stamps, packets, strict=True):
        assert stamp > last
        assert abs(stamp - (position - first * 48_000 / fps) / 48) <= 2
        last = stamp
