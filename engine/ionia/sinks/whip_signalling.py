"""A WHIP session's HTTP: the offer that begins it and the DELETE that ends it. Each in a thread of its own."""

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from ionia.core.live.whip_url import WhipUrl
from ionia.sinks.tls_layer import certified_name
from ionia.sinks.tls_trust import context_of, default_ca_file

ANSWER_SECONDS = 5.0
"""How long a server may be silent."""

WHOLE_SECONDS = 10.0
"""How long it may talk in all. One that sends a byte now and then is never silent, and would keep a thread for ever."""

_MOST_ANSWER = 256 * 1024
"""Bytes of an answer that are read; one of a server with twenty candidates has three thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """What a server answers. The body holds no secret, the location may."""

    status: int
    location: str = field(default="", repr=False)
    body: str = field(default="", repr=False)


def request(
    url: WhipUrl,
    method: str,
    body: str = "",
    *,
    ca_file: str,
    timeout: float = ANSWER_SECONDS,
    whole: float = WHOLE_SECONDS,
) -> HttpAnswer:
    """Ask and wait for the answer, for `whole` seconds at most once there is a connection. Redirections are not
    followed. Raises OSError (ssl.SSLError among them) and http.client.HTTPException."""
    connection = _connection(url, ca_file, timeout)
    headers = {"Host": url.origin, "Connection": "close", "User-Agent": "ionia"}
    if body:
        headers |= {"Content-Type": "application/sdp", "Accept": "application/sdp"}
    if url.token:
        headers["Authorization"] = f"Bearer {url.token}"
    over = threading.Event()
    connection.connect()
    limit = threading.Timer(whole, _hang_up, (connection.sock, over))
    limit.daemon = True
    try:
        limit.start()
        connection.request(method, url.target, body=body.encode() if body else None, headers=headers)
        answer = connection.getresponse()
        text = answer.read(_MOST_ANSWER).decode("utf-8", errors="replace")
    except (OSError, http.client.HTTPException) as error:
        if over.is_set():  # whatever that looked like
            raise _endless() from error
        raise
    else:
        if over.is_set():
            raise _endless()
        return HttpAnswer(status=answer.status, location=answer.getheader("Location") or "", body=text)
    finally:
        limit.cancel()
        connection.close()


def _endless() -> TimeoutError:
    return TimeoutError("the answer doesn't end")


def _hang_up(connection: socket.socket, over: threading.Event) -> None:
    """End whatever waits for the server."""
    over.set()
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)  # an SSLSocket's takes TLS away under whoever reads


def in_background(work: Callable[[], None]) -> None:
    """On a thread that nobody waits for: whoever loses patience leaves it to its timeout."""
    threading.Thread(target=work, name="whip-http", daemon=True).start()


class _Secure(http.client.HTTPSConnection):
    """http.client's, with the name that certificates have."""

    def __init__(self, url: WhipUrl, timeout: float, context: ssl.SSLContext) -> None:
        super().__init__(url.host, url.port, timeout=timeout, context=context)
        self._by = context

    def connect(self) -> None:
        """See http.client."""
        http.client.HTTPConnection.connect(self)
        self.sock = self._by.wrap_socket(self.sock, server_hostname=certified_name(self.host))


def _connection(url: WhipUrl, ca_file: str, timeout: float) -> http.client.HTTPConnection:
    if not url.secure:
        return http.client.HTTPConnection(url.host, url.port, timeout=timeout)
    context: ssl.SSLContext = context_of(ca_file or default_ca_file())
    return _Secure(url, timeout, context)
