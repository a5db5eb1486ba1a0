"""The Windows Python, its standard library and its packages."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

from rig.base import HERE, PYDLL, PYTAG, PYTHON, call, fail, say, windows_path
from rig.pe import PE
from rig.prefix import mingw
from rig.servers import run_environment

PANDA3D = "panda3d==1.10.16"  # deploy_libs/: CPython 3.11.9 for Windows
PYINSTALLER = "pyinstaller==6.22.3"  # unless the requirements name another


def pip(*arguments):
    """pip of a host Python, as it is set up there."""
    call(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments)


def ensure_pip():
    if subprocess.run(
        [sys.executable, "-m", "pip", "--version"], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode:
        call("apt-get", "update", "-q")
        call(
            "apt-get",
            "install",
            "-y",
            "-q",
            "--no-install-recommends",
            "python3-pip",
            "python3-setuptools",
            "python3-wheel",
            env=dict(os.environ, DEBIAN_FRONTEND="noninteractive"),
            stdin=subprocess.DEVNULL,
        )


def standard_library():
    """The pure-Python standard library of this minor version on the host."""
    if ".".join(map(str, sys.version_info[:2])) == PYTHON:
        return Path(sysconfig.get_path("stdlib"))
    found = shutil.which("python" + PYTHON)
    if not found:
        fail(f"needs a Python {PYTHON} of the host, for its standard library")
    return Path(
        subprocess.run(
            [found, "-c", 'import sysconfig; print(sysconfig.get_path("stdlib"))'],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.strip()
    )


def build_python(rig):
    work = rig.root / "panda3d"
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(rig.python, ignore_errors=True)
    ensure_pip()
    pip(
        "download",
        "-q",
        "--no-deps",
        "--only-binary=:all:",
        "--platform",
        "win_amd64",
        "--implementation",
        "cp",
        "--python-version",
        PYTHON,
        "-d",
        work,
        PANDA3D,
    )
    (wheel,) = work.glob("*.whl")
    (rig.python / "DLLs").mkdir(parents=True)
    with zipfile.ZipFile(wheel) as z:
        for member in z.namelist():
            folder, _, name = member.rpartition("/")
            if (
                folder != "deploy_libs"
                or not name.lower().endswith((".dll", ".pyd"))
                or name.lower().startswith("api-ms-")
            ):  # parts of Windows itself
                continue
            beside_exe = name.lower() == PYDLL + ".dll" or name.lower().startswith("vcruntime")
            (rig.python / ("" if beside_exe else "DLLs") / name).write_bytes(z.read(member))
    shutil.rmtree(work)
    if not (rig.python / (PYDLL + ".dll")).exists():
        fail(f"{PANDA3D} has no {PYDLL}.dll")
    shutil.copy2(rig.shims / "python.exe", rig.python)

    # python3.dll, for extension modules of the stable ABI: all of it forwards.
    definition = rig.shims / "python3.def"
    names = sorted(PE(rig.python / (PYDLL + ".dll")).export_names())
    definition.write_text("LIBRARY python3.dll\nEXPORTS\n" + "".join(f"  {n} = {PYDLL}.{n}\n" for n in names))
    empty = rig.shims / "empty.c"
    empty.write_text("int DllMain(void *module, unsigned reason, void *reserved) { return 1; }\n")
    mingw(rig.python / "python3.dll", "-shared", "-nostdlib", "-Wl,-e,DllMain", empty, definition)

    source = standard_library()
    shutil.copytree(
        source,
        rig.python / "Lib",
        ignore=shutil.ignore_patterns(
            "__pycache__",
            "site-packages",
            "dist-packages",
            "lib-dynload",
            "test",
            "tests",
            "idlelib",
            "turtledemo",
            "ensurepip",
            "config-*",
            "_sysconfigdata*",
            "*.so",
        ),
    )
    rig.site.mkdir()
    (rig.state / "stdlib.txt").write_text(f"{source}\n")
    compile_tree(rig, rig.python / "Lib")


def compile_tree(rig, tree):
    """Byte code; any CPython of the same minor version writes the same."""
    if ".".join(map(str, sys.version_info[:2])) == PYTHON:
        subprocess.run(
            [sys.executable, "-m", "compileall", "-q", "-j", "0", str(tree)],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    else:
        call(
            rig.wine,
            rig.python / "python.exe",
            "-m",
            "compileall",
            "-q",
            windows_path(tree),
            env=run_environment(rig, with_sound=False),
            stdin=subprocess.DEVNULL,
        )


# pip takes "--platform win_amd64" for the wheels' tags only: the markers of the
# requirements ("; sys_platform == 'win32'") it still reads by the host.  This
# runs pip with the markers of the Windows Python.
PIP_AS_WINDOWS = """
import sys
import pip._vendor.packaging.markers as markers
values = %r
host = markers.default_environment
markers.default_environment = lambda: dict(host(), **values)
from pip._internal.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def windows_markers(rig):
    out = subprocess.run(
        [
            str(rig.wine),
            str(rig.python / "python.exe"),
            "-c",
            "import os, sys, platform, json; print(json.dumps(dict("
            "os_name=os.name, sys_platform=sys.platform, platform_machine=platform.machine(),"
            "platform_system=platform.system(), platform_release=platform.release(),"
            "platform_version=platform.version(), python_full_version=platform.python_version(),"
            'python_version=".".join(platform.python_version_tuple()[:2]),'
            "platform_python_implementation=platform.python_implementation(),"
            "implementation_name=sys.implementation.name,"
            "implementation_version=platform.python_version())))",
        ],
        env=run_environment(rig, with_sound=False),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return json.loads(out)


def build_site(rig, requirements):
    ensure_pip()
    wheels = rig.root / "wheels"  # built here from sdists
    wheels.mkdir(exist_ok=True)
    fresh = rig.root / "site-packages.new"
    listing = rig.root / "requirements.txt"
    listing.write_text("\n".join(requirements) + "\n")
    code = PIP_AS_WINDOWS % windows_markers(rig)
    install = [
        sys.executable,
        "-c",
        code,
        "--disable-pip-version-check",
        "install",
        "-q",
        "--target",
        str(fresh),
        "--platform",
        "win_amd64",
        "--implementation",
        "cp",
        "--python-version",
        PYTHON,
        "--abi",
        PYTAG,
        "--abi",
        "abi3",
        "--abi",
        "none",
        "--only-binary=:all:",
        "--no-compile",
        "--root-user-action=ignore",
        "--find-links",
        str(wheels),
        "-r",
        str(listing),
    ]
    built = set()
    while True:
        shutil.rmtree(fresh, ignore_errors=True)
        result = subprocess.run(install, check=False, stdout=sys.stderr, stderr=subprocess.PIPE, text=True)
        if result.returncode == 0:
            break
        # A package with no wheel at all: build one here, if it is pure Python.
        lacking = re.search(r"No matching distribution found for (.+?)(?: \(from .*)?$", result.stderr, re.M)
        if not lacking or lacking[1] in built:
            sys.stderr.write(result.stderr)
            fail("pip could not install the packages")
        say("building a wheel of " + lacking[1])
        built.add(lacking[1])
        before = set(wheels.iterdir())
        name = re.match(r"[\w.-]+", lacking[1])[0]
        pip("wheel", "-q", "--no-deps", "--no-binary", name, "-w", wheels, lacking[1])
        for wheel in set(wheels.iterdir()) - before:
            if not wheel.name.endswith("-none-any.whl"):
                wheel.unlink()
                fail(f"{lacking[1]} is not pure Python and has no wheel for Windows")
    shutil.rmtree(rig.site, ignore_errors=True)
    shutil.rmtree(fresh / "bin", ignore_errors=True)
    fresh.rename(rig.site)
    compile_tree(rig, rig.site)


def project_requirements():
    """What this project's tests and frozen engine need: one set for all, since the rig holds one."""
    project = HERE.parent.parent / "pyproject.toml"
    development = tomllib.loads(project.read_text())["project"]["optional-dependencies"]["dev"]
    pytest = [line for line in development if line.startswith("pytest==")]
    return read_requirements([], [str(project), f"{project}:freeze"], pytest)


def read_requirements(files, projects, extra):
    """Requirements of requirements files, of pyproject files (PATH or PATH:EXTRA) and of the command line."""
    lines = []
    for name in files:
        stripped = (re.sub(r"(^|\s)#.*", "", line).strip() for line in Path(name).read_text().splitlines())
        lines += [line for line in stripped if line]
    for name in projects:
        path, _, group = name.partition(":")
        project = tomllib.loads(Path(path).read_text())["project"]
        lines += project["optional-dependencies"][group] if group else project["dependencies"]
    lines += extra
    names = {found[0].lower() for found in (re.match(r"[\w.-]+", line) for line in lines) if found}
    if "pyinstaller" not in names:
        lines.append(PYINSTALLER)
    return lines
