"""Other programs that hold a recording's names, as virus scanners, sync clients and players do, on Windows itself."""

import contextlib
import ctypes
from collections.abc import Iterator
from ctypes import wintypes
from pathlib import Path

import pytest

from ionia.core.errors import IoniaError
from ionia.sinks.output_file import OutputFile

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
kernel32.CreateFileW.restype = wintypes.HANDLE
kernel32.CreateFileW.argtypes = (
    wintypes.LPCWSTR,
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.c_void_p,
    wintypes.DWORD,
    wintypes.DWORD,
    wintypes.HANDLE,
)
kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
INVALID = ctypes.c_void_p(-1).value
READ, SHARE_READ_WRITE, SHARE_DELETE, EXISTING = 0x8000_0000, 3, 4, 3
SHARING_VIOLATION = 32


@contextlib.contextmanager
def held(path: Path, share: int = SHARE_READ_WRITE) -> Iterator[int]:
    """Another program has the file open for reading; gives the error with which it was refused, or 0."""
    handle = kernel32.CreateFileW(str(path), READ, share, None, EXISTING, 0, None)
    refused = handle in (None, INVALID)
    error = ctypes.get_last_error() if refused else 0
    try:
        yield error
    finally:
        if not refused:
            kernel32.CloseHandle(handle)


def begun(path: Path) -> OutputFile:
    output = OutputFile(str(path))
    output.open()
    output.append(b"first")
    return output


def test_nobody_gets_between_us_and_the_rename(tmp_path: Path) -> None:
    output = begun(tmp_path / "a.mp4")
    with held(output.hidden) as error:
        assert error == SHARING_VIOLATION
    with held(output.hidden, SHARE_READ_WRITE | SHARE_DELETE) as error:
        assert error == 0
        assert output.publish() is True
    output.append(b" second")
    output.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"first second"


def test_players_may_read_what_is_recorded_and_nobody_may_take_it_away(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    output = begun(path)
    assert output.publish() is True
    with held(path) as error:
        assert error == 0
    with pytest.raises(PermissionError):
        path.unlink()
    with pytest.raises(IoniaError, match="another session"):
        OutputFile(str(path)).open()
    output.append(b" second")
    output.close()
    assert path.read_bytes() == b"first second"


def test_a_file_that_a_player_holds_is_refused_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    with held(path) as error:
        assert error == 0
        with pytest.raises(IoniaError, match="another program has the file open"):
            OutputFile(str(path)).open()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]
    output = begun(path)
    assert output.publish() is True
    output.close()
    assert path.read_bytes() == b"first"


def test_a_player_that_opens_the_old_file_later_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    output = begun(path)
    with held(path):
        assert output.publish() is False
        output.append(b" second")
    assert output.publish() is True
    output.close()
    assert path.read_bytes() == b"first second"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]


def test_a_name_that_never_comes_free_leaves_both(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    output = begun(path)
    with held(path):
        assert output.publish() is False
        output.close()
        assert path.read_bytes() == b"old"
        assert output.hidden.read_bytes() == b"first"


def test_a_scanner_on_what_a_crash_left_costs_another_name(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    first = OutputFile(str(path))
    first.hidden.write_bytes(b"")
    with held(first.hidden):
        output = begun(path)
        assert output.hidden != first.hidden
        assert output.publish() is True
        output.close()
    assert path.read_bytes() == b"first"
