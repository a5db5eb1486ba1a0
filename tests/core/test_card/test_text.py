"""The test card's letters."""

import pytest

from ionia.core.test_card.text import glyph


def test_a_glyph_is_its_dots() -> None:
    rows = ["".join("#" if dot else "." for dot in row) for row in glyph("T", 1)]
    assert rows == ["#####", "..#..", "..#..", "..#..", "..#..", "..#..", "..#.."]


def test_a_glyph_grows_by_whole_dots() -> None:
    small, large = glyph("R", 1), glyph("R", 3)
    assert large.shape == (21, 15)
    assert (large[1::3, 1::3] == small).all()


def test_an_unknown_character_is_refused() -> None:
    with pytest.raises(KeyError):
        glyph("!", 1)
