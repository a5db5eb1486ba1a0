"""handshake: literal bytes, in any pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.rtmp.handshake import RANDOM_BYTES, Handshake, HandshakeError
from tests.core.rtmp.pieces import cut
from tests.fakes.examples import examples

ANSWER = b"\x03" + bytes(range(256)) * 6 + b"s" * 1536


def test_what_it_says() -> None:
    handshake = Handshake(b"r" * RANDOM_BYTES)
    assert handshake.first == b"\x03" + bytes(8) + b"r" * 1528
    assert handshake.feed(ANSWER[:-1]) is None
    assert handshake.feed(ANSWER[-1:] + b"rest") == (bytes(range(256)) * 6, b"rest")


@given(st.lists(st.integers(0, len(ANSWER) + 4), max_size=6))
@examples(60)
def test_any_pieces(places: list[int]) -> None:
    handshake = Handshake(bytes(RANDOM_BYTES))
    *before, last = [handshake.feed(piece) for piece in cut(ANSWER, places)]
    assert before == [None] * len(before)
    assert last == (bytes(range(256)) * 6, b"")


def test_something_else_is_told_by_its_first_byte() -> None:
    with pytest.raises(HandshakeError, match="version 72"):
        Handshake(bytes(RANDOM_BYTES)).feed(b"H")


def test_random_bytes_are_counted() -> None:
    with pytest.raises(ValueError, match="5 random"):
        Handshake(b"short")
