"""The engine's facts as they go over the wire: structs made from the dataclasses of `core`, and filled from them.

The one place that knows how the two differ: names are camelCase, `session_id` is `id` and `session_kind` is `kind`,
and every text is searched for secrets. What a field means is written at the field (see `core.facts`) and becomes its
description in the published schema.
"""

import dataclasses
import types
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from ionia.core.facts import Mark
from ionia.core.redaction import redact_text

Redact = Callable[[str], str]

_NAMES = {"session_id": "id", "session_kind": "kind"}
"""Names that are others on the wire, where a message is about one session."""

_REF = "#/components/schemas/{name}"

_types: dict[type, type[Struct]] = {}


def wire_type(facts: type, name: str = "") -> type[Struct]:
    """The struct of a dataclass of facts; called `name` on the wire, or as the dataclass is. All fields are required.

    Made once: whoever gives it a name does so before it is used within another.
    """
    if facts not in _types:
        _types[facts] = msgspec.defstruct(
            name or facts.__name__,
            _fields(facts),
            frozen=True,
            kw_only=True,
            rename="camel",
            namespace={"__doc__": facts.__doc__},
        )
    return _types[facts]


def to_wire(facts: object, redact: Redact = redact_text, *, texts: Redact = redact_text) -> Any:
    """A value of facts as its struct. `redact` takes secrets out of sentences, `texts` out of every other text."""
    return _Writer(redact, texts).converted(facts)


@cache
def _hints(facts: type) -> Mapping[str, Any]:
    return get_type_hints(facts, include_extras=True)


@cache
def _notes(facts: type) -> Mapping[str, tuple[object, ...]]:
    """The notes of each field, in the order of the fields."""
    hints = _hints(facts)
    return {field.name: getattr(hints[field.name], "__metadata__", ()) for field in dataclasses.fields(facts)}


def _fields(facts: type) -> list[tuple[Any, ...]]:
    fields: list[tuple[Any, ...]] = []
    for name, notes in _notes(facts).items():
        bare = _bare(_hints(facts)[name])
        if Mark.FLAT in notes:
            fields += _fields(bare)
            continue
        described = [note for note in notes if isinstance(note, str)]
        wired = _wired(bare)
        if Mark.OMITTED_IF_NONE in notes:
            wired = Union[tuple(part for part in get_args(wired) if part is not type(None))]  # noqa: UP007 - made here
        if described:
            wired = Annotated[wired, Meta(description=" ".join(described))]
        if Mark.OMITTED_IF_NONE in notes:
            fields.append((_NAMES.get(name, name), wired | UnsetType, UNSET))
        else:
            fields.append((_NAMES.get(name, name), wired))
    return fields


def _bare(annotation: Any) -> Any:
    return annotation.__origin__ if hasattr(annotation, "__metadata__") else annotation


def _wired(annotation: Any) -> Any:
    """The type of a field on the wire."""
    annotation = _bare(annotation)
    if dataclasses.is_dataclass(annotation):
        return wire_type(annotation)  # type: ignore[arg-type]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        if sum(dataclasses.is_dataclass(part) for part in parts) > 1:
            return _one_of(parts)
        return Union[tuple(_wired(part) for part in parts)]  # noqa: UP007 - made here
    if origin is tuple:
        return tuple[_wired(parts[0]), ...]  # type: ignore[misc]
    return annotation


def _one_of(facts: tuple[type, ...]) -> Any:
    """Several structs without a tag; another field says which one it is. msgspec knows no such union."""
    choices = [{"$ref": _REF.format(name=wire_type(one).__name__)} for one in facts]
    return Annotated[Any, Meta(extra_json_schema={"anyOf": choices})]


class _Writer:
    """Converts values; see `to_wire`."""

    def __init__(self, sentences: Redact, texts: Redact) -> None:
        self._sentences = sentences
        self._texts = texts

    def converted(self, value: object, *, sentence: bool = False) -> Any:
        """A value of any kind that facts consist of."""
        if isinstance(value, Enum):
            return value
        if isinstance(value, str):
            return self._sentences(value) if sentence else self._texts(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            kind: Any = type(value)
            return wire_type(kind)(**self._fields(value))
        if isinstance(value, tuple):
            return tuple(self.converted(item, sentence=sentence) for item in value)
        if isinstance(value, Mapping):
            return {key: self.converted(item, sentence=sentence) for key, item in value.items()}
        return value

    def _fields(self, facts: object) -> dict[str, Any]:
        values: dict[str, Any] = {}
        kind: Any = type(facts)
        for name, notes in _notes(kind).items():
            value = getattr(facts, name)
            if Mark.FLAT in notes:
                values |= self._fields(value)
            elif value is not None or Mark.OMITTED_IF_NONE not in notes:
                values[_NAMES.get(name, name)] = self.converted(value, sentence=Mark.SENTENCE in notes)
        return values
