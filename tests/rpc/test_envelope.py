"""Messages in, messages out, for any bytes."""

import json
import math
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.rpc.envelope import (
    MAX_BATCH,
    NO_ID,
    Batch,
    Call,
    Refusal,
    batch_answer,
    encode,
    error_answer,
    notification,
    parse,
    result_answer,
)
from ionia.rpc.wire_errors import INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"nope", b"NaN", b'{"a":\xff}', b'"\xff"', b'"\\ud800"', b"[" * 100_000, b"1e999", b"\xff\xfe{\0}\0"],
)
def test_what_is_no_json(data: bytes) -> None:
    parsed = parse(data)
    assert isinstance(parsed, Refusal)
    assert parsed.error is PARSE_ERROR
    assert parsed.id is None


@pytest.mark.parametrize(
    ("data", "request_id"),
    [
        (b"1", None),
        (b"null", None),
        (b"[]", None),
        (b"{}", None),
        (b'{"jsonrpc":"2.0","id":7}', 7),
        (b'{"jsonrpc":"1.0","method":"a","id":"x"}', "x"),
        (b'{"method":"a","id":1.5}', 1.5),
        (b'{"jsonrpc":"2.0","method":1,"params":"bar"}', None),
        (b'{"jsonrpc":"2.0","method":"a","params":"bar","id":1}', 1),
        (b'{"jsonrpc":"2.0","method":"a","id":true}', None),
        (b'{"jsonrpc":"2.0","method":"a","id":[1]}', None),
        (b'{"jsonrpc":"2.0","method":"a","id":1e999}', None),
        (b'{"jsonrpc":"2.0","method":"a","id":NaN}', None),
        (b"[" + b",".join([b"1"] * (MAX_BATCH + 1)) + b"]", None),
    ],
)
def test_what_is_no_request(data: bytes, request_id: object) -> None:
    parsed = parse(data)
    assert isinstance(parsed, Refusal)
    assert parsed.error is INVALID_REQUEST
    assert parsed.id == request_id


@pytest.mark.parametrize(
    ("params", "message"),
    [
        (rb'{"outputPath":"/tmp/a\ud83c.mp4"}', '"outputPath" holds half of a character'),
        (b'{"outputPath":"/tmp/\xe4.mp4"}', '"outputPath" holds half of a character, or bytes that are not UTF-8'),
        (b'["a",{"b":["\xe4"]}]', '"[1].b[0]" holds half'),
        (b'{"metadata":{"title":"\xff"}}', '"metadata.title" holds half'),
        (b'{"\xe4":1}', "has a name that holds half"),
        (b'{"fps":NaN}', '"fps" is no number that JSON has'),
        (b"[1e999]", '"[0]" is no number that JSON has'),
    ],
)
def test_a_call_that_is_almost_json_is_refused_under_its_id(params: bytes, message: str) -> None:
    parsed = parse(b'{"jsonrpc":"2.0","id":7,"method":"recorder.initialize","params":%b}' % params)
    assert isinstance(parsed, Refusal)
    assert parsed.error is INVALID_PARAMS
    assert parsed.id == 7
    assert message in parsed.message


def test_a_bad_text_costs_its_own_call_only() -> None:
    batch = parse(
        b'[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":2,"method":"b","params":{"id":"\xe4"}},'
        b'{"jsonrpc":"2.0","id":3,"method":"\xe4"},{"jsonrpc":"2.0","id":4,"method":"a","extra":"\xe4"}]'
    )
    assert isinstance(batch, Batch)
    assert [type(item) for item in batch.items] == [Call, Refusal, Refusal, Call]
    assert [item.id for item in batch.items] == [1, 2, 3, 4]


def test_an_id_with_half_a_character_comes_back_as_it_was() -> None:
    call = parse(rb'{"jsonrpc":"2.0","id":"\ud83c","method":"a"}')
    assert isinstance(call, Call)
    assert call.id == "\ud83c"
    assert result_answer(call.id, None) == rb'{"jsonrpc":"2.0","result":null,"id":"\ud83c"}'  # type: ignore[arg-type]
    assert rb'"id":"\ud83c"' in error_answer("\ud83c", 1, "half \ud800", None)


def test_calls() -> None:
    assert parse(b'{"jsonrpc":"2.0","method":"a"}') == Call(method="a", params=None, id=NO_ID)
    assert parse(b'{"jsonrpc":"2.0","method":"a","params":null,"id":null}') == Call(method="a", params=None, id=None)
    assert parse(b'{"jsonrpc":"2.0","method":"a","params":[],"id":"","x":1}') == Call(method="a", params=[], id="")


def test_a_batch_is_taken_item_by_item() -> None:
    batch = parse(b'[1,{"jsonrpc":"2.0","method":"a"},[]]')
    assert isinstance(batch, Batch)
    assert [type(item) for item in batch.items] == [Refusal, Call, Refusal]


def test_answers() -> None:
    assert result_answer(1, None) == b'{"jsonrpc":"2.0","result":null,"id":1}'
    assert error_answer(10**30, -1, "m", None) == (
        b'{"jsonrpc":"2.0","error":{"code":-1,"message":"m","data":null},"id":1' + b"0" * 30 + b"}"
    )
    assert notification("a", {}) == b'{"jsonrpc":"2.0","method":"a","params":{}}'
    assert batch_answer([b"1", b"2"]) == b"[1,2]"


def test_values_that_json_lacks() -> None:
    assert json.loads(encode([math.nan, math.inf, -math.inf])) == [None, None, None]
    assert json.loads(encode({"a": np.float64(1.5), "b": np.int64(2), "c": MappingProxyType({"d": (1,)})})) == {
        "a": 1.5,
        "b": 2,
        "c": {"d": [1]},
    }
    assert json.loads(encode({"half \ud800": ["\udfff", ("x\n", 1)]})) == {"half ?": ["?", ["x\n", 1]]}
    with pytest.raises(TypeError, match="object is no wire value"):
        encode(object())


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(data: bytes) -> None:
    assert isinstance(parse(data), (Call, Refusal, Batch))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()), st.lists))
def test_what_is_encoded_is_one_line_of_utf8_json(value: object) -> None:
    encoded = encode(value)
    assert b"\n" not in encoded
    json.loads(encoded.decode("utf-8"))
