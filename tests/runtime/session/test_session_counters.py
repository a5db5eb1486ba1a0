"""The figures of a session in literal frames: what became of them adds up to them, whenever each was learnt of."""

from types import SimpleNamespace

import pytest

from ionia.core.session_state import SessionState
from ionia.core.stats import SessionStats
from ionia.core.video.encode_backlog import EncodeBacklog
from ionia.core.video.frame_history import DUPLICATED, UNIQUE, FrameHistory
from ionia.core.video.frame_totals import FrameTotals
from ionia.core.video.stage_times import StageTimes
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.encode.session_picture import SessionPicture
from ionia.runtime.encode.sound_tracks import AudioSnapshot
from ionia.runtime.session.stats import ProcessUsage, SessionCounters
from tests.fakes.manual_clock import ManualClock


class Frames(SessionFeeds):
    """Each third frame has a picture of its own."""

    video = capture = SimpleNamespace(encode_ms=0.0, skipped=0)  # type: ignore[assignment]
    capture_backend = audio_backend = codec = "fake"  # type: ignore[assignment]

    def __init__(self) -> None:
        self.history = FrameHistory(first_index=0, kept=1000)
        counter = SimpleNamespace(
            snapshot=lambda before: self.history.before(10**9 if before is None else before), mark=self.history.mark
        )
        totals = FrameTotals(counter)
        self.backlog: EncodeBacklog[int] = EncodeBacklog(fps=10)
        self.video = self.capture = SimpleNamespace(
            encode_ms=0.0,
            skipped=0,
            pictures_waiting=0,
            times=StageTimes(),
            convert_times=StageTimes(),
            reads_back=True,
            encode_times=StageTimes(),
            counted=totals.total,
            counted_at=totals.at,
            mark=totals.mark,
            mark_skipped=self.backlog.mark,
            settle=totals.settle,
        )
        self._picture = SessionPicture(SimpleNamespace(value=self.video), self)  # type: ignore[arg-type]
        self.settings = SimpleNamespace(picture=True, fps=10)  # type: ignore[assignment]
        self.header = SimpleNamespace(video=SimpleNamespace(width=2, height=2))  # type: ignore[assignment]

    def pass_to(self, index: int) -> None:
        begin = self.history.before(10**9).next_index
        self.history.add(bytes(DUPLICATED if at % 3 else UNIQUE for at in range(begin, index)))

    def audio_snapshot(self) -> AudioSnapshot:
        return AudioSnapshot()


def figures(counters: SessionCounters, feeds: SessionFeeds) -> tuple[int, int, int]:
    """Captured, unique, duplicated."""
    usage = ProcessUsage(ManualClock(), lambda: 0.0)
    stats: SessionStats = counters.stats(feeds, usage, SessionState.RUNNING)
    assert stats.duration_seconds == stats.video_frames_captured / 10
    assert counters.seconds(feeds) == stats.duration_seconds
    return stats.video_frames_captured, stats.video_frames_unique, stats.video_frames_duplicated


def of(begin: int, end: int) -> tuple[int, int, int]:
    unique = sum(at % 3 == 0 for at in range(begin, end))
    return end - begin, unique, end - begin - unique


def test_a_session_counts_from_its_first_frame_and_not_from_when_it_came() -> None:
    feeds, counters = Frames(), SessionCounters()
    feeds.pass_to(10)
    counters.begin(feeds)
    feeds.pass_to(14)
    assert figures(counters, feeds) == of(10, 14)
    feeds.video.skipped = 2
    counters.began(feeds, 12)
    assert figures(counters, feeds) == of(12, 14)
    counters.began(feeds, 13)
    feeds.pass_to(31)
    assert figures(counters, feeds) == of(12, 31)
    assert (
        counters.stats(feeds, ProcessUsage(ManualClock(), lambda: 0.0), SessionState.RUNNING).video_frames_skipped == 2
    )


def test_one_that_begins_in_the_past_counts_what_was_there() -> None:
    feeds, counters = Frames(), SessionCounters()
    feeds.pass_to(40)
    note = feeds.video_snapshot(20)
    feeds.pass_to(100)
    counters.begin_in_past(note, AudioSnapshot())
    counters.began(feeds, 20)
    counters.begin(feeds)
    assert figures(counters, feeds) == of(20, 100)
    counters.pause(feeds, 25)  # a limit that lies in the past, too
    assert figures(counters, feeds) == of(20, 25)
    assert counters.end(feeds) == 25
    counters.freeze(feeds)
    assert figures(counters, feeds) == of(20, 25)


def test_pauses_leave_out_whole_frames_wherever_they_are_named() -> None:
    feeds, counters = Frames(), SessionCounters()
    counters.begin(feeds)
    counters.began(feeds, 0)
    feeds.pass_to(10)
    counters.pause(feeds, 11)  # which is still under way
    assert figures(counters, feeds) == of(0, 10)
    feeds.pass_to(20)
    assert figures(counters, feeds) == of(0, 11)
    counters.resume(feeds, 21)
    assert figures(counters, feeds) == of(0, 11)
    feeds.pass_to(30)
    expected = tuple(a + b for a, b in zip(of(0, 11), of(21, 30), strict=True))
    assert figures(counters, feeds) == expected
    for begin in range(30, 900, 10):
        counters.pause(feeds, begin)
        feeds.pass_to(begin + 5)
        counters.resume(feeds, begin + 5)
        feeds.pass_to(begin + 10)
        expected = tuple(a + b for a, b in zip(expected, of(begin + 5, begin + 10), strict=True))
    assert figures(counters, feeds) == expected
    assert len(counters._gaps) == 1
    assert counters.end(feeds) == 900


def test_a_pause_before_the_first_frame_leaves_out_only_what_comes_behind_it() -> None:
    feeds, counters = Frames(), SessionCounters()
    counters.begin(feeds)
    counters.pause(feeds, 5)
    feeds.pass_to(20)
    counters.resume(feeds, 20)
    feeds.pass_to(30)
    counters.began(feeds, 22)
    assert figures(counters, feeds) == of(22, 30)
    early = SessionCounters()
    early.begin(feeds)
    early.pause(feeds, 35)
    feeds.pass_to(34)
    early.began(feeds, 33)
    feeds.pass_to(40)
    early.resume(feeds, 40)
    feeds.pass_to(44)
    assert figures(early, feeds) == (6, *[a + b for a, b in zip(of(33, 35)[1:], of(40, 44)[1:], strict=True)])


def test_what_has_not_come_by_the_end_is_counted_and_what_a_pause_took_longer_is_not() -> None:
    feeds, counters = Frames(), SessionCounters()
    counters.begin(feeds)
    counters.began(feeds, 0)
    feeds.pass_to(50)
    assert counters.end(feeds) == 50
    assert counters.settle(feeds, 40, 20) == 10
    assert counters.seconds(feeds) == 5.0


def test_the_one_picture_of_what_was_only_paused_is_counted_whenever_it_is_learnt_of() -> None:
    feeds, counters = Frames(), SessionCounters()
    feeds.pass_to(5)
    counters.begin(feeds)
    counters.pause(feeds, 6)
    feeds.pass_to(7)
    counters.began(feeds, 6)  # a keyframe in the pause, with which the file begins if no other comes
    feeds.pass_to(8)
    counters.resume(feeds, 8)
    counters.end(feeds)
    assert counters.settle(feeds, 1, 0) == 0
    assert figures(counters, feeds) == (1, 1, 0)
    feeds, counters = Frames(), SessionCounters()
    feeds.pass_to(5)
    counters.begin(feeds)
    counters.pause(feeds, 6)
    feeds.pass_to(8)
    counters.end(feeds)
    counters.began(feeds, 6)
    assert counters.settle(feeds, 1, 0) == 0
    assert figures(counters, feeds) == (1, 1, 0)


@pytest.mark.parametrize("begun", [False, True])
def test_a_session_ends_one_frame_after_it_began_at_the_earliest(begun: bool) -> None:
    feeds, counters = Frames(), SessionCounters()
    feeds.pass_to(7)
    counters.begin(feeds)
    if begun:
        counters.began(feeds, 7)
    assert counters.end(feeds) == 8
    feeds.pass_to(9)
    assert figures(counters, feeds) == of(7, 8)
    counters.resume(feeds, 9)
