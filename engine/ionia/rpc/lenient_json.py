"""Reads what is almost JSON, so that a call whose id is legible gets an answer and its batch isn't lost. Pure.

What callers really send: half of an emoji that was cut by length, a path in Latin-1, NaN from Python's `json`. None of
it is taken for a value; `flaw` says where it is and what is wrong.
"""

import json
import math

_SHOWN = 60


def decode(data: bytes) -> object:
    """Read it. Bytes that are no UTF-8 become lone surrogates, too. Raises ValueError or RecursionError."""
    value: object = json.loads(data.decode("utf-8", "surrogateescape"))
    return value


def flaw(value: object, name: str = "") -> str:
    """Where in `value`, named `name`, something is no JSON value, and what is wrong; an empty string if nothing is."""
    place = f'"{name}" ' if name else ""
    if isinstance(value, str) and not is_text(value):
        return f"{place}holds half of a character, or bytes that are not UTF-8"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{place}is no number that JSON has"
    if isinstance(value, list):
        return next((found for index, item in enumerate(value) if (found := flaw(item, f"{name}[{index}]"))), "")
    if not isinstance(value, dict):
        return ""
    if not all(is_text(key) for key in value):
        return f"{place}has a name that holds half of a character, or bytes that are not UTF-8"
    below = f"{name}." if name else ""
    return next((found for key, item in value.items() if (found := flaw(item, below + key[:_SHOWN]))), "")


def is_text(value: str) -> bool:
    """Whether it can be written in UTF-8."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
