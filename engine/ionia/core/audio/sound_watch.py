"""Says when one sound of a session clips, or is muted while somebody speaks. Pure; it is asked once a second."""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.levels import SoundCounts

LOOKS = 3
"""Looks, a second each, over which is counted."""

TALK_TICKS = 47
"""A second of voice within them: no cough, and no door."""

CLIP_TICKS = 8
"""Ticks within them that clip: what happens once in a while is no fault of a setting."""

QUIET_LOOKS = 30
"""So long nothing clips before it is told again."""


class SoundFault(Enum):
    """What is to be told."""

    MUTED_TALKING = "muted, and somebody speaks"
    SOURCE_CLIPS = "its source has no more room"
    GAIN_CLIPS = "its gain is too much"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLook:
    """How a sound is at one look. `held_to_talk`: muted by a key that is held to talk, which is no oversight."""

    counts: SoundCounts
    muted: bool
    held_to_talk: bool = False


class SoundWatch:
    """One sound of one session. One owner."""

    def __init__(self, kind: AudioInput) -> None:
        self._is_mic = kind is AudioInput.MIC
        self._looks: deque[SoundLook] = deque(maxlen=LOOKS + 1)
        self._told_mute = False
        self._clear = QUIET_LOOKS  # looks since it clipped last

    def look(self, now: SoundLook) -> SoundFault | None:
        """What is to be told now, once for each mute and each stretch of clipping."""
        last = self._looks[-1] if self._looks else now
        if now.muted != last.muted or now.counts.ticks < last.counts.ticks:
            self._looks.clear()  # voice before a mute is none in it
            self._told_mute = self._told_mute and now.muted
        self._looks.append(now)
        return self._muted_talking(now) or self._clipping(now)

    def _muted_talking(self, now: SoundLook) -> SoundFault | None:
        if not (self._is_mic and now.muted) or now.held_to_talk or self._told_mute:
            return None
        if now.counts.voiced - self._looks[0].counts.voiced < TALK_TICKS:
            return None
        self._told_mute = True
        return SoundFault.MUTED_TALKING

    def _clipping(self, now: SoundLook) -> SoundFault | None:
        first = self._looks[0].counts
        # What a computer plays may end at full scale: music does. A microphone that does had no more room.
        full = now.counts.full - first.full if self._is_mic else 0
        over = now.counts.over - first.over
        if max(full, over) < CLIP_TICKS:
            self._clear += 1
            return None
        told, self._clear = self._clear < QUIET_LOOKS, 0
        if told:
            return None
        return SoundFault.SOURCE_CLIPS if full >= CLIP_TICKS else SoundFault.GAIN_CLIPS
