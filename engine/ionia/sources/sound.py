"""Where the engine gets its sound from: the platform's devices, or the built-in tone. Chooses, and does nothing else.

Platform modules are imported when they are asked for, so that this one imports everywhere.
"""

import sys
from typing import Protocol

from ionia.core.audio.programs import Application, AppWish
from ionia.core.ports import AudioSource, Clock
from ionia.core.service import SoundDeviceInfo
from ionia.core.test_card.pattern import DESKTOP_BEEP_HZ, MIC_BEEP_HZ
from ionia.sources.test_tone import ToneSource

TEST_ID = "test"
"""The device id of the built-in tone, as in the contract."""


class PlatformSound(Protocol):
    """What each platform's module offers."""

    def open_desktop(self, device_id: str | None, *, clock: Clock) -> AudioSource: ...

    def open_microphone(self, device_id: str | None, *, clock: Clock) -> AudioSource: ...

    def open_application(self, wish: AppWish, *, clock: Clock) -> AudioSource: ...

    def list_applications(self) -> tuple[Application, ...]: ...

    def list_desktop(self) -> tuple[SoundDeviceInfo, ...]: ...

    def list_microphones(self) -> tuple[SoundDeviceInfo, ...]: ...


def open_desktop(device_id: str | None, clock: Clock) -> AudioSource:
    """What the machine plays: by id, the default device (None), or the tone ("test"). Not opened yet."""
    if device_id == TEST_ID:
        return ToneSource(clock=clock, hz=DESKTOP_BEEP_HZ)
    return _platform().open_desktop(device_id, clock=clock)


def open_microphone(device_id: str | None, clock: Clock) -> AudioSource:
    """What the user says: by id, the default device (None), or the tone ("test"). Not opened yet."""
    if device_id == TEST_ID:
        return ToneSource(clock=clock, hz=MIC_BEEP_HZ)
    return _platform().open_microphone(device_id, clock=clock)


def open_application(wish: AppWish, clock: Clock) -> AudioSource:
    """What a program plays, or everything but that. Not opened yet. Raises IoniaError(AUDIO_UNAVAILABLE) where the
    system can't do that: it is never the whole system's sound instead."""
    return _platform().open_application(wish, clock=clock)


def list_applications() -> tuple[Application, ...]:
    """Programs that play or could; empty where that is not known. Any thread; 10 ms, 2 s at most."""
    return _platform().list_applications()


def list_desktop() -> tuple[SoundDeviceInfo, ...]:
    """Devices that play; empty where there are none. Any thread; 10 ms, 2 s at most when a server doesn't answer."""
    return _platform().list_desktop()


def list_microphones() -> tuple[SoundDeviceInfo, ...]:
    """Devices that record; empty where there are none. Any thread; 10 ms, 2 s at most."""
    return _platform().list_microphones()


def _platform() -> PlatformSound:
    # Import statements, not importlib: the freezing tool finds these.
    platform: PlatformSound
    if sys.platform == "win32":
        from ionia.sources.windows import sound  # noqa: PLC0415 - another system lacks its packages

        platform = sound
    else:
        from ionia.sources.linux import pulse_sound  # noqa: PLC0415 - another system lacks its packages

        platform = pulse_sound
    return platform
