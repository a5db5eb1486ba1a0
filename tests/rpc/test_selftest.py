"""engine.selftest over the wire: its answer and progress, and never the stream key."""

from typing import Any

from ionia.core.audio.engine import AudioInput
from tests.rpc.duplex import Duplex

URL = "rtmp://host/app/SECRETKEY"


def progress(client: Duplex) -> Any:
    return client.wait_for(lambda message: message.get("method") == "engine.selftestProgress")["params"]


def test_the_answer_is_whole_and_progress_is_told() -> None:
    with Duplex() as client:
        result = client.call("engine.selftest")
        assert result["ok"] is True
        assert result["verdict"].startswith("Ready to record 1920x1080")
        assert result["findings"][0]["part"] == "network"
        assert result["correction"] == {"device": "Speakers", "offsetMs": 12.5}
        assert result["recommendation"]["encoder"] == "x264"
        told = progress(client)
        assert (told["part"], told["fraction"]) == ("network", 0.5)


def test_the_stream_key_is_in_no_answer_and_no_notification() -> None:
    with Duplex() as client:
        result = client.call("engine.selftest", {"rtmpUrl": URL})
        told = progress(client)
        assert "SECRET" not in f"{result}{told}"
        assert "rtmp://host/app/****" in result["findings"][0]["found"]


def test_parts_are_checked_and_the_address_too() -> None:
    with Duplex() as client:
        wrong = client.call("engine.selftest", {"parts": ["sound", "weather"]})["message"]
        assert wrong.startswith('"parts[1]" must be one of "capture", ')
        assert client.call("engine.selftest", {"rtmpUrl": "http://host/SECRETKEY"})["code"] == 1302


def test_it_is_cancelled_and_an_offset_is_kept() -> None:
    with Duplex() as client:
        assert client.call("engine.cancelSelftest") is True
        assert client.call("engine.setAudioOffset", ["Speakers", 12.5]) is None
        assert client.service.offset == (AudioInput.DESKTOP, "Speakers", 12.5)
        client.call("engine.setAudioOffset", {"device": "Speakers", "source": "mic"})
        assert client.service.offset == (AudioInput.MIC, "Speakers", None)
