"""Every path a user may give: it records there, or says in one line why not."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.sinks import output_file
from ionia.sinks.hidden_file import hidden_path
from ionia.sinks.mp4_file import Mp4File
from ionia.sinks.output_file import OutputFile
from ionia.sinks.output_path import free_bytes, part_path, resolve_output, windows_name_problem
from ionia.sinks.sidecar import check_sidecar
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.media_check import file_facts

as_user = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")


def refused(path: str) -> str:
    """The message with which a path is refused."""
    with pytest.raises(IoniaError) as caught:
        Mp4File(path).open(encoded_clip(40).header)
    assert caught.value.kind is ErrorKind.OUTPUT_FAILED
    assert len(caught.value.message) < 700
    assert "\n" not in caught.value.message
    caught.value.message.encode()
    return caught.value.message


@pytest.mark.parametrize(
    "name", ["plain.mp4", "with space.mp4", "日本 ünï 🎬.mp4", "no-extension", "-x.mp4", "ä" * 125]
)
def test_names_that_work(tmp_path: Path, name: str) -> None:
    clip = encoded_clip(40)
    sink = Mp4File(str(tmp_path / name))
    sink.open(clip.header)
    sink.write(clip.packets)
    sink.close()
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert len(file_facts(tmp_path / name).video.pts) == 40


def test_what_a_shell_would_understand_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    with pytest.raises(IoniaError, match="~ isn't expanded here") as caught:
        Mp4File("~/Videos/x.mp4")
    assert caught.value.hint == f"Did you mean {tmp_path / 'me' / 'Videos' / 'x.mp4'}?"
    assert "address of a file" in refused("file:///tmp/x.mp4")
    assert "$HOME isn't expanded" in refused("$HOME/x.mp4")
    (tmp_path / "~").mkdir()  # a legal name: who made it means it
    Mp4File("~/x.mp4")


def test_names_that_do_not(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert "empty" in refused("")
    assert "NUL" in refused(str(tmp_path / "a\0b.mp4"))
    assert "does not exist" in refused(str(tmp_path / "missing" / "a.mp4"))
    assert "is a folder" in refused(str(tmp_path))
    assert "names a folder" in refused(str(tmp_path / "a") + "/")
    assert "not an ordinary file" in refused("/dev/null")
    assert "256 bytes, and 255 is the most" in refused(str(tmp_path / ("a" * 256)))
    assert "too long" in refused(str(tmp_path / ("a" * 100_000)))
    assert refused(str(tmp_path / "file" / "a.mp4"))
    assert "encoding" in refused(str(tmp_path / "\ud800.mp4"))
    assert "\\n" in refused(str(tmp_path / "no" / "a\nb.mp4"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux has them")
def test_an_open_file_is_no_name(tmp_path: Path) -> None:
    """A recording would take its place, and whoever writes to it went on where nobody finds it."""
    (tmp_path / "link.mp4").symlink_to("again.mp4")
    with (tmp_path / "log").open("wb") as log:
        number = f"/proc/self/fd/{log.fileno()}"
        (tmp_path / "again.mp4").symlink_to(number)
        for path in (number, f"/dev/fd/{log.fileno()}", str(tmp_path / "link.mp4")):
            assert "an open file's number" in refused(path)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["again.mp4", "link.mp4", "log"]


@as_user
def test_places_without_permission(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    assert "not writable" in refused(str(folder / "a.mp4"))
    (tmp_path / "file.mp4").write_bytes(b"")
    (tmp_path / "file.mp4").chmod(0o444)
    assert "write-protected" in refused(str(tmp_path / "file.mp4"))


def test_permissions_are_asked_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "not writable" in refused(str(tmp_path / "a.mp4"))
    (tmp_path / "file.mp4").write_bytes(b"")
    assert "write-protected" in refused(str(tmp_path / "file.mp4"))


def test_a_path_is_recorded_by_one_session_at_a_time(tmp_path: Path) -> None:
    clip = encoded_clip(40)
    path = tmp_path / "a.mp4"
    link = tmp_path / "link.mp4"
    link.symlink_to(path)
    first = Mp4File(str(path))
    first.open(clip.header)
    assert "another session" in refused(str(link))
    first.write(clip.packets)
    assert "another session" in refused(str(path))
    first.close()
    again = Mp4File(str(link))
    again.open(clip.header)
    again.write(clip.packets)
    again.close()
    assert link.is_symlink()
    assert len(file_facts(link).video.pts) == 40


@pytest.mark.parametrize("published", [False, True])
def test_another_process_is_refused_until_the_first_is_gone(tmp_path: Path, published: bool) -> None:
    path = tmp_path / "a.mp4"
    script = (
        "import sys\n"
        "from ionia.sinks.output_file import OutputFile\n"
        "output = OutputFile(sys.argv[1])\n"
        "output.open()\n"
        "output.append(b'data')\n"
        "if sys.argv[2] == 'True': output.publish()\n"
        "sys.stdout.write('open\\n'); sys.stdout.flush()\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, str(path), str(published)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"open\n"
        assert "another session" in refused(str(path))
        process.kill()
        process.wait()
    output = OutputFile(str(path))
    output.open()
    assert output.size == 0
    output.close()


def test_what_goes_wrong_at_the_rename_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    output = OutputFile(str(folder / "a.mp4"))
    output.open()
    output.append(b"data")
    for entry in folder.iterdir():
        entry.unlink()
    folder.rmdir()
    with pytest.raises(IoniaError) as caught:
        output.publish()
    assert caught.value.kind is ErrorKind.OUTPUT_FAILED
    output.close()


class Broken:
    """A file on a disk that was pulled out."""

    def __getattr__(self, name: str) -> Callable[..., int]:
        def fail(*_: object) -> int:
            raise OSError(errno.EIO, "Input/output error")

        return fail


def test_a_disk_that_is_gone_is_told_by_every_step(tmp_path: Path) -> None:
    output = OutputFile(str(tmp_path / "a.mp4"))
    output.open()
    real, output._file = output._file, Broken()  # type: ignore[assignment]
    for step in (lambda: output.append(b"x"), lambda: output.patch(0, b"x"), output.close):
        with pytest.raises(IoniaError, match="input/output error"):
            step()
    assert real
    real.close()
    output.open()
    output._file, real = Broken(), output._file  # type: ignore[assignment]
    output.discard()
    assert real
    real.close()


def test_a_part_that_cannot_be_opened_releases_the_claim(tmp_path: Path) -> None:
    output = OutputFile(str(tmp_path / "a.mp4"))
    output._hidden.mkdir()
    for _ in range(2):
        with pytest.raises(IoniaError, match="directory"):
            output.open()
    output._hidden.rmdir()
    output.open()
    output.close()


def test_a_closed_file_takes_nothing_more(tmp_path: Path) -> None:
    output = OutputFile(str(tmp_path / "a.mp4"))
    with pytest.raises(IoniaError, match="not open"):
        output.append(b"x")
    output.discard()
    output.close()


@pytest.mark.parametrize(
    "name", ["CON", "nul.mp4", "Com1.mp4", "LPT9 .x.mp4", "a:b.mp4", "what?.mp4", "a.", "b ", "a\x07"]
)
def test_names_that_windows_refuses(name: str) -> None:
    assert windows_name_problem(name)
    with pytest.raises(IoniaError):
        resolve_output(name, platform="win32")


@pytest.mark.parametrize("name", ["console.mp4", "com.mp4", "COM10.mp4", "nully", "a.b.mp4", "über.mp4"])
def test_names_that_windows_takes(name: str) -> None:
    assert windows_name_problem(name) == ""


def test_free_space_of_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    assert free_bytes(str(tmp_path / "a.mp4")) > 0
    assert free_bytes(str(tmp_path)) > 0


def test_one_file_in_two_spellings_where_the_folder_knows_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a USB stick: the hidden file is found by another case of its name."""
    names = ("Take.mp4", "TAKE.MP4")
    for name in names:
        hidden = hidden_path(tmp_path / name, 0)
        hidden.with_name(hidden.name.swapcase()).symlink_to(hidden)
    first = OutputFile(str(tmp_path / names[0]))
    first.open()
    assert first.hidden == hidden_path(tmp_path / "take.mp4", 0)
    monkeypatch.setattr(output_file, "_claims", {})  # another engine
    assert "another session" in refused(str(tmp_path / names[1]))
    first.append(b"data")
    assert first.publish()
    first.close()


def test_two_files_where_the_folder_knows_two(tmp_path: Path) -> None:
    outputs = [OutputFile(str(tmp_path / name)) for name in ("Take.mp4", "TAKE.MP4")]
    for output in outputs:
        output.open()
        output.append(b"data")
        assert output.publish()
    for output in outputs:
        output.close()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["TAKE.MP4", "Take.mp4"]


def test_one_file_by_a_folder_that_is_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    first = OutputFile(str(tmp_path / "real" / "a.mp4"))
    first.open()
    monkeypatch.setattr(output_file, "_claims", {})  # another engine
    assert "another session" in refused(str(tmp_path / "link" / "a.mp4"))
    first.close()


def test_another_name_of_a_file_that_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = OutputFile(str(tmp_path / "a.mp4"))
    first.open()
    first.append(b"data")
    assert first.publish()
    (tmp_path / "b.mp4").hardlink_to(tmp_path / "a.mp4")
    monkeypatch.setattr(output_file, "_claims", {})  # another engine
    assert "another session" in refused(str(tmp_path / "b.mp4"))
    first.close()


def test_names_that_are_full_leave_room_for_what_follows(tmp_path: Path) -> None:
    full = tmp_path / ("a" * 251 + ".mp4")
    assert Path(part_path(str(full), 1)).name == "a" * 249 + "-2.mp4"
    with pytest.raises(IoniaError, match="no room for its sidecar"):
        check_sidecar(str(full))
    check_sidecar(str(tmp_path / ("a" * 241 + ".mp4")))


def test_an_address_is_told_where_the_system_calls_it_a_wrong_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> os.stat_result:
        error = OSError(errno.EINVAL, "The filename, directory name, or volume label syntax is incorrect")
        error.winerror = 123
        raise error

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "stat", refuse)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert "address of a file" in refused("file:///C:/x.mp4")


def test_a_path_that_the_system_can_not_follow_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> str:
        raise OSError(errno.EINVAL, "More data available")

    monkeypatch.setattr(os.path, "realpath", refuse)
    assert resolve_output(str(tmp_path / "a" / ".." / "b.mp4")) == tmp_path / "b.mp4"
