"""The OpenRPC document (1.3.2), made from `ionia.rpc.schema`. Pure.

Beyond the specification, under `x-` names as it allows: `x-named-only` on options that can't be given by position,
`x-notifications` with the payload of each notification, `x-errors` with every error kind and code,
`x-warnings` with every warning's code and the schema of its `data`, `x-live-kinds` with every reason of a connection
that failed, `x-preview` with how a reader of a preview and the engine speak, `x-services` with what known services
take at most, `x-alias-of`.
"""

import inspect
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec.structs import FieldInfo

from ionia.core.errors import ErrorKind
from ionia.core.failure import LiveKind
from ionia.core.live.service_limits import SERVICES
from ionia.core.preview import wire
from ionia.core.warning import WarningCode
from ionia.rpc import results as r
from ionia.rpc.schema import METHODS, NOTIFICATIONS, Method, Notification
from ionia.rpc.validation import word_order
from ionia.rpc.wire_errors import ERROR_WHEN, INVALID_PARAMS, WIRE_ERRORS

_REF = "#/components/schemas/{name}"


@cache
def document() -> dict[str, Any]:
    """Return the whole document, as JSON values. The same object each time: don't change it."""
    described = [method_entry(method) for method in METHODS.values()]
    types = [payload for notification in NOTIFICATIONS.values() for payload in notification.payloads]
    untagged = [r.ErrorData, *r.WARNING_FACTS, *r.FILTER_FACTS]
    schemas, components = msgspec.json.schema_components([*types, *untagged], ref_template=_REF)
    payloads = iter(schemas)
    notifications = [
        _notification(notification, [next(payloads) for _ in notification.payloads])
        for notification in NOTIFICATIONS.values()
    ]
    for _, more in described:
        components |= more
    return {
        "openrpc": "1.3.2",
        "info": {
            "title": r.ENGINE_NAME,
            "version": f"{r.PROTOCOL_VERSION}.0.0",
            "description": (
                "JSON-RPC 2.0 on stdin and stdout, one message per line or with Content-Length headers. When stdin "
                "ends, every session is stopped, every file finished, and the engine goes. On Windows it is to be "
                "started so that it may: outside a job that ends it with its parent (Node: `detached: true`)."
            ),
            "license": {"name": "GPL-2.0-or-later"},
        },
        "methods": [entry for entry, _ in described],
        "components": {"schemas": dict(sorted(components.items()))},
        "x-notifications": notifications,
        "x-errors": _errors(),
        "x-warnings": [
            {"code": code.value, "when": code.meaning, "data": {"$ref": _REF.format(name=code.facts.__name__)}}
            for code in WarningCode
        ],
        "x-preview": inspect.cleandoc(wire.__doc__ or ""),
        "x-live-kinds": [{"kind": kind.value, "when": kind.meaning} for kind in LiveKind],
        "x-services": [
            {
                "name": one.name,
                "domain": one.domain,
                "kbps": one.kbps,
                "kbpsByHeight": [list(row) for row in one.kbps_by_height],
                "size": None if one.size is None else list(one.size),
                "fps": one.fps,
            }
            for one in SERVICES
        ],
    }


def method_entry(method: Method) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a method as the document has it, and the schemas of the objects that it refers to."""
    fields = msgspec.structs.fields(method.params)
    types = [field.type for field in fields] + ([] if method.result is None else [method.result])
    schemas, components = msgspec.json.schema_components(types, ref_template=_REF)
    result = {"type": "null"} if method.result is None else schemas[-1]
    entry: dict[str, Any] = {
        "name": method.name,
        "summary": method.summary,
        "paramStructure": "either",
        "params": _params(method, list(zip(fields, schemas, strict=False))),
        "result": {"name": "result", "schema": result},
        "errors": [
            {"code": INVALID_PARAMS.code, "message": INVALID_PARAMS.when, "data": {"kind": INVALID_PARAMS.kind}},
            *({"code": kind.code, "message": ERROR_WHEN[kind], "data": {"kind": kind.kind}} for kind in method.errors),
        ],
    }
    if method.alias_of:
        entry["x-alias-of"] = method.alias_of
    return entry, components


def _params(method: Method, schemas: Sequence[tuple[FieldInfo, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Positional params in their order, then the options."""
    fields = {field.encode_name: (field, schema) for field, schema in schemas}
    options = [name for name in fields if name not in method.positional]
    entries = []
    for name in [*method.positional, *options]:
        field, schema = fields[name]
        description = schema.pop("description", "") or next(
            (choice.pop("description") for choice in schema.get("anyOf", []) if "description" in choice), ""
        )
        for part in [schema, *schema.get("anyOf", [])]:
            if "enum" in part:
                part["enum"] = word_order(field.type)
        if field.default is not msgspec.NODEFAULT:
            schema["default"] = field.default
        elif field.default_factory is not msgspec.NODEFAULT:
            schema["default"] = field.default_factory()
        entry = {"name": name, "description": description, "required": "default" not in schema, "schema": schema}
        if name in options:
            entry["x-named-only"] = True
        entries.append(entry)
    return entries


def _notification(notification: Notification, payloads: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": notification.name,
        "summary": notification.summary,
        "subscribed": notification.subscribed,
        "params": payloads[0] if len(payloads) == 1 else {"oneOf": payloads},
    }


def _errors() -> list[dict[str, Any]]:
    standard = [{"kind": error.kind, "code": error.code, "when": error.when} for error in WIRE_ERRORS]
    return [*standard, *({"kind": kind.kind, "code": kind.code, "when": ERROR_WHEN[kind]} for kind in ErrorKind)]
