"""Marks and the sidecar, on a machine of fakes."""

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from ionia.core.errors import IoniaError
from ionia.core.events import FileChanged, MarkSet
from ionia.core.settings import RecorderSettings, SessionKind
from ionia.core.stats import of_recorder
from ionia.core.utc_text import utc_text
from ionia.core.warning import WarningCode
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.engine import Engine
from ionia.sinks.sidecar import sidecar_path
from tests.fakes.backends import WAIT_SECONDS, FakeMachine
from tests.fakes.file_output import QuietFeeds, answered, ended, output_to, part_of, split
from tests.fakes.media import HEADER, FakeFile, video_packet
from tests.runtime.session.test_pause import paused_for, pictures
from tests.runtime.test_engine import FAST, engine_on, recorded_for, warned

RECORDER = SessionKind.RECORDER


def begin(engine: Engine, path: Path, **options: Any) -> None:
    settings = RecorderSettings(output_path=str(path), media=FAST, metadata=(("title", "Cup"),), sidecar=True)
    engine.initialize_recorder("a", replace(settings, **options))
    engine.start(RECORDER, "a")


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(f"{path}.json").read_text().splitlines()]


def chapters(file: FakeFile) -> list[tuple[float, str]]:
    return [(round(chapter.seconds, 6), chapter.title) for chapter in file.tags[-1].chapters]


def test_marks_lie_where_they_were_set_across_a_pause_and_a_split(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        with pytest.raises(IoniaError):
            engine.mark("a", "too early")
        begin(engine, path)
        recorded_for(engine, 0.3)
        first = engine.mark("a", "goal", {"team": 1})
        before = engine.mark("a", "foul", seconds_ago=0.1)
        engine.pause("a")
        paused_for(engine, 0.3)
        at_seam = engine.mark("a", "paused")
        engine.resume("a")
        recorded_for(engine, 0.6)
        behind = engine.mark("a", "")
        engine.split("a")
        events.wait_for(lambda event: isinstance(event, FileChanged))
        next_path = Path(of_recorder(engine.stats(RECORDER, "a")).output_path)
        recorded_for(engine, 0.9)
        last = engine.mark("a", "late")
        engine.stop(RECORDER, "a")
        with pytest.raises(IoniaError, match="not running"):
            engine.mark("a", "too late")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    one, two = machine.files
    assert [mark.index for mark in (first, before, at_seam, behind, last)] == [0, 1, 2, 3, 4]
    # Asked for behind the first and ahead of the pause, however long those calls took; frames are of 10 ms.
    assert first.file_seconds - 0.11 <= before.file_seconds <= at_seam.file_seconds - 0.09
    assert first.file_seconds <= at_seam.file_seconds <= behind.file_seconds
    assert (first.path, last.path) == (str(path), str(next_path))
    assert chapters(one) == sorted(
        [
            (first.file_seconds, "goal"),
            (before.file_seconds, "foul"),
            (at_seam.file_seconds, "paused"),
            (behind.file_seconds, "Mark 4"),
        ]
    )
    assert chapters(two) == [(last.file_seconds, "late")]
    told = [line for line in lines(path) if line["type"] != "warning"]  # a busy machine has some
    assert [line["type"] for line in told] == ["start", "mark", "mark", "pause", "mark", "resume", "mark", "end"]
    assert (told[0]["metadata"], told[0]["part"], told[0]["startUtc"]) == ({"title": "Cup"}, 0, stats.start_utc)
    assert told[1]["data"] == {"team": 1}
    assert told[3]["fileSeconds"] == told[5]["fileSeconds"] == at_seam.file_seconds
    assert (told[-1]["reason"], told[-1]["next"]) == ("split", str(next_path))
    assert told[-1]["durationSeconds"] == len(pictures(one)) / 100
    told = [line for line in lines(next_path) if line["type"] != "warning"]
    assert [line["type"] for line in told] == ["start", "mark", "end"]
    assert (told[0]["part"], told[-1]["reason"]) == (1, "It was asked to stop.")
    assert told[-1]["videoFramesCaptured"] == len(pictures(one)) + len(pictures(two))


def marks(path: Path) -> list[str]:
    return [line["label"] for line in lines(path) if line["type"] == "mark"]


def marked(engine: Engine, label: str, *, seconds_ago: float = 0.0) -> None:
    """Mark, and wait until that is noted."""
    noted = threading.Event()
    engine.mark("a", label, seconds_ago=seconds_ago, noted=lambda _: noted.set())
    assert noted.wait(WAIT_SECONDS)


def test_a_mark_is_noted_when_its_line_is_there_whichever_file_that_is(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        begin(engine, path)
        marked(engine, "at once")
        assert marks(path) == ["at once"]
        recorded_for(engine, 0.3)
        after = Path(engine.split("a").next)
        marked(engine, "in the next")
        assert marks(after) == ["in the next"]
        marked(engine, "in the one before", seconds_ago=60)
        assert marks(path) == ["at once", "in the one before"]
        engine.pause("a")
        engine.split("a")
        marked(engine, "at the seam")
        engine.stop(RECORDER, "a")


def test_a_disk_that_stands_still_holds_up_neither_a_mark_nor_a_pause_behind_it(tmp_path: Path) -> None:
    machine, answers, noted = FakeMachine(), threading.Event(), threading.Event()
    machine.prepare_file = lambda file: setattr(file, "on_write", answers.wait)
    path = tmp_path / "take.mp4"
    with engine_on(machine) as (engine, _):
        begin(engine, path)
        try:
            assert engine.mark("a", "goal", noted=lambda _: noted.set()).index == 0
            assert engine.pause("a") is True
            assert not noted.is_set()
            assert noted.wait(WAIT_SECONDS)  # by the second look at the disk
            assert not sidecar_path(str(path)).exists()
        finally:
            answers.set()
        engine.stop(RECORDER, "a")
    assert marks(path) == ["goal"]


def test_a_mark_in_a_pause_behind_which_another_file_is_to_begin_lies_at_the_end_of_this_one(tmp_path: Path) -> None:
    machine, path = FakeMachine(), tmp_path / "take.mp4"
    with engine_on(machine) as (engine, _):
        begin(engine, path)
        recorded_for(engine, 0.3)
        engine.pause("a")
        engine.split("a")
        noted = threading.Event()
        mark = engine.mark("a", "at the seam", noted=lambda _: noted.set())
        assert noted.wait(WAIT_SECONDS)
        assert marks(path) == ["at the seam"]
        engine.stop(RECORDER, "a")
    length = len(pictures(machine.files[0])) / 100
    assert (mark.path, mark.file_seconds) == (str(path), pytest.approx(length))
    assert chapters(machine.files[0]) == [(pytest.approx(length), "at the seam")]


def test_a_warning_is_in_the_sidecar(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        begin(engine, path)
        recorded_for(engine, 0.2)
        machine.files[0].warn(WarningCode.FILE_MOVED, "It was moved.")
        engine.stop(RECORDER, "a")
    (warning,) = [line for line in lines(path) if line["type"] == "warning"]
    assert (warning["code"], warning["message"]) == ("file_moved", "It was moved.")


def test_a_sidecar_that_cannot_be_written_is_told_and_ends_nothing(tmp_path: Path) -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        begin(engine, tmp_path / "gone" / "take.mp4")
        events.wait_for(warned("sidecar_failed"))
        recorded_for(engine, 0.2)
        engine.mark("a", "goal")
        engine.stop(RECORDER, "a")
    assert [title for _, title in chapters(machine.files[0])] == ["goal"]


def test_a_mark_set_before_the_first_picture_has_come_lies_at_its_own_frame() -> None:
    """An encoder may take a while to give its first picture."""
    sink, feeds = FakeFile(), QuietFeeds()
    output, _ = output_to(sink)
    output.open(HEADER, cast(SessionFeeds, feeds))
    feeds.index_now = 4
    noted = list[MarkSet]()
    output.mark("early", None, seconds_ago=0, noted=noted.append)
    output.mark("before", None, seconds_ago=60, noted=noted.append)
    output.housekeep()  # a second passes
    assert noted == []
    output.deliver([video_packet(1, keyframe=True)])
    answered(output)
    output.mark("long before", None, seconds_ago=60, noted=noted.append)
    assert [mark.file_seconds for mark in noted] == [0.1, 0, 0]
    ended(output)
    assert chapters(sink) == [(0, "before"), (0, "long before"), (0.1, "early")]
    began = sink.tags[-1].start_utc_ns
    assert began is not None
    assert [mark.utc for mark in noted] == [utc_text(began + 100_000_000), utc_text(began), utc_text(began)]


def test_a_mark_whose_first_picture_does_not_come_is_answered_all_the_same() -> None:
    sink, feeds = FakeFile(), QuietFeeds()
    output, _ = output_to(sink)
    output.open(HEADER, cast(SessionFeeds, feeds))
    feeds.index_now = 4
    noted = list[float]()
    output.mark("early", None, seconds_ago=0, noted=lambda mark: noted.append(mark.file_seconds))
    for _ in range(3):
        output.housekeep()
    assert noted == [0.0]
    output.deliver([video_packet(1, keyframe=True)])
    ended(output)
    assert noted == [0.0]
    assert chapters(sink) == [(0.1, "early")]


def test_a_mark_of_a_file_that_its_disk_has_not_begun_yet_is_kept_although_another_follows(tmp_path: Path) -> None:
    path, answers = tmp_path / "take.mp4", threading.Event()
    sink, feeds = FakeFile(str(path)), QuietFeeds()
    sink.published, sink.hold = False, answers
    sink.on_write = lambda: setattr(sink, "published", True)
    output, _ = output_to(sink, sidecar=True, after=lambda: FakeFile(str(tmp_path / "after.mp4")))
    output.open(HEADER, cast(SessionFeeds, feeds))
    output.deliver([video_packet(1, keyframe=True), video_packet(2)])
    split(output)
    output.deliver([video_packet(3, keyframe=True)])
    feeds.index_now = 2
    noted = list[str]()
    output.mark("late", None, seconds_ago=0, noted=lambda mark: noted.append(mark.path))
    assert noted == []
    answers.set()
    ended(output)
    assert noted == [str(path)]
    assert [line["type"] for line in lines(path)] == ["start", "end", "mark"]


def test_a_mark_of_a_finished_file_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    path, feeds, noted = tmp_path / "take.mp4", QuietFeeds(), list[str]()
    output, told = output_to(FakeFile(str(path)), sidecar=True, after=lambda: FakeFile(str(tmp_path / "after.mp4")))
    output.open(HEADER, cast(SessionFeeds, feeds))
    output.deliver([video_packet(1, keyframe=True), video_packet(2)])
    first = part_of(output)
    split(output)
    output.deliver([video_packet(3, keyframe=True)])
    first.wait_closed(WAIT_SECONDS)
    sidecar_path(str(path)).unlink()
    sidecar_path(str(path)).mkdir()
    feeds.index_now = 2
    output.mark("late", None, seconds_ago=0, noted=lambda mark: noted.append(mark.path))
    ended(output)
    assert noted == [str(path)]
    ((code, message),) = told
    assert (code, message.startswith("A mark can't be written beside take.mp4: ")) == ("sidecar_failed", True)
