"""Hours of a take in virtual time, paused, split and marked thousands of times, as MP4 files in memory.

What decides is the engine's own: file timeline, writer, and the reader that opens the files again. Its user is a plan.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ionia.core.media import AUDIO, SAMPLE_RATE, VIDEO, EncodedPacket
from ionia.core.mp4.movie import Movie, opened
from ionia.core.mp4.reader import read_with, scan
from ionia.core.mp4.writer import Mp4Writer
from ionia.core.timeline.file_timeline import FilePosition, FileTimeline
from tests.core.mp4.test_boxes import HEADER

FPS = HEADER.video.fps
MOST_BESIDE = Fraction(513, SAMPLE_RATE)
"""Half a packet of sound, and the sample to which places are rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """So many frames are recorded; what happens then: a pause of so many frames, a split, marks."""

    run: int
    pause: int
    split: bool
    mark: bool


@dataclass
class File:
    """One part, as its sink writes it. `sound` has (encoder's sample, place in the file)."""

    writer: Mp4Writer = field(default_factory=lambda: Mp4Writer(HEADER))
    data: bytearray = field(default_factory=bytearray)
    pictures: list[int] = field(default_factory=list)
    sound: list[tuple[int, int]] = field(default_factory=list)

    def add(self, packet: EncodedPacket, came: int) -> None:
        self.writer.add(packet)
        if packet.track.is_video:
            self.pictures.append(came)
        else:
            self.sound.append((came, packet.pts))
        if self.writer.due:
            self.append()

    def append(self) -> None:
        self.data += self.writer.fragment().data
        self.writer.commit()

    def closed(self) -> Movie:
        if self.writer.pending:
            self.append()
        finale = self.writer.finish()
        whole = self.data + finale.tail
        whole[finale.patch_offset : finale.patch_offset + len(finale.patch)] = finale.patch
        data = bytes(whole)
        return opened(read_with(scan(len(data)), lambda span: data[span.offset : span.offset + span.size]))


def take(plan: list[Step]) -> tuple[list[File], list[tuple[int, FilePosition]], set[int]]:
    """The files, the marks as they were told (frame, place), and the frames that were left out."""
    timeline, files = FileTimeline(fps=FPS), [File()]
    marks, gone, keys = list[tuple[int, FilePosition]](), set[int](), {0}
    tick = now = 0

    def place(packet: EncodedPacket, came: int) -> None:
        for placed in timeline.place(packet):
            while placed.part >= len(files):
                files.append(File())
            own = came if placed.packet.track.is_video else int(placed.packet.data)
            files[placed.part].add(placed.packet, own)

    def frames(count: int, *, resting: bool = False) -> None:
        """The encoder rests in a pause; the sound goes on."""
        nonlocal tick, now
        for index in range(now, now + count):
            if not resting or index in keys:
                unit = b"\0\0\0\1" + (b"\x65" if index in keys else b"\x41") + b"x"
                key = index in keys
                place(EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=key, data=unit), index)
            while tick * 1024 * FPS < (index + 1) * SAMPLE_RATE:
                at, tick = tick * 1024, tick + 1
                data = b"%d" % at
                place(EncodedPacket(track=AUDIO, pts=at, dts=at, duration=1024, keyframe=True, data=data), at)
        now += count

    for step in plan:
        frames(step.run)
        if step.mark:
            marks.append((now - 1, timeline.position(now - 1)))
        if step.pause:
            timeline.pause_at(now)
            gone |= set(range(now, now + step.pause))
        if step.split:
            timeline.split_at(now)
        if step.pause:
            frames(step.pause, resting=True)
            timeline.resume_at(now)
        keys.add(now)
        if step.mark:
            marks.append((now, timeline.position(now)))  # before its packets come
    frames(FPS)
    assert timeline.paused_seconds == Fraction(len(gone), FPS)
    return files, marks, gone


def check(plan: list[Step]) -> int:
    """Everything that is promised of the files; how many there are."""
    files, marks, gone = take(plan)
    last = sum(step.run + step.pause for step in plan) + FPS
    assert [index for file in files for index in file.pictures] == [at for at in range(last) if at not in gone]
    assert len(files) == 1 + sum(step.split for step in plan)
    where = {index: (part, at) for part, file in enumerate(files) for at, index in enumerate(file.pictures)}
    for index, told in marks:
        part, at = where[index]
        assert told == FilePosition(part=part, seconds=Fraction(at, FPS))
    for part, file in enumerate(files):
        movie = file.closed()
        (video,), (sound,) = movie.videos, movie.sounds
        assert movie.lost == 0
        assert len(video.table.times) == len(file.pictures)
        assert video.table.sync[0]
        assert set(np.diff(video.table.times)) <= {video.timescale // FPS}
        assert len(sound.table.times) == len(file.sound)
        assert all(after - before == 1024 for (_, before), (_, after) in pairwise(file.sound))
        for came, at in file.sound:
            frame = came * FPS // SAMPLE_RATE
            if at >= 0 and where.get(frame, (-1, 0))[0] == part:
                right = Fraction(where[frame][1] - frame, FPS) + Fraction(came, SAMPLE_RATE)
                assert abs(Fraction(at, SAMPLE_RATE) - right) <= MOST_BESIDE
    return len(files)


STEPS = st.builds(Step, run=st.integers(1, 40), pause=st.integers(0, 60), split=st.booleans(), mark=st.booleans())


@settings(deadline=None, max_examples=25)
@given(plan=st.lists(STEPS, max_size=12))
def test_whatever_is_done_to_a_take_its_files_are_right(plan: list[Step]) -> None:
    check(plan)


@pytest.mark.slow
def test_hours_with_thousands_of_pauses_splits_and_marks() -> None:
    """Two hours and a half, of which the pauses are most: 2,500 of them, 5,000 marks, 835 files."""
    steps = 2500
    plan = [Step(run=3 + n % 5, pause=90 + n % 31, split=n % 3 == 0, mark=True) for n in range(steps)]
    assert check(plan) == 1 + len(range(0, steps, 3))
