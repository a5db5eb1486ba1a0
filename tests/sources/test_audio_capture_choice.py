"""Which source a device id stands for, and that the built-in tone keeps to the protocol of the real ones."""

import pytest

from ionia.core.ports import AudioSource
from ionia.sources import sound
from tests.fakes.manual_clock import ManualClock
from tests.sources.audio_protocol import AudioProtocol
from tests.sources.screen_protocol import RealClock


class TestToneProtocol(AudioProtocol):
    @pytest.fixture
    def source(self) -> AudioSource:
        return sound.open_desktop("test", RealClock())


def test_the_tones_of_desktop_and_microphone_can_be_told_apart() -> None:
    assert sound.open_desktop("test", ManualClock()).open() == "Test tone 1000 Hz"
    assert sound.open_microphone("test", ManualClock()).open() == "Test tone 440 Hz"


def test_making_a_source_touches_no_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere/native")
    for source in (sound.open_desktop(None, ManualClock()), sound.open_microphone("any", ManualClock())):
        assert source.backend == "pulse"
        source.interrupt()
        assert source.read(1.0) is None
        source.close()
