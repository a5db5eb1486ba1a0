"""CPU time of this process and of those that it starts, while they live and afterwards."""

import subprocess
import sys

import pytest

from ionia.platform.processes import own_cpu_seconds

BURN = """
import subprocess, sys, time
if sys.argv[1:]:
    grandchild = subprocess.Popen([sys.executable, *sys.argv[2:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    grandchild.stdout.readline()
while time.process_time() < 0.15:
    pass
print(flush=True)
sys.stdin.read()
if sys.argv[1:]:
    grandchild.stdin.close()
    grandchild.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the time of a process is gone with it")
def test_children_and_their_children_count() -> None:
    before = own_cpu_seconds()
    command = [sys.executable, "-c", BURN, "child", "-c", BURN]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        living = own_cpu_seconds()
        child.stdin.close()
        child.wait()
    assert living - before > 0.25  # counted in hundredths, of two processes and two kinds
    assert own_cpu_seconds() >= living
