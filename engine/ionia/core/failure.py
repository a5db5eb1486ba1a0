"""Why a live connection could not be made or was lost: one kind from the socket to the button.

Whoever finds out (the sender, the connection policy) makes a `LiveFailure`; `streamer.connection`,
`session.error` and the errors of `streamer.start` carry its kind to the client unchanged. Nothing here decides whether
another attempt is worth it; the connection policy does.
"""

from dataclasses import dataclass
from enum import Enum


class LiveKind(Enum):
    """Why a connection to a server failed or was lost. `meaning` says when, for people."""

    meaning: str

    REFUSED = ("refused", "the server's machine answers, but nothing listens at that port")
    NO_SUCH_HOST = ("no_such_host", "the server's name is not known")
    TIMEOUT = ("timeout", "the server did not answer in time")
    CERTIFICATE = ("certificate", "the server's certificate is not to be trusted, or TLS failed")
    KEY_REJECTED = ("key_rejected", "the server does not take this stream key")
    IN_USE = ("in_use", "somebody streams with this key already")
    SERVER_CLOSED = ("server_closed", "the server ended the connection")
    REDIRECTED = ("redirected", "the server wants the stream at another address")
    UNSUPPORTED = ("unsupported", "what answers speaks no RTMP, or not what this stream needs")
    NETWORK = ("network", "the way to the server is interrupted or too slow")

    def __new__(cls, name: str, meaning: str) -> "LiveKind":
        """Only the name is the value."""
        member = object.__new__(cls)
        member._value_ = name
        member.meaning = meaning
        return member


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFailure:
    """`reason` is one line without secrets; `hint` says what to do about it, or is empty."""

    kind: LiveKind
    reason: str
    hint: str = ""
