"""Draws the mouse pointer into a picture, since desktop duplication hands it out apart from the desktop.

Arithmetic only: no COM, no Windows, so that it is tested everywhere.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from ionia.core.media import Picture


class ShapeType(IntEnum):
    """DXGI_OUTDUPL_POINTER_SHAPE_TYPE (dxgi1_2.h)."""

    MONOCHROME = 1
    COLOR = 2
    MASKED_COLOR = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointerShape:
    """A pointer ready to be blended: result = (screen * keep >> 8) + add, then ^ invert. All (height, width, 4) uint8.

    `keep` is 0..255 and stands for 0..256 (255 keeps the screen as it is).
    """

    keep: npt.NDArray[np.uint8]
    add: npt.NDArray[np.uint8]
    invert: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pointer:
    """Where the pointer's top-left corner is, in pixels of the picture, and what it looks like."""

    x: int
    y: int
    shape: PointerShape


def decode_shape(kind: int, width: int, height: int, pitch: int, data: bytes) -> PointerShape | None:
    """The shape that GetFramePointerShape gives; None for one that isn't known or is cut short.

    `height` is the buffer's: twice the pointer's for a monochrome one (AND mask above XOR mask).
    """
    if len(data) < pitch * height or width <= 0 or height <= 0:
        return None
    rows = np.frombuffer(data, np.uint8)[: pitch * height].reshape(height, pitch)
    if kind == ShapeType.MONOCHROME:
        bits = np.unpackbits(rows, axis=1)[:, :width]
        half = height // 2
        return _from_masks(bits[:half] * np.uint8(255), bits[half : 2 * half] * np.uint8(255))
    if kind not in (ShapeType.COLOR, ShapeType.MASKED_COLOR) or pitch < 4 * width:
        return None
    pixels = rows[:, : 4 * width].reshape(height, width, 4)
    alpha = pixels[:, :, 3:]
    colors = pixels.copy()
    colors[:, :, 3] = 0
    if kind == ShapeType.COLOR:
        # Straight alpha, as cursors are stored; dividing by 255 and rounding is what keeps white white.
        add = ((colors.astype(np.uint16) * alpha + 127) // 255).astype(np.uint8)
        keep = np.repeat(255 - alpha, 4, axis=2)
        return PointerShape(keep=keep, add=add, invert=np.zeros_like(add))
    # Masked: alpha 0 replaces the screen, 255 inverts it by the colour.
    replaced = alpha == 0
    zero = np.uint8(0)
    return PointerShape(
        keep=np.repeat(np.where(replaced, zero, np.uint8(255)), 4, axis=2),
        add=np.where(replaced, colors, zero),
        invert=np.where(replaced, zero, colors),
    )


def _from_masks(keep: npt.NDArray[np.uint8], invert: npt.NDArray[np.uint8]) -> PointerShape:
    """AND keeps the screen, then XOR inverts it (or paints white where nothing was kept)."""
    keep4 = np.repeat(keep[:, :, np.newaxis], 4, axis=2)
    invert4 = np.repeat(invert[:, :, np.newaxis], 4, axis=2)
    invert4[:, :, 3] = 0
    return PointerShape(keep=keep4, add=np.zeros_like(keep4), invert=invert4)


def draw(picture: Picture, pointer: Pointer) -> None:
    """Blend the pointer into `picture`, in place; what lies outside is cut off."""
    height, width = picture.shape[:2]
    shape_height, shape_width = pointer.shape.add.shape[:2]
    left, top = max(0, pointer.x), max(0, pointer.y)
    right, bottom = min(width, pointer.x + shape_width), min(height, pointer.y + shape_height)
    if left >= right or top >= bottom:
        return
    part = (slice(top - pointer.y, bottom - pointer.y), slice(left - pointer.x, right - pointer.x))
    target = picture[top:bottom, left:right]
    keep = pointer.shape.keep[part].astype(np.uint16)
    kept = (target * (keep + (keep == 255)) >> 8).astype(np.uint8)
    target[:] = (kept + pointer.shape.add[part]) ^ pointer.shape.invert[part]
