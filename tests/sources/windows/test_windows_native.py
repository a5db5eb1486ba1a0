"""Runs the tests of `native` under the rig's Windows Python, and reports each of them here."""

import ast
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.fakes.certificates import make_certificate
from tests.fakes.windows_rig import ROOT, WindowsRig, windows_keep_their_pixels, windows_path, windows_rig

__all__ = ["windows_rig"]  # a fixture

NATIVE = Path(__file__).with_name("native")


def _tests() -> list[str]:
    found = []
    for path in sorted(NATIVE.glob("test_*.py")):
        functions = (node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef))
        found += [f"{path.stem}::{node.name}" for node in functions if node.name.startswith("test_")]
    return found


@pytest.fixture(scope="module")
def outcomes(windows_rig: WindowsRig, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Failure texts by test; an empty list for one that passed, a text that begins with "skipped" for a skip."""
    folder = tmp_path_factory.mktemp("native")
    report, log = folder / "report.xml", folder / "dxgi.log"
    arguments = ["-m", "pytest", "--noconftest", "-p", "no:cacheprovider", "-c", windows_path(NATIVE / "rig.ini")]
    environment = windows_rig.environment(RIG_DXGI_LOG=str(log), PYTHONDONTWRITEBYTECODE="1")
    if shutil.which("openssl"):
        certificate = make_certificate(folder, names="DNS:localhost")
        environment["IONIA_TEST_CERTIFICATE"] = windows_path(certificate)
    windows_rig.run("python.exe", "-c", "pass")  # starts the display
    try:
        with windows_keep_their_pixels(windows_rig.server("xvfb")["display"]):
            done = windows_rig.run(
                "python.exe", *arguments, f"--junitxml={windows_path(report)}", windows_path(NATIVE),
                cwd=ROOT, env=environment, timeout=360,
            )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        pytest.fail(f"the native tests did not end: {error.stdout!r}")
    assert report.exists(), done.stdout + done.stderr
    assert done.returncode in (0, 1), done.stdout + done.stderr  # 1: some failed
    results: dict[str, list[str]] = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - we wrote it
        stem = str(case.get("classname")).rpartition(".")[2]
        name = str(case.get("name")).partition("[")[0]
        texts = results.setdefault(f"{stem}::{name}", [])
        texts += [f"{case.get('name')}: {node.text}" for tag in ("failure", "error") for node in case.iter(tag)]
        texts += [f"skipped: {node.get('message')}" for node in case.iter("skipped")]
    over_released = [line for line in log.read_text().splitlines() if "over-release" in line] if log.exists() else []
    results["no COM object is released twice"] = over_released
    return results


@pytest.mark.wine
@pytest.mark.slow
@pytest.mark.parametrize("test", [*_tests(), "no COM object is released twice"])
def test_on_windows(test: str, outcomes: dict[str, list[str]]) -> None:
    assert test in outcomes, "it was not run"
    texts = outcomes[test]
    failures = [text for text in texts if not text.startswith("skipped")]
    assert not failures, "\n\n".join(failures)
    if texts:
        pytest.skip(texts[0])
