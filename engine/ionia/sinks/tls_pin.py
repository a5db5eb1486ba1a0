"""TLS with a server that must show one certificate, known by its fingerprint, whoever signed it and for what name.

The check is in the connection itself, so that nobody who is given the context can leave it out.
"""

import hashlib
import hmac
import ssl


class OtherCertificate(ssl.SSLError):
    """The server showed another certificate."""


class _PinnedObject(ssl.SSLObject):
    def do_handshake(self) -> None:
        """See ssl. Raises OtherCertificate, before anything can be said."""
        super().do_handshake()
        _check(self.context, self.getpeercert(binary_form=True))


class _PinnedSocket(ssl.SSLSocket):
    def do_handshake(self, block: bool = False) -> None:
        """See ssl. Raises OtherCertificate, before anything can be said."""
        super().do_handshake(block)
        _check(self.context, self.getpeercert(binary_form=True))


class PinnedContext(ssl.SSLContext):
    """For connections to whoever has this certificate."""

    sslobject_class = _PinnedObject
    sslsocket_class = _PinnedSocket
    pin: bytes

    @classmethod
    def of(cls, pin: bytes) -> "PinnedContext":
        """`pin`: SHA-256 of the certificate as DER."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the fingerprint says more than any authority
        context.pin = pin
        return context


def _check(context: ssl.SSLContext, certificate: bytes | None) -> None:
    shown = hashlib.sha256(certificate or b"").digest()
    if not (isinstance(context, PinnedContext) and hmac.compare_digest(shown, context.pin)):
        raise OtherCertificate(ssl.SSL_ERROR_SSL, "another certificate")
