"""Desktop sound and microphones on Linux: lists for people, sources for the engine."""

from collections.abc import Callable
from typing import TypeVar

from ionia.core.audio.programs import Application, AppWish
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.ports import AudioSource, Clock
from ionia.core.service import SoundDeviceInfo
from ionia.sources.linux.app_capture import AppCapture
from ionia.sources.linux.audio_capture import AudioCapture, Capture, microphones
from ionia.sources.linux.pulse_connection import PulseConnection, PulseServerLostError
from ionia.sources.linux.pulse_devices import PulseDefaults, PulseSink, PulseSource
from ionia.sources.linux.pulse_programs import playing_applications

T = TypeVar("T")


def open_desktop(device_id: str | None, *, clock: Clock) -> AudioSource:
    """What a sink plays (None: the default one, followed). Not opened yet."""
    return AudioCapture(Capture.DESKTOP, device_id=device_id, clock=clock)


def open_microphone(device_id: str | None, *, clock: Clock) -> AudioSource:
    """A source (None: the default one, followed). Not opened yet."""
    return AudioCapture(Capture.MICROPHONE, device_id=device_id, clock=clock)


def open_application(wish: AppWish, *, clock: Clock) -> AudioSource:
    """What a program plays, whether it runs yet or not; or everything but that. Not opened yet."""
    return AppCapture(wish, clock=clock)


def list_applications() -> tuple[Application, ...]:
    """The programs that have streams. Raises IoniaError(AUDIO_UNAVAILABLE) without a server."""
    return _asked(lambda connection: playing_applications(connection.playbacks()))


def list_desktop() -> tuple[SoundDeviceInfo, ...]:
    """What plays sound, by sink name. Raises IoniaError(AUDIO_UNAVAILABLE) without a server."""
    sinks, _, defaults = _devices()
    return tuple(
        SoundDeviceInfo(id=sink.name, name=sink.description, default=sink.name == defaults.sink) for sink in sinks
    )


def list_microphones() -> tuple[SoundDeviceInfo, ...]:
    """What records sound, by source name. Raises IoniaError(AUDIO_UNAVAILABLE) without a server."""
    _, sources, defaults = _devices()
    return tuple(
        SoundDeviceInfo(id=source.name, name=source.description, default=source.name == defaults.source)
        for source in microphones(sources, defaults)
    )


def _devices() -> tuple[list[PulseSink], list[PulseSource], PulseDefaults]:
    return _asked(lambda connection: (connection.sinks(), connection.sources(), connection.defaults()))


def _asked(ask: Callable[[PulseConnection], T]) -> T:
    connection = PulseConnection()
    try:
        connection.connect()
        return ask(connection)
    except PulseServerLostError as error:
        raise IoniaError(
            ErrorKind.AUDIO_UNAVAILABLE,
            f"The sound server went away: {error}.",
            "Check that PulseAudio or PipeWire is running.",
        ) from error
    finally:
        connection.close()
