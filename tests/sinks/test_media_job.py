"""A job's process from the engine's side: one that can't take its request leaves nothing behind."""

import subprocess
import sys
from typing import Any

import pytest

from ionia.core.media_request import FinalizeRequest
from ionia.sinks import media_job

DEAF = "import os, time; os.close(0); print('deaf', flush=True); time.sleep(60)"


def test_a_process_that_takes_no_request_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def dead(_: list[str], **options: Any) -> subprocess.Popen[bytes]:
        process = real([sys.executable, "-c", DEAF], **options)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"deaf"
        return process

    real = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", dead)
    with pytest.raises(BrokenPipeError):
        media_job.MediaJob(FinalizeRequest(path="a.mp4"))
    (process,) = started
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.returncode is not None
    assert process.stdin.closed
    assert process.stdout.closed
