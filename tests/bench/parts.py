"""What every part of the bench gets: how long it may take and where it may write. And the parts' common goals."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """`full` is False for the quick form, in which all parts together take five minutes. `folder` is empty."""

    full: bool
    folder: Path

    def of(self, quick: T, full: T) -> T:
        """The one that belongs to this form."""
        return full if self.full else quick
