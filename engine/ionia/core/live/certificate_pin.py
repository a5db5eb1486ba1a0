"""The fingerprint of the one certificate that a server of one's own must show, in place of authorities to trust."""

import re

_BEGIN = re.compile(r"\s*sha256(?::|\s+fingerprint\s*=)", re.IGNORECASE)
"""Ours, or that of the whole line that `openssl x509 -fingerprint -sha256` writes."""
_FINGERPRINT = re.compile(r"(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}", re.IGNORECASE)
"""Of the certificate as DER, as openssl writes it, with or without colons."""


def is_pin(trusted: str) -> bool:
    """Whether this is meant as a fingerprint and not as a file: it says so, or is nothing but its digits."""
    return _BEGIN.match(trusted) is not None or _FINGERPRINT.fullmatch(trusted.strip()) is not None


def pin_of(trusted: str) -> bytes | None:
    """The 32 bytes of a fingerprint; None if it is none."""
    begin = _BEGIN.match(trusted)
    digits = trusted[begin.end() if begin else 0 :].strip()
    return bytes.fromhex(digits.replace(":", "")) if _FINGERPRINT.fullmatch(digits) else None
