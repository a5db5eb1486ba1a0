"""Processes as the system says: whose children they are, what they are called, whether they are still there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ionia.platform.process_lines import all_processes, lives, process_line

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")


def test_a_child_descends_from_us_and_is_called_by_its_file(tmp_path: Path) -> None:
    program = tmp_path / "a (strange) name"
    shutil.copy(shutil.which("sleep") or "", program)
    with subprocess.Popen([program, "100"]) as child:
        try:
            # What it runs is there once the exec is over, which Popen waits for.
            line = process_line(child.pid)
            assert line[0].pid == child.pid
            assert program.name in line[0].names
            assert line[1].pid == os.getpid()
            assert line[-1].pid == 1
            assert line[0].started >= line[1].started
            assert line[0] in all_processes()
            assert lives(line[0])
        finally:
            child.kill()
        child.wait()
        assert process_line(child.pid) == ()
        assert not lives(line[0])


def test_nobody_has_no_line() -> None:
    assert process_line(0) == ()
    assert process_line(2**31 - 1) == ()
