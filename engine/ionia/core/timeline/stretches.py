"""What a recording's timeline is made of: frames that follow one another in a file, and pauses that were named."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Stretch:
    """Frames [first, end) that follow one another in a part; `offset`: encoder frames minus file frames."""

    part: int
    first: int
    offset: int
    end: int | None = None  # while it goes on

    @property
    def begins_part(self) -> bool:
        """Whether it is the first one of its part."""
        return self.first == self.offset


@dataclass(slots=True, kw_only=True)
class NamedPause:
    """A pause that was named and is not over: frames from `begin` on, up to the first keyframe from `end` on."""

    begin: int
    told: int
    """What whoever named it took for its first frame."""
    end: int | None = None
