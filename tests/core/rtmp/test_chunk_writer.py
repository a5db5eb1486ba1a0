"""chunk_writer: literal chunks, and that another reader gets back every message."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.rtmp.chunk_writer import ChunkWriter
from ionia.core.rtmp.messages import AUDIO, SET_CHUNK_SIZE, VIDEO, Message
from tests.core.rtmp.pieces import messages_in
from tests.fakes.examples import examples


def video(time: int, body: bytes = b"ab", *, stream: int = 1) -> Message:
    return Message(kind=VIDEO, timestamp=time, stream=stream, body=body)


def test_headers_become_shorter() -> None:
    writer = ChunkWriter()
    assert writer.write(6, video(16)) == b"\x06\0\0\x10\0\0\x02\x09\x01\0\0\0ab"
    assert writer.write(6, video(49)) == b"\x86\0\0\x21ab"
    assert writer.write(6, video(82, b"abc")) == b"\x46\0\0\x21\0\0\x03\x09abc"
    assert writer.write(6, video(82, b"abc")) == b"\x86\0\0\0abc"
    assert writer.write(6, video(81, b"abc")) == b"\x06\0\0\x51\0\0\x03\x09\x01\0\0\0abc"
    assert writer.write(6, video(82, b"abc", stream=2)) == b"\x06\0\0\x52\0\0\x03\x09\x02\0\0\0abc"
    assert writer.write(4, Message(kind=AUDIO, body=b"a")) == b"\x04\0\0\0\0\0\x01\x08\0\0\0\0a"


def test_chunks_and_their_size() -> None:
    writer = ChunkWriter()
    assert writer.write(6, video(0, b"a" * 130)) == b"\x06\0\0\0\0\0\x82\x09\x01\0\0\0" + b"a" * 128 + b"\xc6aa"
    size = Message(kind=SET_CHUNK_SIZE, body=b"\0\0\0\x02")
    assert writer.write(2, size) == b"\x02\0\0\0\0\0\x04\x01\0\0\0\0\0\0\0\x02"
    assert writer.write(6, video(0, b"abcde")) == b"\x46\0\0\0\0\0\x05\x09ab\xc6cd\xc6e"
    assert writer.write(6, video(0, b"")) == b"\x46\0\0\0\0\0\0\x09"


def test_times_of_more_than_24_bits_are_repeated_in_each_chunk() -> None:
    writer = ChunkWriter()
    writer.write(2, Message(kind=SET_CHUNK_SIZE, body=b"\0\0\0\x02"))
    long = b"\x06\xff\xff\xff\0\0\x03\x09\x01\0\0\0"
    assert writer.write(6, video(0xFFFFFF, b"abc")) == long + b"\0\xff\xff\xffab\xc6\0\xff\xff\xffc"
    assert writer.write(6, video(0x1000001, b"abc")) == b"\x86\0\0\x02ab\xc6c"
    assert writer.write(6, video(0x3000001, b"abc")) == long + b"\x03\0\0\x01ab\xc6\x03\0\0\x01c"


def test_the_time_begins_anew_after_32_bits() -> None:
    writer = ChunkWriter()
    writer.write(6, video(2**32 - 1))
    assert writer.write(6, video(2**32)) == b"\x06\0\0\0\0\0\x02\x09\x01\0\0\0ab"


message = st.tuples(
    st.sampled_from((3, 4, 6)),
    st.sampled_from((AUDIO, VIDEO)),
    st.integers(0, 3) | st.integers(2**24 - 3, 2**24 + 3) | st.integers(0, 2**32 - 1),
    st.integers(1, 2),
    st.binary(max_size=9),
)


@given(st.integers(1, 12), st.lists(message, max_size=8))
@examples(60)
def test_another_reader_reads_the_same(size: int, given_messages: list[tuple[int, int, int, int, bytes]]) -> None:
    writer = ChunkWriter()
    written = writer.write(2, Message(kind=SET_CHUNK_SIZE, body=size.to_bytes(4, "big")))
    for csid, kind, time, stream, body in given_messages:
        written += writer.write(csid, Message(kind=kind, timestamp=time, stream=stream, body=body))
    assert messages_in(written)[1:] == [(kind, time, stream, body) for _, kind, time, stream, body in given_messages]
