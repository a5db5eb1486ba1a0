"""What is wrong with a server's certificate, from what OpenSSL or Windows says of it."""

from ionia.core.live.failure_code import FailureCode

_BY_OPENSSL = {
    9: FailureCode.NOT_YET_VALID,
    10: FailureCode.EXPIRED,
    18: FailureCode.SELF_SIGNED,
    19: FailureCode.UNKNOWN_AUTHORITY,  # one that the server sends itself
    62: FailureCode.WRONG_HOST,
    64: FailureCode.WRONG_HOST,  # an address in numbers
}
"""X509_V_ERR_... of x509_vfy.h."""

_NO_ISSUER = (2, 20, 21)
"""X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, likewise locally, and ..._TO_VERIFY_LEAF_SIGNATURE."""

_BY_WINDOWS = {
    0x800B0101: FailureCode.EXPIRED,  # CERT_E_EXPIRED: too late or too early
    0x800B0109: FailureCode.UNKNOWN_AUTHORITY,  # CERT_E_UNTRUSTEDROOT
    0x800B010A: FailureCode.INCOMPLETE_CHAIN,  # CERT_E_CHAINING
    0x800B010F: FailureCode.WRONG_HOST,  # CERT_E_CN_NO_MATCH
}
"""winerror.h."""


def certificate_failure(verify_code: int, sent: int | None) -> FailureCode:
    """The failure for OpenSSL's or Windows' code. `sent`: how many certificates the server sent, None if not known."""
    if verify_code in _NO_ISSUER:
        return FailureCode.INCOMPLETE_CHAIN if sent == 1 else FailureCode.UNKNOWN_AUTHORITY
    known = _BY_OPENSSL | _BY_WINDOWS
    return known.get(verify_code & 0xFFFFFFFF, FailureCode.CERTIFICATE)
