"""preview.open, update and close as they are on the wire."""

from ionia.core.preview.request import PreviewChange, PreviewRequest, PreviewShape
from ionia.core.settings import SessionKind
from ionia.core.video.framing import Region
from ionia.rpc.openrpc import document
from ionia.rpc.param_types import RegionOption
from ionia.rpc.params import OpenPreview, UpdatePreview
from tests.rpc.duplex import Duplex

OPENED = {
    "previewId": "preview-1",
    "endpoint": "/nowhere",
    "token": "secret",
    "width": 640,
    "height": 360,
    "fps": 12,
    "format": "jpeg",
}


def test_of_a_screen_and_of_a_session() -> None:
    with Duplex() as client:
        assert client.call("preview.open") == OPENED
        assert client.call("preview.open", {"kind": "recorder", "id": "b"})["code"] == 1003
        client.call("recorder.initialize", {"outputPath": "a.mp4", "id": "b"})
        assert client.call("preview.open", {"kind": "recorder", "id": "b", "maxWidth": 320}) == {**OPENED, "width": 320}


def test_changed_and_closed() -> None:
    with Duplex() as client:
        assert client.call("preview.update", {"previewId": "preview-1", "paused": True}) is True
        assert client.call("preview.update", {"previewId": "other", "paused": True}) is False
        assert client.call("preview.close", ["preview-1"]) is True
        assert client.call("preview.close", ["other"]) is False


def test_every_param_reaches_the_engine() -> None:
    region = RegionOption(x=1, y=2, width=30, height=40)
    params = OpenPreview(screen="s", region=region, kind="replay", id="b", max_width=100, max_height=90, fps=5)
    assert params.request() == PreviewRequest(
        screen="s",
        region=Region(x=1, y=2, width=30, height=40),
        kind=SessionKind.REPLAY,
        session_id="b",
        shape=PreviewShape(max_width=100, max_height=90, fps=5),
    )
    update = UpdatePreview(preview_id="p", max_width=100, max_height=90, fps=5, paused=False)
    assert update.change() == PreviewChange(max_width=100, max_height=90, fps=5, paused=False)


def test_what_is_not_allowed_is_named() -> None:
    with Duplex() as client:
        refused = client.call("preview.open", {"format": "h264"})
        assert refused["code"] == -32602
        assert refused["message"] == '"format" must be one of "jpeg", not "h264"'
        assert client.call("preview.open", {"region": {"x": 0, "y": 0, "width": 1, "height": 9}})["code"] == -32602


def test_the_document_says_how_pictures_come() -> None:
    told = document()["x-preview"]
    assert "IPV1" in told
    assert "token" in told
