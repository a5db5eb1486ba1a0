"""The fingerprint of the one certificate that a server of one's own must show, in place of authorities to trust."""

import re

_PREFIX = "sha256:"
_FINGERPRINT = re.compile(r"(?:[0-9a-f]{2}:?){31}[0-9a-f]{2}")
"""Of the certificate as DER, as `openssl x509 -fingerprint -sha256` writes it, with or without colons."""


def is_pin(trusted: str) -> bool:
    """Whether this is meant as a fingerprint and not as a file."""
    return trusted.strip().lower().startswith(_PREFIX)


def pin_of(trusted: str) -> bytes | None:
    """The 32 bytes of a fingerprint; None if it is none."""
    text = trusted.strip().lower()
    if not is_pin(text) or not _FINGERPRINT.fullmatch(text[len(_PREFIX) :].strip()):
        return None
    return bytes.fromhex(text[len(_PREFIX) :].replace(":", ""))
