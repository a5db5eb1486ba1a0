"""The Windows pipe of a preview, on the rig: Windows' Python with Windows' calls."""

from pathlib import Path

import pytest

from tests.fakes.windows_rig import ROOT, WindowsRig, windows_path, windows_rig

__all__ = ["windows_rig"]  # a fixture
pytestmark = [pytest.mark.wine]

PROGRAM = """
import os, sys, threading
sys.path.insert(0, sys.argv[1])
from ionia.platform.endpoints import open_endpoint

WAIT = 30
endpoint = open_endpoint()
picture = os.urandom(300_000)

def read():
    with open(endpoint.address, "r+b", buffering=0) as reader:
        reader.write(b"token")
        got = b""
        while len(got) < len(picture):
            got += reader.read(65536)
        assert got == picture

for _ in range(2):  # one reader after the other
    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    happened = endpoint.wait(WAIT)
    assert happened.came
    received = happened.received
    while not received:
        received = endpoint.wait(WAIT).received
    assert received == b"token"
    endpoint.send(picture)
    gone = False  # said once, perhaps together with the end of what was sent
    while not gone:
        gone = endpoint.wait(WAIT).gone
    assert endpoint.unsent == 0
    thread.join()
threading.Timer(0, endpoint.wake).start()
endpoint.wait(None)
with open(endpoint.address, "r+b", buffering=0):
    assert endpoint.wait(WAIT).came
    for _ in range(20):
        endpoint.send(picture)  # nobody reads, nobody waits
    try:
        open(endpoint.address, "r+b", buffering=0)
    except OSError:
        print("one at a time")
    endpoint.drop()
    assert endpoint.unsent == 0
endpoint.close()
endpoint.wake()
print("done")

sys.path.insert(0, sys.argv[2])
from tests.fakes.windows_handles import open_handles

def opened():
    endpoint = open_endpoint()
    endpoint.close()
    return open_handles()

before = opened()
print(all(opened() <= before for _ in range(5)))
"""


def test_it_is_read_by_one_at_a_time_and_waits_for_nobody(windows_rig: WindowsRig, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    ended = windows_rig.run("python.exe", windows_path(program), windows_path(ROOT / "engine"), windows_path(ROOT))
    assert ended.stdout.split("\n")[:3] == ["one at a time", "done", "True"], ended.stderr
