"""A recording that may be only so long or so large says once that it is over, and why."""

from fractions import Fraction

from ionia.core.timeline.end_watch import EndRule, EndWatch


def test_by_length_to_the_frame() -> None:
    watch = EndWatch(EndRule(seconds=2), bytes_per_second=1000)
    assert watch.update(seconds=Fraction(59, 30), size=10**9) == ""
    assert watch.update(seconds=Fraction(2), size=10**9) == "It is 2 s long (maxDurationSeconds)."
    assert watch.update(seconds=Fraction(3), size=10**9) == ""


def test_by_size_before_what_is_on_its_way_is_too_much() -> None:
    watch = EndWatch(EndRule(bytes=1_000_000), bytes_per_second=100_000)
    assert watch.update(seconds=Fraction(9), size=849_999) == ""
    assert "1000000 (maxBytes)" in watch.update(seconds=Fraction(9), size=850_000)


def test_a_rate_that_is_mostly_far_below_its_cap_leaves_a_small_file_half_of_its_room() -> None:
    watch = EndWatch(EndRule(bytes=1_000_000), bytes_per_second=6_000_000, varies=True)
    assert watch.update(seconds=Fraction(0), size=0) == ""
    assert watch.update(seconds=Fraction(9), size=499_999) == ""
    assert "(maxBytes)" in watch.update(seconds=Fraction(9), size=500_000)


def test_without_a_rule_it_goes_on() -> None:
    assert EndWatch(EndRule(), bytes_per_second=1).update(seconds=Fraction(10**9), size=1 << 60) == ""
