"""connect_failure: what Python raises, in words."""

import errno
import socket
import ssl

import pytest

from ionia.core.live.failure_code import FailureCode
from ionia.sinks.connect_failure import reason


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), FailureCode.NO_SUCH_HOST),
        (ConnectionRefusedError(), FailureCode.REFUSED),
        (OSError(errno.ETIMEDOUT, ""), FailureCode.TIMEOUT),
        (OSError(errno.ENETUNREACH, ""), FailureCode.UNREACHABLE),
        (OSError(errno.EMFILE, ""), FailureCode.NO_ROOM),
        (ssl.SSLError(1, "record layer"), FailureCode.TLS),
    ],
)
def test_reasons(error: Exception, code: FailureCode) -> None:
    assert reason(error)[0] is code


def test_what_has_no_name_is_what_the_caller_says() -> None:
    assert reason(ConnectionResetError(), otherwise=FailureCode.RESET)[0] is FailureCode.RESET
