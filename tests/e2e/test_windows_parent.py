"""However a Windows program ends that records and streams through the drop-in: its recording is an ordinary file, and
its stream ends as one that was stopped."""

import subprocess
import time
from pathlib import Path

import pytest

from tests.fakes.frozen_engine import FrozenEngine, freeze
from tests.fakes.media_check import file_facts, top_level_boxes
from tests.fakes.rtmp_server import rtmp_server
from tests.fakes.windows_node import windows_node
from tests.fakes.windows_rig import ROOT, WindowsRig, windows_path, windows_rig

__all__ = ["windows_rig"]  # a fixture
pytestmark = [pytest.mark.wine, pytest.mark.slow]

CALLER = ROOT / "tests" / "e2e" / "ending_caller.cjs"
ADDON = ROOT / "electron-shell" / "addon"
DEADLINE_S = 60.0


@pytest.fixture(scope="module")
def frozen(windows_rig: WindowsRig) -> FrozenEngine:
    return freeze("windows", windows_rig)


def kinds_of_boxes(path: Path) -> set[str]:
    return {kind for kind, _ in top_level_boxes(path.read_bytes())} if path.exists() else set()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("how", ["exit", "end", "throw", "kill"])
def test_a_caller_that_ends_leaves_an_ordinary_file_and_no_stream(
    how: str, frozen: FrozenEngine, tmp_path: Path
) -> None:
    """Node ends its children with itself on Windows, unless they are detached: the engine is to finish first."""
    assert frozen.rig is not None
    path = tmp_path / "take.mp4"
    # Node can't open a pipe of Wine's as its stdout
    with (tmp_path / "said").open("w+") as said, rtmp_server() as server:
        done = subprocess.run(
            frozen.rig.command(
                windows_node(), windows_path(CALLER), windows_path(ADDON), windows_path(path), server.url(), how
            ),
            env=frozen.rig.environment(IONIA_ENGINE=windows_path(frozen.program), IONIA_STREAM_WAIT="0"),
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False, timeout=120,
        )  # fmt: skip
        said.seek(0)
        words = said.read()
        assert (done.returncode == 0) == (how in ("exit", "end")), words
        assert how != "throw" or "a bug of the caller's" in words
        (publication,) = server.publications
        server.wait_for(lambda: publication.over)
        assert publication.commands[-1] == "deleteStream"  # and not a connection that broke
    until = time.monotonic() + DEADLINE_S
    while "moof" in (boxes := kinds_of_boxes(path)) or "moov" not in boxes:
        assert time.monotonic() < until, boxes
        time.sleep(0.1)
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert facts.video.end_seconds >= 1
    assert facts.audio is not None
