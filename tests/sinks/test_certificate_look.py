"""certificate_look: what a server sends is counted; one that says nothing is left at once when nobody asks any more."""

import socket
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ionia.sinks.certificate_look import certificates_sent
from ionia.sinks.dialing import Target
from ionia.sinks.socket_wait import Cancelled, SocketWait
from ionia.threads.clock import MonotonicClock
from tests.fakes.certificates import make_certificate
from tests.fakes.nginx_rtmp import free_port
from tests.fakes.rtmp_server import rtmp_server, server_context


def looked(target: Target) -> int | None:
    with closing(SocketWait()) as wait:
        return certificates_sent([target], "127.0.0.1", wait, MonotonicClock())


def test_a_server_that_sends_its_own_alone(tmp_path: Path) -> None:
    with rtmp_server(tls=server_context(make_certificate(tmp_path))) as server:
        assert looked((socket.AF_INET, (server.host, server.port))) == 1


def test_what_speaks_no_tls_closes_or_is_not_there_cannot_tell() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            listener.accept()[0].close()

        threading.Thread(target=hang_up).start()
        assert looked((socket.AF_INET, listener.getsockname())) is None
    assert looked((socket.AF_INET, ("127.0.0.1", free_port()))) is None


def test_it_ends_with_the_attempt_that_asks() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, closing(SocketWait()) as wait:

        def cancel_once_asked() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                wait.cancel()

        threading.Thread(target=cancel_once_asked).start()
        with pytest.raises(Cancelled):
            certificates_sent([(socket.AF_INET, listener.getsockname())], "h", wait, MonotonicClock())
