"""From what FFmpeg and the system say about a failed connection to one of a few reasons that people understand.

FFmpeg answers most RTMP failures with the same I/O error and explains itself only in its log, so both are read.
"""

import errno
import re
import sys

from ionia.core.live.failure_code import FailureCode

_BY_TEXT = (
    (FailureCode.CERTIFICATE, r"certificate|SEC_E_(UNTRUSTED_ROOT|CERT|WRONG_PRINCIPAL)|CERT_E_"),
    (FailureCode.NO_SUCH_HOST, r"failed to resolve hostname"),
    (FailureCode.REDIRECTED, r"server error.*(redirect|\b30[1278]\b)"),
    (FailureCode.IN_USE, r"server error.*(already|in use|busy|duplicate)"),
    (FailureCode.LOGIN, r"incorrect username|no credentials set"),
    (FailureCode.REJECTED, r"server error|NetStream\.Publish|NetConnection\.Connect|rejected"),
    (FailureCode.NOT_RTMP, r"rtmp handshake|not an? rtmp"),
    (FailureCode.TLS, r"\btls\b.*(error|failed)|error in the (pull|push) function|gnutls|ssl|handshake failed"),
)
_BY_ERRNO = {
    errno.ECONNREFUSED: FailureCode.REFUSED,
    errno.ETIMEDOUT: FailureCode.TIMEOUT,
    errno.EHOSTUNREACH: FailureCode.UNREACHABLE,
    errno.ENETUNREACH: FailureCode.UNREACHABLE,
    errno.EMFILE: FailureCode.NO_ROOM,
    errno.ENFILE: FailureCode.NO_ROOM,
    errno.ENOMEM: FailureCode.NO_ROOM,
}

_BY_MSVC_ERRNO = {
    107: FailureCode.REFUSED,
    138: FailureCode.TIMEOUT,
    110: FailureCode.UNREACHABLE,
    118: FailureCode.UNREACHABLE,
    errno.EMFILE: FailureCode.NO_ROOM,
    errno.ENFILE: FailureCode.NO_ROOM,
    errno.ENOMEM: FailureCode.NO_ROOM,
}
"""The same in the numbers of Microsoft's C library, which libav uses there; Python's `errno` has Winsock's."""


def classify(
    error_number: int, log: str, *, secure: bool, connected: bool, windows: bool = sys.platform == "win32"
) -> FailureCode:
    """The reason. `error_number` is libav's errno (0 or a large number for its own codes), `log` its log."""
    if not connected and "connection refused" in log.lower():  # Windows: libav waits out its timeout instead
        return FailureCode.REFUSED
    by_number = _BY_MSVC_ERRNO if windows else _BY_ERRNO
    if error_number in by_number:
        return by_number[error_number]
    if connected:
        return FailureCode.RESET
    for code, pattern in _BY_TEXT:
        if code is FailureCode.TLS and not secure:
            continue
        if re.search(pattern, log, re.IGNORECASE):
            return code
    # Real servers (nginx among them) refuse a key in just this way, but so does one that is about to restart.
    return FailureCode.HUNG_UP
