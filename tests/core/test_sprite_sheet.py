"""Where tiles lie, and what a player is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.sprite_sheet import MOST_SIDE, sprite_sheet


def test_a_short_film() -> None:
    sheet = sprite_sheet(2.5, (1280, 720), 160, None)
    assert (sheet.count, sheet.size) == (3, (480, 90))
    assert sheet.vtt("a b.jpg").splitlines() == [
        "WEBVTT",
        "",
        "00:00:00.000 --> 00:00:01.000",
        "a%20b.jpg#xywh=0,0,160,90",
        "",
        "00:00:01.000 --> 00:00:02.000",
        "a%20b.jpg#xywh=160,0,160,90",
        "",
        "00:00:02.000 --> 00:00:02.500",
        "a%20b.jpg#xywh=320,0,160,90",
    ]


def test_an_hour_has_a_hundred() -> None:
    sheet = sprite_sheet(3600, (1920, 1080), 160, None)
    assert (sheet.count, sheet.columns, sheet.place(11)) == (100, 10, (160, 90))
    assert sheet.vtt("x.jpg").splitlines()[-2].startswith("00:59:24.000 --> 01:00:00.000")


@pytest.mark.parametrize(("interval", "width", "words"), [(0.1, 160, "longer interval"), (2.0, 9999, "smaller width")])
def test_too_much_is_refused_in_words(interval: float, width: int, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sprite_sheet(3600, (1080, 1920), width, interval)


@given(
    duration=st.floats(0.001, 100_000),
    picture=st.tuples(st.integers(2, 8192), st.integers(2, 8192)),
    width=st.integers(16, 1024),
)
def test_every_tile_lies_in_the_sheet(duration: float, picture: tuple[int, int], width: int) -> None:
    try:
        sheet = sprite_sheet(duration, picture, width, None)
    except ValueError:
        return
    places = [sheet.place(index) for index in range(sheet.count)]
    assert len(set(places)) == sheet.count
    assert max(sheet.size) <= MOST_SIDE
    assert all(x + sheet.width <= sheet.size[0] and y + sheet.height <= sheet.size[1] for x, y in places)
    assert list(sheet.moments())[-1][1] == pytest.approx(duration)
