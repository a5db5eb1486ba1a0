"""What is noted at each keyframe that a replay holds, for whoever begins a file there later."""

from dataclasses import dataclass

from ionia.runtime.encode.audio_encode import AudioSnapshot
from ionia.runtime.encode.session_feeds import VideoSnapshot

SLEEP_NS = 1_000_000
"""Less is only the time between two looks at clocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The counters when the keyframe came from its encoder, and how long the machine had slept by then."""

    video: VideoSnapshot
    audio: AudioSnapshot
    slept_ns: int

    def slept_since(self, slept_ns: int) -> int:
        """How much earlier it was than the engine's clock says now, which stands still while the machine sleeps."""
        slept = slept_ns - self.slept_ns
        return slept if slept > SLEEP_NS else 0
