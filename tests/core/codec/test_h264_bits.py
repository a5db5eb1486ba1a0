"""Bits and escapes of NAL units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec.h264 import annex_b, nal_units
from ionia.core.codec.h264_bits import BitReader, BitWriter, escape, unescape

_FIELD = st.one_of(
    st.tuples(st.just("bits"), st.integers(0, 2**16 - 1), st.just(16)),
    st.tuples(st.just("bits"), st.just(0), st.just(0)),
    st.tuples(st.just("unsigned"), st.integers(0, 2**20), st.just(0)),
    st.tuples(st.just("signed"), st.integers(-(2**20), 2**20), st.just(0)),
)


@given(st.lists(_FIELD), st.integers(0, 1))
def test_what_is_written_is_read(fields: list[tuple[str, int, int]], fill: int) -> None:
    writer = BitWriter()
    for kind, value, count in fields:
        if kind == "bits":
            writer.bits(value, count)
        else:
            getattr(writer, kind)(value)
    writer.align(fill)
    reader = BitReader(writer.data())
    for kind, value, count in fields:
        assert (reader.bits(count) if kind == "bits" else getattr(reader, kind)()) == value
    rest = 8 * len(writer.data()) - reader.position
    assert rest < 8
    assert reader.bits(rest) == fill * ((1 << rest) - 1)


@pytest.mark.parametrize(("bits", "value"), [("1", 0), ("010", 1), ("011", -1), ("00100", 2), ("00101", -2)])
def test_signed_numbers_alternate(bits: str, value: int) -> None:
    assert BitReader(int(bits.ljust(8, "0"), 2).to_bytes(1, "big")).signed() == value


def test_the_end_is_told() -> None:
    with pytest.raises(ValueError, match="ends early"):
        BitReader(b"\x00").unsigned()


@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255])).map(bytes))
def test_an_escaped_unit_survives_a_byte_stream(rbsp: bytes) -> None:
    whole = b"\x41" + rbsp + b"\x80"
    nal = escape(whole)
    assert unescape(nal) == whole
    assert list(nal_units(annex_b([nal, nal]))) == [nal, nal]
