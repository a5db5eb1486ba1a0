#!/usr/bin/env python3
"""Freezes the engine: a folder with the program and all it needs, for this system or, through the rig, for Windows.

    freeze.py [--windows] [--output DIR] [--if-changed]

The folder is dist/linux/ionia-engine or dist/windows/ionia-engine (DIR/ionia-engine if given). Work goes to .scratch:
PyInstaller's own defaults, build/ and dist/ of the current folder, would land among tracked files.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "build" / "freeze" / "ionia-engine.spec"
RIG = ROOT / "build" / "windows-rig" / "windows-rig"
DONE = "COLLECT-00.toc"
"""PyInstaller writes it below its working folder when all of the program's folder is there."""


def main() -> int:
    """Freeze; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--windows", action="store_true", help="for Windows, through the rig (it is set up if need be)")
    parser.add_argument("--output", type=Path, help="where the folder ionia-engine goes")
    parser.add_argument("--if-changed", action="store_true", help="do nothing if nothing has changed since")
    options = parser.parse_args()
    name = "windows" if options.windows or sys.platform == "win32" else sys.platform
    output = (options.output or ROOT / "dist" / name).absolute()
    work = ROOT / ".scratch" / f"freeze-{name}"
    stamp, inputs = output / "ionia-engine.inputs", digest()
    if options.if_changed and stamp.exists() and stamp.read_text() == inputs:
        print(output / "ionia-engine")
        return 0
    stamp.unlink(missing_ok=True)
    start = time.monotonic()
    folder = freeze(output, work, through_rig=options.windows and sys.platform != "win32")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    stamp.write_text(inputs)
    print(f"{folder}: {size / 1e6:.1f} MB in {time.monotonic() - start:.0f} s")
    return 0


def digest() -> str:
    """Of everything that a frozen engine is made from."""
    made_from = hashlib.sha256(sys.version.encode())
    sources = [*(ROOT / "engine" / "ionia").rglob("*.py"), *(ROOT / "build" / "freeze").glob("*.*")]
    for path in sorted([*sources, ROOT / "pyproject.toml", Path(__file__)]):
        made_from.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return made_from.hexdigest()


def freeze(output: Path, work: Path, *, through_rig: bool) -> Path:
    """Freeze into `output`/ionia-engine and return that folder."""
    shutil.rmtree(output / "ionia-engine", ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    shown = _windows if through_rig else str
    places = ["--distpath", shown(output), "--workpath", shown(work)]
    environment = {**os.environ, "IONIA_FREEZE_WORK": shown(work), "IONIA_FREEZE_VERSION": version}
    for done in work.rglob(DONE):
        done.unlink()
    if through_rig:
        subprocess.run([RIG, "setup"], check=True)
        command = [str(RIG), "freeze", str(SPEC), *places]
    else:
        command = [sys.executable, "-m", "PyInstaller", "--noconfirm", *places, str(SPEC)]
    subprocess.run([*command, "--log-level=WARN"], check=True, env=environment, cwd=work, stdin=subprocess.DEVNULL)
    folder = output / "ionia-engine"
    if not list(work.rglob(DONE)):  # a rig that was stopped meanwhile leaves no exit code
        raise SystemExit(f"freeze: it was interrupted; {folder} is not whole")
    return folder


def _windows(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


if __name__ == "__main__":
    sys.exit(main())
