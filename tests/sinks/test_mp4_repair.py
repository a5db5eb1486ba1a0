"""Crashed recordings become ordinary files, and play at every step on the way."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.mp4.finalize import Repair
from ionia.core.warning import NO_FACTS, FileTouched, WarningCode, WarningFacts
from ionia.sinks import mp4_repair, output_file
from ionia.sinks.file_lock import lock_file
from ionia.sinks.hidden_file import hidden_path, leftovers
from ionia.sinks.mp4_file import Mp4File
from ionia.sinks.mp4_repair import Repaired, repair_file
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.media_check import decode_luma, decode_sound, file_facts, top_level_boxes

ORDINARY = ["ftyp", "mdat", "moov"]


def crashed(path: Path, frames: int = 100) -> None:
    """A recording as it is when its process was killed."""
    clip = encoded_clip(frames)
    sink = Mp4File(str(path.with_name("victim.mp4")))
    sink.open(clip.header)
    sink.write(clip.packets)
    shutil.copyfile(path.with_name("victim.mp4"), path)
    sink.close()
    path.with_name("victim.mp4").unlink()


def kinds(path: Path) -> list[str]:
    return [kind for kind, _ in top_level_boxes(path.read_bytes())]


def refused(path: Path) -> str:
    with pytest.raises(IoniaError) as caught:
        repair_file(str(path))
    assert caught.value.kind is ErrorKind.MEDIA_FAILED
    return caught.value.message


def test_a_crashed_recording_becomes_an_ordinary_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    crashed(path)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    pictures, sound = decode_luma(path), decode_sound(path)
    assert "moof" in kinds(path)
    told: list[float] = []
    done = repair_file(str(path), told.append)
    assert done == Repaired(path=str(path), seconds=90 / 30, size=path.stat().st_size, changed=True)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert kinds(path) == ORDINARY
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(90))
    assert [pts // 512 for pts in facts.video.keyframes] == [0, 60]
    after = decode_luma(path)
    assert all((a[1] == b[1]).all() for a, b in zip(pictures, after, strict=True))
    assert (decode_sound(path).samples == sound.samples[: len(decode_sound(path).samples)]).all()
    assert path.stat().st_mtime == 1_700_000_000
    assert repair_file(str(path)).changed is False


@pytest.mark.ffprobe
def test_ffmpeg_decodes_a_repaired_file_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    crashed(path)
    path.write_bytes(path.read_bytes()[:-100])  # and torn
    assert repair_file(str(path)).changed
    command = ["ffmpeg", "-v", "warning", "-i", str(path), "-f", "null", "-"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, stdin=subprocess.DEVNULL)
    assert result.stderr == ""
    assert file_facts(path).video.frame_indexes == list(range(75))


def test_it_plays_after_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this process was killed after."""
    path, between = tmp_path / "a.mp4", tmp_path / "between.mp4"
    crashed(path)
    with path.open("ab") as file:
        file.write(b"\0\0\1\0free torn")
    seen: list[int] = []
    fsync = os.fsync

    def look(descriptor: int) -> None:
        fsync(descriptor)
        shutil.copyfile(path, between)
        seen.append(len(decode_luma(between)))

    monkeypatch.setattr(os, "fsync", look)
    repair_file(str(path))
    assert seen == [90, 90]


def test_a_full_disk_leaves_the_file_as_it_played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    crashed(path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "no space left" in refused(path)
    assert path.read_bytes() == before


def test_what_can_not_be_repaired_is_said_and_left_alone(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "none.mp4")
    assert "directory" in refused(tmp_path)
    other = tmp_path / "other.mp4"
    for data, words in ((b"", "it is empty"), (b"RIFF    WAVE    ", "it is not an MP4 file")):
        other.write_bytes(data)
        assert words in refused(other)
        assert other.read_bytes() == data


def test_a_file_that_is_being_recorded_is_left_alone(tmp_path: Path) -> None:
    clip, path = encoded_clip(), tmp_path / "a.mp4"
    sink = Mp4File(str(path))
    sink.open(clip.header)
    sink.write(clip.packets)
    assert "it is being recorded" in refused(path)
    sink.close()
    assert repair_file(str(path)).changed is False


def test_a_recording_that_never_got_to_its_path_gets_a_name(tmp_path: Path) -> None:
    hidden = tmp_path / ".ionia-0123456789abcdef.part"
    for name in ("recovered_2023-11-14T22-13-20Z.mp4", "recovered_2023-11-14T22-13-20Z_1.mp4"):
        crashed(hidden)
        os.utime(hidden, (1_700_000_000, 1_700_000_000))
        assert leftovers(tmp_path) == [hidden]
        assert repair_file(str(hidden)).path == str(tmp_path / name)
        assert kinds(tmp_path / name) == ORDINARY
        assert leftovers(tmp_path) == []


def test_a_take_that_never_got_to_its_path_survives_the_next_one_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    hidden = hidden_path(path, 0)
    crashed(hidden)
    before = hidden.read_bytes()
    told: list[tuple[str, str]] = []

    def warn(code: WarningCode, _: str, facts: WarningFacts = NO_FACTS, /) -> None:
        assert isinstance(facts, FileTouched)
        told.append((code.value, facts.path))

    clip = encoded_clip()
    sink = Mp4File(str(path), warn)
    sink.open(clip.header)
    assert told == [("file_leftover", str(hidden))]
    with pytest.raises(IoniaError, match="another session"):
        Mp4File(str(path)).open(clip.header)
    sink.write(clip.packets)
    sink.close()
    assert hidden.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [hidden, path]


def recorded(path: Path) -> None:
    clip = encoded_clip()
    sink = Mp4File(str(path))
    sink.open(clip.header)
    sink.write(clip.packets)
    sink.close()


@pytest.mark.parametrize("leftover", [True, False])
def test_a_take_begins_while_what_is_in_its_way_is_repaired(tmp_path: Path, leftover: bool) -> None:
    """What is repaired is another take's rest beside the path, or what is at the path and was to be replaced."""
    path = tmp_path / "a.mp4"
    broken = hidden_path(path, 0) if leftover else path
    crashed(broken)
    os.utime(broken, (1_700_000_000, 1_700_000_000))
    once: list[float] = []

    def progress(fraction: float) -> None:
        if not once:
            once.append(fraction)
            recorded(path)

    done = repair_file(str(broken), progress)
    assert once
    assert (done.changed, done.seconds) == (True, 3.0)
    assert kinds(path) == ORDINARY
    assert len(file_facts(path).video.frame_indexes) == 100
    assert path.stat().st_mtime > 1_700_000_000
    if leftover:
        assert kinds(Path(done.path)) == ORDINARY
        assert len(file_facts(Path(done.path)).video.frame_indexes) == 90
    assert sorted(tmp_path.iterdir()) == sorted({path, Path(done.path)})


def test_two_repairs_of_one_file_are_not_at_work_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    crashed(path)
    words: list[str] = []
    repair_file(str(path), lambda _: words.append(refused(path)) if not words else None)
    assert "it is being recorded" in words[0]
    assert repair_file(str(path)).changed is False


def test_a_look_at_a_leftover_refuses_no_recording(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    hidden = hidden_path(path, 0)
    hidden.touch()
    with hidden.open("r+b", buffering=0) as looker:
        assert lock_file(looker, shared=True)
        recorded(path)
    assert kinds(path) == ORDINARY


def test_the_moment_in_which_a_repair_begins_is_waited_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    crashed(hidden_path(path, 0))
    holder = hidden_path(path, 0).open("r+b", buffering=0)
    assert lock_file(holder)

    class Moment:
        def __init__(self, _: object) -> None: ...

        def wait_until(self, _: int) -> bool:
            holder.close()
            return False

    monkeypatch.setattr(output_file, "StopSignal", Moment)
    recorded(path)
    assert kinds(path) == ORDINARY


def test_a_recording_that_has_begun_at_the_path_is_refused(tmp_path: Path) -> None:
    """As by another process, which has no claim in this one."""
    path = tmp_path / "a.mp4"
    with hidden_path(path, 0).open("x+b", buffering=0) as other:
        assert lock_file(other)
        with pytest.raises(IoniaError, match="another session"):
            recorded(path)


def test_a_progress_that_ends_the_job_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    crashed(path)
    before = path.read_bytes()

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repair_file(str(path), stop)
    assert path.read_bytes() == before


def test_the_command_line_repairs_each(tmp_path: Path) -> None:
    first, second = tmp_path / "a.mp4", tmp_path / "none.mp4"
    crashed(first)
    command = [sys.executable, "-m", "ionia", "repair", str(first), str(second), str(first)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith(f"Repaired {first}: 0:00:03, ")
    assert done.stdout.splitlines()[1] == f"{first} is whole."
    assert done.stderr.startswith(f"ionia-engine: Nothing could be done with {second}: no such file")


def test_steps_are_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"0123456789")
    with path.open("r+b", buffering=0) as file:
        steps = Repair(cut_to=6, tail=b"TAIL", patch_offset=1, patch=b"ab", seconds=1.0)
        mp4_repair._carry_out(file, steps)
    assert path.read_bytes() == b"0ab345TAIL"
