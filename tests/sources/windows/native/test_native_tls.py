"""Whom a sender trusts on Windows: what Windows trusts, nobody else; the certificates of a file if one is given.

The certificate is this test run's own (see test_windows_native.py) and is good for localhost.
"""

import ctypes
import hashlib
import os
import socket
import ssl
import subprocess
import sys
import threading
import winreg
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes
from pathlib import Path

import pytest

CERTIFICATE = os.environ.get("IONIA_TEST_CERTIFICATE", "")
ENGINE = Path(__file__).parents[4] / "engine"
_USERS_AUTHORITIES = r"Software\Microsoft\SystemCertificates\Root\Certificates"
_ADD_REPLACE_EXISTING = 3
_X509_ASN_ENCODING = 1

_crypt32 = ctypes.WinDLL("crypt32", use_last_error=True)
_crypt32.CertOpenSystemStoreW.restype = wintypes.HANDLE
_crypt32.CertOpenSystemStoreW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
_crypt32.CertAddEncodedCertificateToStore.argtypes = (
    wintypes.HANDLE, wintypes.DWORD, wintypes.LPCVOID, wintypes.DWORD, wintypes.DWORD, wintypes.LPVOID,
)  # fmt: skip
_crypt32.CertCloseStore.argtypes = (wintypes.HANDLE, wintypes.DWORD)


pytestmark = pytest.mark.skipif(not CERTIFICATE, reason="openssl is not installed")


@contextmanager
def server() -> Iterator[int]:
    """The port of a TLS server with the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as secured:
                    secured.recv(1)
            except OSError:
                connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
    thread.join()


@contextmanager
def trusted_by_windows() -> Iterator[None]:
    """The certificate is among the user's authorities. Taken away through the registry: Wine's stores don't do it."""
    text = Path(CERTIFICATE).read_text()
    der = ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERTIFICATE") :])
    store = _crypt32.CertOpenSystemStoreW(None, "ROOT")
    added = _crypt32.CertAddEncodedCertificateToStore(
        store, _X509_ASN_ENCODING, der, len(der), _ADD_REPLACE_EXISTING, None
    )
    _crypt32.CertCloseStore(store, 0)  # writes what was added
    assert added
    try:
        yield
    finally:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _USERS_AUTHORITIES) as authorities:
            winreg.DeleteKey(authorities, hashlib.sha1(der, usedforsecurity=False).hexdigest().upper())


_SENDER = """
import queue, sys
from ionia.core.live.rtmp_url import parse_rtmp_url
from fractions import Fraction
from ionia.core.codec.codec import H264
from ionia.core.media import MediaHeader, VideoTrack
from ionia.sinks.rtmp_publisher import RtmpPublisher
said = queue.Queue()
video = VideoTrack(codec=H264, extradata=b"", bitrate=1, width=2, height=2, fps=Fraction(30))
RtmpPublisher().connect(parse_rtmp_url(sys.argv[1]), MediaHeader(tracks=(video,)), said.put, ca_file=sys.argv[2])
print(said.get(timeout=60).code.value.kind.value)
"""


def trusts(host: str, port: int, ca_file: str = "") -> bool:
    """Whether a sender speaks RTMP with this server, which hangs up then. Each is a process of its own: Windows reads
    its stores once in each."""
    done = subprocess.run(
        [sys.executable, "-c", _SENDER, f"rtmps://{host}:{port}/live/key", ca_file],
        # What SSL_CERT_FILE names would be trusted instead.
        env={**{k: v for k, v in os.environ.items() if k != "SSL_CERT_FILE"}, "PYTHONPATH": str(ENGINE)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    kind = done.stdout.strip()
    assert kind in ("certificate", "server_closed"), kind
    return kind == "server_closed"


@pytest.mark.skipif(not hasattr(ctypes.windll.ntdll, "wine_get_version"), reason="Windows would ask the user")
def test_what_windows_trusts_is_trusted_and_nothing_else() -> None:
    with server() as port:
        assert not trusts("localhost", port)
        with trusted_by_windows():
            assert trusts("localhost", port)
            assert not trusts("127.0.0.1", port)  # not the certificate's name
        assert not trusts("localhost", port)


def test_a_file_of_authorities_is_honoured() -> None:
    with server() as port:
        assert trusts("localhost", port, CERTIFICATE)
        assert not trusts("127.0.0.1", port, CERTIFICATE)
