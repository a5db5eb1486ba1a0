"""Why a connection could not be made, from what Python's sockets and `ssl` raise."""

import errno
import socket
import ssl
from collections.abc import Callable

from ionia.core.live.certificate_failure import certificate_failure
from ionia.core.live.failure_code import FailureCode
from ionia.sinks.tls_pin import OtherCertificate

_BY_TYPE: tuple[tuple[type[OSError], tuple[FailureCode, str]], ...] = (
    (OtherCertificate, (FailureCode.OTHER_CERTIFICATE, "certificate: another fingerprint")),
    (socket.gaierror, (FailureCode.NO_SUCH_HOST, "failed to resolve hostname")),
    (ConnectionRefusedError, (FailureCode.REFUSED, "connection refused")),
    (TimeoutError, (FailureCode.TIMEOUT, "timed out")),
)

_BY_ERRNO = {
    errno.EHOSTUNREACH: (FailureCode.UNREACHABLE, "unreachable"),
    errno.ENETUNREACH: (FailureCode.UNREACHABLE, "unreachable"),
    errno.EMFILE: (FailureCode.NO_ROOM, "no room for a connection"),
    errno.ENFILE: (FailureCode.NO_ROOM, "no room for a connection"),
    errno.ENOMEM: (FailureCode.NO_ROOM, "no room for a connection"),
    errno.ENOBUFS: (FailureCode.NO_ROOM, "no room for a connection"),
}


def reason(
    error: Exception, sent: Callable[[], int | None] = lambda: None, *, otherwise: FailureCode = FailureCode.TLS
) -> tuple[FailureCode, str]:
    """Why there is no connection, for people and for the log.

    `sent`: how many certificates the server sends. `otherwise`: what all is that has no name of its own.
    """
    known = next((told for kind, told in _BY_TYPE if isinstance(error, kind)), None)
    if known is not None:
        return known
    match error:
        case ssl.SSLCertVerificationError():
            code = certificate_failure(error.verify_code, sent())
            return code, f"certificate: {error.verify_message}"
        case OSError(errno=int(number)) if number in _BY_ERRNO:
            return _BY_ERRNO[number]
        case _:
            return otherwise, f"{type(error).__name__}: {error}"
