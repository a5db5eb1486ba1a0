"""Which part of a picture is shown and where it comes to lie, by literal numbers and whatever the sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.video.framing import WHOLE, Fit, Framing, Placement, Region

sides = st.integers(1, 9000)
even_sides = st.integers(8, 4096).map(lambda half: 2 * half)
regions = st.builds(
    Region,
    x=st.integers(-2000, 9000),
    y=st.integers(-2000, 9000),
    width=st.integers(16, 8192),
    height=st.integers(16, 8192),
)
framings = st.builds(Framing, region=st.none() | regions, fit=st.sampled_from(("letterbox", "crop", "stretch")))


def of(x: int, y: int, width: int, height: int) -> Region:
    return Region(x=x, y=y, width=width, height=height)


@pytest.mark.parametrize(
    ("region", "shown"),
    [
        (None, of(0, 0, 1921, 1081)),  # as it is: an odd last column is the converter's to cut
        (of(11, 13, 640, 360), of(11, 13, 640, 360)),
        (of(10, 10, 641, 361), of(10, 10, 640, 360)),
        (of(-20, -10, 120, 110), of(0, 0, 100, 100)),
        (of(1900, 1000, 100, 100), of(1900, 1000, 20, 80)),
        (of(1921, 0, 100, 100), None),
        (of(0, 1080, 100, 100), None),  # a single row has no even height
        (of(-100, 0, 100, 100), None),
    ],
)
def test_a_region_is_what_the_picture_has_of_it(region: Region | None, shown: Region | None) -> None:
    assert Framing(region=region).shown((1921, 1081)) == shown


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (None, None, (1920, 1080)),
        (1280, 720, (1280, 720)),
        (1281, 721, (1280, 720)),
        (1280, None, (1280, 720)),
        (None, 480, (854, 480)),  # 853.3
    ],
)
def test_a_side_that_nobody_asks_for_follows_from_the_shape(
    width: int | None, height: int | None, size: tuple[int, int]
) -> None:
    assert WHOLE.size((1920, 1080), width, height) == size


@pytest.mark.parametrize(
    ("framing", "source", "width", "words"),
    [
        (
            Framing(region=of(5000, 0, 640, 360)),
            (1920, 1080),
            None,
            "Nothing of the region 640x360 at 5000,0 can be captured: the source has 1920x1080 pixels.",
        ),
        (
            Framing(region=of(1910, 0, 640, 360)),
            (1920, 1080),
            None,
            "Only 10x360 pixels of the region 640x360 at 1910,0 can be captured: the source has 1920x1080 pixels.",
        ),
        (
            Framing(region=of(0, 0, 16, 1000)),
            (1920, 1080),
            1280,
            "With a width of 1280, 16x1000 would become 1280x80000; each side must be from 16 to 8192.",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_what_there_is(
    framing: Framing, source: tuple[int, int], width: int | None, words: str
) -> None:
    with pytest.raises(IoniaError) as caught:
        framing.size(source, width)
    assert (caught.value.kind, caught.value.message) == (ErrorKind.CAPTURE_UNAVAILABLE, words)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("fit", "source", "target", "placement"),
    [
        # The same size, but for an odd last column or row: nothing is scaled.
        ("letterbox", (1921, 1081), (1920, 1080), (of(0, 0, 1920, 1080), (0, 0, 1920, 1080))),
        ("letterbox", (1024, 768), (1280, 720), (of(0, 0, 1024, 768), (160, 0, 960, 720))),
        ("letterbox", (1920, 800), (1280, 720), (of(0, 0, 1920, 800), (0, 92, 1280, 534))),  # 533.3 rows
        ("letterbox", (720, 1280), (1280, 720), (of(0, 0, 720, 1280), (436, 0, 406, 720))),  # 405 columns
        ("crop", (1024, 768), (1280, 720), (of(0, 96, 1024, 576), (0, 0, 1280, 720))),
        ("crop", (1920, 800), (1280, 720), (of(249, 0, 1422, 800), (0, 0, 1280, 720))),
        ("stretch", (1024, 768), (1280, 720), (of(0, 0, 1024, 768), (0, 0, 1280, 720))),
    ],
)
def test_where_pictures_come_to_lie(
    fit: Fit, source: tuple[int, int], target: tuple[int, int], placement: tuple[Region, tuple[int, int, int, int]]
) -> None:
    cut, (left, top, width, height) = placement
    assert Framing(fit=fit).place(source, target) == Placement(cut=cut, left=left, top=top, width=width, height=height)


@given(framing=framings, source=st.tuples(sides, sides), target=st.tuples(even_sides, even_sides))
def test_everything_lies_within_source_and_target(
    framing: Framing, source: tuple[int, int], target: tuple[int, int]
) -> None:
    place = framing.place(source, target)
    if place is None:
        assert framing.shown(source) is None
        return
    cut = place.cut
    assert 0 <= cut.x < cut.x + cut.width <= max(source[0], 2)
    assert 0 <= cut.y < cut.y + cut.height <= max(source[1], 2)
    assert place.left >= 0
    assert place.top >= 0
    assert place.left + place.width <= target[0]
    assert place.top + place.height <= target[1]
    assert not any(number % 2 for number in (place.left, place.top, place.width, place.height))
    if framing.fit != "letterbox":
        assert (place.width, place.height) == target


@given(source=st.tuples(st.integers(16, 4000), st.integers(16, 4000)), target=st.tuples(even_sides, even_sides))
def test_a_ratio_is_kept_to_less_than_a_pixel(source: tuple[int, int], target: tuple[int, int]) -> None:
    columns, rows = source
    letterbox = Framing().place(source, target)
    assert letterbox is not None
    scaled = (columns // 2 * 2, rows // 2 * 2) != target
    if scaled and min(letterbox.width, letterbox.height) > 2:
        assert target[0] == letterbox.width or target[1] == letterbox.height
        height = letterbox.width * rows / columns
        width = letterbox.height * columns / rows
        assert abs(height - letterbox.height) <= 1 or abs(width - letterbox.width) <= 1
    crop = Framing(fit="crop").place(source, target)
    assert crop is not None
    if scaled:
        assert crop.cut.width == columns or crop.cut.height == rows
        ideal = min(columns, rows * target[0] / target[1]), min(rows, columns * target[1] / target[0])
        assert abs(crop.cut.width - max(1, ideal[0])) <= 0.5
        assert abs(crop.cut.height - max(1, ideal[1])) <= 0.5


@given(framing=framings, source=st.tuples(st.integers(16, 9000), st.integers(16, 9000)))
def test_a_size_of_its_own_is_never_scaled(framing: Framing, source: tuple[int, int]) -> None:
    try:
        size = framing.size(source)
    except IoniaError:
        return
    place = framing.place(source, size)
    assert place is not None
    assert (place.cut.width, place.cut.height) == (place.width, place.height) == size
    assert not any(side % 2 for side in size)
    assert all(0 <= own - side <= 1 for own, side in zip(source, size, strict=True)) or framing.region is not None


def test_what_can_be_seen_of_a_source() -> None:
    region = of(100, 50, 640, 480)
    assert Framing(region=region).seen((1920, 1080)) == region
    assert Framing(region=region).seen((1920, 1080), 320, None) == region
    assert Framing(region=region).seen((1920, 1080), 1280, 720) == region
    assert Framing(region=region, fit="crop").seen((1920, 1080), 1280, 720) == of(100, 110, 640, 360)
    assert WHOLE.seen((1921, 1081)) == of(0, 0, 1921, 1081)
    with pytest.raises(IoniaError, match="Nothing of the region"):
        Framing(region=of(5000, 0, 64, 64)).seen((1920, 1080))


@pytest.mark.parametrize(
    ("framing", "source", "target", "shown"),
    [
        (WHOLE, (1280, 720), (1280, 720), None),
        (WHOLE, (1279, 719), (1278, 718), None),
        (WHOLE, (1279, 719), (1280, 720), None),  # rounded
        (WHOLE, (1920, 1080), (1280, 720), None),
        (WHOLE, (1280, 720), (1920, 1080), Region(x=0, y=0, width=1280, height=720)),
        (WHOLE, (640, 480), (1280, 480), None),  # between bars
        (Framing(fit="stretch"), (640, 480), (1280, 480), Region(x=0, y=0, width=640, height=480)),
        (
            Framing(region=Region(x=0, y=0, width=400, height=300)),
            (1920, 1080),
            (800, 600),
            Region(x=0, y=0, width=400, height=300),
        ),
        (Framing(region=Region(x=4000, y=0, width=400, height=300)), (1920, 1080), (800, 600), None),  # black
    ],
)
def test_what_is_shown_larger_than_it_is(
    framing: Framing, source: tuple[int, int], target: tuple[int, int], shown: Region | None
) -> None:
    assert framing.enlarged(source, target) == shown
