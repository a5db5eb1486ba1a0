"""A part says when it began itself, and has the chapters that are in it."""

from fractions import Fraction

from ionia.core.mp4 import boxes
from ionia.core.mp4.reader import child
from ionia.core.mp4.tag_shift import shifted_movie
from ionia.core.mp4.tags import Chapter, FileTags, user_data

TAGS = FileTags(
    start_utc_ns=1_700_000_000_250_000_000,
    metadata=(("title", "Final"),),
    chapters=(Chapter(seconds=0, title="one"), Chapter(seconds=5, title="two"), Chapter(seconds=9, title="three")),
)


def shifted(tags: FileTags, begin: str, end: str) -> bytes:
    movie = boxes.box(b"free", b"x") + user_data(tags)
    return shifted_movie(movie, Fraction(begin), Fraction(end))


def test_a_part_is_what_the_writer_would_have_said_of_it() -> None:
    later = FileTags(
        start_utc_ns=1_700_000_006_500_000_000,
        metadata=TAGS.metadata,
        chapters=(Chapter(seconds=0, title="two"), Chapter(seconds=2.75, title="three")),
    )
    assert shifted(TAGS, "6.25", "20") == boxes.box(b"free", b"x") + user_data(later)


def test_what_begins_behind_it_is_left_out() -> None:
    found = child(shifted(TAGS, "1", "9"), b"udta", b"chpl")
    assert b"three" not in found
    assert found.index(b"one") < found.index(b"two")


def test_the_whole_is_as_it_was() -> None:
    assert shifted(TAGS, "0", "20") == boxes.box(b"free", b"x") + user_data(TAGS)
    for other in (FileTags(), FileTags(metadata=(("date", "2001"), ("startUtc", "yesterday")))):
        assert shifted(other, "3", "4") == boxes.box(b"free", b"x") + user_data(other)


def test_a_date_that_somebody_chose_stays() -> None:
    tags = FileTags(start_utc_ns=TAGS.start_utc_ns, metadata=(("date", "2001"),))
    assert b"2001" in shifted(tags, "3", "4")
    assert b"2023-11-14T22:13:23.250Z" in shifted(tags, "3", "4")
