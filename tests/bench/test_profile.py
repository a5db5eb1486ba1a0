"""That the profile's stop watches still find the functions that they are put around."""

import pytest


def test_every_seam_is_there() -> None:
    pytest.importorskip("imageio_ffmpeg", reason="the bench's packages are not installed")
    from tests.bench import profile  # noqa: PLC0415 - needs packages that tests don't

    for module, path, stage in profile.SEAMS:
        owner, name = profile.seam(module, path)
        assert callable(getattr(owner, name))
        assert stage in profile.STAGES


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
