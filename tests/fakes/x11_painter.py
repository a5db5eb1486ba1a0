"""A program that paints on an X display what a test looks for: the test card's code, a flash at an instant, a title.

Run it as `python -m tests.fakes.x11_painter :99`; with `upper` behind it, it covers only the upper quarter, where
flashes are, and leaves the rest to whoever paints there. It reads a command a line from stdin and answers each with
one line:

    index N             the test card's code for N                          -> done NS
    flash AT_NS MS      upper quarter white at an instant, black MS later    -> flashed BEFORE_NS AFTER_NS
    fill R G B          everything in one colour                            -> done NS
    move FPS SECONDS    the code for 0, 1, 2, … FPS times a second           -> moved BEFORE_NS AFTER_NS, of each
    title TEXT          the window's title                                  -> done NS

Instants are CLOCK_MONOTONIC in nanoseconds, which is the engine's clock on Linux. Each answer comes after the server
has confirmed that it painted: the change was made between BEFORE_NS and AFTER_NS. It ends at the end of its stdin.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ionia.core.test_card.pattern import Box, CardLayout, code_bits

BLACK, WHITE = 0x000000, 0xFFFFFF

_SPIN_NS = 2_000_000
"""The rest of a wait is spent looking at the clock: a sleeping process wakes up to a millisecond late."""


class Painter:
    """The program's side: one undecorated window over the whole display, or over its upper quarter."""

    def __init__(self, display: str, *, upper: bool = False) -> None:
        from Xlib import X  # noqa: PLC0415 - only the program needs it
        from Xlib import display as xdisplay  # noqa: PLC0415 - only the program needs it

        self._display: Any = xdisplay.Display(display)
        screen = self._display.screen()
        size = screen.root.get_geometry()
        self._layout = CardLayout(size.width, size.height)
        height = self._layout.flash.bottom if upper else size.height
        self._window = screen.root.create_window(
            0, 0, size.width, height, 0, screen.root_depth, X.InputOutput, X.CopyFromParent, background_pixel=BLACK
        )
        self._gc = self._window.create_gc()
        self._window.map()
        self._sync()

    def run(self, command: str) -> str:
        """Carry out one line."""
        word, *rest = command.split(" ", 1)
        numbers = [int(text) for text in rest[0].split()] if rest and word != "title" else []
        if word == "index":
            self._paint_code(numbers[0])
        elif word == "fill":
            red, green, blue = numbers
            self._fill(
                Box(left=0, top=0, right=self._layout.width, bottom=self._layout.height), red << 16 | green << 8 | blue
            )
        elif word == "flash":
            return self._flash(*numbers)
        elif word == "move":
            return self._move(*numbers)
        elif word == "title":
            self._window.set_wm_name(rest[0])
        else:
            raise ValueError(f"unknown command {command!r}")
        self._sync()
        return f"done {time.monotonic_ns()}"

    def close(self) -> None:
        """Leave the display."""
        with contextlib.suppress(Exception):
            self._display.close()

    def _flash(self, at_ns: int, milliseconds: int) -> str:
        _wait_until(at_ns)
        before = time.monotonic_ns()
        self._fill(self._layout.flash, WHITE)
        self._sync()
        after = time.monotonic_ns()
        _wait_until(at_ns + milliseconds * 1_000_000)
        self._fill(self._layout.flash, BLACK)
        self._sync()
        return f"flashed {before} {after}"

    def _move(self, fps: int, seconds: int) -> str:
        start = time.monotonic_ns()
        instants = []
        for index in range(fps * seconds):
            _wait_until(start + index * 1_000_000_000 // fps)
            instants.append(time.monotonic_ns())
            self._paint_code(index)
            self._sync()
            instants.append(time.monotonic_ns())
        return " ".join(["moved", *map(str, instants)])

    def _paint_code(self, index: int) -> None:
        for box, white in zip(self._layout.code, code_bits(index), strict=True):
            self._fill(box, WHITE if white else BLACK)

    def _fill(self, box: Box, colour: int) -> None:
        self._gc.change(foreground=colour)
        self._window.fill_rectangle(self._gc, box.left, box.top, box.right - box.left, box.bottom - box.top)

    def _sync(self) -> None:
        self._display.sync()


def _wait_until(at_ns: int) -> None:
    left = at_ns - time.monotonic_ns() - _SPIN_NS
    if left > 0:
        time.sleep(left / 1e9)
    while time.monotonic_ns() < at_ns:
        pass


@dataclass(frozen=True, slots=True)
class PainterProcess:
    """The test's side: `tell` sends a command, `answer` waits for its answer."""

    process: subprocess.Popen[str]

    def tell(self, command: str) -> None:
        """Send a command and go on."""
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def answer(self) -> list[int]:
        """The instants in the next answer. Raises AssertionError if the program ended instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the painter ended"
        return [int(word) for word in line.split()[1:]]

    def do(self, command: str) -> list[int]:
        """Send a command and wait until the display shows it."""
        self.tell(command)
        return self.answer()

    def instants(self, command: str) -> list[tuple[int, int]]:
        """Send a command whose answer is two instants each: before and after something was painted."""
        answer = self.do(command)
        return list(zip(answer[::2], answer[1::2], strict=True))


@contextlib.contextmanager
def painter(display: str, *, upper: bool = False) -> Iterator[PainterProcess]:
    """Start the program on a display and end it afterwards."""
    arguments = [sys.executable, "-m", "tests.fakes.x11_painter", display, *(["upper"] if upper else [])]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield PainterProcess(process)
        finally:
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()


def main() -> None:
    """Answer commands until stdin ends."""
    canvas = Painter(sys.argv[1], upper="upper" in sys.argv[2:])
    try:
        for line in sys.stdin:
            sys.stdout.write(canvas.run(line.rstrip("\n")) + "\n")
            sys.stdout.flush()
    finally:
        canvas.close()


if __name__ == "__main__":
    main()
