"""JSON-RPC 2.0 messages as values: parses what clients send, builds what they are answered. Pure; calls nothing."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from ionia.rpc.schema import INVALID_REQUEST, PARSE_ERROR, WireError

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
        message = msgspec.json.decode(data)
    # Nesting too deep is RecursionError; bytes that are no UTF-8 are UnicodeDecodeError, a ValueError.
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Refusal(error=PARSE_ERROR, message="Parse error: the message is not JSON in UTF-8")
    if not isinstance(message, list):
        return _item(message)
    if not message:
        return Refusal(error=INVALID_REQUEST, message="Invalid request: the batch is empty")
    if len(message) > MAX_BATCH:
        return Refusal(error=INVALID_REQUEST, message=f"Invalid request: a batch has at most {MAX_BATCH} calls")
    return Batch(items=tuple(_item(item) for item in message))


def _item(message: object) -> Call | Refusal:
    if not isinstance(message, dict):
        return _invalid("it is not an object", None)
    request_id = message.get("id", NO_ID)
    if isinstance(request_id, bool) or not (request_id is NO_ID or _is_id(request_id)):
        return _invalid("id must be text, a number or null", None)
    known = None if request_id is NO_ID else request_id
    if message.get("jsonrpc") != "2.0":
        return _invalid('it has no "jsonrpc": "2.0"', known)
    method = message.get("method")
    if not isinstance(method, str):
        return _invalid("method must be text", known)
    params = message.get("params")
    if params is not None and not isinstance(params, (list, dict)):
        return _invalid("params must be an array or an object", known)
    return Call(method=method, params=params, id=request_id)


def _is_id(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float))


def _invalid(why: str, request_id: RequestId) -> Refusal:
    return Refusal(error=INVALID_REQUEST, message=f"Invalid request: {why}", id=request_id)


def result_answer(request_id: RequestId, result: object) -> bytes:
    """The answer to a call that went well. Raises TypeError for a result that is no wire value."""
    return encode({"jsonrpc": "2.0", "result": result, "id": request_id})


def error_answer(request_id: RequestId, code: int, message: str, data: object) -> bytes:
    """The answer to a call that did not."""
    error = {"code": code, "message": message, "data": data}
    return encode({"jsonrpc": "2.0", "error": error, "id": request_id})


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
