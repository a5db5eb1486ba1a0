"""A slate stands for a screen that can't be shown for a while: a padlock on a dark ground, in no language."""

import numpy as np

from ionia.core.media import Picture

_GROUND = (46, 34, 32)  # BGR
_LOCK = (150, 150, 150)


def slate(width: int, height: int) -> Picture:
    """BGRA pixels of this size. The padlock is a quarter of the smaller side and centred."""
    picture = np.empty((height, width, 4), np.uint8)
    picture[:] = (*_GROUND, 255)
    unit = min(width, height) / 24
    across = (np.arange(width) - (width - 1) / 2) / unit
    down = (np.arange(height)[:, np.newaxis] - (height - 1) / 2) / unit
    body = (np.abs(across) <= 3) & (down >= -0.5) & (down <= 4)
    from_shackle = np.hypot(across, down + 1.5)
    shackle = (from_shackle >= 1.5) & (from_shackle <= 2.3) & (down <= -1.5)
    legs = (np.abs(np.abs(across) - 1.9) <= 0.4) & (down >= -1.5) & (down <= -0.5)
    hole = (np.hypot(across, down - 1.3) <= 0.6) | ((np.abs(across) <= 0.25) & (down >= 1.3) & (down <= 2.8))
    picture[((body & ~hole) | shackle | legs), :3] = _LOCK
    return picture
