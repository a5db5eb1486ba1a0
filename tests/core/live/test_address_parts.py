"""address_parts: what no address may have. The forms that may be are in the tests of each kind."""

import pytest

from ionia.core.errors import IoniaError
from ionia.core.live.address_parts import check_characters, invisible, location_of, percent_encoded, trimmed


@pytest.mark.parametrize(
    ("text", "rest", "had_more"),
    [(" a \n", "a", False), ("\u200ba\ufeff", "a", True), ("a\u200bb", "a\u200bb", False), ("\u200b", "", True)],
)
def test_ends(text: str, rest: str, had_more: bool) -> None:
    assert trimmed(text) == (rest, had_more)


@pytest.mark.parametrize("text", ["a b", "a\tb", "a\u200bb", "a\u00a0b", "\ud800"])
def test_characters_that_none_has(text: str) -> None:
    with pytest.raises(IoniaError, match="It contains"):
        check_characters(text, "It")
    assert not invisible("a")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("h", ("h", 5)),
        ("h:1", ("h", 1)),
        ("[::1]", ("::1", 5)),
        ("[::1]:9", ("::1", 9)),
        ("b\u00fc.de", ("xn--b-eha.de", 5)),
    ],
)
def test_places(text: str, place: tuple[str, int]) -> None:
    assert location_of(text, 5) == place


@pytest.mark.parametrize("text", ["", ":1", "h:0", "h:65536", "h:x", "[::1", "[g]", "[::1]x", "a/b"])
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(IoniaError):
        location_of(text, 5)


def test_what_is_not_ascii_is_encoded_and_nothing_else() -> None:
    assert percent_encoded("/a%2F\u00e9?b") == "/a%2F%C3%A9?b"
