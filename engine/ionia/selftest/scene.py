"""What the encoders are tried with: the user's own screen, scrolling, and a film in a window of it.

A screen alone would flatter them, an idle one most of all; noise would do the opposite. Always the same film, so that
two runs can be compared. Pure: a number in, a picture out.
"""

from random import Random

import numpy as np
import numpy.typing as npt

from ionia.core.media import Picture

SCROLL_PIXELS = 4
PAN_PIXELS = 3
FILM_PICTURES = 24

_GRAIN = 24.0
"""Standard deviation of the film's texture in grey levels: leaves and walls, not noise."""


class DesktopScene:
    """Paints on one picture, which is overwritten by the next `paint`. One thread owns it."""

    def __init__(self, screen: Picture) -> None:
        """`screen` is what is on the screen, BGRA; it is copied."""
        self._height, self._width = screen.shape[:2]
        # Twice below itself: any height of it from any row on is a picture that has scrolled.
        self._roll = np.concatenate([screen, screen])
        self._film = _film(max(16, self._width * 2 // 5 & ~3), max(16, self._height * 2 // 5 & ~1))
        self._picture = screen.copy()

    def paint(self, number: int) -> Picture:
        """Picture `number` of the scene; valid until the next call."""
        offset = number * SCROLL_PIXELS % self._height
        self._picture[...] = self._roll[offset : offset + self._height]
        # Forth and back, so that the camera never jumps.
        turn = number % (2 * FILM_PICTURES - 2)
        shown = self._film[min(turn, 2 * FILM_PICTURES - 2 - turn)]
        height, width = min(shown.shape[0], self._height), min(shown.shape[1], self._width)
        top, left = self._height // 3, self._width // 2
        part = self._picture[top : top + height, left : left + width]
        part[...] = shown[: part.shape[0], : part.shape[1]]
        return self._picture


def _film(width: int, height: int) -> list[npt.NDArray[np.uint8]]:
    """A camera that pans over a texture in a light that moves: BGRA pictures of this size."""
    wide = width + PAN_PIXELS * FILM_PICTURES
    # Python's generator, because the frozen engine does without numpy's; what is blurred needs no bell curve.
    noise = np.frombuffer(Random(7).randbytes(2 * height * wide), np.int16)  # noqa: S311 - a texture, no secret
    grain = noise.reshape(height, wide).astype(np.float32)
    for _ in range(3):
        grain = (grain + np.roll(grain, 1, 0) + np.roll(grain, 1, 1) + np.roll(grain, (1, 1), (0, 1))) / np.float32(4)
    grain *= np.float32(_GRAIN / float(grain.std()))
    light = 40 * np.sin(np.arange(width, dtype=np.float32) / 90)
    pictures = []
    for number in range(FILM_PICTURES):
        pan = number * PAN_PIXELS
        grey = np.clip(120 + np.roll(light, 5 * number) + grain[:, pan : pan + width], 0, 255).astype(np.uint8)
        picture = np.full((height, width, 4), 255, np.uint8)
        picture[:, :, 0], picture[:, :, 1], picture[:, :, 2] = grey // 2 + 40, grey, grey
        pictures.append(picture)
    return pictures
