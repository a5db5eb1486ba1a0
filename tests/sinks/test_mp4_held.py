"""Another program holds the name that a recording is to have: it goes on, is told, and gets its name when it can."""

import errno
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.publication import PATIENCE_NS
from ionia.core.warning import NO_FACTS, FileTouched, WarningCode, WarningFacts
from ionia.sinks import mp4_file, output_file
from ionia.sinks.hidden_file import hidden_path
from ionia.sinks.mp4_file import Mp4File
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.media_check import file_facts, top_level_boxes


class Holder:
    """Refuses `times` renames, as Windows does while a player has the old file open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        self.left = times
        rename = Path.replace

        def replace(path: Path, target: Path) -> Path:
            if self.left:
                self.left -= 1
                raise PermissionError(errno.EACCES, "Permission denied")
            return rename(path, target)

        monkeypatch.setattr(Path, "replace", replace)


class SteppedClock:
    """Half a second passes with each look."""

    def __init__(self) -> None:
        self.at_ns = 0

    def now_ns(self) -> int:
        self.at_ns += 500_000_000
        return self.at_ns


def recorded(path: Path) -> tuple[list[tuple[str, str]], IoniaError | None]:
    """A take of ten seconds; what was warned of, and what its end raised."""
    clip, told = encoded_clip(300), []

    def warn(code: WarningCode, _: str, facts: WarningFacts = NO_FACTS, /) -> None:
        assert isinstance(facts, FileTouched)
        told.append((code.value, facts.moved_to))

    sink = Mp4File(str(path), warn)
    sink._clock = SteppedClock()  # type: ignore[assignment]
    sink.open(clip.header)
    sink.write(clip.packets)
    try:
        sink.close()
    except IoniaError as error:
        return told, error
    return told, None


def assert_whole(path: Path) -> None:
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]
    assert file_facts(path).video.frame_indexes == list(range(300))


def test_a_short_hold_is_waited_for_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    Holder(monkeypatch, 4)
    assert recorded(path) == ([], None)
    assert_whole(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_longer_one_is_told_with_the_name_that_it_goes_on_under(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    Holder(monkeypatch, 8)
    told, error = recorded(path)
    assert (told, error) == ([("file_held", str(hidden_path(path, 0)))], None)
    assert_whole(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_hold_to_the_end_keeps_both_files_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    Holder(monkeypatch, 1 << 30)
    told, error = recorded(path)
    hidden = hidden_path(path, 0)
    assert told == [("file_held", str(hidden))]
    assert error is not None
    assert error.kind is ErrorKind.OUTPUT_FAILED
    assert error.message == (
        f"The recording is not at {path}, which another program holds: it is complete and is {hidden}."
    )
    assert_whole(hidden)
    assert path.read_bytes() == b"old"


def test_the_end_waits_for_the_name_and_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mp4"
    fragments = 300 // 15
    Holder(monkeypatch, fragments + 1)
    assert PATIENCE_NS > 2 * mp4_file._RETRY_NS
    told, error = recorded(path)
    assert ([code for code, _ in told], error) == (["file_held"], None)
    assert_whole(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of handles that is met")
@pytest.mark.parametrize("old", [False, True])
def test_a_take_gets_its_name_although_no_file_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bool
) -> None:
    path, refusals = tmp_path / "take.mp4", 5
    if old:
        path.write_bytes(b"an old take")
    opening = output_file._open

    def refuse(which: Path, *, create: bool) -> BinaryIO:
        nonlocal refusals
        if not create and refusals and which == path and sink.writing:
            refusals -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return opening(which, create=create)

    class Sink(Mp4File):
        writing = False

    monkeypatch.setattr(output_file, "_open", refuse)
    clip = encoded_clip(300)
    sink = Sink(str(path), lambda *_: None)
    sink.open(clip.header)
    sink.writing = True
    sink.write(clip.packets)
    assert sink.published
    sink.close()
    assert [one.name for one in tmp_path.iterdir()] == ["take.mp4"]
    assert len(file_facts(path).video.pts) == 300
