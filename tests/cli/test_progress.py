"""The live line of a recording."""

from ionia.cli.progress import RecordingLine
from tests.fakes.stats import recorder_stats


def test_the_rate_is_that_of_the_media_and_not_of_what_stands_in_front() -> None:
    shown = RecordingLine()

    def rate(seconds: float, size: int, path: str = "a.mp4") -> str:
        line = shown.text(recorder_stats(duration_seconds=seconds, total_bytes=size, output_path=path))
        return line.split("  lost")[0].rsplit("  ", 1)[1]

    assert rate(0.4, 0) == "0.0 Mbit/s"
    assert rate(1.0, 3_000_000) == "0.0 Mbit/s"  # room for an index, and the first pictures
    assert rate(2.0, 3_500_000) == "4.0 Mbit/s"
    assert rate(3.0, 3_750_000) == "3.0 Mbit/s"
    assert rate(4.0, 7_000_000, "a-2.mp4") == "0.0 Mbit/s"  # with room of its own
    assert rate(5.0, 7_500_000, "a-2.mp4") == "4.0 Mbit/s"


def test_sound_alone_has_no_frames() -> None:
    line = RecordingLine().text(recorder_stats(codec="none", total_bytes=1200))
    assert line == "0:00:01  1.2 kB  0 kbit/s"
