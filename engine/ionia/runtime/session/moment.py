"""What is noted at each keyframe that a replay holds, for whoever begins a file there later."""

from dataclasses import dataclass

from ionia.runtime.encode.session_picture import VideoSnapshot
from ionia.runtime.encode.sound_tracks import AudioSnapshot

SLEEP_NS = 1_000_000
"""Less is only the time between two looks at clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The picture's counters of the frames before the keyframe; the sound's, and how long the machine had slept, when
    it came. Sound is mixed later than pictures are taken, and has just been counted up to there."""

    video: VideoSnapshot
    audio: AudioSnapshot
    slept_ns: int

    def slept_since(self, slept_ns: int) -> int:
        """How much earlier it was than the engine's clock says now, which stands still while the machine sleeps."""
        slept = slept_ns - self.slept_ns
        return slept if slept > SLEEP_NS else 0
