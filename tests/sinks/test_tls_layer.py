"""tls_layer: two ends joined in memory, without a socket."""

import ssl
from contextlib import suppress
from pathlib import Path

import pytest

from ionia.sinks.tls_layer import Plain, Tls
from ionia.sinks.tls_trust import context_of
from tests.fakes.certificates import make_certificate
from tests.fakes.rtmp_server import server_context


class Server:
    """The other end."""

    def __init__(self, certificate: Path) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = server_context(certificate).wrap_bio(self.incoming, self.outgoing, server_side=True)

    def answer(self, sent: bytes) -> bytes:
        """Go on greeting."""
        self.incoming.write(sent)
        with suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        return self.outgoing.read()

    def say(self, text: bytes) -> bytes:
        self.tls.write(text)
        return self.outgoing.read()


def greeted(certificate: Path, ca_file: str, host: str = "127.0.0.1") -> tuple[Tls, Server]:
    ours, server = Tls(context_of(ca_file), host), Server(certificate)
    done, sent = ours.begin()
    while not done:
        done, sent = ours.begin(server.answer(sent))
    ours.unseal(server.answer(sent))  # tickets for later
    return ours, server


def test_what_is_said_arrives(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    ours, server = greeted(certificate, str(certificate))
    long = bytes(range(256)) * 200
    sealed = ours.seal(long)
    assert len(sealed) > len(long)
    server.incoming.write(sealed)
    assert b"".join(server.tls.read(1 << 16) for _ in range(4)) == long
    assert ours.unseal(server.say(b"a") + server.say(b"b")) == (b"ab", False)
    assert ours.unseal(b"") == (b"", False)
    assert ours.end()
    with pytest.raises(ssl.SSLWantReadError):
        server.tls.unwrap()
    assert ours.unseal(server.outgoing.read()) == (b"", True)


def test_a_name_in_full_is_the_certificates(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, names="DNS:live.test")
    greeted(certificate, str(certificate), "live.test.")
    with pytest.raises(ssl.SSLCertVerificationError):
        greeted(certificate, str(certificate), "live.test..")


def test_a_piece_at_a_time(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    ours, server = greeted(certificate, str(certificate))
    seen = [ours.unseal(bytes((byte,))) for byte in server.say(b"word")]
    assert b"".join(said for said, _ in seen) == b"word"


def test_a_certificate_that_is_not_trusted_ends_it_before_a_word(tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        greeted(make_certificate(tmp_path), "")


def test_without_tls_everything_goes_through() -> None:
    plain = Plain()
    assert plain.begin() == (True, b"")
    assert (plain.seal(b"a"), plain.unseal(b"b"), plain.end()) == (b"a", (b"b", False), b"")
