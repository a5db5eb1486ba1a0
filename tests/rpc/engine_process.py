"""An engine as a process, driven over its pipes."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.fakes.engine_service import DEADLINE
from tests.fakes.wire_schema import wire_schema

ROOT = Path(__file__).resolve().parents[2]


class EngineProcess:
    """The fake engine as a process, driven over its pipes."""

    def __init__(self, command: list[str], **options: Any) -> None:
        options.setdefault("env", {**os.environ, "PYTHONPATH": f"{ROOT}/engine"})
        self.process = subprocess.Popen(
            _with_hang_up(command),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            **options,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self._next_id = 0
        self._methods: dict[object, str] = {}

    def send(self, method: str, params: object = None, **more: object) -> int:
        self._next_id += 1
        message = {"jsonrpc": "2.0", "id": self._next_id, "method": method, "params": params, **more}
        self._methods[self._next_id] = method
        self.stdin.write(json.dumps(message).encode() + b"\n")
        self.stdin.flush()
        return self._next_id

    def read(self) -> Any:
        line = self.stdout.readline()
        assert line, f"stdout ended; stderr: {self.process.stderr.read()!r}"  # type: ignore[union-attr]
        assert not line.endswith(b"\r\n")
        message = json.loads(line)
        assert wire_schema().complaints(message, self._methods.get(message.get("id"))) == []
        return message

    def answer(self, request_id: int) -> Any:
        while True:
            message = self.read()
            if message.get("id") == request_id:
                return message

    def call(self, method: str, params: object = None) -> Any:
        return self.answer(self.send(method, params))["result"]

    def end(self) -> tuple[int, bytes, bytes]:
        """Wait for the end; returns the exit code and what is left of stdout and stderr."""
        out, err = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, checked(out, self._methods), err

    def rest(self) -> bytes:
        """What is left of stdout, up to its end."""
        return checked(self.stdout.read(), self._methods)

    def kill(self) -> None:
        """End it if it still runs, and close its pipes."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


def _with_hang_up(command: list[str]) -> list[str]:
    """The tests may run under `nohup`, which children inherit."""
    return ["env", "--default-signal=HUP", *command] if sys.platform == "linux" else command


def checked(out: bytes, methods: Mapping[object, str]) -> bytes:
    """What an engine wrote, line by line, as the published document has it. `methods`: what was asked, by its id."""
    for line in out.splitlines():
        said = json.loads(line)
        for message in said if isinstance(said, list) else [said]:
            assert wire_schema().complaints(message, methods.get(message.get("id"))) == []
    return out


def results(out: bytes, methods: Mapping[object, str]) -> list[Any]:
    """The answers in what an engine wrote, checked."""
    return [message for message in map(json.loads, checked(out, methods).splitlines()) if "id" in message]
