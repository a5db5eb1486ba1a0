"""Desktop sound and microphone against a real pulse server that is disturbed in every way a user's may be."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.ports import AudioSource
from ionia.sources import sound
from tests.fakes.pulse import PulseServer, pulse_missing
from tests.sources.audio_protocol import AudioProtocol, next_block
from tests.sources.screen_protocol import DEADLINE, RealClock

pytestmark = [pytest.mark.pulse, pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed")]

Make = Callable[[str | None], AudioSource]


def use(server: PulseServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it the server that libpulse finds."""
    monkeypatch.setenv("PULSE_SERVER", server.address)


@pytest.fixture(scope="module")
def quiet_server() -> Iterator[PulseServer]:
    """For tests that disturb nothing."""
    with PulseServer(("speaker", "headset")) as server:
        server.set_default_source("headset.monitor")
        yield server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    """For a single test, which may do with it what it likes."""
    with PulseServer(("speaker", "headset")) as server:
        server.set_default_source("headset.monitor")
        use(server, monkeypatch)
        yield server


@pytest.fixture
def desktop() -> Iterator[Make]:
    """Desktop sources that are closed at the end."""
    made: list[AudioSource] = []

    def make(device_id: str | None = None) -> AudioSource:
        made.append(sound.open_desktop(device_id, RealClock()))
        return made[-1]

    yield make
    for source in made:
        source.close()


def read_until_lost(source: AudioSource) -> SourceLost:
    """Read on until the source is lost."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        try:
            source.read(1.0)
        except SourceLost as lost:
            return lost
    raise AssertionError("the source was not lost")


def read_until_loud(source: AudioSource) -> float:
    """Read on until something is heard; its level."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        # The median: at the edges of a tone the server's resampler overshoots.
        level = float(np.median(np.abs(next_block(source).samples)))
        if level > 0.01:
            return level
    raise AssertionError("nothing was heard")


def tone(level: float, seconds: float = 20.0) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """A constant, which is as audible to a test as a tone."""
    return np.full((int(seconds * 48_000), 2), level, dtype=np.float32)


class TestDesktopProtocol(AudioProtocol):
    @pytest.fixture
    def source(self, quiet_server: PulseServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[AudioSource]:
        use(quiet_server, monkeypatch)
        source = sound.open_desktop(None, RealClock())
        yield source
        source.close()


class TestMicrophoneProtocol(AudioProtocol):
    @pytest.fixture
    def source(self, quiet_server: PulseServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[AudioSource]:
        use(quiet_server, monkeypatch)
        source = sound.open_microphone(None, RealClock())
        yield source
        source.close()


def test_desktop_and_microphone_hear_each_its_own(
    quiet_server: PulseServer, monkeypatch: pytest.MonkeyPatch, desktop: Make
) -> None:
    use(quiet_server, monkeypatch)
    levels: dict[str, float] = {}

    def hear(name: str, source: AudioSource) -> None:
        source.open()
        levels[name] = read_until_loud(source)
        source.close()

    quiet_server.play(tone(0.25), "speaker")
    quiet_server.play(tone(0.5), "headset")
    sources = {"desktop": desktop(None), "mic": sound.open_microphone(None, RealClock())}
    threads = [threading.Thread(target=hear, args=item) for item in sources.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE * 2)
    assert levels["desktop"] == pytest.approx(0.25, abs=0.01)
    assert levels["mic"] == pytest.approx(0.5, abs=0.01)


def test_devices_are_found_by_id_and_named_for_people(server: PulseServer, desktop: Make) -> None:
    assert desktop("headset").open() == "Null-headset"
    assert desktop("headset.monitor").open() == "Null-headset"
    microphone = sound.open_microphone("speaker.monitor", RealClock())
    assert "Null-speaker" in microphone.open()
    microphone.close()


def test_devices_are_listed_with_the_default_marked(server: PulseServer) -> None:
    assert [(device.id, device.name, device.default) for device in sound.list_desktop()] == [
        ("speaker", "Null-speaker", True),
        ("headset", "Null-headset", False),
    ]
    assert [(device.id, device.default) for device in sound.list_microphones()] == [("headset.monitor", True)]


def test_the_default_speakers_monitor_is_no_microphone(server: PulseServer) -> None:
    server.set_default_source("speaker.monitor")
    assert sound.list_microphones() == ()
    with pytest.raises(IoniaError) as refused:
        sound.open_microphone(None, RealClock()).open()
    assert refused.value.kind is ErrorKind.AUDIO_UNAVAILABLE


def test_an_unknown_id_is_refused_with_what_there_is(server: PulseServer, desktop: Make) -> None:
    with pytest.raises(IoniaError) as refused:
        desktop("gramophone").open()
    assert refused.value.kind is ErrorKind.AUDIO_UNAVAILABLE
    assert "gramophone" in refused.value.message
    assert "speaker, headset" in refused.value.message


def test_without_a_server_there_is_a_hint(monkeypatch: pytest.MonkeyPatch, desktop: Make) -> None:
    monkeypatch.setenv("PULSE_SERVER", "unix:/nowhere/native")
    for attempt in (desktop(None).open, sound.open_microphone("x", RealClock()).open, sound.list_desktop):
        with pytest.raises(IoniaError) as refused:
            attempt()
        assert refused.value.kind is ErrorKind.AUDIO_UNAVAILABLE
        assert "PULSE_SERVER" in refused.value.hint


def test_a_killed_server_is_noticed_and_found_again(server: PulseServer, desktop: Make) -> None:
    source = desktop(None)
    source.open()
    next_block(source)
    server.kill()
    lost = read_until_lost(source)
    assert (lost.code, lost.retry_at_once) == ("sound_server_lost", False)
    with pytest.raises(IoniaError):
        source.open()
    server.start()
    assert source.open() == "Null-speaker"
    next_block(source)


def test_another_default_device_is_followed(server: PulseServer, desktop: Make) -> None:
    server.play(tone(0.5), "headset")
    source = desktop(None)
    fixed = desktop("speaker")
    source.open()
    fixed.open()
    next_block(source)
    server.set_default_sink("headset")
    lost = read_until_lost(source)
    assert (lost.code, lost.retry_at_once) == ("default_device_changed", True)
    assert source.open() == "Null-headset"
    assert read_until_loud(source) == pytest.approx(0.5, abs=0.01)
    next_block(fixed)


def test_another_default_microphone_is_followed(server: PulseServer) -> None:
    server.add_sink("webcam")
    source = sound.open_microphone(None, RealClock())
    source.open()
    next_block(source)
    server.set_default_source("webcam.monitor")
    assert read_until_lost(source).code == "default_device_changed"
    assert "Null-webcam" in source.open()
    source.close()


def test_an_unplugged_device_is_lost(server: PulseServer, desktop: Make) -> None:
    module = server.add_sink("usb")
    source = desktop("usb")
    source.open()
    next_block(source)
    server.remove(module)
    lost = read_until_lost(source)
    assert (lost.code, lost.retry_at_once) == ("device_lost", False)
    with pytest.raises(IoniaError):
        source.open()
    server.add_sink("usb")
    source.open()
    next_block(source)


def test_when_the_default_device_is_unplugged_the_next_one_is_followed(server: PulseServer, desktop: Make) -> None:
    module = server.add_sink("usb")
    server.set_default_sink("usb")
    source = desktop(None)
    assert source.open() == "Null-usb"
    next_block(source)
    server.remove(module)
    assert read_until_lost(source).retry_at_once
    assert source.open() != "Null-usb"
    next_block(source)


def test_a_suspended_device_is_silent_and_comes_back_with_right_instants(server: PulseServer, desktop: Make) -> None:
    source = desktop(None)
    source.open()
    before = next_block(source)
    server.suspend_sink("speaker")
    end = time.monotonic() + DEADLINE
    while source.read(0.2) is not None:
        assert time.monotonic() < end
    resumed_ns = time.perf_counter_ns()
    server.resume_sink("speaker")
    after = next_block(source)
    assert after.start_ns > before.start_ns
    assert resumed_ns - 50_000_000 < after.start_ns < time.perf_counter_ns() + 50_000_000


def test_a_server_that_stands_still_is_silence_and_refuses_an_open_in_time(server: PulseServer, desktop: Make) -> None:
    source = desktop(None)
    source.open()
    next_block(source)
    server.pause()
    end = time.monotonic() + DEADLINE
    while source.read(0.2) is not None:
        assert time.monotonic() < end
    spent = time.thread_time()
    assert source.read(1.0) is None
    assert time.thread_time() - spent < 0.2
    other = desktop(None)
    with pytest.raises(IoniaError, match="does not answer"):
        other.open()
    server.resume()
    next_block(source)


def test_interrupt_ends_an_open_that_waits_for_the_server(server: PulseServer, desktop: Make) -> None:
    server.pause()
    source = desktop(None)
    source.interrupt()
    with pytest.raises(IoniaError):
        source.open()
    assert source.read(DEADLINE) is None
