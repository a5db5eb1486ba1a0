"""Bytes to messages, whatever the chunks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.rpc.framing import Decoder, Framing, MessageReceived, MessageUnreadable, Received, frame

BOM = b"\xef\xbb\xbf"


def fed(data: bytes, *, chunk: int = 1 << 20, limit: int = 100) -> tuple[list[Received], Decoder]:
    """Decode `data` in chunks, with its end."""
    decoder = Decoder(limit)
    received: list[Received] = []
    for start in range(0, len(data), chunk):
        received += decoder.feed(data[start : start + chunk])
    return received + decoder.finish(), decoder


def texts(received: list[Received]) -> list[bytes | None]:
    return [r.data if isinstance(r, MessageReceived) else None for r in received]


@pytest.mark.parametrize("chunk", [1, 2, 7, 1000])
@pytest.mark.parametrize(
    ("data", "messages"),
    [
        (b"", []),
        (b"{}\n", [b"{}"]),
        (b"{}\r\n{1}\n", [b"{}", b"{1}"]),
        (b"{}", [b"{}"]),
        (b"\n\r\n  \n{}\n\n", [b"{}"]),
        (BOM + b"{}\n" + BOM + b"{1}\n", [b"{}", b"{1}"]),
        (BOM, []),
        (BOM + b"\n", []),
        (b"\xef\xbb\n", [b"\xef\xbb"]),
        (b"conte\n", [b"conte"]),
        (b"content", [b"content"]),
        (b"x" * 100 + b"\r\n", [b"x" * 100]),
        (b"x" * 101 + b"\n{}\n", [None, b"{}"]),
        (b"x" * 5000 + b"\n{}\n", [None, b"{}"]),
        (b"x" * 5000, [None]),
    ],
)
def test_lines(data: bytes, messages: list[bytes | None], chunk: int) -> None:
    received, decoder = fed(data, chunk=chunk)
    assert texts(received) == messages
    assert decoder.framing is not Framing.HEADERS


@pytest.mark.parametrize("chunk", [1, 3, 1000])
@pytest.mark.parametrize(
    ("data", "messages"),
    [
        (b"Content-Length: 2\r\n\r\n{}", [b"{}"]),
        (b"content-type: x\r\nCONTENT-LENGTH:2\r\n\r\n{}\r\nContent-Length: 0\r\n\r\n", [b"{}", b""]),
        (BOM + b"\r\nContent-Length: 5\n\n" + BOM + b"{}\n", [b"{}"]),
        (b"Content-Length: 101\r\n\r\n" + b"x" * 101 + b"Content-Length: 2\r\n\r\n{}", [None, b"{}"]),
        (b"Content-Length: 101\r\n\r\n" + b"x" * 50, [None]),
        (b"Content-Length: 9\r\n\r\n{}", [None]),
        (b"Content-Length: 9", [None]),
        (b"Content-Length: x\r\n\r\n{}Content-Length: 2\r\n\r\n{}", [None, b"{}"]),
        (b"Content-Length: -1\r\n\r\ngarbage\r\n\r\nmore", [None]),
        (b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}\r\nContent-Length: 2\r\n\r\n[]", [None, b"[]"]),
        (b"Content-Type: " + b"x" * 20_000 + b"\r\n\r\nContent-Length: 2\r\n\r\n{}", [None, b"{}"]),
    ],
)
def test_headers(data: bytes, messages: list[bytes | None], chunk: int) -> None:
    received, decoder = fed(data, chunk=chunk)
    assert texts(received) == messages
    assert decoder.framing is Framing.HEADERS


def test_an_oversized_line_is_not_held() -> None:
    decoder = Decoder(100)
    received: list[Received] = []
    for _ in range(1000):
        received += decoder.feed(b"x" * 100)
        assert len(decoder._buffer) <= 300
    assert received == [MessageUnreadable(reason="the message is longer than 100 bytes")]


def test_framing_is_known_from_the_first_bytes() -> None:
    decoder = Decoder()
    assert decoder.framing is None
    assert decoder.feed(b"Conten") == []
    assert decoder.framing is None
    decoder.feed(b"t-")
    assert decoder.framing is Framing.HEADERS


def test_frames() -> None:
    assert frame(b"{}", Framing.LINES) == b"{}\n"
    assert frame(b"{}", Framing.HEADERS) == b"Content-Length: 2\r\n\r\n{}"


@given(data=st.binary(max_size=2000), cuts=st.lists(st.integers(0, 2000)), headers=st.booleans())
def test_chunks_mean_nothing(data: bytes, cuts: list[int], headers: bool) -> None:
    data = (b"Content-Length: 3\r\n\r\n" if headers else b"") + data
    whole, _ = fed(data)
    decoder = Decoder(100)
    received: list[Received] = []
    previous = 0
    for cut in [*sorted(cuts), len(data)]:
        received += decoder.feed(data[previous:cut])
        previous = max(previous, cut)
    assert texts(received + decoder.finish()) == texts(whole)


@given(
    messages=st.lists(st.binary(min_size=1, max_size=90)), framing=st.sampled_from(Framing), chunk=st.integers(1, 50)
)
def test_what_is_framed_is_decoded(messages: list[bytes], framing: Framing, chunk: int) -> None:
    messages = [b"{" + m.replace(b"\n", b"").replace(b"\r", b"") + b"}" for m in messages]
    received, _ = fed(b"".join(frame(m, framing) for m in messages), chunk=chunk)
    assert texts(received) == messages
