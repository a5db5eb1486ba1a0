"""Positions in media as exact integers, and the conversions between nanoseconds, frames and samples.

A frame index counts in 1 / fps s, exactly also where that is 1001/30000 s, a sample index in {1, 48000}; both have the
engine's epoch as origin. Where a block of sound belongs has a fraction and is worked out in `AudioEngine`.
"""

from fractions import Fraction

from ionia.core.frame_rate import FrameRate
from ionia.core.media import SAMPLE_RATE, EncodedPacket, TrackId

NS_PER_S = 1_000_000_000


def frame_start_ns(epoch_ns: int, fps: FrameRate, index: int) -> int:
    """The instant at which the interval of frame `index` begins: the first nanosecond that belongs to it."""
    return epoch_ns - (-index * NS_PER_S * fps.denominator // fps.numerator)


def frame_middle_ns(epoch_ns: int, fps: FrameRate, index: int) -> int:
    """The instant at which the picture of frame `index` should be taken.

    A picture stands for the interval [n/fps, (n+1)/fps). Taken at its start, everything on the screen would appear
    half a frame late on average (a change waits for the next picture); taken in the middle the error is
    within ± half a frame with no bias, so sound and picture agree.
    """
    return epoch_ns + (2 * index + 1) * NS_PER_S * fps.denominator // (2 * fps.numerator)


def frame_instant_ns(epoch_ns: int, fps: FrameRate, index: int, *, picture: bool) -> int:
    """When what a file has at frame `index` was captured: its picture, or where there is none its first sample."""
    return (frame_middle_ns if picture else frame_start_ns)(epoch_ns, fps, index)


def frame_at(epoch_ns: int, fps: FrameRate, instant_ns: int) -> int:
    """Index of the frame whose interval holds `instant_ns`; negative before the epoch."""
    return (instant_ns - epoch_ns) * fps.numerator // (NS_PER_S * fps.denominator)


def next_middle_ns(epoch_ns: int, fps: FrameRate, now_ns: int) -> int:
    """The first picture instant strictly after `now_ns`, never one before the epoch."""
    index = max(0, frame_at(epoch_ns, fps, now_ns))
    middle = frame_middle_ns(epoch_ns, fps, index)
    return middle if middle > now_ns else frame_middle_ns(epoch_ns, fps, index + 1)


def ticks_per_second(track: TrackId, fps: FrameRate) -> FrameRate:
    """How many units of the track's time base a second has."""
    return fps if track.is_video else SAMPLE_RATE


def seconds(packet: EncodedPacket, fps: FrameRate) -> Fraction:
    """The packet's dts in seconds, exactly."""
    return Fraction(packet.dts, ticks_per_second(packet.track, fps))


def samples_at_frame(fps: FrameRate, index: int) -> int:
    """Sample index nearest to the start of frame `index` (half rounds up)."""
    return (2 * index * SAMPLE_RATE * fps.denominator + fps.numerator) // (2 * fps.numerator)
