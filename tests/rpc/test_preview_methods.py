"""preview.open, update and close as they are on the wire."""

from typing import Any

import pytest

from ionia.core.preview.request import PreviewChange, PreviewFormat, PreviewRequest, PreviewShape
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
    "codec": None,
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
    screen = OpenPreview(screen="s", region=region, cursor=False, id="b", max_width=100, max_height=90, fps=5)
    assert screen.request() == PreviewRequest(
        screen="s",
        region=Region(x=1, y=2, width=30, height=40),
        cursor=False,
        session_id="b",
        shape=PreviewShape(max_width=100, max_height=90, fps=5),
    )
    session = OpenPreview(kind="replay", id="b")
    assert session.request() == PreviewRequest(kind=SessionKind.REPLAY, session_id="b")
    encoded = OpenPreview(kind="replay", id="b", format="h264")
    assert encoded.request() == PreviewRequest(kind=SessionKind.REPLAY, session_id="b", format=PreviewFormat.H264)
    update = UpdatePreview(preview_id="p", max_width=100, max_height=90, fps=5, paused=False)
    assert update.change() == PreviewChange(max_width=100, max_height=90, fps=5, paused=False)


def test_what_is_not_allowed_is_named() -> None:
    with Duplex() as client:
        refused = client.call("preview.open", {"format": "h264"})
        assert refused["code"] == -32602
        assert refused["message"].startswith('"format" can be "h264" for a session alone')
        refused = client.call("preview.open", {"format": "png"})
        assert refused["message"] == '"format" must be one of "jpeg", "h264", not "png"'
        assert client.call("preview.open", {"region": {"x": 0, "y": 0, "width": 1, "height": 9}})["code"] == -32602


@pytest.mark.parametrize("more", [{"screen": "test"}, {"region": {"x": 0, "y": 0, "width": 64, "height": 64}}])
def test_a_session_shows_what_it_shows(more: dict[str, Any]) -> None:
    with Duplex() as client:
        client.call("recorder.initialize", {"outputPath": "a.mp4", "id": "b"})
        refused = client.call("preview.open", {"kind": "recorder", "id": "b", **more})
        assert refused["code"] == -32602
        assert 'leave out "screen" and "region"' in refused["message"]


def test_the_document_says_how_pictures_come() -> None:
    told = document()["x-preview"]
    assert "IPV1" in told
    assert "token" in told
