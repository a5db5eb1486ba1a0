"""chunk_reader: literal chunks in every cutting, and limits to what a server can make it hold."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.rtmp.chunk_reader import LONGEST_MESSAGE, MOST_STREAMS, ChunkError, ChunkReader
from ionia.core.rtmp.chunk_writer import ChunkWriter
from ionia.core.rtmp.messages import Message
from tests.core.rtmp.pieces import chunked, cut
from tests.fakes.examples import examples

SIZE_5 = b"\x02\0\0\0\0\0\x04\x01\0\0\0\0\0\0\0\x05"


def read(*pieces: bytes) -> list[tuple[int, int, int, bytes]]:
    reader = ChunkReader()
    return [
        (message.kind, message.timestamp, message.stream, bytes(message.body))
        for piece in pieces
        for message in reader.feed(piece)
    ]


def test_all_four_headers() -> None:
    full = b"\x03\0\0\x10\0\0\x02\x14\x01\0\0\0ab"
    assert read(full + b"\x43\0\0\x05\0\0\x01\x14c" + b"\x83\0\0\x06d" + b"\xc3e") == [
        (20, 16, 1, b"ab"),
        (20, 21, 1, b"c"),
        (20, 27, 1, b"d"),
        (20, 33, 1, b"e"),
    ]


def test_some_servers_begin_with_the_second_header() -> None:
    assert read(b"\x42\0\0\0\0\0\x01\x03a") == [(3, 0, 0, b"a")]


def test_a_full_header_repeated_in_short_repeats_its_time_as_the_step() -> None:
    assert read(b"\x03\0\0\x10\0\0\x01\x14\0\0\0\0a" + b"\xc3b") == [(20, 16, 0, b"a"), (20, 32, 0, b"b")]


def test_numbers_of_chunk_streams_in_one_two_and_three_bytes() -> None:
    rest = b"\0\0\0\0\0\x01\x14\0\0\0\0a"
    assert read(b"\x3f" + rest + b"\x00\x00" + rest + b"\x01\x01\x02" + rest + b"\xc0\x00b") == [
        (20, 0, 0, b"a"),
        (20, 0, 0, b"a"),
        (20, 0, 0, b"a"),
        (20, 0, 0, b"b"),
    ]


def test_messages_of_two_chunk_streams_within_each_other() -> None:
    first = b"\x03\0\0\0\0\0\x07\x14\0\0\0\0abcde"
    second = b"\x04\0\0\0\0\0\x06\x12\0\0\0\0ABCDE"
    assert read(SIZE_5 + first + second + b"\xc4F" + b"\xc3fg")[1:] == [(18, 0, 0, b"ABCDEF"), (20, 0, 0, b"abcdefg")]


def test_a_message_can_be_taken_back() -> None:
    begun = b"\x03\0\0\0\0\0\x07\x14\0\0\0\0abcde"
    back = b"\x02\0\0\0\0\0\x04\x02\0\0\0\0\0\0\0\x03"
    nothing = b"\x02\0\0\0\0\0\x04\x02\0\0\0\0\0\0\0\x09"
    assert read(SIZE_5 + begun + back + nothing + b"\x83\0\0\0ABCDE\xc3FG")[3:] == [(20, 0, 0, b"ABCDEFG")]


def test_times_of_more_than_24_bits() -> None:
    assert read(chunked(20, b"x" * 130, time=0x1234567) + b"\xc3\0\0\0\x02" + b"y" * 128 + b"\xc3\0\0\0\x02yy") == [
        (20, 0x1234567, 0, b"x" * 130),
        (20, 0x1234567 * 2, 0, b"y" * 130),
    ]


TALK = (
    SIZE_5
    + chunked(5, b"\0\0\0\x01", csid=2)
    + chunked(20, b"abcdefghijkl", size=5, time=2**24)
    + chunked(4, b"\0\x06\0\0\0\x09", size=5, csid=40)
)


@given(st.lists(st.integers(0, len(TALK)), max_size=12))
@examples(50)
def test_any_pieces_give_the_same(places: list[int]) -> None:
    assert read(*cut(TALK, places)) == read(TALK)


def test_byte_by_byte() -> None:
    assert read(*(bytes((byte,)) for byte in TALK)) == read(TALK)
    assert len(read(TALK)) == 4


message = st.tuples(st.sampled_from((3, 4)), st.integers(0, 2**32 - 1), st.integers(0, 2), st.binary(max_size=200))


@given(st.lists(message, max_size=5))
@examples(50)
def test_it_reads_what_the_writer_writes(given_messages: list[tuple[int, int, int, bytes]]) -> None:
    writer = ChunkWriter()
    written = [
        writer.write(csid, Message(kind=20, timestamp=time, stream=stream, body=body))
        for csid, time, stream, body in given_messages
    ]
    assert read(*written) == [(20, time, stream, body) for _, time, stream, body in given_messages]


@pytest.mark.parametrize(
    "data",
    [
        b"\x83\0\0\0",
        b"\xc3",
        b"\x02\0\0\0\0\0\x04\x01\0\0\0\0\0\0\0\0",
        b"\x02\0\0\0\0\0\x01\x01\0\0\0\0\x01",
        b"\x03\0\0\0" + (LONGEST_MESSAGE + 1).to_bytes(3, "big") + b"\x14\0\0\0\0",
        chunked(20, b"a" * 200)[:140] + b"\x03\0\0\0\0\0\x01\x14\0\0\0\0a",
        b"".join(chunked(20, b"a", csid=csid) for csid in range(2, 63))
        + b"".join(b"\0" + bytes((more,)) + chunked(20, b"a")[1:] for more in range(MOST_STREAMS)),
    ],
    ids=["no begin", "no begin at all", "size 0", "no size", "long", "within", "streams"],
)
def test_what_is_refused(data: bytes) -> None:
    with pytest.raises(ChunkError):
        read(data)


def test_unfinished_messages_are_bounded() -> None:
    reader = ChunkReader()
    reader.feed(chunked(1, b"\0\0\xff\xff", csid=2))
    begun = [chunked(20, b"a" * LONGEST_MESSAGE, csid=csid, size=0xFFFF)[: 12 + 0xFFFF] for csid in range(3, 8)]
    for part in begun[:4]:
        assert reader.feed(part) == []
    with pytest.raises(ChunkError, match="too many"):
        reader.feed(begun[4])


@given(st.binary(max_size=200))
@examples(120)
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    with suppress(ChunkError):
        read(data)
