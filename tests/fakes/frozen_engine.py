"""The frozen engine as tests use it: made when its sources have changed, started as its users start it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.engine_process import EngineProcess
from tests.fakes.windows_rig import ROOT, WindowsRig, windows_path
from tests.fakes.wire_schema import wire_schema

DRIVER = ROOT / "tests" / "e2e" / "drive_engine.js"
FREEZE_TIMEOUT_S = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenEngine:
    """One system's frozen engine. `folder` holds the program."""

    folder: Path
    rig: WindowsRig | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def system(self) -> str:
        """ "linux" or "windows"."""
        return "linux" if self.rig is None else "windows"

    @property
    def program(self) -> Path:
        """The program's file."""
        return self.folder / ("ionia-engine" if self.rig is None else "ionia-engine.exe")

    def command(self, *arguments: str) -> list[str]:
        """The command line that starts it."""
        return [str(self.program), *arguments] if self.rig is None else self.rig.command(self.program, *arguments)

    def path(self, path: Path) -> str:
        """A path of this machine as the engine sees it."""
        return str(path) if self.rig is None else windows_path(path)

    def base_environment(self) -> dict[str, str]:
        """What it is started with."""
        base = dict(os.environ) if self.rig is None else self.rig.environment()
        return {**base, **self.environment}

    def start(self, **environment: str) -> EngineProcess:
        """The JSON-RPC server."""
        if self.rig is None:
            return EngineProcess({**self.environment, **environment}, command=self.command())
        # EngineProcess adds to this process' environment: what must not be there is emptied, which the rig takes so.
        hidden = {"DISPLAY": "", "PULSE_SERVER": ""}
        return EngineProcess({**hidden, **self.environment, **environment}, command=self.command())

    def run(self, *arguments: str, timeout: float = 120, **options: object) -> "subprocess.CompletedProcess[str]":
        """A sub-command, to its end."""
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            self.command(*arguments), capture_output=True, text=True, check=False, timeout=timeout,
            stdin=subprocess.DEVNULL, env=self.base_environment(), **options,
        )  # fmt: skip

    def drive_from_node(self, method: str, params: dict[str, object], *, seconds: float) -> tuple[dict[str, Any], str]:
        """A whole session ("recorder" or "streamer") by a Node program: what it saw, and all text that was printed."""
        if shutil.which("node") is None:
            pytest.skip("Node.js is not installed")
        plan = {"command": self.command(), "method": method, "params": params, "seconds": seconds}
        done = subprocess.run(
            ["node", str(DRIVER), json.dumps(plan)],
            capture_output=True, text=True, check=False, timeout=60, env=self.base_environment(),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        summary = json.loads(done.stdout)
        for said in summary["said"]:
            assert wire_schema().complaints(said["message"], said["method"]) == []
        return summary, done.stdout + done.stderr


def freeze(system: str, rig: WindowsRig | None = None) -> FrozenEngine:
    """Freeze if need be. Skips where PyInstaller is missing."""
    if rig is None and sys.platform != "linux":
        pytest.skip("the frozen engine is tested on Linux")
    if rig is None:
        pytest.importorskip("PyInstaller", reason="the extra `freeze` is not installed")
    more = [] if rig is None else ["--windows"]
    done = subprocess.run(
        [sys.executable, str(ROOT / "build" / "freeze.py"), "--if-changed", *more],
        check=False, capture_output=True, text=True, timeout=FREEZE_TIMEOUT_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return FrozenEngine(folder=ROOT / "dist" / system / "ionia-engine", rig=rig)
