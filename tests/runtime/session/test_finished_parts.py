"""Files that another follows, closed by disks of different speed."""

import threading

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import FinishedFile
from ionia.core.warning import NO_FACTS
from ionia.runtime.session.file_output import FileOutput
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.file_output import FEEDS, ended, split, take_of
from tests.fakes.media import HEADER, FakeFile, video_packet


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
    second = take_of(output).next
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
