"""amf0: literal bytes, every value back as it was, and nothing but AmfError for what is none."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.rtmp.amf0 import DEEPEST, MOST_VALUES, Amf, AmfError, decode, encode
from tests.fakes.amf import decode_amf
from tests.fakes.examples import CHARACTERS, examples

simple = st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(CHARACTERS, max_size=8)
values = st.recursive(
    simple,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(CHARACTERS, min_size=1, max_size=4), inner, max_size=3)
    ),
)


def test_literal_bytes() -> None:
    written = encode("publish", 5.0, None, [True], {"app": "live"}, [1, "a"])
    assert written == (
        b"\x02\0\x07publish" + b"\0\x40\x14\0\0\0\0\0\0" + b"\x05" + b"\x0a\0\0\0\x01\x01\x01"
        b"\x03\0\x03app\x02\0\x04live\0\0\x09" + b"\x0a\0\0\0\x02\0\x3f\xf0\0\0\0\0\0\0\x02\0\x01a"
    )  # fmt: skip
    assert decode(written) == ["publish", 5.0, None, [True], {"app": "live"}, [1.0, "a"]]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"\x06", None),
        (b"\x0d", None),
        (b"\x08\0\0\0\x09\0\x01a\x05\0\0\x09", {"a": None}),
        (b"\x0b" + struct.pack(">d", 12.0) + b"\0\0", 12.0),
        (b"\x0c\0\0\0\x02ab", "ab"),
        (b"\x0f\0\0\0\x02ab", "ab"),
        (b"\x10\0\x01T\0\x01a\x01\0\0\0\x09", {"a": False}),
        (b"\x02\0\x01\xff", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_what_only_servers_write(data: bytes, value: Amf) -> None:
    assert decode(data) == [value]


def test_long_texts() -> None:
    text = "x" * 65536
    assert encode(text)[:5] == b"\x0c\0\x01\0\0"
    assert decode(encode(text)) == [text]
    with pytest.raises(ValueError, match="65535"):
        encode({text: None})


@given(st.lists(values, max_size=4))
@examples(50)
def test_everything_comes_back(given_values: list[Amf]) -> None:
    assert decode(encode(*given_values)) == given_values


@given(st.lists(simple | st.dictionaries(st.text(CHARACTERS, min_size=1, max_size=4), simple, max_size=3), max_size=4))
@examples(50)
def test_another_reader_reads_the_same(given_values: list[Amf]) -> None:
    assert decode_amf(encode(*given_values)) == given_values


@given(st.binary(max_size=60))
@examples(120)
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    with suppress(AmfError):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\x02\0\x05abc",
        b"\x03\0\x01a",
        b"\x00\0",
        b"\x07\0\0",
        b"\x11\x01",
        b"\x0a\xff\xff\xff\xff",
        b"\x0a\0\0\0\x01" * (DEEPEST + 2) + b"\x05",
        b"\x05" * (MOST_VALUES + 1),
    ],
)
def test_what_is_refused(data: bytes) -> None:
    with pytest.raises(AmfError):
        decode(data)
