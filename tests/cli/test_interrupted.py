"""Ctrl+C before a command has begun: one line and the exit code that shells know, wherever it comes."""

import subprocess
import sys

import pytest

from ionia.cli import inspect
from ionia.cli.main import run

WHILE_IT_IS_IMPORTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the suite in the background ignores it
class Interrupts:
    @staticmethod
    def find_spec(name, path, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts)
from ionia.__main__ import main
sys.exit(main(["devices"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no process can send itself a Ctrl+C there")
@pytest.mark.parametrize("module", ["ionia.cli.main", "ionia.app", "numpy", "av"])
def test_while_it_starts(module: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", WHILE_IT_IS_IMPORTED, module], capture_output=True, check=False, timeout=120
    )
    assert (ended.stderr, ended.stdout) == (b"ionia-engine: interrupted.\n", b"")
    assert ended.returncode == 130


def test_while_it_works(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(inspect, "make_backends", interrupted)
    assert run(["devices"]) == 130
    assert capsys.readouterr().err == "ionia-engine: interrupted.\n"
