"""A server and its client in one process: bytes go in, messages come out, nothing sleeps."""

import json
import threading
from collections.abc import Callable
from typing import Any, Self

from ionia.rpc.schema import METHODS
from ionia.rpc.server import Server
from tests.fakes.engine_service import DEADLINE, FakeEngineService
from tests.fakes.wire_schema import wire_schema


class Duplex:
    """A client that writes to a server of its own and collects what the server writes.

    `strict`: what is written must be as the published document has it.
    """

    def __init__(self, *, strict: bool = True) -> None:
        self._strict = strict
        self._methods: dict[object, str] = {}  # of what was sent as a value, by id
        self._complaints: list[str] = []
        self._changed = threading.Condition()
        self.written = b""
        self.messages: list[Any] = []
        self.server = Server(self._on_write)
        self.service = FakeEngineService(listener=self.server.listener)
        self._next_id = 0
        self._closed = False

    def __enter__(self) -> Self:
        self.server.start(self.service)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End like stdin's end does."""
        if not self._closed:
            self._closed = True
            self.server.end_of_input()
            self.server.close()
            assert not self._complaints, "\n".join(self._complaints)

    def send(self, message: object) -> None:
        """Send a message without waiting."""
        for one in message if isinstance(message, list) else [message]:
            if isinstance(one, dict) and one.get("method") in METHODS and isinstance(one.get("id"), (int, str)):
                self._methods[one["id"]] = one["method"]
        self.server.receive(json.dumps(message).encode() + b"\n")

    def request(self, method: str, params: object = None) -> int:
        """Send a call without waiting; returns its id."""
        self._next_id += 1
        message = {"jsonrpc": "2.0", "id": self._next_id, "method": method}
        self.send(message if params is None else {**message, "params": params})
        return self._next_id

    def call(self, method: str, params: object = None) -> Any:
        """Call and return the result, or the error object."""
        answer = self.answer(self.request(method, params))
        return answer["error"] if "error" in answer else answer["result"]

    def answer(self, request_id: object) -> Any:
        """Wait for the answer to a call."""
        return self.wait_for(lambda m: isinstance(m, dict) and "method" not in m and m.get("id") == request_id)

    def wait_for(self, wanted: Callable[[Any], bool]) -> Any:
        """Wait for a message."""
        with self._changed:
            found = self._changed.wait_for(lambda: next(([m] for m in self.messages if wanted(m)), None), DEADLINE)
            assert found, f"no such message in {self.messages}"
            return found[0]

    def exchange(self, data: bytes) -> list[Any]:
        """Send bytes and the end of input; return every message that comes."""
        self.server.receive(data)
        self.close()
        return self.messages

    def _on_write(self, data: bytes) -> None:
        with self._changed:
            self.written += data
            messages = [json.loads(line) for line in data.split(b"\n") if line.startswith((b"{", b"["))]
            for message in messages if self._strict else []:
                asked = None if isinstance(message, list) else message.get("id")
                method = self._methods.get(asked) if isinstance(asked, (int, str)) else None
                self._complaints += wire_schema().complaints(message, method)
            self.messages += messages
            self._changed.notify_all()
