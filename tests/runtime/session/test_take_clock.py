"""When a take's frames were captured, on a machine that sleeps."""

import pytest

from ionia.core.timeline.file_timeline import EpochUtc
from ionia.runtime.encode.session_picture import VideoSnapshot
from ionia.runtime.encode.sound_tracks import AudioSnapshot
from ionia.runtime.session.file_output import FileOutput
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.runtime.session.moment import Moment
from ionia.runtime.session.take_clock import TakeClock
from tests.fakes.file_output import FEEDS, ended, part_of, split
from tests.fakes.media import HEADER, FakeFile, video_packet


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
    assert part_of(output).facts().start_utc == "2000-01-01T00:00:00.017Z"
    split(output)
    slept[0] += 3600 * 10**9
    output.deliver([video_packet(1, keyframe=True)])
    assert part_of(output).facts().start_utc == "2000-01-01T01:00:00.050Z"
    assert output.mark("here", None, seconds_ago=0, noted=lambda _: None).utc == "2000-01-01T01:00:00.017Z"
    ended(output)


EPOCH = EpochUtc(utc_ns=946_684_800 * 10**9, error_ns=500_000)


def test_a_frame_is_captured_in_the_middle_of_its_interval_and_later_by_what_the_machine_slept() -> None:
    slept = [7]
    clock = TakeClock(EPOCH, fps=50, slept_ns=lambda: slept[0])
    assert clock.utc_ns(0) == EPOCH.utc_ns + 10_000_000
    slept[0] += 900_000  # that is between two looks
    assert clock.utc_ns(2) == EPOCH.utc_ns + 50_000_000
    slept[0] += 3600 * 10**9
    assert clock.utc_ns(2) == EPOCH.utc_ns + 50_000_000 + 3600 * 10**9 + 900_000


def test_only_the_first_file_began_before_the_machine_slept() -> None:
    slept = [8_000_000_000]
    clock = TakeClock(EPOCH, fps=50, slept_ns=lambda: slept[0])
    clock.begins_at(Moment(video=VideoSnapshot(), audio=AudioSnapshot(), slept_ns=3_000_000_000))
    assert clock.start_ns(5_000_000_000, first=True) == 10_000_000
    assert clock.start_ns(6_000_000_000, first=False) == 6_010_000_000
