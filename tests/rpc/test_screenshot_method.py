"""screenshot.save: of a screen or of a session, answered when the file is there."""

from ionia.core.screenshot import ScreenshotRequest
from ionia.core.settings import SessionKind
from ionia.rpc.param_types import DEFAULT_SESSION_ID
from ionia.rpc.params import SaveScreenshot
from tests.rpc.duplex import Duplex

SAVED = {"path": "a.png", "width": 640, "height": 360, "utc": "2026-01-02T03:04:05.678Z"}


def test_of_a_screen_and_of_a_session() -> None:
    with Duplex() as client:
        assert client.call("screenshot.save", {"path": "a.png"}) == SAVED
        assert client.call("screenshot.save", {"path": "a.png", "kind": "replay", "id": "b"})["code"] == 1003
        client.call("replay.initialize", {"id": "b"})
        assert client.call("screenshot.save", {"path": "a.png", "kind": "replay", "id": "b", "secondsAgo": 2}) == SAVED


def test_a_small_picture_for_a_picker() -> None:
    with Duplex() as client:
        made = client.call("engine.thumbnail", ["test", 160])
        assert made == {"mediaType": "image/jpeg", "data": "/9j/", "width": 160, "height": 9}
        assert client.call("engine.thumbnail")["width"] == 320


def test_every_param_reaches_the_engine() -> None:
    params = SaveScreenshot(
        path="a", kind="recorder", id="b", format="webp", max_width=320, seconds_ago=1.5, cursor=False, overwrite=True
    )
    assert params.request() == ScreenshotRequest(
        path="a", kind=SessionKind.RECORDER, session_id="b", format="webp", max_width=320, seconds_ago=1.5,
        cursor=False, overwrite=True,
    )  # fmt: skip
    assert SaveScreenshot(path="a", screen="s").request() == ScreenshotRequest(
        path="a", screen="s", session_id=DEFAULT_SESSION_ID
    )


def test_what_contradicts_itself_is_refused_and_not_half_taken() -> None:
    with Duplex() as client:
        both = client.call("screenshot.save", {"path": "a.png", "screen": "s", "kind": "recorder"})
        assert (both["code"], '"screen"' in both["message"]) == (-32602, True)
        nobody = client.call("screenshot.save", {"path": "a.png", "secondsAgo": 3})
        assert (nobody["code"], "replay" in nobody["message"]) == (-32602, True)


def test_what_is_not_allowed_is_named() -> None:
    with Duplex() as client:
        refused = client.call("screenshot.save", {"path": "a.png", "format": "bmp"})
        assert refused["code"] == -32602
        assert "format" in refused["message"]
        assert "webp" in refused["message"]
