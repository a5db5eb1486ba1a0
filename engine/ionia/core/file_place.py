"""Where a recording's file is, judged from what the system says of the open file and of its path. Asks nothing."""

from dataclasses import dataclass
from enum import Enum

from ionia.core.warning import WarningCode


class Place(Enum):
    """Of a file that somebody may have touched since it was put at its path."""

    HERE = "here"
    DELETED = "deleted"
    MOVED = "moved"
    OUT_OF_REACH = "out_of_reach"
    """It exists, and no path leads to it: its disk was taken away, or a folder above it renamed."""


_CODES = {
    Place.DELETED: WarningCode.FILE_DELETED,
    Place.MOVED: WarningCode.FILE_MOVED,
    Place.OUT_OF_REACH: WarningCode.FILE_OUT_OF_REACH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileIdentity:
    """What tells one file from every other: two paths with equal identities are the same file."""

    device: int
    inode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """`now_at` is the path of a file that was moved. `replaced`: another file is at the recording's path."""

    place: Place
    now_at: str = ""
    replaced: bool = False

    @property
    def code(self) -> WarningCode:
        """Of the warning while it is recorded. Only of a file that is not here."""
        return WarningCode.FILE_REPLACED if self.replaced else _CODES[self.place]

    @property
    def happened(self) -> str:
        """What was done to the file, to follow "it"."""
        instead = ", and another file is in its place" if self.replaced else ""
        match self.place:
            case Place.HERE:
                return "is where it belongs"
            case Place.DELETED:
                return f"was deleted{instead}"
            case Place.MOVED:
                return f"was moved to {self.now_at}{instead}"
            case Place.OUT_OF_REACH:
                return f"can't be reached any more: its disk or a folder above it is gone{instead}"


def placement(
    *,
    ours: FileIdentity,
    links: int,
    at_path: FileIdentity | None,
    named: str = "",
    at_named: FileIdentity | None = None,
) -> Placement:
    """`ours` and its number of `links` are the open file's; `at_path` is what is at the recording's path, if anything.

    `named` is what the system calls the open file now, if it tells, and `at_named` what is really there: the name may
    be of another root or a moment old.
    """
    if at_path == ours:
        return Placement(place=Place.HERE)
    replaced = at_path is not None
    if links == 0:
        return Placement(place=Place.DELETED, replaced=replaced)
    if named and at_named == ours:
        return Placement(place=Place.MOVED, now_at=named, replaced=replaced)
    return Placement(place=Place.OUT_OF_REACH, replaced=replaced)
