"""What a file says of itself, as boxes."""

from ionia.core.mp4.tags import MOST_CHAPTERS, Chapter, FileTags, user_data


def test_nothing_to_say_is_no_box() -> None:
    assert user_data(FileTags()) == b""
    assert FileTags().created == 0


def test_a_date_of_the_users_own_stays() -> None:
    tags = FileTags(start_utc_ns=10**9, metadata=(("date", "1998"),))
    assert tags.pairs == (("date", "1998"), ("startUtc", "1970-01-01T00:00:01.000Z"), ("utcErrorMs", "0.000"))
    assert tags.created == 2_082_844_801
    rounded = FileTags(start_utc_ns=10**9 - 400_000)
    assert (dict(rounded.pairs)["startUtc"], rounded.created) == ("1970-01-01T00:00:01.000Z", 2_082_844_801)


def test_of_too_many_chapters_the_first_ones_are_named_and_a_title_is_cut_between_characters() -> None:
    tags = FileTags().with_chapters([Chapter(seconds=n, title="\u00fc" * 200) for n in range(300)])
    assert len(tags.chapters) == MOST_CHAPTERS
    data = user_data(FileTags().with_chapters(tags.chapters[:1]))
    assert data[4:8] == b"udta"
    assert data[12:16] == b"chpl"
    assert data[20:25] == b"\0\0\0\0\1"
    assert data[25:33] == b"\0" * 8
    assert data[33] == 254
    assert data[34:].decode() == "\u00fc" * 127
