"""Recordings with any number of pauses, splits and marks, in virtual time: nothing lost, all where it should be.

The whole way from the screen's tick to the files is the engine's own: pacer, feeds, join, take, splits, marks,
sidecars, writer.
What should be is said anew here, from which frame is in which file.
"""

import json
import random
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from ionia.core.media import SAMPLE_RATE, EncodedPacket, VideoFrame
from ionia.core.mp4.movie import opened
from ionia.core.mp4.reader import read_with, scan
from ionia.core.video.pacer import VideoPacer
from ionia.sinks.sidecar import sidecar_path
from tests.core.mp4.test_boxes import HEADER
from tests.simulation.chain import EncodedVideo, Feeds, SoundTicks, VideoEncode
from tests.simulation.loop import MS, Loop, S
from tests.simulation.recorder import MemoryFile, Recorder

SECONDS = 20


class Run:
    """A recording whose user does something about once a second, at any moment; the last second is quiet.

    Encoders are quick or up to half a second behind; who records alone has them rest in pauses. One recording in four
    is split by its length, too, and one in four ends by its length. One in three has television's frame rate.
    """

    def __init__(self, seed: int, folder: Path) -> None:
        draw = random.Random(seed)  # noqa: S311 - a seeded plan, not a secret
        rate = draw.choice([24, 30, 60])
        self.fps = fps = Fraction(1000 * rate, 1001) if seed % 3 == 0 else rate
        epoch = 5 * S + draw.randrange(S)
        feeds, loop = Feeds(fps=fps, epoch_ns=epoch, now_ns=epoch), Loop(now_ns=epoch)
        costs = draw.choice([(2 * MS, 5 * MS), (5 * MS, 900 * MS // rate)])
        encode = VideoEncode(feeds, fps, 400_000, seed=seed, costs=costs)
        video = EncodedVideo(VideoPacer(epoch_ns=epoch, fps=fps), epoch, encode=encode)
        video.newest = VideoFrame(captured_ns=epoch, pixels=np.zeros((1, 1, 4), np.uint8))
        loop.machines += [SoundTicks(feeds, epoch), video, encode]
        loop.run(epoch + draw.randrange(2 * S))
        self.began = feeds.index_now
        self.most = draw.choice([None, None, None, draw.uniform(3, 9)])
        self.recorder = recorder = Recorder(
            feeds,
            HEADER.with_track(replace(HEADER.video, fps=fps)),
            loop,
            rests=draw.random() < 0.5,
            seed=seed,
            split=draw.choice([None, None, None, draw.uniform(4, 7)]),
            end=self.most,
            folder=folder,
        )
        paused, end = False, loop.now_ns + SECONDS * S
        while recorder.ended is None and loop.now_ns < end - 2 * S:
            loop.run(loop.now_ns + round(draw.expovariate(1.0) * S))
            if recorder.ended is not None:
                break
            match draw.choice(["pause", "pause", "split", "mark", "mark", "past"]):
                case "pause":
                    (recorder.resume if paused else recorder.pause)()
                    paused = not paused
                case "split":
                    recorder.split()
                case "mark":
                    recorder.mark()
                case "past":
                    recorder.mark(seconds_ago=draw.uniform(0, 5))
        if paused:
            recorder.resume()
        loop.run(max(end, loop.now_ns + S))
        self.figures = recorder.stop()
        self.files = recorder.files
        self.where = {
            frame(packet): (number, packet.pts)
            for number, file in enumerate(self.files)
            for packet in file.of(picture=True)
        }


def frame(packet: EncodedPacket) -> int:
    """Which one it is by the encoder's count."""
    return int(packet.data[5:].rstrip(b"\xff"))


def sound_of(file: MemoryFile) -> list[tuple[int, int]]:
    """(tick, sample in the file)."""
    return [(int(packet.data), packet.pts) for packet in file.of(picture=False)]


@pytest.fixture(scope="module", params=range(12))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(request.param, tmp_path_factory.mktemp("take"))


def test_every_frame_outside_pauses_is_there_once(run: Run) -> None:
    shown = [frame(packet) for file in run.files for packet in file.of(picture=True)]
    gone = {index for begin, end in run.recorder.pauses for index in range(begin, end)}
    assert shown == [index for index in range(shown[0], shown[-1] + 1) if index not in gone]
    assert run.began <= shown[0] <= run.began + 2
    if run.most is None:
        assert run.recorder.ended is None
    else:
        assert len(shown) == -(-run.most * run.fps // 1)
    for file in run.files:
        assert file.of(picture=True)[0].keyframe
        assert [packet.pts for packet in file.of(picture=True)] == list(range(len(file.of(picture=True))))


def test_sound_lies_with_its_pictures_and_lacks_nothing(run: Run) -> None:
    there: set[int] = set()
    for number, file in enumerate(run.files):
        heard = sound_of(file)
        assert all(after - before == 1024 for (_, before), (_, after) in pairwise(heard))
        there |= {tick for tick, _ in heard}
        for tick, at in heard:
            index = tick * 1024 * run.fps // SAMPLE_RATE
            if at >= 0 and run.where.get(index, (-1, 0))[0] == number:
                right = tick * 1024 + (run.where[index][1] - index) * SAMPLE_RATE / run.fps
                assert abs(at - right) <= 513
    for tick in range(min(there), max(there)):
        first, last = (sample * run.fps // SAMPLE_RATE for sample in (tick * 1024, tick * 1024 + 1023))
        assert tick in there or not {first, last} <= run.where.keys()


def test_marks_are_chapters_exactly_where_they_were_set(run: Run) -> None:
    found = {
        chapter.title: (number, chapter.seconds)
        for number, file in enumerate(run.files)
        for chapter in file.tags.chapters
    }
    first = min(run.where)
    for index, told, under_way in run.recorder.marks:
        shown = max((each for each in run.where if each <= index), default=first)
        number, at = run.where[shown]
        right = [(number, at + (shown < index))]  # of a pause: behind the last picture before it
        if at == 0 and number:  # where a file begins, the one before ends
            right.append((number - 1, len(run.files[number - 1].of(picture=True))))
        if shown < index and (behind := min((each for each in run.where if each > index), default=None)) is not None:
            right.append(run.where[behind])
        there = found.get(f"Mark {told.index + 1}")
        if there is None:  # of the past: its file is finished, and only its sidecar can have it
            there = (int(Path(told.path).stem[5:]), told.file_seconds)
            assert there[0] < under_way
        assert there in [(number, pytest.approx(float(at / run.fps), abs=1e-6)) for number, at in right]


def test_each_sidecar_has_its_files_marks_pauses_and_end(run: Run) -> None:
    lines = [[json.loads(line) for line in sidecar_path(file.path).read_bytes().splitlines()] for file in run.files]
    for number, (file, said) in enumerate(zip(run.files, lines, strict=True)):
        assert (said[0]["type"], said[0]["part"], said[0]["path"]) == ("start", number, file.path)
        ends = [line for line in said if line["type"] == "end"]
        after = [other.path for other in run.files[number + 1 : number + 2]]
        assert [line["next"] for line in ends] == after  # how the last one ends its session would say
        marks = {f"Mark {line['index'] + 1}": line["fileSeconds"] for line in said if line["type"] == "mark"}
        chapters = {chapter.title: float(chapter.seconds) for chapter in file.tags.chapters}
        assert {title: marks[title] for title in chapters} == pytest.approx(chapters, abs=1e-6)
        late = {f"Mark {told.index + 1}": told for _, told, _ in run.recorder.marks if told.path == file.path}
        assert all(marks[title] == late[title].file_seconds for title in marks.keys() - chapters.keys())
    found = [line["index"] for said in lines for line in said if line["type"] == "mark"]
    assert sorted(found) == [told.index for _, told, _ in run.recorder.marks]
    for kind in ("pause", "resume"):
        assert sum(line["type"] == kind for said in lines for line in said) == len(run.recorder.pauses)


def test_figures_add_up(run: Run) -> None:
    figures, recorder = run.figures, run.recorder
    pictures = [len(file.of(picture=True)) for file in run.files]
    assert figures.counted.video_delivered == figures.counted.video_written == sum(pictures)
    assert figures.counted.audio_written == sum(len(file.of(picture=False)) for file in run.files)
    assert figures.pauses == len(recorder.pauses)
    assert figures.paused_frames == sum(end - begin for begin, end in recorder.pauses)
    assert figures.bytes_written == sum(file.bytes_written for file in run.files)
    assert figures.path == run.files[-1].path
    assert not recorder.not_split or recorder.ended is not None
    assert all(answer in recorder.finished for answer in recorder.split_answers)
    told = {file.path: (file.duration_seconds, after) for file, after in recorder.finished}
    assert list(told) == [file.path for file in run.files[:-1]]
    for count, (file, after) in zip(pictures, pairwise(run.files), strict=False):
        assert told[file.path] == (round(float(count / run.fps), 3), after.path)


def test_the_files_hold_what_they_were_given(run: Run) -> None:
    for file in run.files:
        data = file.whole
        movie = opened(read_with(scan(len(data)), lambda span, data=data: data[span.offset : span.offset + span.size]))
        (video,), (sound,) = movie.videos, movie.sounds
        assert movie.lost == 0
        assert len(video.table.times) == len(file.of(picture=True))
        assert len(sound.table.times) == len(file.of(picture=False))
        assert video.table.sync[0]
