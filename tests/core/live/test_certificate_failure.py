"""certificate_failure: OpenSSL's and Windows' codes."""

import pytest

from ionia.core.live.certificate_failure import certificate_failure
from ionia.core.live.failure_code import FailureCode


@pytest.mark.parametrize(
    ("verify_code", "sent", "code"),
    [
        (9, None, FailureCode.NOT_YET_VALID),
        (10, 3, FailureCode.EXPIRED),
        (18, 1, FailureCode.SELF_SIGNED),
        (19, 2, FailureCode.UNKNOWN_AUTHORITY),
        (20, 1, FailureCode.INCOMPLETE_CHAIN),
        (21, 1, FailureCode.INCOMPLETE_CHAIN),
        (20, 2, FailureCode.UNKNOWN_AUTHORITY),
        (20, None, FailureCode.UNKNOWN_AUTHORITY),
        (2, 2, FailureCode.UNKNOWN_AUTHORITY),
        (62, 1, FailureCode.WRONG_HOST),
        (64, 1, FailureCode.WRONG_HOST),
        (0x800B0109, None, FailureCode.UNKNOWN_AUTHORITY),
        (0x800B0109 - (1 << 32), None, FailureCode.UNKNOWN_AUTHORITY),
        (0x800B010F, None, FailureCode.WRONG_HOST),
        (7, 1, FailureCode.CERTIFICATE),
    ],
)
def test_codes(verify_code: int, sent: int | None, code: FailureCode) -> None:
    assert certificate_failure(verify_code, sent) is code
