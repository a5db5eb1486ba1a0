"""The sender's side of a TLS proxy: a process that speaks TLS with the server and plain RTMP with the sender, on this
machine. It listens only once the server's certificate was found good, so a key can't reach anyone else.

Used where libav's own TLS can't be relied on (Windows: decision 0150). A process of its own, because libav holds
Python's lock while it connects: a thread of the sender's couldn't carry a byte meanwhile.
"""

import contextlib
import json
import subprocess
import sys

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl

SUBCOMMAND = "tls-proxy"
"""Hidden sub-command under which a frozen engine starts itself as a TLS proxy."""

NEEDED = sys.platform == "win32"
"""Whether rtmps goes through a TLS proxy on this system."""

GOODBYE_SECONDS = 0.5
"""How long a TLS proxy may take to deliver what it still has, once the sender has closed its connection."""


class TlsProxyFailed(Exception):  # noqa: N818 - it names what happened, as the engine's events do
    """No connection, or none that may be trusted. `detail` has no secrets: the TLS proxy is never told any."""

    def __init__(self, code: FailureCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class TlsProxy:
    """One TLS proxy for one connection. One owner."""

    def __init__(self, url: RtmpUrl, *, ca_file: str, buffer_bytes: int) -> None:
        """Start it and wait until it is connected; raises TlsProxyFailed.

        `ca_file`: the only certificates to trust, empty for the system's. `buffer_bytes`: the most that may wait in
        each of its two sockets' buffers. No limit of time here: whoever owns the sender ends both.
        """
        frozen = getattr(sys, "frozen", False)
        program = [SUBCOMMAND] if frozen else ["-P", "-m", "ionia.sinks.tls_proxy_process"]
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NO_WINDOW
        try:
            self._process = subprocess.Popen(
                [sys.executable, *program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                creationflags=flags,
            )
        except OSError as error:
            raise TlsProxyFailed(FailureCode.NO_ROOM, f"{type(error).__name__} {error.errno}") from error
        try:
            self.port = self._begin({"host": url.host, "port": url.port, "ca": ca_file, "buffer": buffer_bytes})
        except BaseException:
            self.close(0)
            raise

    def _begin(self, request: dict[str, str | int]) -> int:
        assert self._process.stdin is not None  # noqa: S101 - asked for
        assert self._process.stdout is not None  # noqa: S101 - likewise
        answer = b""
        with contextlib.suppress(OSError):  # it is gone; there will be no answer
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise TlsProxyFailed(FailureCode.BROKEN, "the TLS proxy ended unexpectedly")
        said = json.loads(answer)
        if "failure" in said:
            raise TlsProxyFailed(FailureCode[said["failure"]], said["detail"])
        return int(said["port"])

    def close(self, timeout: float = GOODBYE_SECONDS) -> None:
        """Let it deliver what it has, for at most `timeout` seconds, and end it. Idempotent."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
