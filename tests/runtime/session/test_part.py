"""A file's notes: what comes late costs nothing that is there."""

import errno
from functools import partial
from pathlib import Path

import pytest

from ionia.core.disk_space import DiskWatch, GrowthRate
from ionia.core.mp4.tags import FileTags
from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts
from ionia.runtime.session import part
from ionia.runtime.session.disk_eye import DiskEye
from ionia.runtime.session.part import Notes, Part
from ionia.sinks.sidecar import Sidecar, sidecar_path
from tests.fakes.media import HEADER, FakeFile, video_packet


def quiet(_code: WarningCode, _message: str, _facts: WarningFacts = NO_FACTS, /) -> None: ...


def publish(sink: FakeFile) -> None:
    sink.published = True


def earlier(folder: Path) -> tuple[str, Path]:
    """A path to record to, and the sidecar that a recording there has already."""
    recording = str(folder / "take.mp4")
    sidecar_path(recording).write_bytes(b"old\n")
    return recording, sidecar_path(recording)


def test_an_earlier_sidecar_is_replaced_with_its_recording_and_not_before(tmp_path: Path) -> None:
    recording, sidecar = earlier(tmp_path)
    sink = FakeFile(recording)
    sink.published = False
    notes = Notes(Sidecar(recording), sink, quiet)
    notes.add(b"start\n")
    notes.add(b"mark\n")
    notes.flush()
    assert sidecar.read_bytes() == b"old\n"
    sink.packets.append(video_packet(0, keyframe=True))
    sink.published = True
    notes.flush()
    assert sidecar.read_bytes() == b"start\nmark\n"
    notes.close()


def test_lines_go_behind_those_of_a_recording_whose_name_is_held(tmp_path: Path) -> None:
    recording, sidecar = earlier(tmp_path)
    sink = FakeFile(recording)
    sink.published = False
    notes = Notes(Sidecar(recording), sink, quiet)
    notes.add(b"start\n")
    sink.packets.append(video_packet(0, keyframe=True))
    notes.flush()
    notes.add(b"end\n")
    assert sidecar.read_bytes() == b"old\nstart\nend\n"
    notes.close()


def test_a_short_recording_has_its_lines_when_it_is_closed_and_a_failed_one_costs_no_other_its_own(
    tmp_path: Path,
) -> None:
    recording, sidecar = earlier(tmp_path)
    for fails in (True, False):
        sink = FakeFile(recording)
        sink.published = False
        if not fails:
            sink.on_close = partial(publish, sink)
        notes = Notes(Sidecar(recording), sink, quiet)
        eye = DiskEye(
            sink,
            rate=GrowthRate(most=1),
            free_bytes=lambda _: 10**12,
            warn=quiet,
            disk=DiskWatch(),
            keeps_below=lambda _: False,
        )
        part = Part(0, sink, HEADER, eye, fail=lambda _: None, notes=notes)
        part.open()
        part.begin(FileTags(), b"start\n")
        part.complete()
        part.wait_closed()
        assert sidecar.read_bytes() == (b"old\n" if fails else b"start\n")


def test_a_warning_of_the_last_moment_keeps_the_lines_before(tmp_path: Path) -> None:
    recording = str(tmp_path / "take.mp4")
    notes = Notes(Sidecar(recording), FakeFile(), quiet)
    notes.add(b"start\n")
    notes.add(b"end\n")
    notes.close()
    notes.add(b"warning\n")
    assert sidecar_path(recording).read_bytes() == b"start\nend\nwarning\n"


def test_what_can_not_be_written_is_told_once(tmp_path: Path) -> None:
    told: list[WarningCode] = []
    notes = Notes(
        Sidecar(str(tmp_path / "gone" / "take.mp4")),
        FakeFile(),
        lambda code, _message, _facts=NO_FACTS, /: told.append(code),
    )
    notes.add(b"start\n")
    notes.add(b"end\n")
    notes.close()
    assert told == [WarningCode.SIDECAR_FAILED]


class HeldSidecar(Sidecar):
    """Another program holds what is there, for so many tries."""

    tries = 0

    def add(self, line: bytes) -> None:
        if self.tries:
            self.tries -= 1
            raise PermissionError(errno.EACCES, "Permission denied")
        super().add(line)


@pytest.mark.parametrize(("tries", "codes"), [(2, []), (6, [WarningCode.SIDECAR_FAILED])])
def test_lines_wait_for_who_holds_the_sidecar(tries: int, codes: list[WarningCode], tmp_path: Path) -> None:
    told, noted = list[WarningCode](), list[str]()
    recording, path = earlier(tmp_path)
    sidecar = HeldSidecar(recording)
    sidecar.tries = tries

    def tell(code: WarningCode, message: str, _: WarningFacts = NO_FACTS) -> None:
        assert "permission denied" in message  # whose fault it is isn't known: a program's, or rights
        told.append(code)

    notes = Notes(sidecar, FakeFile(recording), tell)
    notes.add(b"start\n", lambda: noted.append("start"))
    notes.add(b"mark\n", lambda: noted.append("mark"))
    for _ in range(5):
        notes.flush()
    assert path.read_bytes() == b"start\nmark\n"
    assert (noted, told) == (["start", "mark"], codes)
    notes.close()


def test_a_sidecar_that_stays_held_is_told_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part, "_RETRY_NS", 0)
    told, noted = list[WarningCode](), list[str]()
    recording, path = earlier(tmp_path)
    sidecar = HeldSidecar(recording)
    sidecar.tries = 100
    notes = Notes(sidecar, FakeFile(recording), lambda code, *_: told.append(code))
    notes.add(b"start\n", lambda: noted.append("start"))
    notes.close()
    notes.flush()
    assert told == [WarningCode.SIDECAR_FAILED]
    notes.add(b"end\n", lambda: noted.append("end"))
    assert told == [WarningCode.SIDECAR_FAILED]
    assert noted == ["start", "end"]
    assert path.read_bytes() == b"old\n"


def test_a_scanner_that_looks_at_the_sidecar_at_the_end_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "_RETRY_NS", 0)
    told = list[WarningCode]()
    recording, path = earlier(tmp_path)
    sidecar = HeldSidecar(recording)
    notes = Notes(sidecar, FakeFile(recording), lambda code, *_: told.append(code))
    notes.add(b"start\n")
    notes.close()
    sidecar.tries = 5
    notes.add(b"end\n")
    assert (path.read_bytes(), told) == (b"start\nend\n", [])
