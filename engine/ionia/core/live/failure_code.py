"""Every way in which a connection is known to fail, and what people are told of it.

Finer than `LiveKind`, which is what programs are told: one kind has several causes with different remedies.
"""

from enum import Enum

from ionia.core.failure import LiveFailure, LiveKind

KEY_HINT = "Copy the stream key from the service's page again; it may have been renewed, or a character is missing."


def _failure(kind: LiveKind, reason: str, hint: str = "") -> LiveFailure:
    return LiveFailure(kind=kind, reason=reason, hint=hint)


class FailureCode(Enum):
    """Why a connection could not be made or broke; the value says it for people."""

    REFUSED = _failure(
        LiveKind.REFUSED,
        "the server refuses connections",
        "Check address and port, and whether the server runs.",
    )
    NO_SUCH_HOST = _failure(
        LiveKind.NO_SUCH_HOST, "there is no server of this name", "Check the address and this computer's network."
    )
    TIMEOUT = _failure(LiveKind.TIMEOUT, "the server does not answer")
    UNREACHABLE = _failure(LiveKind.NETWORK, "the server can't be reached from this network")
    RESET = _failure(LiveKind.SERVER_CLOSED, "the server closed the connection")
    HUNG_UP = _failure(
        LiveKind.SERVER_CLOSED,
        "the server hung up without a word; the stream key or the application may be wrong",
        KEY_HINT,
    )
    REJECTED = _failure(LiveKind.KEY_REJECTED, "the server rejected the stream key or the application", KEY_HINT)
    LOGIN = _failure(
        LiveKind.KEY_REJECTED,
        "the server rejected the user or the password",
        "Check both; in the address, signs such as / and @ in them are percent-encoded.",
    )
    IN_USE = _failure(
        LiveKind.IN_USE,
        "somebody streams with this key already",
        "End the other stream. One that broke off is let go by the server after a while.",
    )
    REDIRECTED = _failure(
        LiveKind.REDIRECTED,
        "the server wants the stream at another address",
        "Ask the service for its address of today.",
    )
    NOT_RTMP = _failure(
        LiveKind.UNSUPPORTED, "the server does not answer as an RTMP server", "Check the address and its port."
    )
    NOT_WHIP = _failure(
        LiveKind.UNSUPPORTED, "the server does not answer as a WHIP server", "Check the address and its path."
    )
    TOKEN = _failure(
        LiveKind.KEY_REJECTED,
        "the server rejected the token",
        "Copy it from the service's page again; it goes beside the address, as the stream key.",
    )
    UNWILLING = _failure(LiveKind.SERVER_CLOSED, "the server says that it can't take the stream")
    NO_WAY = _failure(
        LiveKind.NETWORK,
        "the server answers, but no media reaches it",
        "A firewall may hold UDP back; RTMP goes through more of them.",
    )
    SILENT = _failure(LiveKind.NETWORK, "nothing is heard of the server any more")
    CODEC = _failure(
        LiveKind.UNSUPPORTED,
        "the server does not take this video codec",
        "Leave codec out: every server takes H.264.",
    )
    TLS = _failure(
        LiveKind.CERTIFICATE,
        "no encrypted connection could be made",
        "Perhaps the server speaks rtmp:// at this port, not rtmps://.",
    )
    CERTIFICATE = _failure(
        LiveKind.CERTIFICATE,
        "the server's certificate is not valid for this address",
        "Check the address. For a server of your own, name its certificate with caFile.",
    )
    SELF_SIGNED = _failure(
        LiveKind.CERTIFICATE,
        "the server's certificate is signed by itself",
        "If the server is your own, name its certificate or its fingerprint with caFile; else check the address.",
    )
    UNKNOWN_AUTHORITY = _failure(
        LiveKind.CERTIFICATE,
        "the server's certificate comes from an authority that isn't trusted here",
        "If the server is your own, name its authority's certificate with caFile; else check the address.",
    )
    INCOMPLETE_CHAIN = _failure(
        LiveKind.CERTIFICATE,
        "the server sends its certificate without those between it and an authority",
        "Whoever runs the server must give it the whole chain; else name the missing ones with caFile.",
    )
    WRONG_HOST = _failure(
        LiveKind.CERTIFICATE,
        "the server's certificate is for another name than the address has",
        "Write the server's name as its certificate has it, not its number.",
    )
    EXPIRED = _failure(
        LiveKind.CERTIFICATE,
        "the server's certificate has expired",
        "Check this computer's date; if it is right, whoever runs the server must renew it.",
    )
    NOT_YET_VALID = _failure(
        LiveKind.CERTIFICATE, "the server's certificate is not valid yet", "Check this computer's date."
    )
    CA_MISSING = _failure(
        LiveKind.CERTIFICATE,
        "the file with the certificates to trust is not there",
        "Name one that exists with caFile, or leave it out.",
    )
    CA_BROKEN = _failure(
        LiveKind.CERTIFICATE,
        "the file with the certificates to trust has none that can be read",
        "It must hold certificates as text, each between BEGIN CERTIFICATE and END CERTIFICATE.",
    )
    OTHER_CERTIFICATE = _failure(
        LiveKind.CERTIFICATE,
        "the server shows another certificate than the one whose fingerprint caFile has",
        "If its certificate was renewed, take the new one's fingerprint; else somebody may stand between.",
    )
    PIN_BROKEN = _failure(
        LiveKind.CERTIFICATE,
        "the fingerprint of the certificate to trust isn't one",
        "It is sha256: and 64 hexadecimal digits, as openssl x509 -fingerprint -sha256 writes them.",
    )
    BROKEN = _failure(LiveKind.NETWORK, "sending ended unexpectedly")
    NO_ROOM = _failure(LiveKind.NETWORK, "this computer has no room for another connection right now")
