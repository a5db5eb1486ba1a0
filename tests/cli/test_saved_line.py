"""The last line names every file that there is."""

from ionia.cli.live import saved_line
from ionia.core.events import FileChanged, FinishedFile


def test_every_file_of_a_recording_is_named() -> None:
    first = FinishedFile(path="/a/take.mp4", duration_seconds=1.0, bytes=9, start_utc="2026-03-04T05:06:07.089Z")
    change = FileChanged(session_id="a", finished=first, next="/a/take-2.mp4")
    assert saved_line([change], "/a/take-2.mp4", failed=False) == "Saved /a/take.mp4, /a/take-2.mp4 (2 files)."
    assert saved_line([], "take.mp4", failed=False) == "Saved take.mp4."
    assert saved_line([], "take.mp4", 2_000_000, failed=False) == "Saved take.mp4 (2 MB)."
    assert (
        saved_line([change], "/a/take-2.mp4", 2_000_000, failed=True)
        == "Kept what was recorded in /a/take.mp4, /a/take-2.mp4 (2 files, 2 MB)."
    )
