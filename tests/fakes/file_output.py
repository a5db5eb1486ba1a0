"""A recorder's output on files of a test's own, without an engine."""

import threading
from collections.abc import Callable
from typing import cast

import pytest

from ionia.core.timeline.file_timeline import EpochUtc
from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.file_output import FileOutput
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.runtime.session.part import Part
from ionia.runtime.session.take import Take
from ionia.sinks.sidecar import Sidecar
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.media import FakeFile


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


def output_to(
    sink: FakeFile,
    free_bytes: Callable[[str], int] = lambda _: 10**12,
    *,
    after: Callable[[], FakeFile] = FakeFile,
    sidecar: bool = False,
) -> tuple[FileOutput, list[tuple[str, str]]]:
    told: list[tuple[str, str]] = []

    def warn(code: WarningCode, message: str, _: WarningFacts = NO_FACTS, /) -> None:
        told.append((code.value, message))

    output = FileOutput(
        FileWishes(
            make_sink=lambda number: after() if number else sink,
            bytes_per_second=1000.0,
            make_sidecar=Sidecar if sidecar else None,
        ),
        FileTellers(warn=warn, fail=lambda error: pytest.fail(str(error)), later=lambda task: task()),
        free_bytes=free_bytes,
    )
    return output, told


def take_of(output: FileOutput) -> Take:
    """What is under way."""
    assert output._opened is not None
    return output._opened.take


def part_of(output: FileOutput) -> Part:
    """The file under way."""
    return take_of(output).part


def split(output: FileOutput) -> None:
    """Go on in another file with the next keyframe."""
    assert output._opened is not None
    assert output._opened.splits._prepare() is not None
    output._opened.take.timeline.split_at(0)


def looked(output: FileOutput) -> None:
    """Keep house, and wait until the sink's thread has done its part."""
    answered(output)
    output.housekeep()
    answered(output)


def answered(output: FileOutput) -> None:
    """Wait until the sink's thread has done all it was asked."""
    done = threading.Event()
    pause = threading.Event()
    worker = part_of(output)._worker
    while not worker.ask(done.set):
        pause.wait(0.001)
    assert done.wait(WAIT_SECONDS)
    while worker._errand is not None:
        pause.wait(0.001)


def ended(output: FileOutput) -> None:
    output.complete()
    output.finish()
    output.abandon()
