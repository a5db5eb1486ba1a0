"""Which rate a number or a text means, exactly."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.frame_rate import frame_rate, frames_seconds, rate_number, rate_text


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (30, 30),
        (30.0, 30),
        ("60", 60),
        ("30000/1001", Fraction(30000, 1001)),
        ("60/2", 30),
        (29.97, Fraction(30000, 1001)),
        (29.97003, Fraction(30000, 1001)),
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        (119.88, Fraction(120000, 1001)),
        (12.5, Fraction(25, 2)),
        ("7.5", Fraction(15, 2)),
        (1, 1),
        (240, 240),
    ],
)
def test_what_is_meant(asked: float | str, meant: int | Fraction) -> None:
    got = frame_rate(asked)
    assert got == meant
    assert type(got) is type(meant)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("30/0", "divides by 0"),
        ("thirty", "no frame rate"),
        ("", "no frame rate"),
        ("1/2/3", "no frame rate"),
        ("-30", "no frame rate"),
        ("3e1", "no frame rate"),
        ("\u0663\u0660", "no frame rate"),
        ("30.5/2", "no frame rate"),
        (float("nan"), "no frame rate"),
        (float("inf"), "no frame rate"),
        (0, "from 1 to 240"),
        ("1/2", "from 1 to 240"),
        (240.5, "from 1 to 240"),
        ("999999/1", "from 1 to 240"),
        ("239239/1000", "exactly"),
        ("59999/1001", "exactly"),  # 2,879,952,000 units a second
        ("3000/1003", "exactly"),
        (30.00001, "exactly"),
    ],
)
def test_nonsense_is_refused_in_words(asked: float | str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        frame_rate(asked)


@given(st.integers(1, 240_000), st.integers(1, 1001))
def test_a_fraction_is_itself_or_refused(above: int, below: int) -> None:
    try:
        got = frame_rate(f"{above}/{below}")
    except ValueError:
        return
    assert got == Fraction(above, below)


def test_as_it_is_told() -> None:
    rate = Fraction(30000, 1001)
    assert (rate_number(30), rate_number(rate), rate_text(30), rate_text(rate)) == (30, 29.97003, "30", "29.97")
    assert (frames_seconds(45, 30), frames_seconds(30_000, rate)) == (1.5, 1001.0)
