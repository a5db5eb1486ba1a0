"""The real engine as a subprocess, spoken to as a client does: JSON-RPC lines over pipes."""

import itertools
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import IO, Any

from tests.fakes.wire_schema import wire_schema

WAIT_SECONDS = 60.0
"""A deadline for answers that come within milliseconds, on a machine that does other things too."""

Message = dict[str, Any]


class RpcError(Exception):
    """The engine answered with an error object."""

    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.kind: str = (error.get("data") or {}).get("kind", "")


class EngineProcess:
    """A context manager. Answers and notifications are kept; nothing is lost while nobody waits.

    Whatever the engine says must be as its published document has it; what is not fails the test that made it say so.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        command: Sequence[str] = (sys.executable, "-m", "ionia"),
        cwd: str | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
            cwd=cwd,
        )
        self._ids = itertools.count(1)
        self._condition = threading.Condition()
        self._answers: dict[int, Message] = {}
        self._notifications: list[Message] = []
        self._stderr: list[str] = []
        self._methods: dict[int, str] = {}  # of requests that were not answered yet
        self._complaints: list[str] = []
        self._ended = False
        self._over, self._over_sender = os.pipe()
        self._threads = [threading.Thread(target=self._read_stdout), threading.Thread(target=self._read_stderr)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> "EngineProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.stdin.close()  # type: ignore[union-attr]
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        # Not the ends of the pipes: what the engine started (under Wine, explorer.exe) may hold them for ever.
        os.close(self._over_sender)
        for thread in self._threads:
            thread.join()
        os.close(self._over)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        if error is None:
            self._check()

    @property
    def stderr(self) -> str:
        """Everything logged so far."""
        with self._condition:
            return "".join(self._stderr)

    @property
    def notifications(self) -> list[Message]:
        """Everything announced so far."""
        with self._condition:
            return list(self._notifications)

    def send(self, method: str, params: Any = None) -> int:
        """Send a request without waiting; its id."""
        number = next(self._ids)
        message = {"jsonrpc": "2.0", "id": number, "method": method}
        with self._condition:
            self._methods[number] = method
        if params is not None:
            message["params"] = params
        self.write(json.dumps(message).encode() + b"\n")
        return number

    def write(self, data: bytes) -> None:
        """Raw bytes into its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def answer(self, number: int) -> Any:
        """Wait for the result of request `number`. Raises RpcError."""
        with self._condition:
            self._condition.wait_for(lambda: number in self._answers or self._ended, WAIT_SECONDS)
            assert number in self._answers, f"no answer; stderr: {''.join(self._stderr)}"
            message = self._answers.pop(number)
            self._check()
        if "error" in message:
            raise RpcError(message["error"])
        return message["result"]

    def call(self, method: str, params: Any = None) -> Any:
        """Send a request and wait for its result. Raises RpcError."""
        return self.answer(self.send(method, params))

    def wait_for(self, method: str, wanted: Callable[[Message], bool] = lambda _: True) -> Message:
        """The params of the first notification `method` that is wanted, past or to come."""
        found: list[Message] = []

        def there() -> bool:
            found[:] = [n["params"] for n in self._notifications if n["method"] == method and wanted(n["params"])]
            return bool(found) or self._ended

        with self._condition:
            self._condition.wait_for(there, WAIT_SECONDS)
            assert found, f"{method} never came; there was {self._notifications}; stderr: {''.join(self._stderr)}"
        return found[0]

    def wait_stats(self, method: str, session: str, wanted: Callable[[Message], bool]) -> Message:
        """Ask for stats until they are as wanted (by a subscription at 50 ms, not by polling)."""
        self.call("engine.subscribe", {"statsIntervalMs": 50})
        return self.wait_for("session.stats", lambda stats: stats["id"] == session and wanted(stats))

    def _check(self) -> None:
        assert not self._complaints, "\n".join(self._complaints)

    def _read_stdout(self) -> None:
        assert self.process.stdout is not None
        for line in self._lines(self.process.stdout):
            message = json.loads(line)
            with self._condition:
                method = None if isinstance(message, list) else self._methods.pop(message.get("id"), None)
                self._complaints += wire_schema().complaints(message, method)
                if "method" in message:
                    self._notifications.append(message)
                else:
                    self._answers[message["id"]] = message
                self._condition.notify_all()
        with self._condition:
            self._ended = True
            self._condition.notify_all()

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        for line in self._lines(self.process.stderr):
            with self._condition:
                self._stderr.append(line.decode(errors="replace") + "\n")

    def _lines(self, stream: IO[bytes]) -> Iterator[bytes]:
        """Lines until the pipe ends, or until the process is over and the pipe is empty."""
        rest = b""
        while True:
            readable, _, _ = select.select([stream, self._over], [], [])
            if stream not in readable:
                break
            data = os.read(stream.fileno(), 1 << 16)
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            yield from lines
        if rest:
            yield rest
