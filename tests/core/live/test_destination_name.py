"""destination_name: keys in the wrong field are refused, and what people and programs call servers is not."""

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.destination_name import check_name
from ionia.core.redaction import Redactor

REDACTOR = Redactor()
REDACTOR.learn(["SeCrEtKey"])


@pytest.mark.parametrize(
    "name",
    [
        "live_123456789_aBcDeFgHiJkLmN",
        "abcd-1234-efgh-5678-ijkl",
        "mine: abcd-1234-efgh-5678",
        "FB-1234567890-0-AbCdEfGhIj",
        "sk_us-west-2_AbCdEfGhIj",
        "rtmp://a/app",
        "my SeCrEtKey",
    ],
)
def test_keys_and_addresses_are_no_names(name: str) -> None:
    with pytest.raises(IoniaError, match="looks like a stream key") as refused:
        check_name(name, REDACTOR.redact)
    assert refused.value.kind is ErrorKind.BAD_DESTINATION
    assert name not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["1", "Twitch", "live", "my-old-fast-site", "b2c3a2b0-9f60-4a6e-8f0e-0123456789ab", "YouTube 2026-01-02"]
)
def test_names_are(name: str) -> None:
    check_name(name, REDACTOR.redact)
