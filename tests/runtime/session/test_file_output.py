"""A file whose disk stands still, goes away, or takes the file along: told, and the path is free again in the end."""

import errno
import threading
from dataclasses import replace

import pytest

from ionia.core.disk_space import STALL_LOOKS
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import MediaHeader
from ionia.core.size_limit import SizeLimit
from ionia.runtime.session import file_output, part
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.file_output import FEEDS, answered, ended, looked, output_to, part_of, split
from tests.fakes.media import HEADER, FakeFile, video_packet


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


def test_a_file_that_another_follows_is_not_the_end() -> None:
    output, _ = output_to(FakeFile())
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    split(output)
    output.deliver([video_packet(1, keyframe=True)])
    assert part_of(output).number == 1
    assert not output.wait_completed(0)
    output.complete()
    assert output.wait_completed(0)
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
    part_of(output).closed.result(WAIT_SECONDS)
    output.finish()
    assert [code for code, _ in told] == ["file_incomplete"]
    sink.hold.set()
    output.abandon()
