"""The one PortAudio: its list is frozen while a stream is open, so streams give way when a new device is wanted."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ionia.sources.windows import portaudio
from ionia.sources.windows.portaudio import DeviceMissingError, HostStream, SoundHost, WantedDevice
from tests.fakes.windows_portaudio import FakeSystem


def microphone(name: str, nth: int = 0) -> WantedDevice:
    return WantedDevice(name=name, nth=nth, loopback=False)


def ignore(data: bytes | None, frames: int, times: Mapping[str, float], status: int) -> tuple[None, int]:
    return None, 0


@pytest.fixture
def system() -> FakeSystem:
    return FakeSystem(["Mic"])


def test_a_device_opens_in_its_own_format_and_the_last_close_ends_portaudio(system: FakeSystem) -> None:
    host = SoundHost(system.create)
    stream = host.open(microphone("Mic"), ignore)
    assert (stream.rate, stream.channels, stream.is_active()) == (44_100, 2, True)
    assert stream.time() == 0.0
    stream.close()
    assert (system.created, system.terminated) == (1, 1)


def test_devices_of_one_name_are_told_apart_by_their_order(system: FakeSystem) -> None:
    system.names = ["Mic", "Mic"]
    host = SoundHost(system.create)
    stream = host.open(microphone("Mic", 1), ignore)
    assert system.opened == [1]
    stream.close()


def test_loopback_devices_are_found_by_their_mark(system: FakeSystem) -> None:
    system.names = ["Speakers", "Speakers [Loopback]"]
    host = SoundHost(system.create)
    host.open(WantedDevice(name="Speakers", nth=0, loopback=True), ignore).close()
    assert system.opened == [1]


def test_a_missing_device_is_told_and_portaudio_ended(system: FakeSystem) -> None:
    host = SoundHost(system.create)
    with pytest.raises(DeviceMissingError):
        host.open(microphone("Other"), ignore)
    assert (system.created, system.terminated) == (1, 1)


def test_a_new_device_makes_the_others_give_way(system: FakeSystem) -> None:
    host = SoundHost(system.create)
    old = host.open(microphone("Mic"), ignore)
    system.names = ["Mic", "New"]

    def give_way() -> None:
        wait_until(lambda: host.evicting)
        old.close()

    other = threading.Thread(target=give_way)
    other.start()
    stream = host.open(microphone("New"), ignore)
    other.join()
    assert not host.evicting
    assert (system.created, system.terminated) == (2, 1)
    host.open(microphone("Mic"), ignore).close()
    stream.close()


def test_a_stream_that_does_not_give_way_leaves_things_as_they_were(
    system: FakeSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portaudio, "EVICTION_TIMEOUT_S", 0.01)
    host = SoundHost(system.create)
    old = host.open(microphone("Mic"), ignore)
    system.names = ["Mic", "New"]
    with pytest.raises(DeviceMissingError):
        host.open(microphone("New"), ignore)
    assert old.is_active()
    assert system.terminated == 0
    old.close()
    assert system.terminated == 1


def test_a_device_that_still_refuses_after_reading_anew_is_told(system: FakeSystem) -> None:
    host = SoundHost(system.create)
    old = host.open(microphone("Mic"), ignore)
    results: list[HostStream | Exception] = []

    def ask() -> None:
        try:
            results.append(host.open(microphone("Other"), ignore))
        except DeviceMissingError as error:
            results.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: host.evicting)
    old.close()
    asking.join()
    assert isinstance(results[0], DeviceMissingError)
    assert system.created == system.terminated == 2


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = threading.Event()
    for _ in range(2000):
        if condition():
            return
        deadline.wait(0.005)
    raise AssertionError("the condition never became true")


def test_a_refusal_by_the_device_passes_through(system: FakeSystem) -> None:
    def refuse(**_: Any) -> None:
        raise OSError(-9985, "Device unavailable")

    system.on_open = refuse
    with pytest.raises(OSError, match="Device unavailable"):
        SoundHost(system.create).open(microphone("Mic"), ignore)
    assert system.terminated == 1
