"""What the sound server's mixer does to a recording: told, or put right. On a real server."""

import subprocess
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from ionia.core.audio.notices import SoundNotice
from ionia.core.ports import AudioSource
from ionia.core.warning import MixerState, PlaysElsewhere
from ionia.sources import sound
from ionia.sources.linux.audio_capture import AudioCapture
from ionia.sources.linux.pulse_connection import PulseConnection
from ionia.sources.linux.pulse_devices import PulseDefaults, PulseSink, PulseSource
from tests.fakes.pulse import PulseServer, pulse_missing
from tests.sources.screen_protocol import RealClock

pytestmark = [pytest.mark.pulse, pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed")]

TOLD_WITHIN_S = 2.0
PATIENCE_S = 10.0
"""For things that have no limit of their own, on a machine that does other things too."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    with PulseServer(("speaker", "headset")) as server:
        server.control("load-module", "module-stream-restore", "restore_device=no")
        server.set_default_source("headset.monitor")
        monkeypatch.setenv("PULSE_SERVER", server.address)
        yield server


@pytest.fixture
def desktop(server: PulseServer) -> Iterator[AudioSource]:
    source = sound.open_desktop(None, RealClock())
    yield source
    source.close()


@pytest.fixture
def microphone(server: PulseServer) -> Iterator[AudioSource]:
    source = sound.open_microphone(None, RealClock())
    yield source
    source.close()


def next_notice(source: AudioSource, within_s: float = TOLD_WITHIN_S) -> SoundNotice:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        notices = source.take_notices()
        if notices:
            assert len(notices) == 1
            return notices[0]
        source.read(0.05)
    raise AssertionError("nothing was told")


def says_nothing(source: AudioSource, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        source.read(0.05)
    return not source.take_notices()


def level_db(source: AudioSource, blocks: int = 15) -> float:
    heard = [source.read(0.5) for _ in range(blocks)]
    samples = np.concatenate([block.samples for block in heard if block is not None])
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples))) + 1e-6))


def wait_for(condition: Callable[[], bool], source: AudioSource) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        source.read(0.05)


def tone() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    wave = 0.25 * np.sin(np.arange(48_000 * 20) * 2 * np.pi * 440 / 48_000)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


def our_streams(server: PulseServer) -> dict[str, str]:
    """Index by name of the application, of the streams that this process records with."""
    found: dict[str, str] = {}
    index = ""
    for line in server.control("list", "source-outputs").splitlines():
        if line.startswith("Source Output #"):
            index = line.removeprefix("Source Output #")
        elif line.strip().startswith("application.name = "):
            found[line.split('"')[1]] = index
    return found


def test_a_speaker_that_is_silent_while_something_plays_elsewhere_is_told(
    server: PulseServer, desktop: AudioSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ionia.core.audio.elsewhere.LONG_NS", 300_000_000)
    monkeypatch.setattr("ionia.core.audio.elsewhere.ASK_AGAIN_NS", 100_000_000)
    desktop.open()
    assert says_nothing(desktop, 0.5)
    server.play(tone(), "headset")
    notice = next_notice(desktop, PATIENCE_S)
    assert notice.facts == PlaysElsewhere(device="Null-headset", program="paplay")
    assert notice.message == '"Null-speaker" has been silent for a minute, and paplay plays on "Null-headset".'
    assert says_nothing(desktop, 0.3)


def test_what_the_server_remembers_of_another_day_is_not_put_on_a_take(
    server: PulseServer, desktop: AudioSource
) -> None:
    recorder = subprocess.Popen(
        ["parec", "--device=speaker.monitor", "--property=application.name=Ionia desktop sound", "--raw", "/dev/null"],
        env=server.environment,
    )
    deadline = time.monotonic() + PATIENCE_S
    while "Ionia desktop sound" not in our_streams(server):
        assert time.monotonic() < deadline
    index = our_streams(server)["Ionia desktop sound"]
    server.control("set-source-output-volume", index, "5%")
    server.control("set-source-output-mute", index, "1")
    recorder.kill()
    recorder.wait()

    server.play(tone(), "speaker")
    desktop.open()
    told = next_notice(desktop)
    assert told.code == "audio_stream_restored"
    wait_for(lambda: level_db(desktop) > -20.0, desktop)
    assert level_db(desktop) == pytest.approx(-15.05, abs=0.5)


def test_our_stream_is_put_right_in_mid_take_and_told(server: PulseServer, desktop: AudioSource) -> None:
    server.play(tone(), "speaker")
    desktop.open()
    assert says_nothing(desktop, 0.5)
    index = our_streams(server)["Ionia desktop sound"]
    for change in (("set-source-output-mute", index, "1"), ("set-source-output-volume", index, "10%")):
        server.control(*change)
        assert next_notice(desktop).code == "audio_stream_restored"
        wait_for(lambda: level_db(desktop) > -20.0, desktop)
        assert level_db(desktop) == pytest.approx(-15.05, abs=0.5)
    assert says_nothing(desktop, 0.5)


def test_desktop_and_microphone_are_two_things_in_the_mixer(
    server: PulseServer, desktop: AudioSource, microphone: AudioSource
) -> None:
    desktop.open()
    microphone.open()
    assert {"Ionia desktop sound", "Ionia microphone"} <= our_streams(server).keys()


@pytest.mark.parametrize(
    ("command", "device"),
    [
        (("set-source-mute", "headset.monitor", "1"), "microphone"),
        (("set-source-volume", "headset.monitor", "0"), "microphone"),
        (("set-source-mute", "speaker.monitor", "1"), "desktop"),
        (("set-sink-mute", "speaker", "1"), "desktop"),
        (("set-sink-volume", "speaker", "0"), "desktop"),
    ],
)
def test_a_muted_device_is_told_at_the_start_and_in_mid_take(
    command: tuple[str, str, str], device: str, server: PulseServer, request: pytest.FixtureRequest
) -> None:
    source: AudioSource = request.getfixturevalue(device)
    server.control(*command)
    name = source.open()
    told = source.take_notices()
    assert [notice.code for notice in told] == ["audio_device_muted"]
    assert name in told[0].message
    undo = "0" if command[0].endswith("mute") else "100%"
    server.control(command[0], command[1], undo)
    assert next_notice(source).code == "audio_device_audible"
    server.control(*command)
    assert next_notice(source).code == "audio_device_muted"


@pytest.mark.parametrize(
    ("device", "mute"),
    [("desktop", ("set-sink-mute", "speaker", "1")), ("microphone", ("set-source-mute", "headset.monitor", "1"))],
)
def test_a_mute_in_the_moment_in_which_it_is_opened_is_told(
    server: PulseServer,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    device: str,
    mute: tuple[str, ...],
) -> None:
    source: AudioSource = request.getfixturevalue(device)
    choose = AudioCapture._choose

    def choose_and_mute(
        self: AudioCapture, connection: PulseConnection, defaults: PulseDefaults
    ) -> tuple[PulseSource, PulseSink | None]:
        found = choose(self, connection, defaults)
        server.control(*mute)
        for _ in range(3):  # the server's events come with its answers
            connection.defaults()
        return found

    monkeypatch.setattr(AudioCapture, "_choose", choose_and_mute)
    source.open()
    assert next_notice(source, PATIENCE_S).code == "audio_device_muted"


def test_a_speaker_that_is_turned_down_is_told_with_its_decibels(server: PulseServer, desktop: AudioSource) -> None:
    server.play(tone(), "speaker")
    desktop.open()
    server.control("set-sink-volume", "speaker", "10%")
    told = next_notice(desktop)
    assert told.code == "audio_device_quiet"
    assert told.facts == MixerState(device="Null-speaker", muted=False, volume_db=-60.0)
    server.control("set-sink-volume", "speaker", "60%")
    assert next_notice(desktop).code == "audio_device_audible"


def test_another_device_is_nobodys_concern(server: PulseServer, desktop: AudioSource) -> None:
    desktop.open()
    server.control("set-sink-mute", "headset", "1")
    server.control("set-source-mute", "headset.monitor", "1")
    assert says_nothing(desktop, 1.0)


def test_a_device_that_is_suspended_is_told_and_so_is_its_waking(server: PulseServer, microphone: AudioSource) -> None:
    microphone.open()
    server.suspend_sink("headset")
    assert next_notice(microphone).code == "audio_device_suspended"
    server.resume_sink("headset")
    assert next_notice(microphone).code == "audio_device_audible"
