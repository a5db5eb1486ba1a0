"""Reopens a recording with libav and gives exact lists: what every test of files and streams compares with.

Times are integers in the tracks' own time bases, after edit lists: what a player shows and plays.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from ionia.core.test_card.pattern import read_index


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackFacts:
    """One track as its packets say. `pts` leaves out packets that only prepare the decoder."""

    codec: str
    time_base: Fraction
    pts: list[int]
    keyframes: list[int]
    durations: list[int]

    @property
    def deltas(self) -> set[int]:
        """All distances between neighbours."""
        return {after - before for before, after in pairwise(self.pts)}

    @property
    def frame_indexes(self) -> list[int]:
        """The pts in units of the first packet's duration; exact, or an error."""
        unit = self.durations[0]
        assert all(pts % unit == 0 for pts in self.pts)
        return [pts // unit for pts in self.pts]

    @property
    def end_seconds(self) -> Fraction:
        """When the last packet ends; 0 where a player hears none, as in a take of one picture."""
        return Fraction(0) if not self.pts else (self.pts[-1] + self.durations[-1]) * self.time_base


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A whole file."""

    video: TrackFacts
    audio: TrackFacts | None
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """Decoded sound: `samples` (n, 2) float32; the first is at `start` on the file's 48 kHz time line."""

    start: int
    samples: npt.NDArray[np.float32]


def file_facts(path: Path | str) -> FileFacts:
    """Times of all packets. Raises av.error.FFmpegError when the file does not open."""
    with av.open(str(path)) as container:
        streams = list(container.streams.video[:1]) + list(container.streams.audio[:1])
        packets: dict[int, list[tuple[int, int, bool]]] = {stream.index: [] for stream in streams}
        for packet in container.demux(streams):
            if packet.pts is not None and packet.size and not packet.is_discard:
                packets[packet.stream.index].append((packet.pts, packet.duration or 0, packet.is_keyframe))
        tracks = []
        for stream in streams:
            rows = packets[stream.index]
            assert stream.time_base is not None
            tracks.append(
                TrackFacts(
                    codec=stream.codec_context.name,
                    time_base=stream.time_base,
                    pts=[row[0] for row in rows],
                    keyframes=[row[0] for row in rows if row[2]],
                    durations=[row[1] for row in rows],
                )
            )
        video = container.streams.video[0]
        return FileFacts(
            video=tracks[0],
            audio=tracks[1] if len(tracks) > 1 else None,
            width=video.width,
            height=video.height,
        )


def decode_pictures(path: Path | str, pixel_format: str = "bgra") -> list[tuple[int, npt.NDArray[np.uint8]]]:
    """Every picture as (pts in the track's time base, pixels)."""
    with av.open(str(path)) as container:
        return [(frame.pts or 0, frame.to_ndarray(format=pixel_format)) for frame in container.decode(video=0)]


def decode_luma(path: Path | str) -> list[tuple[int, npt.NDArray[np.uint8]]]:
    """Every picture as (pts, luma plane), without any conversion."""
    pictures = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            plane = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)
            pictures.append((frame.pts or 0, plane[: frame.height, : frame.width].copy()))
    return pictures


def longest_standstill(path: Path | str) -> int:
    """The most pictures in a row that show the test card's same count."""
    with av.open(str(path)) as container:
        shown = []
        for frame in container.decode(video=0):
            plane = np.frombuffer(frame.planes[0], np.uint8).reshape(-1, frame.planes[0].line_size)
            shown.append(read_index(plane[: frame.height, : frame.width]))
    return max(len(list(same)) for _, same in groupby(shown))


def decode_sound(path: Path | str) -> Sound:
    """The whole audio track; asserts that no sample is missing or double."""
    parts: list[npt.NDArray[np.float32]] = []
    start = expected = None
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            assert frame.pts is not None
            if expected is None:
                start = expected = frame.pts
            assert frame.pts == expected, f"sound jumps from {expected} to {frame.pts}"
            expected += frame.samples
            parts.append(frame.to_ndarray().T)
    assert start is not None
    return Sound(start=start, samples=np.concatenate(parts))


def onsets(sound: Sound, *, threshold: float = 0.1, quiet: int = 2000) -> list[int]:
    """Where sound begins after at least `quiet` samples below the threshold, on the file's 48 kHz time line."""
    loud = np.flatnonzero(np.abs(sound.samples).max(axis=1) > threshold)
    if not loud.size:
        return []
    firsts = [int(loud[0])] + [int(b) for a, b in pairwise(loud) if b - a > quiet]
    return [first + sound.start for first in firsts]


def top_level_boxes(data: bytes) -> list[tuple[str, int]]:
    """(type, size) of an MP4's top-level boxes; a box that is cut off counts as long as it says."""
    found = []
    position = 0
    while position + 8 <= len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
        found.append((data[position + 4 : position + 8].decode("latin-1"), size))
        position += max(size, 8)
    return found
