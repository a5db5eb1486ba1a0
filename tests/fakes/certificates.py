"""Self-signed certificates for tests, made by openssl."""

import shutil
import subprocess
from pathlib import Path

import pytest


def make_certificate(folder: Path, *, names: str = "IP:127.0.0.1", days: int = 2) -> Path:
    """A PEM file with key and certificate that is its own authority and is valid for `names`."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    path = folder / f"{names.replace(':', '-')}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", "-", "-out", "-", "-days", str(days), "-subj", "/CN=test"]
    command += ["-addext", f"subjectAltName={names}"]
    made = subprocess.run(command, capture_output=True, check=True, timeout=30)
    path.write_bytes(made.stdout)
    return path
