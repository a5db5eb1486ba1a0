"""Fingerprints of certificates, as people copy them."""

import pytest

from ionia.core.live.certificate_pin import is_pin, pin_of

DIGITS = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "text",
    [
        f"sha256:{DIGITS}",
        f"SHA256:{DIGITS.upper()}",
        f"sha256 Fingerprint={DIGITS.upper()}\n",
        f"SHA256 Fingerprint={DIGITS}",
        " sha256:" + ":".join(DIGITS[at : at + 2] for at in range(0, 64, 2)),
        DIGITS,
        ":".join(DIGITS[at : at + 2] for at in range(0, 64, 2)) + "\n",
    ],
)
def test_any_way_of_writing_is_understood(text: str) -> None:
    assert is_pin(text)
    assert pin_of(text) == bytes.fromhex(DIGITS)


@pytest.mark.parametrize(
    "text", ["sha256:", f"sha256:{DIGITS}00", f"sha256:{DIGITS[2:]}", "sha256:" + "xy" * 32, "sha256 Fingerprint="]
)
def test_what_is_none_is_known_as_meant_to_be(text: str) -> None:
    assert is_pin(text)
    assert pin_of(text) is None


@pytest.mark.parametrize("text", ["", "/etc/ssl/own.pem", DIGITS[2:], f"./{DIGITS}", r"C:\sha256:x.pem"])
def test_a_file_is_a_file(text: str) -> None:
    assert not is_pin(text)
    assert pin_of(text) is None
