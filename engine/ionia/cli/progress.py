"""The live line of a recording: redrawn in place on a terminal, a line every few seconds elsewhere."""

import sys
from typing import TextIO

from ionia.core.codec.codec import NO_PICTURE
from ionia.core.redaction import redact_text
from ionia.core.session_state import SessionState
from ionia.core.stats import RecorderStats, SessionStats
from ionia.platform.descriptors import silence

PLAIN_INTERVAL_SECONDS = 5.0
"""How often a line is printed when it can't be redrawn."""


def clock_text(seconds: float) -> str:
    """h:mm:ss."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def size_text(count: float) -> str:
    """Bytes in the unit a person would use, to three digits."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB"


class RecordingLine:
    """Elapsed, frames, size, bit rate and lost frames of one recording, from its stats. One owner.

    The rate is from the first look on that found anything in the file: what is written in front of the media, as the
    room for an index (`fastStart`) is, has no rate.
    """

    def __init__(self) -> None:
        self._path = ""
        self._since = (0, 0.0)

    def text(self, stats: RecorderStats) -> str:
        """The line as of now."""
        seconds, rate, frames, lost = stats.duration_seconds, self._rate(stats), "", ""
        if stats.codec == NO_PICTURE.name:
            shown = f"{rate * 1000:.0f} kbit/s"
        else:
            frames, lost = f"{stats.video_frames_captured} frames  ", f"  lost: {lost_text(stats)}"
            shown = f"{rate:.1f} Mbit/s"
        paused = "paused  " if stats.state == SessionState.PAUSED.value else ""
        return f"{clock_text(seconds)}  {paused}{frames}{size_text(stats.total_bytes)}  {shown}{lost}"

    def _rate(self, stats: RecorderStats) -> float:
        """Mbit/s in the file under way."""
        if stats.output_path != self._path or not self._since[0]:
            self._path, self._since = stats.output_path, (stats.total_bytes, stats.duration_seconds)
        seconds = stats.duration_seconds - self._since[1]
        return (stats.total_bytes - self._since[0]) * 8 / seconds / 1e6 if seconds > 0 else 0.0


def lost_text(stats: SessionStats) -> str:
    """Frames without the picture that was due, by cause."""
    return (
        f"{stats.video_frames_lagged} lagged, {stats.video_frames_missed} missed, {stats.video_frames_skipped} skipped"
    )


class LiveLine:
    """One thread. `show` redraws, `say` prints a lasting line above.

    A terminal that was closed or a pipe that nobody reads ends no take: what is said then goes nowhere.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stdout
        self._redraws = self._stream.isatty()
        self._width = 0
        self._last_plain = float("-inf")

    def show(self, line: str, seconds: float) -> None:
        """`seconds` is the position on the recording's timeline."""
        if self._redraws:
            self._print(f"\r{line.ljust(self._width)}", end="")
            self._width = len(line)
        elif seconds - self._last_plain >= PLAIN_INTERVAL_SECONDS:
            self._last_plain = seconds
            self._print(line)

    def clear(self) -> None:
        """Take the live line away."""
        if self._width:
            self._print(f"\r{''.ljust(self._width)}\r", end="")
            self._width = 0

    def say(self, line: str) -> None:
        """A line that stays. Logs keep it, so it goes without what may be secret."""
        self.clear()
        self._print(redact_text(line))

    def _print(self, text: str, end: str = "\n") -> None:
        try:
            print(text, end=end, file=self._stream, flush=True)
        except OSError:
            silence(self._stream)
