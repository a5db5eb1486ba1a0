"""Write the TypeScript types of the wire from the engine's OpenRPC document, so that the two can't drift.

And those of the drop-in addon, which is copied without the rest and so has a file of its own.

`python3 build/generate_types.py` writes, `--check` only compares and exits 1 on a difference. Plain Python, because
the check must run where no Node is. It knows the part of JSON Schema that the document uses and fails on the rest:
a type that silently became `unknown` would be worse than none.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "engine" / "docs" / "openrpc.json"
TARGET = ROOT / "electron-shell" / "src" / "common" / "rpc.generated.ts"
ADDON_TARGET = ROOT / "electron-shell" / "addon" / "engine-types.d.ts"

Schema = Mapping[str, Any]

ADDON_EVENTS = ("session.state", "session.warning", "recorder.fileChanged")
"""What the drop-in passes on to its callers."""

HEADER = """\
// Generated from engine/docs/openrpc.json by build/generate_types.py. Change the engine's schema, not this file.
"""
SERVICE_LIMITS = """
/** What a service takes at most, by the end of its servers' names; null: not known. */
export interface ServiceLimits {
  readonly name: string;
  readonly domain: string;
  /** Of pictures. */
  readonly kbps: number;
  /** Rows of height, frames per second and kbit/s: what is allowed up to both. */
  readonly kbpsByHeight: readonly (readonly [height: number, fps: number, kbps: number])[];
  readonly size: readonly [long: number, short: number] | null;
  readonly fps: number | null;
}

/** See x-services. */
export const SERVICE_LIMITS: readonly ServiceLimits[] = [
"""
PRIMITIVES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def _key(name: str) -> str:
    return name if IDENTIFIER.fullmatch(name) else json.dumps(name)


def _comment(text: str | None, indent: str) -> str:
    if not text:
        return ""
    return f"{indent}/** {' '.join(text.replace('*/', '* /').split())} */\n"


def _union(parts: Sequence[str]) -> str:
    return " | ".join(dict.fromkeys(parts))


def _object(schema: Schema, indent: str) -> str:
    inner = indent + "  "
    required = set(schema.get("required", ()))
    lines = []
    for name, value in schema.get("properties", {}).items():
        optional = "" if name in required else "?"
        comment = _comment(value.get("description") if isinstance(value, Mapping) else None, inner)
        lines.append(f"{comment}{inner}{_key(name)}{optional}: {to_type(value, inner)};\n")
    extra = schema.get("additionalProperties")
    if not lines:
        return f"Record<string, {to_type(extra, indent)}>" if isinstance(extra, Mapping) else "Record<string, unknown>"
    if isinstance(extra, Mapping):
        lines.append(f"{inner}[extra: string]: unknown;\n")
    return "{\n" + "".join(lines) + indent + "}"


def to_type(schema: Schema | bool, indent: str = "") -> str:  # noqa: PLR0911 - one answer per keyword
    """The TypeScript type of a JSON schema. Raises ValueError on a keyword it does not know how to translate."""
    if isinstance(schema, bool) or not set(schema) - {"description", "title", "default", "examples"}:
        return "unknown"
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return _union([json.dumps(value) for value in schema["enum"]])
    for keyword in ("anyOf", "oneOf"):
        if keyword in schema:
            return _union([to_type(part, indent) for part in schema[keyword]])
    kind = schema.get("type")
    if isinstance(kind, list):
        return _union([to_type({**schema, "type": one}, indent) for one in kind])
    if kind in PRIMITIVES:
        return PRIMITIVES[kind]
    if kind == "array":
        item = to_type(schema.get("items", True), indent)
        return f"Array<{item}>"
    if kind == "object":
        return _object(schema, indent)
    raise ValueError(f"no TypeScript for {json.dumps(schema)[:200]}")


def _params(descriptors: Sequence[Mapping[str, Any]] | Schema, indent: str) -> str:
    """The type of the by-name params object, told as OpenRPC's descriptors or as one schema."""
    if isinstance(descriptors, Mapping):
        return to_type(descriptors, indent)
    if not descriptors:
        return "Record<string, never>"
    return _object(
        {
            "properties": {
                one["name"]: {**one["schema"], **({"description": one["description"]} if "description" in one else {})}
                for one in descriptors
            },
            "required": [one["name"] for one in descriptors if one.get("required")],
        },
        indent,
    )


def generate(document: Mapping[str, Any]) -> str:
    """The whole file for an OpenRPC document with `x-notifications` beside `methods`."""
    parts = [HEADER]
    for name, schema in sorted(document.get("components", {}).get("schemas", {}).items()):
        parts.append(f"\n{_comment(schema.get('description'), '')}export type {name} = {to_type(schema)};\n")
    kinds = to_type({"enum": [error["kind"] for error in document.get("x-errors", ())]})
    parts.append(f"\n/** Stable name of an error, see x-errors. */\nexport type ErrorKind = {kinds};\n")
    parts.append("\n/** Every method: its params by name and its result. */\nexport interface EngineMethods {\n")
    for method in document["methods"]:
        summary = _comment(method.get("summary") or method.get("description"), "  ")
        params = _params(method.get("params", ()), "    ")
        result = to_type(method["result"]["schema"], "    ")
        name = json.dumps(method["name"])
        parts.append(f"{summary}  {name}: {{\n    params: {params};\n    result: {result};\n  }};\n")
    parts.append("}\n\n/** Every notification and its params. */\nexport interface EngineNotifications {\n")
    for notification in document["x-notifications"]:
        summary = _comment(notification.get("summary") or notification.get("description"), "  ")
        parts.append(f"{summary}  {json.dumps(notification['name'])}: {_params(notification['params'], '  ')};\n")
    parts.append("}\n")
    if "x-services" in document:
        parts.append(SERVICE_LIMITS)
        parts += [f"  {json.dumps(one)},\n" for one in document["x-services"]]
        parts.append("];\n")
    return "".join(parts)


def generate_addon(document: Mapping[str, Any]) -> str:
    """The drop-in's file: of each kind of session the options that are given by name, its statistics and answers."""
    methods = {method["name"]: method for method in document["methods"]}
    components = document["components"]["schemas"]
    parts = [HEADER]
    used: list[Schema] = []
    for name, method in sorted(methods.items()):
        kind, _, verb = name.partition(".")
        if verb != "initialize":
            continue
        named = [param for param in method["params"] if param.get("x-named-only")]
        modes = next(param["schema"] for param in method["params"] if param["name"] == "audioMode")
        figures = methods[f"{kind}.getStats"]["result"]["schema"]["$ref"].rsplit("/", 1)[-1]
        if len(parts) == 1:
            parts.append(f"\nexport type AudioMode = {to_type({'enum': modes['enum']})};\n")
        parts.append(f"\n/** What {name} takes beside its positional params. */\n")
        parts.append(f"export interface {kind.capitalize()}Options {_params(named, '')}\n")
        parts.append(f"\n{_comment(components[figures].get('description'), '')}")
        parts.append(f"export interface {figures} {to_type(components[figures])}\n")
        used += [*named, components[figures]]
        answers = [one["result"]["schema"] for name, one in methods.items() if name.startswith(f"{kind}.")]
        used += [answer for answer in answers if not str(answer.get("$ref", "")).endswith(f"/{figures}")]
    used += [one["params"] for one in document["x-notifications"] if one["name"] in ADDON_EVENTS]
    for name in sorted(_references(used, components)):
        parts.append(f"\n{_comment(components[name].get('description'), '')}")
        parts.append(f"export type {name} = {to_type(components[name])};\n")
    return "".join(parts)


def _references(schema: Any, components: Mapping[str, Schema]) -> set[str]:
    """The names of all schemas that are referred to, by this one or by those."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            name = str(part.get("$ref", "")).rsplit("/", 1)[-1]
            if name in components and name not in found:
                found.add(name)
                waiting.append(components[name])
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--document", type=Path, default=DOCUMENT)
    options = parser.parse_args(arguments)
    document = json.loads(options.document.read_text("utf-8"))
    differ = False
    for target, text in ((TARGET, generate(document)), (ADDON_TARGET, generate_addon(document))):
        if not options.check:
            target.write_text(text, "utf-8", newline="\n")
        elif not target.exists() or target.read_text("utf-8") != text:
            print(f"{target.relative_to(ROOT)} differs from the document: run python3 build/generate_types.py")
            differ = True
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
