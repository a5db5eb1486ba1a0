"""A file's notes: what comes late costs nothing that is there."""

from pathlib import Path

from ionia.core.warning import NO_FACTS, WarningCode
from ionia.runtime.session.part import Notes
from ionia.sinks.sidecar import Sidecar, sidecar_path


def test_a_warning_of_the_last_moment_keeps_the_lines_before(tmp_path: Path) -> None:
    recording = str(tmp_path / "take.mp4")
    notes = Notes(Sidecar(recording), lambda _code, _message, _facts=NO_FACTS, /: None)
    notes.add(b"start\n")
    notes.add(b"end\n")
    notes.close()
    notes.add(b"warning\n")
    assert sidecar_path(recording).read_bytes() == b"start\nend\nwarning\n"


def test_what_can_not_be_written_is_told_once(tmp_path: Path) -> None:
    told: list[WarningCode] = []
    notes = Notes(
        Sidecar(str(tmp_path / "gone" / "take.mp4")), lambda code, _message, _facts=NO_FACTS, /: told.append(code)
    )
    notes.add(b"start\n")
    notes.add(b"end\n")
    notes.close()
    assert told == [WarningCode.SIDECAR_FAILED]
