"""When the next file is opened: early enough, once, and again when that failed."""

from ionia.core.timeline.split_watch import SplitDue, SplitRule, SplitWatch

RATE = 650_000.0


def test_a_recording_without_a_rule_stays_in_one_file() -> None:
    watch = SplitWatch(SplitRule(), bytes_per_second=RATE)
    assert watch.update(part=0, seconds=1e6, size=1 << 50, limit_bytes=None) is None


def test_by_seconds_it_is_opened_two_before_and_cut_where_it_was_said() -> None:
    watch = SplitWatch(SplitRule(seconds=60), bytes_per_second=RATE)
    assert watch.update(part=0, seconds=57.9, size=0, limit_bytes=None) is None
    assert watch.update(part=0, seconds=58.0, size=0, limit_bytes=None) == SplitDue(at_seconds=60)
    assert watch.update(part=0, seconds=59.0, size=0, limit_bytes=None) is None
    assert watch.update(part=1, seconds=1.0, size=0, limit_bytes=None) is None
    assert watch.update(part=1, seconds=58.5, size=0, limit_bytes=None) == SplitDue(at_seconds=60)
    short = SplitWatch(SplitRule(seconds=1), bytes_per_second=RATE)
    assert short.update(part=0, seconds=0.5, size=0, limit_bytes=None) == SplitDue(at_seconds=1)


def test_by_bytes_what_comes_until_then_still_fits() -> None:
    watch = SplitWatch(SplitRule(bytes=10_000_000), bytes_per_second=RATE)
    assert watch.update(part=0, seconds=9, size=7_399_999, limit_bytes=None) is None
    assert watch.update(part=0, seconds=9, size=7_400_000, limit_bytes=None) == SplitDue(at_seconds=None)


def test_the_limit_of_a_fat_disk_is_never_met_and_a_tiny_one_makes_no_tiny_files() -> None:
    watch = SplitWatch(SplitRule(), bytes_per_second=RATE)
    fat = (1 << 32) - 1
    assert watch.keeps_below(fat)
    assert watch.update(part=0, seconds=9, size=fat - (17 << 20), limit_bytes=fat) is None
    assert watch.update(part=0, seconds=9, size=fat - (16 << 20), limit_bytes=fat) == SplitDue(at_seconds=None)
    assert not watch.keeps_below(1 << 20)
    assert watch.update(part=1, seconds=9, size=1 << 20, limit_bytes=1 << 20) is None


def test_what_failed_is_tried_again_ten_seconds_later() -> None:
    watch = SplitWatch(SplitRule(seconds=60), bytes_per_second=RATE)
    assert watch.update(part=0, seconds=58, size=0, limit_bytes=None) is not None
    watch.failed(part=0, seconds=58.5)
    assert watch.update(part=0, seconds=68.4, size=0, limit_bytes=None) is None
    assert watch.update(part=0, seconds=68.5, size=0, limit_bytes=None) == SplitDue(at_seconds=60)
