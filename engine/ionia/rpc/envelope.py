"""JSON-RPC 2.0 messages as values: parses what clients send, builds what they are answered. Pure; calls nothing."""

import enum
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from ionia.rpc import lenient_json
from ionia.rpc.wire_errors import INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR, WireError

RequestId = str | int | float | None

MAX_BATCH = 1000
"""Calls in one batch; more would make answers that no client can hold."""


class _NoId(enum.Enum):
    NO_ID = "no id"


NO_ID = _NoId.NO_ID
"""Stands for the missing id of a notification; null is an id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A well-formed request, or notification if `id` is NO_ID. `params` is as received, or None."""

    method: str
    params: object
    id: RequestId | _NoId


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Something that can't be called; `id` is null where none could be made out."""

    error: WireError
    message: str
    id: RequestId = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Several at once; answered by one array."""

    items: tuple[Call | Refusal, ...]


def parse(data: bytes) -> Call | Refusal | Batch:
    """Read one message. Never raises. Members that JSON-RPC doesn't know are ignored."""
    try:
        return _parsed(msgspec.json.decode(data), flaw=lambda _: "")
    except (ValueError, RecursionError):
        pass  # bytes that are no UTF-8 are UnicodeDecodeError, a ValueError as well
    try:
        # What is almost JSON is decoded as well, for the sake of its ids.
        message = lenient_json.decode(data)
        if isinstance(message, (dict, list)):
            return _parsed(message, flaw=lenient_json.flaw)
    except (ValueError, RecursionError):
        pass
    return Refusal(error=PARSE_ERROR, message="Parse error: the message is not JSON in UTF-8")


def _parsed(message: object, flaw: Callable[[object], str]) -> Call | Refusal | Batch:
    """`flaw` says what in a call's method and params is no JSON value. Raises RecursionError."""
    if not isinstance(message, list):
        return _item(message, flaw)
    if not message:
        return Refusal(error=INVALID_REQUEST, message="Invalid request: the batch is empty")
    if len(message) > MAX_BATCH:
        return Refusal(error=INVALID_REQUEST, message=f"Invalid request: a batch has at most {MAX_BATCH} calls")
    return Batch(items=tuple(_item(item, flaw) for item in message))


def _item(message: object, flaw: Callable[[object], str]) -> Call | Refusal:
    if not isinstance(message, dict):
        return _invalid("it is not an object", None)
    request_id = message.get("id", NO_ID)
    if isinstance(request_id, bool) or not (request_id is NO_ID or _is_id(request_id)):
        return _invalid("id must be text, a number or null", None)
    known = None if request_id is NO_ID else request_id
    if problem := _problem(message, flaw):
        return _invalid(problem, known)
    params = message.get("params")
    if found := flaw(params):
        return Refusal(error=INVALID_PARAMS, message=f"params: {found}", id=known)
    return Call(method=message["method"], params=params, id=request_id)


def _problem(message: Mapping[str, object], flaw: Callable[[object], str]) -> str:
    """Why it is no call, or an empty string."""
    if message.get("jsonrpc") != "2.0":
        return 'it has no "jsonrpc": "2.0"'
    method, params = message.get("method"), message.get("params")
    if not isinstance(method, str):
        return "method must be text"
    if found := flaw(method):
        return f"method {found}"
    return "" if params is None or isinstance(params, (list, dict)) else "params must be an array or an object"


def _is_id(value: object) -> bool:
    return value is None or isinstance(value, (str, int)) or (isinstance(value, float) and math.isfinite(value))


def _invalid(why: str, request_id: RequestId) -> Refusal:
    return Refusal(error=INVALID_REQUEST, message=f"Invalid request: {why}", id=request_id)


def result_answer(request_id: RequestId, result: object) -> bytes:
    """The answer to a call that went well. Raises TypeError for a result that is no wire value."""
    return _answer(b"result", encode(result), request_id)


def error_answer(request_id: RequestId, code: int, message: str, data: object) -> bytes:
    """The answer to a call that did not."""
    return _answer(b"error", encode({"code": code, "message": message, "data": data}), request_id)


def _answer(name: bytes, body: bytes, request_id: RequestId) -> bytes:
    """An id that holds half of a character goes back as it came, or its caller would wait for ever."""
    exact = isinstance(request_id, str) and not lenient_json.is_text(request_id)
    known = json.dumps(request_id).encode() if exact else encode(request_id)
    return b'{"jsonrpc":"2.0","%b":%b,"id":%b}' % (name, body, known)


def notification(method: str, params: object) -> bytes:
    """A message that wants no answer."""
    return encode({"jsonrpc": "2.0", "method": method, "params": params})


def batch_answer(answers: list[bytes]) -> bytes:
    """One array of answers that are encoded already."""
    return b"[" + b",".join(answers) + b"]"


def encode(message: object) -> bytes:
    """Return one line of JSON without its end. NaN and infinities become null.

    Text from the system may hold halves of surrogate pairs (file names, window titles), which UTF-8 can't: those
    become question marks.
    """
    try:
        return msgspec.json.encode(message, enc_hook=_plain)
    except UnicodeEncodeError:
        return msgspec.json.encode(_without_surrogates(msgspec.to_builtins(message, enc_hook=_plain)))


def _plain(value: object) -> object:
    """Numbers of numpy and mappings of any kind, which msgspec does not know."""
    if isinstance(value, Mapping):
        return dict(value)
    item = getattr(value, "item", None)
    if callable(item):
        return item()
    raise TypeError(f"{type(value).__name__} is no wire value")


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, (list, tuple)):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value
