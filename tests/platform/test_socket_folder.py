"""What is swept is what engines have left that were killed, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ionia.platform.socket_folder import FOLDER_PREFIX, SOCKET, SocketFolder, sweep
from ionia.platform.unix_endpoint import UnixEndpoint

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Windows has no such folders")

NOBODY = 999_999_999
"""No process has this id."""

KILLED = """
import os, sys
from pathlib import Path
from ionia.platform.unix_endpoint import UnixEndpoint
UnixEndpoint(Path(sys.argv[1]))
os._exit(1)
"""


def test_what_a_killed_engine_left_is_swept_and_what_a_living_one_has_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: NOBODY)  # as in another container
        living = UnixEndpoint(tmp_path)
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, timeout=60)
    assert len(list(tmp_path.iterdir())) == 2
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == [Path(living.address).parent]
    assert Path(living.address).is_socket()
    living.close()
    assert list(tmp_path.iterdir()) == []


def test_links_and_folders_that_others_may_enter_are_left_alone(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir(0o700)
    (victim / SOCKET).touch()
    (tmp_path / f"{FOLDER_PREFIX}{NOBODY}-x").symlink_to(victim)
    (tmp_path / f"{FOLDER_PREFIX}{NOBODY}-file").touch()
    open_to_all = tmp_path / f"{FOLDER_PREFIX}{NOBODY}-y"
    open_to_all.mkdir()
    open_to_all.chmod(0o755)
    (open_to_all / SOCKET).touch()
    before = sorted(tmp_path.rglob("*"))
    sweep(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = tmp_path / f"{FOLDER_PREFIX}{NOBODY}-x"
    left.mkdir(0o700)
    with monkeypatch.context() as patch:
        patch.setattr(os, "getuid", lambda: left.stat().st_uid + 1)
        sweep(tmp_path)
    assert left.exists()
    sweep(tmp_path)
    assert not left.exists()


def test_one_that_is_swept_before_it_is_locked_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, swept = os.open, []

    def after_a_sweep(path: Path, flags: int) -> int:
        if not swept:
            swept.append(path)
            path.rmdir()
        return opened(path, flags)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", after_a_sweep)
        folder = SocketFolder(tmp_path)
    assert list(tmp_path.iterdir()) == [folder.path] != swept
    folder.remove()
    folder.remove()
    assert list(tmp_path.iterdir()) == []
