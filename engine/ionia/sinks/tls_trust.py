"""Which certificates are trusted."""

import os
import ssl
import stat
import sys
from pathlib import Path

from ionia.core.live.certificate_pin import is_pin, pin_of
from ionia.core.live.failure_code import FailureCode
from ionia.sinks.tls_pin import PinnedContext

VARIABLE = "SSL_CERT_FILE"
"""OpenSSL's variable for a bundle of certificates to trust instead of the system's."""

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where Linux distributions keep theirs."""


def fault_of(ca_file: str) -> FailureCode | None:
    """What is wrong with a file of certificates to trust, or with a fingerprint; None if it is good."""
    if is_pin(ca_file):
        return FailureCode.PIN_BROKEN if pin_of(ca_file) is None else None
    try:
        if not stat.S_ISREG(Path(ca_file).stat().st_mode):  # a pipe could be waited for, for ever
            return FailureCode.CA_BROKEN
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(ca_file)
    except FileNotFoundError:
        return FailureCode.CA_MISSING
    except (OSError, ValueError):  # ssl.SSLError among them; not readable, no certificate in it
        return FailureCode.CA_BROKEN
    return None


def named_by_environment() -> str:
    """What SSL_CERT_FILE names, good or not; empty if it isn't set."""
    return os.environ.get(VARIABLE, "")


def default_ca_file() -> str:
    """A bundle for OpenSSL, which in a frozen engine looks where the machine it was built on keeps its own.

    What SSL_CERT_FILE names if that is any good, else where distributions keep theirs; empty on Windows, where the
    system is asked.
    """
    named = named_by_environment()
    if named and fault_of(named) is None:
        return named
    known = () if sys.platform == "win32" else _BUNDLES
    return next((path for path in known if Path(path).exists()), "")


def context_of(ca_file: str) -> ssl.SSLContext:
    """Certificates and names are checked by OpenSSL, or without a `ca_file` on Windows by Windows itself. Of a good
    fingerprint in its place: that certificate and no other.

    Python would take what lies in Windows' store at this moment; Windows fetches most roots when they are first asked
    for, so on a new machine ordinary servers would be refused.
    """
    pin = pin_of(ca_file)
    if pin is not None:
        return PinnedContext.of(pin)
    if sys.platform == "win32" and not ca_file:
        import truststore  # noqa: PLC0415 - Windows only

        context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return context
    return ssl.create_default_context(cafile=ca_file or None)
