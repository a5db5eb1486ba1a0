"""Where things are in the rig, and how its steps are run once. Knows nothing of Wine or Python."""

import contextlib
import fcntl
import hashlib
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
SHIMS = HERE / "shims"

PYTHON = "3.11"  # the Windows Python's minor version
PYTAG = "cp" + PYTHON.replace(".", "")
PYDLL = "python" + PYTHON.replace(".", "")

RECIPE = 1  # raise it when the way these are built changes


class Rig:
    """The paths below one rig directory."""

    def __init__(self, root):
        self.root = Path(root).expanduser().absolute()
        self.wine_root = self.root / "wine"
        self.lib = self.wine_root / "usr/lib/x86_64-linux-gnu"
        self.dlls = self.lib / "wine/x86_64-windows"
        self.wine = self.wine_root / "usr/lib/wine/wine64"
        self.fonts = self.wine_root / "fonts.conf"
        self.shims = self.root / "shims"
        self.prefix = self.root / "prefix"
        self.system32 = self.prefix / "drive_c/windows/system32"
        self.python = self.root / "python"
        self.site = self.python / "Lib/site-packages"
        self.state = self.root / "state"


def say(text):
    print("windows-rig:", text, file=sys.stderr, flush=True)


def fail(text):
    sys.exit("windows-rig: " + text)


def call(*command, **kwargs):
    """Run a command of the host; its output goes to our stderr."""
    kwargs.setdefault("stdout", sys.stderr)
    subprocess.run([str(c) for c in command], check=True, **kwargs)


def digest(*inputs):
    h = hashlib.sha256()
    for i in inputs:
        h.update(i.read_bytes() if isinstance(i, Path) else repr(i).encode())
        h.update(b"\0")
    return h.hexdigest()


@contextlib.contextmanager
def locked(rig, name):
    rig.state.mkdir(parents=True, exist_ok=True)
    with (rig.state / (name + ".lock")).open("w") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        yield


def step(rig, name, key, build):
    """build(), unless it was done before with the same key."""
    stamp = rig.state / (name + ".stamp")
    if stamp.exists() and stamp.read_text() == key:
        return False
    stamp.unlink(missing_ok=True)
    say(name + " ...")
    start = time.monotonic()
    build()
    stamp.write_text(key)
    say(f"{name} done in {time.monotonic() - start:.0f} s")
    return True


def windows_path(path):
    return "Z:" + str(Path(path).absolute()).replace("/", "\\")
