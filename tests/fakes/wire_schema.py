"""What an engine says, held against the document that it publishes: no field too many, none missing, no unknown code.

The document is open, so that the engine may grow; here every object is closed, so that it can't grow unnoticed.
"""

import functools
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DOCUMENT = Path(__file__).resolve().parents[2] / "engine/docs/openrpc.json"

Json = Any


class WireSchema:
    """The committed document. Any thread."""

    def __init__(self) -> None:
        document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
        self._components = {"schemas": _closed(document["components"]["schemas"])}
        self._results = {method["name"]: _closed(method["result"]["schema"]) for method in document["methods"]}
        self._notifications = {one["name"]: _closed(one["params"]) for one in document["x-notifications"]}
        self._errors = {(error["code"], error["kind"]) for error in document["x-errors"]}
        self._facts = {warning["code"]: warning["data"] for warning in document["x-warnings"]}
        self._validators: dict[str, Draft202012Validator] = {}

    def complaints(self, message: Json, method: str | None = None) -> list[str]:
        """What is wrong with a message of the engine; `method` is what an answer answers, None if that isn't known."""
        if isinstance(message, list):
            return [complaint for one in message for complaint in self.complaints(one)]
        if message.get("jsonrpc") != "2.0":
            return [f'no "jsonrpc": "2.0" in {message}']
        if "method" in message:
            return self._of_notification(message)
        if set(message) == {"jsonrpc", "id", "error"}:
            return self._of_error(message["error"])
        if set(message) != {"jsonrpc", "id", "result"}:
            return [f"no answer: {message}"]
        return [] if method is None else self._check(f"result of {method}", self._results[method], message["result"])

    def _of_notification(self, message: Json) -> list[str]:
        name, params = message["method"], message.get("params")
        if set(message) != {"jsonrpc", "method", "params"} or name not in self._notifications:
            return [f"no notification: {message}"]
        complaints = self._check(name, self._notifications[name], params)
        if complaints:
            return complaints
        if name == "session.warning":
            return self._check(f"data of {params['code']}", self._facts[params["code"]], params["data"])
        if name == "session.error" and (params["code"], params["data"]["kind"]) not in self._errors:
            return [f"no error of the table: {params}"]
        return []

    def _of_error(self, error: Json) -> list[str]:
        if set(error) != {"code", "message", "data"} or not isinstance(error["message"], str):
            return [f"no error: {error}"]
        complaints = self._check("data of an error", {"$ref": "#/components/schemas/ErrorData"}, error["data"])
        if complaints:
            return complaints
        known = (error["code"], error["data"]["kind"]) in self._errors
        return [] if known else [f"no error of the table: {error}"]

    def _check(self, what: str, schema: Json, value: Json) -> list[str]:
        if what not in self._validators:
            self._validators[what] = Draft202012Validator({**schema, "components": self._components})
        return [
            f"{what}: {'.'.join(map(str, error.absolute_path)) or 'it'}: {error.message}"
            for error in self._validators[what].iter_errors(value)
        ]


@functools.cache
def wire_schema() -> WireSchema:
    """The one of this process."""
    return WireSchema()


def _closed(schema: Json) -> Json:
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(part) for key, part in schema.items()}
    if isinstance(closed.get("properties"), dict) and "type" in closed:
        closed.setdefault("additionalProperties", False)
    return closed
