"""What is almost JSON: read for the sake of its ids, never taken for a value."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.rpc.lenient_json import decode, flaw, is_text
from tests.fakes.examples import CHARACTERS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(CHARACTERS),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner),
    max_leaves=10,
)


def test_what_is_read() -> None:
    assert decode(rb'["\ud83c\udf89", "\ud83c"]') == ["\N{PARTY POPPER}", "\ud83c"]
    assert decode(b'{"a":"\xe4"}') == {"a": "\udce4"}
    assert decode(b"[-Infinity]") == [-math.inf]


@pytest.mark.parametrize("data", [b"", b"{", b'{"a":\xff}', b'"line\nbreak"', b"\xff\xfe{\0}\0", b"9" * 5000])
def test_what_is_not(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)


def test_where_the_flaw_is() -> None:
    assert flaw("\ud83c") == "holds half of a character, or bytes that are not UTF-8"
    assert flaw({"a": [1, {"b": "\udce4"}]}) == '"a[1].b" holds half of a character, or bytes that are not UTF-8'
    assert flaw([math.nan]) == '"[0]" is no number that JSON has'
    assert flaw({"a": {"\udce4": 1}}) == '"a" has a name that holds half of a character, or bytes that are not UTF-8'
    assert is_text("ä\N{PARTY POPPER}")
    assert not is_text("\udfff")


@given(JSON)
def test_json_has_no_flaw(value: object) -> None:
    assert flaw(value) == ""
