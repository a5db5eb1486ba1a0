"""Runs the Electron side's own tests (npm) as part of the suite, and holds the generated types to the document.

What the JavaScript tests check is said there; here is only how they are started and what they need.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

if sys.platform != "win32":
    import fcntl

ROOT = Path(__file__).resolve().parents[2]
SHELL = ROOT / "electron-shell"
NPM = shutil.which("npm")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TIMEOUT = 600.0
MOST_OUTPUT = 12_000

needs_npm = pytest.mark.skipif(NPM is None, reason="npm is not installed (Debian: nodejs npm)")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: chromium)")


def run(*command: str) -> None:
    """Run in the shell's folder; its output is shown when it fails."""
    environment = {**os.environ, "NO_COLOR": "1", "FORCE_COLOR": "0", "CI": "1"}
    done = subprocess.run(
        command,
        cwd=SHELL,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{(done.stdout + done.stderr)[-MOST_OUTPUT:]}", pytrace=False)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time: tests of this file may run side by side."""
    with path.open() as held:
        if sys.platform != "win32":
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def npm() -> str:
    """npm, with the packages of the lock file installed."""
    assert NPM is not None
    installed = SHELL / "node_modules" / ".package-lock.json"
    lock = SHELL / "package-lock.json"
    with alone(lock):
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            run(NPM, "ci", "--no-audit", "--no-fund")
    return NPM


@pytest.fixture
def built() -> Iterator[None]:
    """For who builds into dist."""
    with alone(SHELL / "package.json"):
        yield


def test_generated_types_are_up_to_date() -> None:
    """The TypeScript types are what the OpenRPC document says."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "build" / "generate_types.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.node
@pytest.mark.slow
@needs_npm
@pytest.mark.usefixtures("built")
def test_builds_and_type_checks(npm: str) -> None:
    """Every folder compiles against nothing but what it may, the bundles are made, the code is in its form."""
    run(npm, "run", "build")
    run(npm, "run", "typecheck")
    run(npm, "run", "format:check")
    run(npm, "run", "lint")


@pytest.mark.node
@pytest.mark.slow
@needs_npm
@pytest.mark.parametrize(
    ("project", "folders"), [("renderer", ()), ("node", ("node", "main", "addon"))], ids=["renderer", "node"]
)
def test_units(npm: str, project: str, folders: tuple[str, ...]) -> None:
    """Components; client, handlers and addon, with engines in real time."""
    run(npm, "test", "--", "--project", project, *(f"tests/{folder}/" for folder in folders))


@pytest.mark.node
@pytest.mark.slow
@needs_npm
@pytest.mark.usefixtures("built")
def test_packaging(npm: str) -> None:
    """What folders may import, what is packed, and that it can be started from there."""
    run(npm, "test", "--", "--project", "node", "tests/common/", "tests/packaging/")


def test_every_folder_of_tests_is_run() -> None:
    folders = {path.name for path in (SHELL / "tests").iterdir() if any(path.rglob("*.test.ts*"))}
    assert folders == {"renderer", "node", "main", "addon", "common", "packaging", "e2e", "electron"}
    # The last is run where Electron's binary can be fetched.
    assert "npm run test:electron" in (ROOT / ".github" / "workflows" / "check.yml").read_text(encoding="utf-8")


@pytest.mark.node
@pytest.mark.browser
@pytest.mark.slow
@needs_npm
@needs_chromium
@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("tests", sorted(path.name for path in (SHELL / "tests" / "e2e").glob("*.test.ts")))
def test_in_the_browser(npm: str, tests: str) -> None:
    """Every state as a picture, checked by axe; the recorder end to end."""
    run(npm, "test", "--", "--project", "e2e", f"tests/e2e/{tests}")
