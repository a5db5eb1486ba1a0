"""Marks, pauses and warnings of a file that has no picture yet: they are on the disk before it has, or go with it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import Any, cast

import pytest

from ionia.core.events import MarkSet
from ionia.core.warning import WarningCode
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.file_output import FileOutput
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.sinks.sidecar import Sidecar
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.file_output import QuietFeeds, answered, ended, split
from tests.fakes.media import HEADER, FakeFile, video_packet

FPS = HEADER.video.fps


class Recording:
    """Ten frames, a pause behind them and a split in it; then it goes on at frame 20, as far as anybody knows."""

    def __init__(self, folder: Path, make_sidecar: Callable[[str], Sidecar] | None) -> None:
        self.sinks = [FakeFile(str(folder / "one.mp4")), FakeFile(str(folder / "two.mp4"))]
        self.feeds = QuietFeeds()
        self.marks: Queue[MarkSet] = Queue()
        self.output = output = FileOutput(
            FileWishes(make_sink=self.sinks.__getitem__, bytes_per_second=1000.0, make_sidecar=make_sidecar),
            FileTellers(warn=lambda *_: None, fail=lambda error: pytest.fail(str(error))),
            free_bytes=lambda _: 10**12,
        )
        output.open(HEADER, cast("SessionFeeds", self.feeds))
        output.deliver([video_packet(index, keyframe=index == 0) for index in range(10)])
        output.pause_at(10)
        split(output)
        output.resume_at(20)
        self.feeds.index_now = 21
        self.told_at_once = output.mark("goal", None, seconds_ago=0, noted=self.marks.put)
        output.warned(WarningCode.FILE_MOVED, "It was moved.")

    def told(self) -> MarkSet:
        return self.marks.get(timeout=WAIT_SECONDS)

    def lines(self, number: int) -> list[tuple[str, float | None]]:
        """Of a sidecar: which, and where."""
        path = Path(f"{self.sinks[number].path}.json")
        lines: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()]
        return [(line["type"], None if "fileSeconds" not in line else line["fileSeconds"] * FPS) for line in lines]

    def chapters(self, number: int) -> list[tuple[float, str]]:
        return [(chapter.seconds * FPS, chapter.title) for chapter in self.sinks[number].tags[-1].chapters]


@pytest.fixture
def sidecar() -> Callable[[str], Sidecar] | None:
    return Sidecar


@pytest.fixture
def take(tmp_path: Path, sidecar: Callable[[str], Sidecar] | None) -> Iterator[Recording]:
    recording = Recording(tmp_path, sidecar)
    yield recording
    recording.output.complete()  # the threads of its files end, also where a test has failed


def near(*lines: tuple[str, float | None]) -> list[tuple[str, Any]]:
    return [(kind, None if frame is None else pytest.approx(frame, abs=0.001)) for kind, frame in lines]


def test_a_file_that_begins_in_time_has_them(take: Recording) -> None:
    assert (take.told_at_once.path, take.told_at_once.file_seconds) == (take.sinks[1].path, round(1 / FPS, 6))
    take.output.housekeep()
    with pytest.raises(Empty):
        take.marks.get_nowait()
    take.output.deliver([video_packet(20, keyframe=True)])
    assert take.told() == take.told_at_once
    ended(take.output)
    assert take.lines(0) == near(("start", None), ("pause", 10), ("end", None))
    assert take.lines(1) == near(("start", None), ("resume", 0), ("mark", 1), ("warning", 1))
    assert take.chapters(1) == [(pytest.approx(1, abs=0.001), "goal")]
    assert take.chapters(0) == []


def test_one_that_gets_no_picture_leaves_them_to_the_one_before_within_two_looks(take: Recording) -> None:
    """The pause came before the keyframe did: whoever is killed in it has the mark all the same."""
    take.output.pause_at(23)
    take.output.housekeep()
    take.output.housekeep()
    told = take.told()
    assert (told.index, told.path, told.file_seconds) == (0, take.sinks[0].path, pytest.approx(10 / FPS, abs=1e-6))
    answered(take.output)
    noted = near(("start", None), ("pause", 10), ("resume", 10), ("mark", 10), ("warning", 10), ("pause", 10))
    assert take.lines(0) == noted
    take.output.resume_at(40)
    take.output.deliver([video_packet(40, keyframe=True)])
    ended(take.output)
    assert take.lines(0) == [*noted, ("end", None)]
    assert take.lines(1) == near(("start", None), ("resume", 0))
    assert take.chapters(0) == [(pytest.approx(10, abs=0.001), "goal")]


def test_one_whose_keyframe_comes_after_another_pause_does_not_get_what_lies_before_that(take: Recording) -> None:
    take.output.pause_at(23)
    take.output.resume_at(40)
    take.feeds.index_now = 42
    take.output.mark("late", None, seconds_ago=0, noted=take.marks.put)
    take.output.deliver([video_packet(41, keyframe=True)])
    told = sorted((take.told() for _ in range(2)), key=lambda mark: mark.index)  # each file has a thread of its own
    assert [(mark.path, mark.file_seconds) for mark in told] == [
        (take.sinks[0].path, pytest.approx(10 / FPS, abs=1e-6)),
        (take.sinks[1].path, pytest.approx(1 / FPS, abs=1e-6)),
    ]
    ended(take.output)
    assert take.chapters(0) == [(pytest.approx(10, abs=0.001), "goal")]
    assert take.chapters(1) == [(pytest.approx(1, abs=0.001), "late")]


def test_at_the_end_of_the_take_nothing_is_dropped(take: Recording) -> None:
    take.output.pause_at(23)
    ended(take.output)
    told = take.told()
    assert (told.path, told.file_seconds) == (take.sinks[0].path, pytest.approx(10 / FPS, abs=1e-6))
    assert take.lines(0) == near(
        ("start", None), ("pause", 10), ("resume", 10), ("mark", 10), ("warning", 10), ("pause", 10)
    )
    assert take.chapters(0) == [(pytest.approx(10, abs=0.001), "goal")]
    assert not Path(f"{take.sinks[1].path}.json").exists()


def test_a_take_that_is_given_up_leaves_nobody_waiting(take: Recording) -> None:
    take.output.abandon()
    assert take.told().index == 0


@pytest.mark.parametrize("sidecar", [None])
def test_without_a_sidecar_nothing_is_waited_for(take: Recording) -> None:
    assert take.marks.get_nowait() == take.told_at_once
    ended(take.output)
    assert take.chapters(0) == [(pytest.approx(10, abs=0.001), "goal")]
