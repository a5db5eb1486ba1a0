"""obs-websocket in the few frames that the bench needs: version 5, JSON, no password, one question at a time."""

import base64
import contextlib
import itertools
import json
import os
import socket
import struct
import subprocess
import time
from collections.abc import Iterator, Mapping
from typing import Any

TIMEOUT = 60.0
"""For the first connection and for every answer."""

POLL_SECONDS = 0.1


def free_port() -> int:
    """A TCP port that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class ObsRemote:
    """The side that asks. One thread owns it."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._received = b""
        self._ids = itertools.count(1)
        key = base64.b64encode(os.urandom(16)).decode()
        link.sendall(
            f"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: obswebsocket.json\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self._received:
            self._received += self._more()
        self._received = self._received.split(b"\r\n\r\n", 1)[1]
        self._wait_for(0)
        self._send({"op": 1, "d": {"rpcVersion": 1, "eventSubscriptions": 0}})
        self._wait_for(2)

    def ask(self, request: str) -> dict[str, Any]:
        """The data of an answer. Raises RuntimeError when OBS refuses, OSError when it is gone."""
        self._send({"op": 6, "d": {"requestType": request, "requestId": str(next(self._ids))}})
        answer = self._wait_for(7)
        if not answer["requestStatus"]["result"]:
            raise RuntimeError(f"OBS refused {request}: {answer['requestStatus']}")
        data: dict[str, Any] = answer.get("responseData") or {}
        return data

    def _wait_for(self, operation: int) -> dict[str, Any]:
        while (message := json.loads(self._frame()))["op"] != operation:
            pass
        data: dict[str, Any] = message["d"]
        return data

    def _send(self, message: Mapping[str, Any]) -> None:
        data = json.dumps(message).encode()
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
        # FIN and text; masked, as a client's must be. What we ask is short; a length is written in the shortest way.
        length = struct.pack("!B", 0x80 | len(data)) if len(data) < 126 else struct.pack("!BH", 0xFE, len(data))
        self._link.sendall(b"\x81" + length + mask + masked)

    def _frame(self) -> bytes:
        """The next text message. A server's frames are not masked and obs-websocket does not split them."""
        while True:
            kind, length = self._take(2)
            if length == 126:
                (length,) = struct.unpack("!H", self._take(2))
            elif length == 127:
                (length,) = struct.unpack("!Q", self._take(8))
            data = self._take(length)
            if kind & 0x0F == 1:
                return data

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            self._received += self._more()
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def _more(self) -> bytes:
        data = self._link.recv(65536)
        if not data:
            raise ConnectionError("OBS closed the connection")
        return data


@contextlib.contextmanager
def connected(port: int, process: "subprocess.Popen[bytes]") -> Iterator[ObsRemote]:
    """obs-websocket once it answers, which is when OBS has loaded everything."""
    deadline = time.monotonic() + TIMEOUT
    while True:
        try:
            link = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
            break
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("OBS did not start") from None
            time.sleep(POLL_SECONDS)
    with link:
        yield ObsRemote(link)
