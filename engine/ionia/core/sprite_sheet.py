"""Where the small pictures of a film lie in one large one, and the WebVTT that says so to a player. Pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

MOST_TILES = 2_000
MOST_SIDE = 65_500
"""Pixels: what a JPEG can have."""

_USUAL_TILES = 100
_LEAST_INTERVAL = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SpriteSheet:
    """`count` tiles of `width` x `height`, one each `interval` seconds, row by row."""

    count: int
    columns: int
    width: int
    height: int
    interval: float
    duration: float

    @property
    def size(self) -> tuple[int, int]:
        """Pixels of the whole sheet."""
        return self.columns * self.width, math.ceil(self.count / self.columns) * self.height

    def place(self, index: int) -> tuple[int, int]:
        """Left and upper edge of a tile."""
        return index % self.columns * self.width, index // self.columns * self.height

    def moments(self) -> Iterator[tuple[float, float]]:
        """From when to when each tile stands for the film."""
        for index in range(self.count):
            yield index * self.interval, min((index + 1) * self.interval, self.duration)

    def vtt(self, name: str) -> str:
        """`name`: of the sheet's file, as it lies beside this text."""
        lines = ["WEBVTT", ""]
        for index, (begin, end) in enumerate(self.moments()):
            left, top = self.place(index)
            lines += [
                f"{_clock(begin)} --> {_clock(end)}",
                f"{quote(name)}#xywh={left},{top},{self.width},{self.height}",
                "",
            ]
        return "\n".join(lines)


def sprite_sheet(duration: float, picture: tuple[int, int], width: int, interval: float | None) -> SpriteSheet:
    """`picture`: width and height of the film; `interval` None: about a hundred tiles. Raises ValueError, in words."""
    interval = interval or max(_LEAST_INTERVAL, duration / _USUAL_TILES)
    count = max(1, math.ceil(duration / interval - 1e-9))
    if count > MOST_TILES:
        raise ValueError(f"that would be {count} pictures, and {MOST_TILES} is the most: give a longer interval")
    height = max(2, round(picture[1] * width / max(1, picture[0])))
    columns = min(count, max(1, round(math.sqrt(count * height / width)), 10 if count <= _USUAL_TILES else 0))
    sheet = SpriteSheet(count=count, columns=columns, width=width, height=height, interval=interval, duration=duration)
    if max(sheet.size) > MOST_SIDE:
        raise ValueError("the sheet would have {} x {} pixels: give a smaller width".format(*sheet.size))
    return sheet


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
