"""Other programs that hold a recording's names, as virus scanners, sync clients and players do, on Windows itself."""

import contextlib
import ctypes
import threading
from collections.abc import Iterator
from ctypes import wintypes
from pathlib import Path

import pytest

from ionia.core.errors import IoniaError
from ionia.platform.windows_surroundings import allow_long_paths
from ionia.sinks import output_file
from ionia.sinks.media_files.new_file import NewFile
from ionia.sinks.mp4_repair import repair_file
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


def test_a_reader_that_shares_deletion_is_no_obstacle_where_windows_can(tmp_path: Path) -> None:
    """Wine can't: there, as on a FAT disk, it is waited for."""
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    output = begun(path)
    with held(path, SHARE_READ_WRITE | SHARE_DELETE) as error:
        assert error == 0
        published = output.publish()
    assert published or output.publish()
    output.close()
    assert path.read_bytes() == b"first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]


def test_one_file_in_every_spelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a folder with a long name"
    folder.mkdir()
    short = ctypes.create_unicode_buffer(300)
    assert kernel32.GetShortPathNameW(str(folder), short, len(short))
    spellings = [folder / "TAKE.MP4", folder / ".." / folder.name.upper() / "take.mp4", Path(short.value) / "Take.mp4"]
    if short.value != str(folder):  # a disk without 8.3 names
        assert "~" in short.value
    output = begun(folder / "Take.mp4")
    for published in (False, True):
        if published:
            assert output.publish() is True
            assert kernel32.GetShortPathNameW(str(folder / "Take.mp4"), short, len(short))
            spellings.append(Path(short.value))
        for spelling in spellings:
            with monkeypatch.context() as patch:
                patch.setattr(output_file, "_claims", {})  # another engine
                with pytest.raises(IoniaError, match="another session"):
                    OutputFile(str(spelling)).open()
    output.close()
    assert [entry.name for entry in folder.iterdir()] == ["Take.mp4"]


def test_below_deep_folders(tmp_path: Path) -> None:
    allow_long_paths()
    folder = tmp_path.joinpath(*["d" * 60] * 5)
    folder.mkdir(parents=True)
    path = folder / "take.mp4"
    assert len(str(path)) > 300
    output = begun(path)
    assert output.publish() is True
    output.append(b" second")
    output.close()
    assert path.read_bytes() == b"first second"
    path.unlink()


@pytest.mark.parametrize(
    ("path", "words", "hint"),
    [
        (r"%IONIA_FOLDER%\x.mp4", "%IONIA_FOLDER% isn't expanded here", r"Did you mean C:\somewhere\x.mp4?"),
        (r"~\x.mp4", "~ isn't expanded here", "Did you mean "),
        ("file:///C:/a%20b/x.mp4", "it is the address of a file", "Did you mean C:/a b/x.mp4?"),
        (r"C:\\no such folder\x.mp4", "does not exist", "Create the folder first."),
        ("🎬" * 128 + ".mp4", "260 characters, and 255 is the most", "Use a shorter name."),
        ("aux.mp4", "reserved by Windows", ""),
    ],
)
def test_words_for_what_can_not_be_recorded_to(
    path: str, words: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IONIA_FOLDER", r"C:\somewhere")
    with pytest.raises(IoniaError) as caught:
        OutputFile(path)
    assert words in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("path", ["NUL", "."])
def test_what_is_no_file_is_refused_in_one_sentence(path: str) -> None:
    with pytest.raises(IoniaError, match=r"[^.]\.$"):
        repair_file(path)


def test_a_jobs_file_waits_for_who_reads_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    with NewFile(str(path), overwrite=True) as made:
        made.write(b"new")
        with held(made.hidden) as error:
            assert error == SHARING_VIOLATION
        handle = kernel32.CreateFileW(str(path), READ, SHARE_READ_WRITE, None, EXISTING, 0, None)
        letting_go = threading.Timer(0.3, kernel32.CloseHandle, (handle,))
        letting_go.start()
        assert made.publish() == 3
        letting_go.join()
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]


def test_a_jobs_file_replaces_nothing_that_came(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    with NewFile(str(path), overwrite=False) as made:
        path.write_bytes(b"theirs")
        with pytest.raises(IoniaError, match="there is a file already"):
            made.publish()
    assert path.read_bytes() == b"theirs"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]
