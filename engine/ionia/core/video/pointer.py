"""Drawing a mouse pointer that a window system hands out apart from the screen. Pure: numpy only."""

import numpy as np

from ionia.core.media import Picture


def draw_pointer(picture: Picture, pointer: Picture, x: int, y: int) -> None:
    """Lay `pointer` (BGRA, its colours multiplied by its alpha) over `picture`, in place, with its corner at (x, y).

    What lies outside is cut off. The picture's fourth byte is left as it is.
    """
    height, width = picture.shape[:2]
    left, top = max(0, x), max(0, y)
    right, bottom = min(width, x + pointer.shape[1]), min(height, y + pointer.shape[0])
    if left >= right or top >= bottom:
        return
    part = pointer[top - y : bottom - y, left - x : right - x]
    target = picture[top:bottom, left:right, :3]
    keep = np.uint16(255) - part[:, :, 3:].astype(np.uint16)
    kept = (target * keep + np.uint16(127)) // np.uint16(255)
    target[:] = np.minimum(kept + part[:, :, :3], 255)
