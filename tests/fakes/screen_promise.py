"""Which pictures of a screen a recording of it must have: what `tests/simulation/test_screen_looks.py` proves of us."""

from collections.abc import Collection, Sequence
from itertools import pairwise

PROMISED_FRAMES = 2
"""How long a picture must stand, in frames: then one lies wholly within, whose look shows it, or comes late and is
counted. One that stands shorter may fall between two looks that both come in time."""


def kept_from(recorded: Collection[int | None], painted: Sequence[tuple[int, int]], fps: int) -> list[int]:
    """Pictures 0, 1, 2, … that stood long enough and aren't `recorded`; the last one isn't asked after.

    `painted`: before and after each was painted, in ns. Whatever was painted late and so stood too short is the
    painter's.
    """
    stands_ns = PROMISED_FRAMES * 1_000_000_000 // fps
    return [
        index
        for index, ((_, after), (before, _)) in enumerate(pairwise(painted))
        if before - after >= stands_ns and index not in recorded
    ]
