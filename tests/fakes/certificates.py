"""Certificates for tests, made by openssl: self-signed ones, and those of an authority of the test's own."""

import shutil
import subprocess
from pathlib import Path

import pytest

_AUTHORITY_CONFIG = """
[ca]
default_ca = authority
[authority]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = names
x509_extensions = leaf
[names]
commonName = supplied
[leaf]
subjectAltName = {names}
[intermediate]
basicConstraints = critical, CA:TRUE
"""

LONG_AGO = ("20200101000000Z", "20210101000000Z")
NOW = ("20200101000000Z", "20490101000000Z")
LATER = ("20480101000000Z", "20490101000000Z")


def make_certificate(folder: Path, *, names: str = "IP:127.0.0.1", days: int = 2) -> Path:
    """A PEM file with key and certificate that is its own authority and is valid for `names`."""
    path = folder / f"{names.replace(':', '-')}.pem"
    path.write_bytes(
        _openssl("req", "-x509", *_NEW_KEY, "-keyout", "-", "-out", "-", "-days", str(days), "-subj", "/CN=test",
                 "-addext", f"subjectAltName={names}")
    )  # fmt: skip
    return path


def fingerprint(certificate: Path) -> str:
    """As `caFile` takes it."""
    told = _openssl("x509", "-in", str(certificate), "-noout", "-fingerprint", "-sha256").decode()
    return f"sha256:{told.split('=')[1].strip()}"


class Authority:
    """A root certificate, `root`, and an intermediate one between it and those that it signs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.root = folder / "root.pem"
        _openssl("req", "-x509", *_NEW_KEY, "-keyout", str(folder / "root.key"), "-out", str(self.root), "-days", "9",
                 "-subj", "/CN=root", "-addext", "basicConstraints=critical,CA:TRUE")  # fmt: skip
        self._sign("intermediate", "root", "intermediate")

    def certificate(self, names: str = "IP:127.0.0.1", *, chain: bool = True, valid: tuple[str, str] = NOW) -> Path:
        """A PEM file with key and certificate for a server, and with `chain` the intermediate one."""
        self._sign("leaf", "intermediate", "leaf", names=names, valid=valid)
        path = self._folder / f"leaf-{names.replace(':', '-')}-{chain}-{valid[0]}.pem"
        parts = ["leaf.key", "leaf.pem", *(["intermediate.pem"] if chain else [])]
        path.write_text("".join((self._folder / part).read_text() for part in parts))
        return path

    def _sign(
        self, name: str, issuer: str, extensions: str, *, names: str = "DNS:x.test", valid: tuple[str, str] = NOW
    ) -> None:
        folder = self._folder
        (folder / "index").write_text("")
        (folder / "serial").write_text("01")
        (folder / "ca.cnf").write_text(_AUTHORITY_CONFIG.format(folder=folder, names=names))
        _openssl("req", "-new", *_NEW_KEY, "-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.csr"),
                 "-subj", f"/CN={name}")  # fmt: skip
        _openssl("ca", "-batch", "-notext", "-config", str(folder / "ca.cnf"), "-extensions", extensions,
                 "-cert", str(folder / f"{issuer}.pem"), "-keyfile", str(folder / f"{issuer}.key"),
                 "-in", str(folder / f"{name}.csr"), "-out", str(folder / f"{name}.pem"),
                 "-startdate", valid[0], "-enddate", valid[1])  # fmt: skip


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def _openssl(*arguments: str) -> bytes:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    return subprocess.run(["openssl", *arguments], capture_output=True, check=True, timeout=30).stdout
