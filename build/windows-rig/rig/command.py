"""The command line of the rig."""

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import time

from rig.base import PYDLL, PYTHON, RECIPE, SHIMS, Rig, digest, fail, locked, say, step, windows_path
from rig.prefix import REGISTRY, build_prefix, build_shims, install_shims
from rig.python import PANDA3D, build_python, build_site, project_requirements, read_requirements, standard_library
from rig.servers import run_environment, sound, stop
from rig.wine import WINE_PACKAGES, WINE_SUITE, WINE_WITHOUT, build_wine, host_packages


def program(rig, name):
    if name.lower() in ("python", "python.exe"):
        return str(rig.python / "python.exe")
    return name


def run(rig, arguments):
    """Become the Windows program, where our streams can be its own."""
    if not rig.wine.exists() or not (rig.python / "python.exe").exists():
        fail('not set up: run "windows-rig setup" first')
    env = run_environment(rig)
    command = [str(rig.wine), program(rig, arguments[0]), *arguments[1:]]
    if not any(os.isatty(fd) for fd in (0, 1, 2)):
        os.execve(command[0], command, env)  # noqa: S606 - no shell is the point
    # On a terminal Wine would open a console and redraw it: go through pipes.
    process = subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.DEVNULL if os.isatty(0) else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if os.isatty(2) else None,
    )
    try:
        shutil.copyfileobj(process.stdout, sys.stdout.buffer, 1)
    except KeyboardInterrupt:
        process.terminate()
    return process.wait()


def freeze(rig, target, arguments):
    if not (rig.site / "PyInstaller").exists():
        fail("PyInstaller is not installed in the rig")
    return run(rig, ["python.exe", "-m", "PyInstaller", "--noconfirm", *arguments, windows_path(target)])


def dxgi(rig, commands):
    control = rig.prefix / "drive_c/windows-rig/dxgi.ctl"
    if not commands:
        control.unlink(missing_ok=True)
        return
    partial = control.with_suffix(".new")
    partial.write_text("\n".join(commands) + "\n")
    partial.rename(control)


def setup(rig, files, projects, extra):
    start = time.monotonic()
    requirements = read_requirements(files, projects, extra) if files or projects or extra else project_requirements()
    with locked(rig, "setup"):
        host_packages()
        sources = sorted(path for path in SHIMS.iterdir() if path.is_file())
        step(rig, "shims", digest(*sources, PYDLL), lambda: build_shims(rig))
        wine = digest(RECIPE, str(rig.root), WINE_SUITE, WINE_PACKAGES, WINE_WITHOUT, SHIMS / "ucrt.c")
        if step(rig, "wine", wine, lambda: build_wine(rig)):
            (rig.state / "prefix.stamp").unlink(missing_ok=True)
        if step(rig, "prefix", digest(wine, REGISTRY), lambda: build_prefix(rig)):
            (rig.state / "shims-in.stamp").unlink(missing_ok=True)
        step(rig, "shims-in", digest(*sources), lambda: install_shims(rig))
        interpreter = (SHIMS / "python.c", SHIMS / "python.rc")
        python = digest(RECIPE, PANDA3D, PYTHON, *interpreter, str(standard_library()), str(rig.root))
        if step(rig, "python", python, lambda: build_python(rig)):
            (rig.state / "site.stamp").unlink(missing_ok=True)
        step(rig, "site", digest(python, requirements), lambda: build_site(rig, requirements))
    say(f"ready in {time.monotonic() - start:.1f} s: {rig.root}")


def main(description):
    for fd in (0, 1, 2):  # a closed stream would be taken by another file
        try:
            os.fstat(fd)
        except OSError:
            null = os.open(os.devnull, os.O_WRONLY if fd else os.O_RDONLY)  # takes this number
            os.set_inheritable(null, True)  # noqa: FBT003 - a C function
    parser = argparse.ArgumentParser(
        prog="windows-rig", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--dir", default=os.environ.get("WINDOWS_RIG_DIR") or "~/.cache/windows-rig")
    sub = parser.add_subparsers(dest="command", required=True)
    p = sub.add_parser("setup")
    p.add_argument("-r", dest="files", action="append", default=[], metavar="FILE")
    p.add_argument("-p", dest="projects", action="append", default=[], metavar="PYPROJECT[:EXTRA]")
    p.add_argument("requirements", nargs="*")
    p = sub.add_parser("run")
    p.add_argument("arguments", nargs=argparse.REMAINDER)
    p = sub.add_parser("freeze")
    p.add_argument("target")
    p.add_argument("arguments", nargs=argparse.REMAINDER)
    p = sub.add_parser("dxgi")
    p.add_argument("commands", nargs="*")
    p = sub.add_parser("play")
    p.add_argument("where", choices=["speakers", "mic"])
    p.add_argument("file")
    p = sub.add_parser("pactl")
    p.add_argument("arguments", nargs=argparse.REMAINDER)
    sub.add_parser("env")
    sub.add_parser("stop")
    a = parser.parse_args()
    rig = Rig(a.dir)

    if a.command == "setup":
        return setup(rig, a.files, a.projects, a.requirements)
    if a.command == "run":
        if a.arguments[:1] == ["--"]:
            del a.arguments[0]
        if not a.arguments:
            parser.error("run what?")
        return run(rig, a.arguments)
    if a.command == "freeze":
        return freeze(rig, a.target, a.arguments)
    if a.command == "dxgi":
        return dxgi(rig, a.commands)
    if a.command in ("play", "pactl"):
        command = (
            ["pactl", *a.arguments]
            if a.command == "pactl"
            else [
                "paplay",
                "--latency-msec=20",
                "-d",
                {"speakers": "rig_speakers", "mic": "rig_mic_feed"}[a.where],
                a.file,
            ]
        )
        os.execvpe(command[0], command, dict(os.environ, PULSE_SERVER=os.environ.get("PULSE_SERVER") or sound(rig)))  # noqa: S606
    if a.command == "env":
        changed = {k: v for k, v in run_environment(rig).items() if os.environ.get(k) != v}
        changed["WINDOWS_RIG_WINE"] = str(rig.wine)
        changed["WINDOWS_RIG_PYTHON"] = str(rig.python / "python.exe")
        for k, v in sorted(changed.items()):
            print(f"export {k}={shlex.quote(v)}")
        return None
    return stop(rig)
