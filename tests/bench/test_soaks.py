"""What the soaks judge, from made-up samples."""

import pytest

from tests.bench.usage import Usage

pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")

from tests.bench import live_soak, memory
from tests.bench.memory import Soak


def sample(at: float, *, megabytes: float = 150.0, threads: int = 17, files: int = 14) -> Usage:
    """At so many seconds."""
    size = int(megabytes * 1e6)
    return Usage(at=at, cpu_seconds=0, rss_bytes=size, private_bytes=size // 2, threads=threads, files=files)


def half_an_hour(**last: float) -> list[Usage]:
    """A sample every five seconds; the last six minutes as told."""
    return [sample(at) for at in range(0, 1500, 5)] + [sample(at, **last) for at in range(1500, 1865, 5)]  # type: ignore[arg-type]


def test_what_stays_as_it_was_is_good() -> None:
    growth, private, left = memory.growth_rows(half_an_hour())
    assert (growth.what, growth.ours, growth.goal, growth.met) == ("memory growth in 30 min", "+0.0 MB", "≤ 2 MB", True)
    assert private.met is None
    assert (left.ours, left.met) == ("17 and 14, then 17 and 14", True)


def test_growth_is_told() -> None:
    growth, private, _ = memory.growth_rows(half_an_hour(megabytes=153.0))
    assert (growth.ours, growth.met) == ("+3.0 MB", False)
    assert private.ours == "+1.5 MB"


def test_a_longer_soak_may_grow_in_proportion() -> None:
    growth, *_ = memory.growth_rows([sample(at, megabytes=150 + at / 3600) for at in range(0, 8 * 3600, 60)])
    assert (growth.goal, growth.met) == ("≤ 32 MB", True)


def test_what_comes_and_goes_is_not_left_over() -> None:
    some = [sample(at, threads=17 + (at % 10 == 0)) for at in range(0, 1865, 5)]
    assert memory.growth_rows(some)[2].met is True
    assert memory.growth_rows(half_an_hour(threads=18))[2].met is False
    assert memory.growth_rows(half_an_hour(files=15))[2].met is False


def test_what_begins_once_in_the_first_minutes_is_not_left_over() -> None:
    once = [sample(at, threads=17 if at < 170 else 19) for at in range(0, 1865, 5)]
    assert memory.growth_rows(once)[2].met is True
    later = [sample(at, threads=17 if at < 700 else 19) for at in range(0, 1865, 5)]
    assert memory.growth_rows(later)[2].met is False


def test_offsets_of_a_soak() -> None:
    steady = [(20.0 * n, (n * 0.618 % 1 - 0.5) * 33) for n in range(90)]
    median, drift = memory.offset_rows(Soak(offsets=steady, asked=90), 31)
    assert median.what == "A/V offset over 31 min, median of 90 of 90 events"
    assert (median.met, drift.met) == (True, True)
    drifting = [(at, ms + at / 100) for at, ms in steady]
    assert memory.offset_rows(Soak(offsets=drifting, asked=90), 31)[1].met is False
    assert memory.offset_rows(Soak(offsets=steady[:80], asked=90), 31)[0].met is False, "too many are missing"
    assert memory.offset_rows(Soak(offsets=steady[:10], asked=10), 3)[1].met is None, "too few for a drift"
    assert memory.offset_rows(Soak(asked=10), 3)[0].met is False


def test_what_a_live_soak_leaves_behind() -> None:
    samples = [sample(60.0 * n) for n in range(61)]
    growth, left = live_soak.soak_rows(samples, 60, 60)
    assert (growth.ours, growth.met, left.met) == ("+0.0 MB, 60 reconnects", True, True)
    assert left.ours == "17, 14, 1, then 17, 14, 1"
    leaking = [sample(60.0 * n, threads=17 + n // 10) for n in range(61)]
    assert live_soak.soak_rows(leaking, 60, 60)[1].met is False
