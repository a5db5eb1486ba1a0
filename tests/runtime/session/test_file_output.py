"""A file whose disk stands still, goes away, or takes the file along: told, and the path is free again in the end."""

import errno
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from ionia.core.disk_space import STALL_LOOKS
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import FinishedFile
from ionia.core.media import MediaHeader
from ionia.core.session_state import SessionState
from ionia.core.size_limit import SizeLimit
from ionia.core.timeline.end_watch import EndRule
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.core.timeline.split_watch import SplitDue
from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session import file_output, part
from ionia.runtime.session.file_output import FileOutput
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.runtime.session.stats import ProcessUsage, SessionCounters
from ionia.sinks.sidecar import Sidecar
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.manual_clock import ManualClock
from tests.fakes.media import HEADER, FakeFile, video_packet


class QuietFeeds:
    """What a file asks of its media."""

    index_now = 0

    def __init__(self) -> None:
        self.asked: list[int] = []

    def request_keyframe(self, index: int) -> None:
        """Remember."""
        self.asked.append(index)

    def hold_bitrate(self, _: object) -> None:
        """Nothing."""

    def leave_bitrate(self, _: object) -> None:
        """Nothing."""

    def epoch_utc(self) -> EpochUtc:
        """The turn of the millennium, and who read it was half a millisecond unsure."""
        return EpochUtc(utc_ns=946_684_800 * 10**9, error_ns=500_000)


FEEDS = cast(SessionFeeds, QuietFeeds())


class Stalled(FakeFile):
    """A file on a disk that answers only when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.thaw = threading.Event()
        self.frozen_open = False

    def open(self, header: MediaHeader) -> None:
        if self.frozen_open:
            assert self.thaw.wait(WAIT_SECONDS)
        super().open(header)


def output_to(
    sink: FakeFile, free_bytes: Callable[[str], int] = lambda _: 10**12, *, after: Callable[[], FakeFile] = FakeFile
) -> tuple[FileOutput, list[tuple[str, str]]]:
    told: list[tuple[str, str]] = []

    def warn(code: WarningCode, message: str, _: WarningFacts = NO_FACTS, /) -> None:
        told.append((code.value, message))

    output = FileOutput(
        FileWishes(make_sink=lambda number: after() if number else sink, bytes_per_second=1000.0),
        FileTellers(warn=warn, fail=lambda error: pytest.fail(str(error))),
        free_bytes=free_bytes,
    )
    return output, told


def looked(output: FileOutput) -> None:
    """Keep house, and wait until the sink's thread has done its part."""
    answered(output)
    output.housekeep()
    answered(output)


def answered(output: FileOutput) -> None:
    """Wait until the sink's thread has done all it was asked."""
    done = threading.Event()
    pause = threading.Event()
    assert output._part is not None
    worker = output._part._worker
    while not worker.ask(done.set):
        pause.wait(0.001)
    assert done.wait(WAIT_SECONDS)
    while worker._errand is not None:
        pause.wait(0.001)


def ended(output: FileOutput) -> None:
    output.complete()
    output.finish()
    output.abandon()


@pytest.mark.parametrize(("size", "codes"), [((3840, 2160), []), ((8192, 4320), ["picture_too_large"])])
def test_a_picture_that_players_do_not_take_is_told_and_recorded(size: tuple[int, int], codes: list[str]) -> None:
    width, height = size
    output, told = output_to(FakeFile())
    large = replace(HEADER.video, width=width, height=height)
    output.open(MediaHeader(tracks=(large, *HEADER.sounds)), FEEDS)
    ended(output)
    assert [code for code, _ in told] == codes


def test_a_start_that_timed_out_frees_its_path_when_the_disk_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "OPEN_TIMEOUT_S", 0.02)
    sink = Stalled()
    sink.frozen_open = True
    output, _ = output_to(sink)
    with pytest.raises(IoniaError, match="has not answered") as caught:
        output.open(HEADER, FEEDS)
    assert caught.value.kind is ErrorKind.OUTPUT_FAILED
    output.abandon()
    assert not sink.closed.is_set()
    sink.thaw.set()
    output.finish()
    assert sink.closed.is_set()


def test_a_disk_that_stands_still_is_told_once_and_told_again_after_it_answered() -> None:
    sink = Stalled()
    sink.hold = threading.Event()
    output, told = output_to(sink)
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    for _ in range(STALL_LOOKS - 1):
        output.housekeep()
    assert told == []
    for _ in range(STALL_LOOKS):
        output.housekeep()
    assert [code for code, _ in told] == ["disk_stalled"]
    sink.hold.set()
    looked(output)
    assert output._stall._unanswered == 0
    ended(output)


def test_a_disk_that_says_nothing_of_its_space_is_told_once_and_watched_on() -> None:
    answers: list[int | None] = [None, None, 10_000, None]

    def free_bytes(_: str) -> int:
        answer = answers.pop(0)
        if answer is None:
            raise OSError(errno.ENOENT, "No such file or directory")
        return answer

    output, told = output_to(FakeFile(), free_bytes)
    output.open(HEADER, FEEDS)
    answered(output)
    for _ in range(3):
        looked(output)
    assert [code for code, _ in told] == ["disk_unreadable", "disk_low", "disk_unreadable"]
    assert told[0][1] == "Nobody can say how full the disk is: no such file or directory."
    ended(output)


def test_a_file_that_may_not_grow_for_long_is_told_at_the_start() -> None:
    sink = FakeFile()
    sink.limit, sink.index_bytes = SizeLimit(most_bytes=524_288, why="ulimit -f"), 4_288
    output, told = output_to(sink)
    output.open(HEADER, FEEDS)
    answered(output)
    assert told == [
        (
            "file_limit",
            "In about 8.6 minutes the recording ends: no file there may have more than 524288 bytes (ulimit -f).",
        )
    ]
    looked(output)
    assert len(told) == 1
    ended(output)


def test_every_look_looks_after_the_file_and_none_before_it_is_open() -> None:
    sink, looks = FakeFile(), []
    sink.on_look = lambda: looks.append(threading.current_thread().name)
    output, _ = output_to(sink)
    output.housekeep()
    output.open(HEADER, FEEDS)
    looked(output)
    assert looks == ["ionia-file-sink"] * 2
    ended(output)


def split(output: FileOutput) -> None:
    """Go on in another file with the next keyframe."""
    assert output._prepare_split() is not None
    assert output._timeline is not None
    output._timeline.split_at(0)


def test_a_file_that_another_follows_is_not_the_end() -> None:
    output, _ = output_to(FakeFile())
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    split(output)
    output.deliver([video_packet(1, keyframe=True)])
    assert output._part is not None
    assert output._part.number == 1
    assert not output.wait_completed(0)
    output.complete()
    assert output.wait_completed(0)
    ended(output)


def test_a_split_before_the_first_picture_asks_for_the_keyframe_it_needs() -> None:
    feeds = QuietFeeds()
    output, _ = output_to(FakeFile())
    output.open(HEADER, cast(SessionFeeds, feeds))
    split(output)
    output.deliver([video_packet(4, keyframe=True)])
    assert feeds.asked == [5]
    output.deliver([video_packet(5, keyframe=True)])
    assert output._part is not None
    assert output._part.number == 1
    ended(output)


def test_a_split_that_a_stop_overtakes_says_so() -> None:
    output, _ = output_to(FakeFile())
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    output.interrupt()
    output.interrupt()
    with pytest.raises(IoniaError, match="ends before it went on in another file"):
        output.split()
    ended(output)


@pytest.mark.parametrize("error", [OSError(errno.ENAMETOOLONG, "File name too long"), RuntimeError("no new thread")])
def test_whatever_keeps_the_next_file_from_being_made_is_told(error: Exception) -> None:
    def refuse() -> FakeFile:
        raise error

    output, told = output_to(FakeFile(), after=refuse)
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    output._split_by_itself(SplitDue(at_seconds=None), 1)  # of a part that is not under way
    assert told == []
    output._split_by_itself(SplitDue(at_seconds=None), 0)
    assert [code for code, _ in told] == ["file_not_split"]
    assert output._watch._not_before > 0
    with pytest.raises(IoniaError, match=r"next file can't be made: (file name too long|no new thread)") as caught:
        output.split()
    assert caught.value.kind is ErrorKind.OUTPUT_FAILED
    assert caught.value.__cause__ is error
    ended(output)


def test_an_earlier_file_that_the_disk_has_not_taken_yet_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_output, "CLOSE_TIMEOUT_S", 0.02)
    sink = FakeFile()
    sink.hold = threading.Event()
    output, told = output_to(sink)
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    split(output)
    output.deliver([video_packet(1, keyframe=True)])
    output.complete()
    assert output._part is not None
    output._part.closed.result(WAIT_SECONDS)
    output.finish()
    assert [code for code, _ in told] == ["file_incomplete"]
    sink.hold.set()
    output.abandon()


def test_a_recording_that_was_only_paused_says_when_and_how_long_it_is() -> None:
    output, _ = output_to(FakeFile())
    output.open(HEADER, FEEDS)
    output.pause_at(0)
    output.deliver([video_packet(30, keyframe=True)])
    output.complete()
    assert output._part is not None
    facts = output._part.facts()
    assert facts.duration_seconds == 0.033
    assert facts.start_utc.startswith("2000-01-01T00:00:01.017")
    ended(output)


def test_frames_that_were_left_out_count_for_how_long_a_recording_may_be() -> None:
    sink, ends = FakeFile(), list[tuple[str, int]]()
    output = FileOutput(
        FileWishes(make_sink=lambda _: sink, bytes_per_second=1000.0, end=EndRule(seconds=1)),
        FileTellers(
            warn=lambda *_: None,
            fail=lambda error: pytest.fail(str(error)),
            end=lambda why, index: ends.append((why, index)),
        ),
        free_bytes=lambda _: 10**12,
    )
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(100, keyframe=True)])
    output.deliver([video_packet(100 + 28)])
    assert ends == []
    output.deliver([video_packet(100 + 40), video_packet(100 + 41)])  # the machine stood still
    assert ends == [("It is 1 s long (maxDurationSeconds).", 141)]
    ended(output)
    assert output.frames == 41
    assert [packet.pts for packet in sink.packets] == [0, 28, 40]


def test_why_a_recording_ended_stands_in_its_last_file_also_when_that_began_meanwhile(tmp_path: Path) -> None:
    sinks = [FakeFile(str(tmp_path / "one.mp4")), FakeFile(str(tmp_path / "two.mp4"))]
    output = FileOutput(
        FileWishes(make_sink=sinks.__getitem__, bytes_per_second=1000.0, make_sidecar=Sidecar),
        FileTellers(warn=lambda *_: None, fail=lambda error: pytest.fail(str(error))),
        free_bytes=lambda _: 10**12,
    )
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    split(output)
    usage = ProcessUsage(ManualClock())
    output.ending("It was asked to stop.", SessionCounters().stats(None, usage, SessionState.STOPPING))
    output.deliver([video_packet(1, keyframe=True)])
    ended(output)
    reasons = [
        [line.get("reason") for line in map(json.loads, Path(f"{sink.path}.json").read_text().splitlines())]
        for sink in sinks
    ]
    assert reasons == [[None, "split"], [None, "It was asked to stop."]]


def test_files_are_told_of_in_their_order_and_with_what_went_wrong() -> None:
    slow, broken = FakeFile("one.mp4"), FakeFile("two.mp4")
    slow.hold, broken.hold = threading.Event(), threading.Event()
    broken.break_after = (1, IoniaError(ErrorKind.OUTPUT_FAILED, "No space left."))
    sinks = [slow, broken, FakeFile("three.mp4")]
    told: list[str] = []
    both = threading.Event()

    def changed(finished: FinishedFile, after: str) -> None:
        told.append(f"{finished.path}, {after}")
        if len(told) == 3:
            both.set()

    output = FileOutput(
        FileWishes(make_sink=sinks.__getitem__, bytes_per_second=1000.0),
        FileTellers(
            warn=lambda code, message, _=NO_FACTS: told.append(f"{code.value}: {message}"),
            fail=lambda error: pytest.fail(str(error)),
            changed=changed,
            later=lambda task: task(),
        ),
        free_bytes=lambda _: 10**12,
    )
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    split(output)
    second = output._next
    output.deliver([video_packet(1, keyframe=True)])
    split(output)
    output.deliver([video_packet(2, keyframe=True)])
    broken.hold.set()  # it is handed over before its disk answers
    assert second is not None
    second.closed.result(WAIT_SECONDS)
    assert told == []
    slow.hold.set()
    assert both.wait(WAIT_SECONDS)
    assert told == ["one.mp4, two.mp4", "file_incomplete: No space left.", "two.mp4, three.mp4"]
    ended(output)


def test_a_file_that_begins_after_the_machine_slept_says_when_that_was() -> None:
    slept = [5_000_000_000]
    sinks = [FakeFile("one.mp4"), FakeFile("two.mp4")]
    output = FileOutput(
        FileWishes(make_sink=sinks.__getitem__, bytes_per_second=1000.0),
        FileTellers(warn=lambda *_: None, fail=lambda error: pytest.fail(str(error))),
        free_bytes=lambda _: 10**12,
        slept_ns=lambda: slept[0],
    )
    output.open(HEADER, FEEDS)
    slept[0] += 90_000  # read a moment later
    output.deliver([video_packet(0, keyframe=True)])
    assert output._part is not None
    assert output._part.facts().start_utc == "2000-01-01T00:00:00.017Z"
    split(output)
    slept[0] += 3600 * 10**9
    output.deliver([video_packet(1, keyframe=True)])
    assert output._part.facts().start_utc == "2000-01-01T01:00:00.050Z"
    assert output.mark("here", None, seconds_ago=0, noted=lambda: None).utc == "2000-01-01T01:00:00.017Z"
    ended(output)
