"""Turns the params of a call into its struct, or says which param is wrong and what is allowed.

Pure. Values are checked one by one, so that the message can name the param however deep the checker's own text is.
"""

import json
import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo

from ionia.rpc.schema import Method

_SECRET_PARAMS = frozenset({"rtmpUrl"})
"""Params whose value is never repeated in a message."""

_SHOWN = 40
"""Characters of a wrong value that a message repeats."""


class InvalidParamsError(Exception):
    """The params don't fit the method. The text is one line for people and names the param."""


def bind(method: Method, params: object) -> Struct:
    """Return the method's params struct. `params` is the member as received: None, an array or an object.

    A null counts as left out: that is what `undefined` becomes in a JSON array. Raises InvalidParamsError.
    """
    given = _by_name(method, params)
    fields = {field.encode_name: field for field in msgspec.structs.fields(method.params)}
    values: dict[str, object] = {}
    for name, value in given.items():
        if name not in fields:
            raise InvalidParamsError(f"{method.name} has no param {_quoted(name)}; {_known(method, fields)}")
        if value is not None:
            values[fields[name].name] = _checked(fields[name], value)
    for name, field in fields.items():
        if field.name not in values and _required(field):
            raise InvalidParamsError(f'{method.name} needs the param "{name}": {allowed(field)}')
    return method.params(**values)


def allowed(field: FieldInfo) -> str:
    """Say what a param may be, for people."""
    schema = _flat(msgspec.json.schema(field.type))
    if "enum" in schema:
        return "one of " + ", ".join(json.dumps(choice) for choice in word_order(field.type))
    kind = schema.get("type")
    if kind in {"integer", "number"}:
        article = "an integer" if kind == "integer" else "a number"
        return f"{article} from {schema['minimum']} to {schema['maximum']}"
    if kind == "boolean":
        return "true or false"
    if kind == "array":
        return "a list of " + ", ".join(json.dumps(choice) for choice in schema["items"]["enum"])
    control = " without control characters" if "pattern" in schema else ""
    return f"text of {schema['minLength']} to {schema['maxLength']} characters{control}"


def _by_name(method: Method, params: object) -> Mapping[str, object]:
    if params is None:
        return {}
    if isinstance(params, dict):
        return params
    if not isinstance(params, list):
        raise InvalidParamsError("params must be an array or an object")
    if len(params) > len(method.positional):
        most = len(method.positional)
        order = ", ".join(method.positional)
        takes = f"at most {most} positional params ({order})" if most else "no params"
        raise InvalidParamsError(f"{method.name} takes {takes}, not {len(params)}; options are given by name")
    return dict(zip(method.positional, params, strict=False))


def _checked(field: FieldInfo, value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 30.0 is an integer in JSON; it becomes a float again where one is wanted
    try:
        return msgspec.convert(value, field.type)
    except msgspec.ValidationError:
        shown = "" if field.encode_name in _SECRET_PARAMS else f", not {_quoted(value)}"
        raise InvalidParamsError(f'"{field.encode_name}" must be {allowed(field)}{shown}') from None


def _required(field: FieldInfo) -> bool:
    return field.default is NODEFAULT and field.default_factory is NODEFAULT


def _known(method: Method, fields: Mapping[str, FieldInfo]) -> str:
    names = [*method.positional, *(name for name in fields if name not in method.positional)]
    return f"it has {', '.join(names)}" if names else "it has none"


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of the value itself, where null is allowed too."""
    choices = schema.get("anyOf", [schema])
    return next(choice for choice in choices if choice.get("type") != "null")


def word_order(annotation: Any) -> list[str]:
    """The words of a Literal, in the order written."""
    if get_origin(annotation) in {Union, types.UnionType}:
        return [word for part in get_args(annotation) for word in word_order(part)]
    if hasattr(annotation, "__metadata__"):
        return word_order(annotation.__origin__)
    return [word for word in get_args(annotation) if isinstance(word, str)]


def _quoted(value: object) -> str:
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "an array"
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
