"""A desktop that moves as desktops do: text that is scrolled and a film in a window. Nothing of it is noise.

Run it as `python -m tests.bench.desktop :99 MODE FPS`; MODE is "static", "scroll" or "moving" (text and film). It
paints FPS times a second until its stdin ends. What moves lies in the X server beforehand: painting costs a copy.
"""

import argparse
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FPS = 30
MODES = ("static", "scroll", "moving")

_LINE_HEIGHT = 14
_SCROLL_SPEED = 120
"""Pixels a second, as someone who reads fast."""

_PAN_SPEED = 120
"""Pixels a second, one way for half a second and then the other."""

_INK = (0x202020, 0x1D4ED8, 0x15803D, 0x9A3412)


class Desktop:
    """Owns one connection. The text covers the screen but for a bar on top; the film a window of two fifths of it."""

    def __init__(self, name: str, fps: int) -> None:
        from Xlib import X  # noqa: PLC0415 - only the program needs it
        from Xlib import display as xdisplay  # noqa: PLC0415 - only the program needs it

        self._x = X
        self._fps = fps
        self._display: Any = xdisplay.Display(name)
        screen = self._display.screen()
        size = screen.root.get_geometry()
        self._width, self._height, self._depth = size.width, size.height, screen.root_depth
        self._window = screen.root.create_window(
            0, 0, size.width, size.height, 0, self._depth, X.InputOutput, X.CopyFromParent, background_pixel=0x334155
        )
        self._gc = self._window.create_gc(graphics_exposures=0)
        self._window.map()
        self._text = self._window.create_pixmap(size.width, size.height * 3, self._depth)
        self._film_width, self._film_height = size.width * 2 // 5 & ~3, size.height * 2 // 5 & ~1
        self._film: list[Any] = []
        self._draw_text()

    def prepare_film(self) -> None:
        """Put the film's pictures into the X server."""
        for picture in film(self._film_width, self._film_height, self._fps):
            pixmap = self._window.create_pixmap(self._film_width, self._film_height, self._depth)
            rows = 65_000 * 3 // (self._film_width * 4)  # a request holds 256 kB
            for top in range(0, self._film_height, rows):
                part = picture[top : top + rows]
                pixmap.put_image(
                    self._gc, 0, top, self._film_width, len(part), self._x.ZPixmap, self._depth, 0, part.tobytes()
                )
            self._film.append(pixmap)
        self._display.sync()

    def paint(self, number: int, mode: str) -> None:
        """Picture `number`. Returns when the server shows it."""
        bar = 48
        way = self._height * 2
        # There and back again, so that it never jumps.
        step = number * _SCROLL_SPEED // self._fps % (2 * way) if mode != "static" else 0
        offset = min(step, 2 * way - step)
        self._window.copy_area(self._gc, self._text, 0, offset, self._width, self._height - bar, 0, bar)
        if mode == "moving":
            picture = self._film[number % len(self._film)]
            left, top = self._width - self._film_width - 60, self._height // 3
            self._window.copy_area(self._gc, picture, 0, 0, self._film_width, self._film_height, left, top)
        self._display.sync()

    def _draw_text(self) -> None:
        height = self._height * 3
        self._gc.change(foreground=0xF8FAFC, background=0xF8FAFC)
        self._text.fill_rectangle(self._gc, 0, 0, self._width, height)
        self._gc.change(font=self._display.open_font("fixed"))
        lines = [line[:110] for line in Path(argparse.__file__).read_text(encoding="utf-8").splitlines()]
        for column in range(2):
            for row in range(height // _LINE_HEIGHT):
                line = lines[(row + column * 500) % len(lines)]
                self._gc.change(foreground=_INK[len(line) % len(_INK)])
                left = 20 + column * self._width // 2
                self._text.draw_text(self._gc, left, (row + 1) * _LINE_HEIGHT, line.encode("latin-1", "replace"))
        self._display.sync()


def film(width: int, height: int, fps: int = FPS) -> Iterator[npt.NDArray[np.uint8]]:
    """A second of a camera that pans over a textured landscape, and a ball: `fps` × BGRX, shape (height, width, 4)."""
    scenery = _landscape(height, width + _PAN_SPEED)
    y, x = np.ogrid[0:height, 0:width]
    gains = np.array((0.8, 0.95, 1.1, 0.0), np.float32)
    for number in range(fps):
        turn = 2 * np.pi * number / fps
        pan = abs(2 * number - fps) * _PAN_SPEED // (2 * fps)
        scene = scenery[:, pan : pan + width] + 15 * np.float32(np.sin(turn))
        centre = width * (0.5 + 0.3 * np.cos(turn)), height * (0.5 + 0.3 * np.sin(turn))
        scene[(x - centre[0]) ** 2 + (y - centre[1]) ** 2 < (height / 6) ** 2] += 60
        yield np.clip(scene[:, :, None] * gains, 0, 255).astype(np.uint8)


def _landscape(height: int, width: int) -> npt.NDArray[np.float32]:
    """Brightness with detail at every scale, less at the finer ones, as photographs have (about 1/f)."""
    random = np.random.default_rng(7)
    spectrum = np.fft.rfft2(random.normal(0, 1, (height, width)))
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    picture = np.fft.irfft2(spectrum / np.maximum(frequency, 1 / width) ** 1.1, (height, width))
    return np.asarray(115 + 40 * picture / picture.std(), np.float32)


@contextlib.contextmanager
def desktop(display: str, mode: str, fps: int = FPS) -> Iterator["subprocess.Popen[bytes]"]:
    """The program, painting by the time this returns."""
    command = [sys.executable, "-m", "tests.bench.desktop", display, mode, str(fps)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            if process.stdout.readline() != b"ready\n":
                raise RuntimeError("the desktop was not painted")
            yield process
        finally:
            process.terminate()
            process.wait()


def main() -> None:
    """Paint until we are ended."""
    name, mode, fps = sys.argv[1], sys.argv[2], int(sys.argv[3])
    canvas = Desktop(name, fps)
    if mode == "moving":
        canvas.prepare_film()
    canvas.paint(0, mode)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if mode == "static":
        sys.stdin.read()
        return
    begin = time.monotonic()
    for number in range(1, 1_000_000_000):
        time.sleep(max(0.0, begin + number / fps - time.monotonic()))
        canvas.paint(number, mode)


if __name__ == "__main__":
    main()
