"""rtmp_failure: what libav really said (texts of FFmpeg 8 with GnuTLS), and what a person is told."""

import errno

import pytest

from ionia.core.live.failure_code import FailureCode
from ionia.sinks.rtmp_failure import classify


@pytest.mark.parametrize(
    ("number", "log", "secure", "connected", "code"),
    [
        (errno.ECONNREFUSED, "Connection to tcp://h:1 failed: Connection refused", False, False, FailureCode.REFUSED),
        (errno.ETIMEDOUT, "Error in the pull function.", True, False, FailureCode.TIMEOUT),
        (errno.ENETUNREACH, "", False, False, FailureCode.UNREACHABLE),
        (errno.EIO, "Failed to resolve hostname x: Name or service not known", False, False, FailureCode.NO_SUCH_HOST),
        (errno.EIO, "Peer certificate failed verification", True, False, FailureCode.CERTIFICATE),
        (errno.EIO, "The certificate's owner does not match hostname h", True, False, FailureCode.CERTIFICATE),
        (errno.EPERM, "Server error: NetStream.Publish.BadName", False, False, FailureCode.REJECTED),
        (errno.EPERM, "Server error: Already publishing", False, False, FailureCode.IN_USE),
        (errno.EPERM, "Server error: stream is in use", False, False, FailureCode.IN_USE),
        (errno.EPERM, "Server error: Redirected", False, False, FailureCode.REDIRECTED),
        (errno.EPERM, "Server error: [ code=302 ] moved", False, False, FailureCode.REDIRECTED),
        (errno.EPERM, "Incorrect username/password", False, False, FailureCode.LOGIN),
        (errno.EMFILE, "", False, False, FailureCode.NO_ROOM),
        (0, "Cannot read RTMP handshake response", False, False, FailureCode.NOT_RTMP),
        (errno.ECONNRESET, "", False, False, FailureCode.HUNG_UP),
        (errno.EIO, "", False, False, FailureCode.HUNG_UP),
        (errno.EIO, "A TLS fatal alert: TLS handshake failed", True, False, FailureCode.TLS),
        (errno.EIO, "tls error", False, False, FailureCode.HUNG_UP),
        (0, "", False, True, FailureCode.RESET),
        (errno.EPIPE, "Cannot read RTMP handshake response", False, True, FailureCode.RESET),
        (errno.ETIMEDOUT, "", False, True, FailureCode.TIMEOUT),
    ],
)
def test_reason(number: int, log: str, secure: bool, connected: bool, code: FailureCode) -> None:
    assert classify(number, log, secure=secure, connected=connected, windows=False) is code


@pytest.mark.parametrize(
    ("number", "log", "code"),
    [
        (138, "", FailureCode.TIMEOUT),
        (138, "connection refused", FailureCode.REFUSED),
        (110, "", FailureCode.UNREACHABLE),
        (5, "certificate: self-signed certificate", FailureCode.CERTIFICATE),
    ],
)
def test_windows_counts_errors_differently(number: int, log: str, code: FailureCode) -> None:
    assert classify(number, log, secure=True, connected=False, windows=True) is code
