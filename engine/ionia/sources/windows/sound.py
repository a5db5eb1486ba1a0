"""Desktop sound and microphones on Windows: lists for people, sources for the engine."""

import os
import sys
from typing import Any

from ionia.core.audio.programs import Application, AppWish
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.ports import AudioSource, Clock
from ionia.core.service import SoundDeviceInfo
from ionia.platform.windows_processes import process_table
from ionia.sources.windows import endpoints
from ionia.sources.windows.app_capture import AppCapture
from ionia.sources.windows.audio_capture import AudioCapture
from ionia.sources.windows.portaudio import SoundHost

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only


def _pyaudio() -> Any:
    import pyaudiowpatch  # noqa: PLC0415 - loads PortAudio, which listing devices doesn't need

    return pyaudiowpatch.PyAudio()


_host = SoundHost(_pyaudio)


def open_desktop(device_id: str | None, *, clock: Clock) -> AudioSource:
    """What an output plays (None: the default one, followed). Not opened yet."""
    directory = endpoints.Endpoints(endpoints.Flow.RENDER)
    return AudioCapture(device_id, loopback=True, directory=directory, host=_host, clock=clock)


def open_microphone(device_id: str | None, *, clock: Clock) -> AudioSource:
    """A microphone (None: the default one, followed). Not opened yet."""
    directory = endpoints.Endpoints(endpoints.Flow.CAPTURE)
    return AudioCapture(device_id, loopback=False, directory=directory, host=_host, clock=clock)


def open_application(wish: AppWish, *, clock: Clock) -> AudioSource:
    """What a program plays. Not opened yet. Raises IoniaError(AUDIO_UNAVAILABLE) on a Windows that can't."""
    from ionia.sources.windows import process_loopback  # noqa: PLC0415 - no start waits for what it doesn't use

    if not can_record_programs(process_loopback.FIRST_BUILD):
        raise IoniaError(
            ErrorKind.AUDIO_UNAVAILABLE,
            f"The sound of one program ({wish.label}) can't be recorded on this version of Windows.",
            "It needs Windows 10 version 2004 or later. Record desktop sound instead.",
        )
    return AppCapture(
        wish,
        loopbacks=process_loopback.ProcessLoopbacks(clock),
        processes=process_table,
        own_pid=os.getpid(),
        clock=clock,
    )


def list_applications() -> tuple[Application, ...]:
    """Programs that play or could, where their sound can be recorded."""
    from ionia.sources.windows import audio_sessions, process_loopback  # noqa: PLC0415 - likewise

    return audio_sessions.list_applications() if can_record_programs(process_loopback.FIRST_BUILD) else ()


def can_record_programs(first_build: int) -> bool:
    """Whether this Windows has the loopback of a process."""
    return sys.getwindowsversion().build >= first_build


def list_desktop() -> tuple[SoundDeviceInfo, ...]:
    """The outputs whose sound can be recorded."""
    return _list(endpoints.Flow.RENDER)


def list_microphones() -> tuple[SoundDeviceInfo, ...]:
    """The inputs."""
    return _list(endpoints.Flow.CAPTURE)


def _list(flow: endpoints.Flow) -> tuple[SoundDeviceInfo, ...]:
    directory = endpoints.Endpoints(flow)
    default_id = directory.default_id()
    return tuple(
        SoundDeviceInfo(id=endpoint.id, name=endpoint.name, default=endpoint.id == default_id)
        for endpoint in directory.all()
    )
