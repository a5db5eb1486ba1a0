"""The TLS proxy, on every system: bytes go through it whole, and nothing goes to a server that isn't trusted."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl, parse_rtmp_url
from ionia.sinks.tls_proxy import TlsProxy, TlsProxyFailed
from tests.fakes.certificates import make_certificate
from tests.fakes.rtmp_server import server_context

PATIENCE = 30.0


class Server:
    """Takes one connection. `received` has what came decrypted, `failed` why there was none."""

    def __init__(self, tls: ssl.SSLContext | None, talk: Callable[[socket.socket, bytearray], None]) -> None:
        self.received = bytearray()
        self.failed: Exception | None = None
        self._tls, self._talk = tls, talk
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        try:
            connection, _ = self._listener.accept()
            with connection:
                connection.settimeout(PATIENCE)
                if self._tls is None:
                    self._talk(connection, self.received)
                    return
                with self._tls.wrap_socket(connection, server_side=True) as secured:
                    self._talk(secured, self.received)
        except OSError as error:
            self.failed = error

    def url(self, host: str = "127.0.0.1") -> RtmpUrl:
        return parse_rtmp_url(f"rtmps://{host}:{self.port}/live/key")

    def end(self) -> None:
        """Wait until it has finished."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        self._listener.close()


@contextmanager
def serving(tls: ssl.SSLContext | None, talk: Callable[[socket.socket, bytearray], None]) -> Iterator[Server]:
    server = Server(tls, talk)
    try:
        yield server
    finally:
        with suppress(OSError):  # nobody may have come
            socket.create_connection(("127.0.0.1", server.port), 1).close()
        server.end()


@contextmanager
def carried(server: Server, certificate: Path) -> Iterator[socket.socket]:
    """A connection to the TLS proxy, as the sender's."""
    proxy = TlsProxy(server.url(), ca_file=str(certificate), buffer_bytes=65_536)
    try:
        with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE) as local:
            yield local
    finally:
        proxy.close(PATIENCE)


def read_all(connection: socket.socket, received: bytearray) -> None:
    while data := connection.recv(65_536):
        received += data


def test_everything_arrives_also_what_is_written_just_before_the_end(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    data = bytes(range(256)) * 20_000  # more than all buffers hold
    with serving(server_context(certificate), read_all) as server:
        with carried(server, certificate) as local:
            local.sendall(data)
        server.end()
        assert bytes(server.received) == data
        assert server.failed is None


def test_both_directions_at_once(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    data = bytes(range(256)) * 8_000

    def echo(connection: socket.socket, received: bytearray) -> None:
        while piece := connection.recv(65_536):
            connection.sendall(piece)

    with serving(server_context(certificate), echo) as server, carried(server, certificate) as local:
        writer = threading.Thread(target=local.sendall, args=(data,))
        writer.start()
        back = bytearray()
        while len(back) < len(data):
            back += local.recv(65_536)
        writer.join()
    assert bytes(back) == data


def test_the_sender_hears_that_the_server_hung_up(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    hang_up = serving(server_context(certificate), lambda connection, received: None)
    with hang_up as server, carried(server, certificate) as local:
        assert local.recv(1) == b""


@pytest.mark.parametrize(
    ("names", "trusted", "code"),
    [
        ("IP:127.0.0.1", False, FailureCode.SELF_SIGNED),
        ("DNS:example.com", True, FailureCode.WRONG_HOST),
    ],
)
def test_a_wrong_certificate_gets_nothing(tmp_path: Path, names: str, trusted: bool, code: FailureCode) -> None:
    certificate = make_certificate(tmp_path, names=names)
    authority = certificate if trusted else make_certificate(tmp_path, names="DNS:another.example")
    with serving(server_context(certificate), read_all) as server:
        with pytest.raises(TlsProxyFailed) as failed:
            TlsProxy(server.url(), ca_file=str(authority), buffer_bytes=65_536)
        server.end()
        assert failed.value.code is code
        assert (bytes(server.received), server.failed is None) == (b"", False)


def test_a_server_that_does_not_speak_tls_gets_nothing_but_a_hello(tmp_path: Path) -> None:
    def answer(connection: socket.socket, received: bytearray) -> None:
        received += connection.recv(65_536)
        connection.sendall(b"\x03" + bytes(1536))

    with serving(None, answer) as server:
        with pytest.raises(TlsProxyFailed) as failed:
            TlsProxy(server.url(), ca_file=str(make_certificate(tmp_path)), buffer_bytes=65_536)
        server.end()
        assert failed.value.code is FailureCode.TLS
        assert server.received[:1] == b"\x16"  # a TLS handshake record


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("rtmps://127.0.0.1:1/live/key", FailureCode.REFUSED),
        ("rtmps://no-such-host.invalid/live/key", FailureCode.NO_SUCH_HOST),
    ],
)
def test_nobody_there(address: str, code: FailureCode) -> None:
    with pytest.raises(TlsProxyFailed) as failed:
        TlsProxy(parse_rtmp_url(address), ca_file="", buffer_bytes=65_536)
    assert failed.value.code is code


def test_authorities_that_cannot_be_read(tmp_path: Path) -> None:
    with serving(None, lambda connection, received: None) as server:
        with pytest.raises(TlsProxyFailed) as failed:
            TlsProxy(server.url(), ca_file=str(tmp_path / "missing.pem"), buffer_bytes=65_536)
        assert failed.value.code is FailureCode.CA_MISSING
