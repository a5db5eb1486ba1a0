"""What the environment changes of the engine that is made on this machine."""

import pytest

from ionia import app
from ionia.core.settings import VideoEncodeSettings


@pytest.mark.parametrize(("value", "rests"), [(None, True), ("1", True), ("0", False)])
def test_resting_is_switched_off_for_all_by_the_environment(
    value: str | None, rests: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    monkeypatch.delenv(app.REST_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(app.REST_VARIABLE, value)
    monkeypatch.setattr(app, "open_video", lambda settings, *_: asked.append(settings.rest))
    app.make_backends().open_video(VideoEncodeSettings(rest=True), 64, 64)
    assert asked == [rests]
