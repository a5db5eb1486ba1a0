"""Turns the params of a call into its struct, or says which param is wrong and what is allowed.

Pure. Values are checked one by one, so that the message can name the param however deep the checker's own text is.
"""

import json
import re
import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo

from ionia.core.redaction import redact_text
from ionia.rpc.schema import Method

_SECRET_PARAMS = frozenset({"rtmpUrl", "rtmpUrls", "streamKey"})
"""Params whose value is never repeated in a message."""

_ORDINARY = re.compile(r".{0,7}|[A-Za-z-]{0,15}", re.DOTALL)
"""Wrong texts that methods which take a secret repeat, too: by position a key easily gets into another place."""

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
    takes_secrets = not _SECRET_PARAMS.isdisjoint(fields)
    values: dict[str, object] = {}
    for name, value in given.items():
        if name not in fields:
            raise InvalidParamsError(f"{method.name} has no param {_quoted(name)}; {_known(method, fields)}")
        if value is not None:
            values[fields[name].name] = check(fields[name], value, takes_secrets=takes_secrets)
    if method.name.endswith(".initialize") and redact_text(str(values.get("id"))) != str(values.get("id")):
        raise InvalidParamsError('"id" must be a name without an address in it: names of sessions are shown')
    for name, field in fields.items():
        if field.name not in values and _required(field):
            raise InvalidParamsError(f'{method.name} needs the param "{name}": {allowed(field.type)}')
    try:
        return method.params(**values)
    except ValueError as error:  # each is right by itself, and not beside the others
        raise InvalidParamsError(str(error)) from None


def allowed(annotation: Any) -> str:
    """Say what a value of this type may be, for people."""
    parts = _parts(annotation)
    if len(parts) > 1 and all(_is_struct(part) for part in parts):
        tags = ", ".join(json.dumps(_bare(part).__struct_config__.tag) for part in parts)
        return f'an object whose "{_tag_field(parts)}" is one of {tags}'
    return " or ".join(_words(part) for part in parts)


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


def check(field: FieldInfo, value: object, *, takes_secrets: bool = False) -> object:
    """A param's value as its field's type. Raises InvalidParamsError, which names the part that is wrong.

    `takes_secrets`: whether another param of the method is one.
    """
    misplaced = takes_secrets and isinstance(value, str) and not _ORDINARY.fullmatch(value)
    return _checked(field.encode_name, field.type, value, secret=misplaced or field.encode_name in _SECRET_PARAMS)


def _checked(path: str, annotation: Any, value: object, *, secret: bool) -> object:
    """`path` is where the value is: `region.x`, `tracks[1].sounds[0]`."""
    objects = [part for part in _parts(annotation) if _is_struct(part)]
    if isinstance(value, dict) and objects:
        return _checked_object(path, _chosen(path, objects, value), value, secret=secret)
    lists = [part for part in _parts(annotation) if get_origin(_bare(part)) is tuple]
    if isinstance(value, list) and lists:
        item = get_args(_bare(lists[0]))[0]
        value = [_checked(f"{path}[{index}]", item, one, secret=secret) for index, one in enumerate(value)]
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 30.0 is an integer in JSON; it becomes a float again where one is wanted
    try:
        return msgspec.convert(value, annotation)
    except msgspec.ValidationError:
        wanted = allowed(annotation)
        unsaid = secret or (isinstance(value, dict) and wanted.startswith("an object"))
        shown = "" if unsaid else f", not {_quoted(value)}"
        raise InvalidParamsError(f'"{path}" must be {wanted}{shown}') from None


def _checked_object(path: str, struct: type[Struct], value: dict[str, object], *, secret: bool) -> Struct:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    values: dict[str, object] = {}
    tag = struct.__struct_config__.tag_field
    for name, one in value.items():
        if name == tag:
            continue
        if name not in fields:
            raise InvalidParamsError(f'"{path}" has no member {_quoted(name)}; it has {", ".join(fields)}')
        if one is not None:
            values[fields[name].name] = _checked(f"{path}.{name}", fields[name].type, one, secret=secret)
    for name, field in fields.items():
        if field.name not in values and _required(field):
            raise InvalidParamsError(f'"{path}" needs the member "{name}": {allowed(field.type)}')
    try:
        return struct(**values)
    except ValueError as error:  # its members don't fit together
        raise InvalidParamsError(f'In "{path}", {error}') from None


def _chosen(path: str, structs: list[Any], value: dict[str, object]) -> type[Struct]:
    """Of several structs the one that the value's tag names."""
    kinds: dict[object, type[Struct]] = {_bare(one).__struct_config__.tag: _bare(one) for one in structs}
    if len(kinds) == 1:
        return next(iter(kinds.values()))
    name = _tag_field(structs)
    given = value.get(name)
    if not isinstance(given, str) or given not in kinds:
        shown = f", not {_quoted(given)}" if name in value else ""
        raise InvalidParamsError(f'"{path}.{name}" must be one of {", ".join(map(json.dumps, kinds))}{shown}')
    return kinds[given]


def _tag_field(structs: list[Any]) -> str:
    return str(_bare(structs[0]).__struct_config__.tag_field)


def _required(field: FieldInfo) -> bool:
    return field.default is NODEFAULT and field.default_factory is NODEFAULT


def _known(method: Method, fields: Mapping[str, FieldInfo]) -> str:
    names = [*method.positional, *(name for name in fields if name not in method.positional)]
    return f"it has {', '.join(names)}" if names else "it has none"


def _words(annotation: Any) -> str:
    """What one type allows, which is no union and not null."""
    bare = _bare(annotation)
    if _is_struct(annotation):
        return f"an object with {', '.join(field.encode_name for field in msgspec.structs.fields(bare))}"
    if get_origin(bare) is tuple:
        item = get_args(bare)[0]
        choices = ", ".join(json.dumps(choice) for choice in word_order(item))
        return f"a list of {choices or allowed(item)}"
    schema = msgspec.json.schema(annotation)
    if "enum" in schema:
        return "one of " + ", ".join(json.dumps(choice) for choice in word_order(annotation))
    kind = schema.get("type")
    if kind in {"integer", "number"}:
        article = "an integer" if kind == "integer" else "a number"
        above = schema.get("exclusiveMinimum")
        limits = f"from {schema['minimum']} to" if above is None else f"above {above} and up to"
        return f"{article} {limits} {schema['maximum']}"
    if kind == "boolean":
        return "true or false"
    return _object_words(schema) if kind == "object" else _text_words(schema)


def _parts(annotation: Any) -> list[Any]:
    """The types of a union but null; of anything else, itself."""
    bare = _bare(annotation)
    if get_origin(bare) not in {Union, types.UnionType}:
        return [annotation]
    return [part for choice in get_args(bare) if choice is not type(None) for part in _parts(choice)]


def _bare(annotation: Any) -> Any:
    return annotation.__origin__ if hasattr(annotation, "__metadata__") else annotation


def _is_struct(annotation: Any) -> bool:
    bare = _bare(annotation)
    return isinstance(bare, type) and issubclass(bare, Struct)


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


def _text_words(schema: dict[str, Any]) -> str:
    if "examples" in schema:
        return f"text such as {json.dumps(schema['examples'][0])}"
    control = " without control characters" if "pattern" in schema else ""
    return f"text of {schema.get('minLength', 0)} to {schema['maxLength']} characters{control}"


def _object_words(schema: dict[str, Any]) -> str:
    """Of an object whose members may have any name."""
    most = f" with at most {schema['maxProperties']} members" if "maxProperties" in schema else ""
    kind = schema.get("additionalProperties")
    if not isinstance(kind, dict) or kind.get("type") != "string":
        return f"an object{most}"
    names = _text_words(schema["propertyNames"])
    return f"an object{most}, each {_text_words(kind)} under a name that is {names}"
