"""When the next file is opened: early enough, once, and again when that failed."""

from ionia.core.media import EncodedPacket
from ionia.core.timeline.split_watch import SplitDue, SplitRule, SplitWatch
from tests.fakes.media import audio_packet, video_packet

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


def test_a_rate_that_is_mostly_far_below_its_cap_is_split_by_what_it_is() -> None:
    cap = 6_250_000.0
    watch = SplitWatch(SplitRule(bytes=20_000_000), bytes_per_second=cap, varies=True)
    assert watch.update(part=0, seconds=100, size=17_800_000, limit_bytes=None) is None  # 0.18 MB/s until now
    assert watch.update(part=0, seconds=100, size=17_900_000, limit_bytes=None) is not None
    assert watch.update(part=1, seconds=10, size=12_000_000, limit_bytes=None) is not None
    fat = (1 << 32) - 1
    fast = SplitWatch(SplitRule(), bytes_per_second=10 * cap, varies=True)
    assert fast.keeps_below(fat)
    assert fast.update(part=0, seconds=9, size=fat - (513 << 20), limit_bytes=fat) is None
    assert fast.update(part=0, seconds=9, size=fat - (511 << 20), limit_bytes=fat) == SplitDue(at_seconds=None)
    assert not SplitWatch(SplitRule(), bytes_per_second=10 * cap).keeps_below(fat)


def test_what_failed_is_tried_again_ten_seconds_later() -> None:
    watch = SplitWatch(SplitRule(seconds=60), bytes_per_second=RATE)
    assert watch.update(part=0, seconds=58, size=0, limit_bytes=None) is not None
    watch.failed(part=0, seconds=58.5)
    assert watch.update(part=0, seconds=68.4, size=0, limit_bytes=None) is None
    assert watch.update(part=0, seconds=68.5, size=0, limit_bytes=None) == SplitDue(at_seconds=60)


def past(frames: int, *, interval: int, size: int = 1000, first: int = 7) -> list[EncodedPacket]:
    """A keyframe each `interval`, with a sound before it that is not a picture of its own."""
    data = b"v" * size
    return [
        audio_packet(0),
        *[video_packet(first + n, keyframe=n % interval == 0, data=data) for n in range(frames)],
    ]


def planned(rule: SplitRule, packets: list[EncodedPacket], *, limit_bytes: int | None = None) -> list[int]:
    return SplitWatch(rule, bytes_per_second=RATE).in_past(packets, fps=30, limit_bytes=limit_bytes)


def test_of_the_past_no_part_is_longer_than_asked() -> None:
    minute = past(1800, interval=60)
    assert planned(SplitRule(seconds=20), minute) == [7 + 600, 7 + 1200]
    assert planned(SplitRule(seconds=19), minute) == [7 + 540, 7 + 1080, 7 + 1620]
    assert planned(SplitRule(seconds=1), past(180, interval=60)) == [7 + 60, 7 + 120]
    assert planned(SplitRule(), minute) == []
    assert planned(SplitRule(seconds=20), []) == []


def test_of_the_past_no_part_is_larger_than_asked_or_than_any_file_may_be() -> None:
    minute = past(1800, interval=60, size=10_000)
    group = 60 * 10_032
    assert planned(SplitRule(bytes=3 * group + 20_000), minute)[:3] == [7 + 180, 7 + 360, 7 + 540]
    assert planned(SplitRule(bytes=3 * group + 10_000), minute)[:2] == [7 + 120, 7 + 240]
    margin = 16 << 20
    large = past(1800, interval=60, size=100_000)
    assert planned(SplitRule(), large, limit_bytes=5 * margin) == [7 + 660, 7 + 1320]  # 4 of 16 MiB, 6 MB a group
    assert planned(SplitRule(), large, limit_bytes=margin) == []
