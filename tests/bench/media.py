"""What is in a recorded file, ours or a peer's: read without asserting that it is good, and picture by picture.

Times are seconds on the file's own time line, after edit lists: what a player shows and plays.
"""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from ionia.core.media import SAMPLE_RATE
from ionia.core.test_card.pattern import find_beeps, read_flash
from tests.bench.events import laid_out

REPEATED = 1.0
"""Of 255, mean over a picture: less is the picture before again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashesAndBeeps:
    """Where each flash's first picture is shown and where each beep begins."""

    flashes: list[float]
    beeps: list[float]


def flashes_and_beeps(path: Path) -> FlashesAndBeeps:
    """Both, of a file whose sound may have holes and overlaps: every piece lies where its timestamp puts it."""
    flashes: list[float] = []
    pieces: list[tuple[int, np.ndarray]] = []
    before = True
    with av.open(str(path)) as container:
        for frame in container.decode(video=0, audio=0):
            if isinstance(frame, av.AudioFrame):
                pieces.append((round((frame.time or 0.0) * SAMPLE_RATE), frame.to_ndarray().T))
                continue
            plane = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)
            lit = read_flash(plane[: frame.height, : frame.width])
            if lit and not before:
                flashes.append(float(frame.time or 0.0))
            before = lit
    origin = min(at for at, _ in pieces)
    samples = np.zeros((max(at + len(piece) for at, piece in pieces) - origin, 2), np.float32)
    for at, piece in pieces:
        samples[at - origin : at - origin + len(piece)] = piece
    return FlashesAndBeeps(flashes=flashes, beeps=[(origin + beep) / SAMPLE_RATE for beep in find_beeps(samples)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Packets of a file: pictures, distances between neighbours that are not one frame, length of both tracks."""

    frames: int
    uneven: int
    video_seconds: float
    audio_seconds: float


def timing(path: Path, fps: int) -> Timing:
    """Raises av.error.FFmpegError when the file does not open."""
    times: dict[str, list[float]] = {"video": [], "audio": []}
    ends = {"video": 0.0, "audio": 0.0}
    with av.open(str(path)) as container:
        for packet in container.demux(video=0, audio=0):
            if packet.pts is None or not packet.size or packet.is_discard or packet.time_base is None:
                continue
            kind = packet.stream.type
            times[kind].append(float(packet.pts * packet.time_base))
            ends[kind] = max(ends[kind], float((packet.pts + (packet.duration or 0)) * packet.time_base))
    video = sorted(times["video"])
    uneven = sum(abs(after - before - 1 / fps) > 1e-4 for before, after in pairwise(video))
    return Timing(frames=len(video), uneven=uneven, video_seconds=ends["video"], audio_seconds=ends["audio"])


def differing_pictures(path: Path) -> int:
    """Pictures that are not the one before again, by a part of their lines: one that is repeated differs by a coding
    error at most, one of a text that moved by far more. Raises av.error.FFmpegError when the file does not open."""
    count, before = 0, None
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            plane = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)
            lines = plane[: frame.height : 16, : frame.width].astype(np.int16)
            count += before is None or float(np.mean(np.abs(lines - before))) > REPEATED
            before = lines
    return count


def playable_seconds(path: Path) -> float:
    """Length of the picture that decodes without an error; 0 when the file does not open or does not exist."""
    end = 0.0
    try:
        with av.open(str(path)) as container:
            rate = container.streams.video[0].average_rate or container.streams.video[0].guessed_rate
            for frame in container.decode(video=0):
                end = float(frame.time or 0.0) + (float(1 / rate) if rate else 0.0)
    except (av.error.FFmpegError, OSError, IndexError):
        return end
    return end


def sound_of(path: Path) -> tuple[int, npt.NDArray[np.float32]]:
    """(place of the first sample, all samples); every piece lies where its time stamp puts it."""
    with av.open(str(path)) as container:
        pieces = [
            (round((frame.time or 0.0) * SAMPLE_RATE), frame.to_ndarray().T) for frame in container.decode(audio=0)
        ]
    return laid_out(pieces)
