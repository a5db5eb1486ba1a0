"""UTC to the millisecond."""

from ionia.core.utc_text import utc_text


def test_milliseconds_are_rounded_and_always_three() -> None:
    assert utc_text(0) == "1970-01-01T00:00:00.000Z"
    assert utc_text(1_800_000_000_000_499_999) == "2027-01-15T08:00:00.000Z"
    assert utc_text(1_800_000_000_000_500_000) == "2027-01-15T08:00:00.001Z"
    assert utc_text(1_800_000_000_999_600_000) == "2027-01-15T08:00:01.000Z"
