"""That the profile's stop watches still find the functions that they are put around."""

from pathlib import Path

import pytest

from ionia.app import make_engine
from ionia.core.media import PictureFormat, PixelFormat
from ionia.core.settings import AudioMode, EncoderChoice, MediaSettings, RecorderSettings
from ionia.media.converter import Converter


def test_every_seam_is_there() -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    from tests.bench import profile  # noqa: PLC0415 - needs packages that tests don't

    for module, path, stage in profile.SEAMS:
        owner, name = profile.seam(module, path)
        assert callable(getattr(owner, name))
        assert stage in profile.STAGES


def test_all_of_converting_is_on_the_thread_whose_clock_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    from tests.bench import profile  # noqa: PLC0415 - needs packages that tests don't

    monkeypatch.setattr(Converter, "__init__", Converter.__init__)  # put back afterwards
    profile.convert_on_one_thread()
    wanted = PictureFormat(width=16, height=16, pixels=PixelFormat.YUV420P)
    assert Converter(wanted)._threads == Converter(wanted, threads=4)._threads == 1


def test_what_is_ours_is_told_by_size() -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    from tests.bench import profile  # noqa: PLC0415 - needs packages that tests don't

    spent = {"encode": 10.0, "capture": 0.25, "convert": 3.0, "Python": 1.75, "mux": 0.0}
    row = profile.above_row("moving", spent, 10.0)
    assert row.ours == "15.00 ms: x264 10.00, ours 5.00 (convert 3.00, Python 1.75, capture 0.25)"
    assert row.ratio == "1.50"
    resting = profile.above_row("static", {**spent, "encode": 1.0}, 10.0)
    assert resting.peer == "10.00 ms x264 alone"
    assert resting.ratio == "0.60"


def test_what_is_read_is_what_an_engine_says(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    from tests.bench import profile  # noqa: PLC0415 - needs packages that tests don't

    engine = make_engine(lambda _: None)
    try:
        media = MediaSettings(screen="test", audio_mode=AudioMode.NONE, encoder=EncoderChoice.X264)
        engine.initialize_recorder("profile", RecorderSettings(output_path=str(tmp_path / "take.mp4"), media=media))
        frames, lost, stages, python_ns, process_ns = profile.reading(engine, profile.StopWatch())
    finally:
        engine.close()
    assert (frames, lost, stages) == (0, 0, {})
    assert 0 < python_ns <= process_ns
