"""TLS between a publisher and its socket, as bytes in and bytes out: it never waits, and it has no socket."""

import ssl
from contextlib import suppress
from typing import Protocol

_PIECE = 65_536


def certified_name(host: str) -> str:
    """As certificates and TLS have it: without the dot that ends a name in full for the look-up (RFC 6066, 3)."""
    return host.removesuffix(".")


class Layer(Protocol):
    """What lies between a client's bytes and the socket's."""

    def begin(self, received: bytes = b"") -> tuple[bool, bytes]:
        """Go on with greeting the server: whether that is over, and what to send. Raises ssl.SSLError."""
        ...

    def seal(self, data: bytes) -> bytes:
        """What to send for `data`."""
        ...

    def unseal(self, received: bytes) -> tuple[bytes, bool]:
        """What the server says, and whether it closed. Raises ssl.SSLError."""
        ...

    def end(self) -> bytes:
        """The last bytes to send."""
        ...


class Plain:
    """Nothing lies between them."""

    def begin(self, received: bytes = b"") -> tuple[bool, bytes]:  # noqa: ARG002 - as the protocol
        """It is over before it began."""
        return True, b""

    def seal(self, data: bytes) -> bytes:
        """The same."""
        return data

    def unseal(self, received: bytes) -> tuple[bytes, bool]:
        """The same."""
        return received, False

    def end(self) -> bytes:
        """Nothing."""
        return b""


class Tls:
    """One connection's TLS. `seal` only once `begin` is over: the server's certificate is good then. One owner."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        context.options |= ssl.OP_NO_RENEGOTIATION  # so that writing never has to wait for reading
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=certified_name(host))
        self._begun = False

    @property
    def certificates_sent(self) -> int | None:
        """How many the server sent, once it is greeted, where this Python can tell."""
        # Public from Python 3.13 on, as SSLObject.get_unverified_chain.
        chain = getattr(getattr(self._tls, "_sslobj", None), "get_unverified_chain", None)
        return None if chain is None else len(chain())

    def begin(self, received: bytes = b"") -> tuple[bool, bytes]:
        """See Layer."""
        self._incoming.write(received)
        try:
            self._tls.do_handshake()
            self._begun = True
        except ssl.SSLWantReadError:
            pass
        return self._begun, self._outgoing.read()

    def seal(self, data: bytes) -> bytes:
        """See Layer."""
        view = memoryview(data)
        while view:
            view = view[self._tls.write(view) :]
        return self._outgoing.read()

    def unseal(self, received: bytes) -> tuple[bytes, bool]:
        """See Layer."""
        self._incoming.write(received)
        parts: list[bytes] = []
        try:
            while piece := self._tls.read(_PIECE):
                parts.append(piece)
        except ssl.SSLWantReadError:
            return b"".join(parts), False
        except ssl.SSLZeroReturnError:
            pass
        return b"".join(parts), True

    def end(self) -> bytes:
        """See Layer."""
        with suppress(ssl.SSLError):  # the server's own goodbye hasn't come; ours is written
            self._tls.unwrap()
        return self._outgoing.read()
