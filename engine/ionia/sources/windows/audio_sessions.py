"""Which programs play, or could, as Windows' volume mixer lists them: their sessions on every output."""

import ctypes
import sys
from collections.abc import Iterator
from ctypes import POINTER, byref, wintypes
from typing import Any

import comtypes
from comtypes import GUID, HRESULT, STDMETHOD, IUnknown

from ionia.core.audio.programs import Application, applications
from ionia.platform.windows_processes import process_table
from ionia.sources.windows import endpoints

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_ACTIVE, _EXPIRED = 1, 2  # AudioSessionState, audiosessiontypes.h


class _Control(IUnknown):  # type: ignore[misc]  # comtypes has no types
    """IAudioSessionControl2, audiopolicy.h, with what it inherits, as far as it is asked."""

    _iid_ = GUID("{BFB7FF88-7239-4FC9-8FA2-07C950BE9C6D}")
    _methods_ = (
        STDMETHOD(HRESULT, "GetState", [POINTER(ctypes.c_int)]),
        STDMETHOD(HRESULT, "GetDisplayName"),
        STDMETHOD(HRESULT, "SetDisplayName"),
        STDMETHOD(HRESULT, "GetIconPath"),
        STDMETHOD(HRESULT, "SetIconPath"),
        STDMETHOD(HRESULT, "GetGroupingParam"),
        STDMETHOD(HRESULT, "SetGroupingParam"),
        STDMETHOD(HRESULT, "RegisterAudioSessionNotification"),
        STDMETHOD(HRESULT, "UnregisterAudioSessionNotification"),
        STDMETHOD(HRESULT, "GetSessionIdentifier"),
        STDMETHOD(HRESULT, "GetSessionInstanceIdentifier"),
        STDMETHOD(HRESULT, "GetProcessId", [POINTER(wintypes.DWORD)]),
    )


class _Enumerator(IUnknown):  # type: ignore[misc]
    """IAudioSessionEnumerator, audiopolicy.h."""

    _iid_ = GUID("{E2F5BB11-0570-40CA-ACDD-3AA01277DEE8}")
    _methods_ = (
        STDMETHOD(HRESULT, "GetCount", [POINTER(ctypes.c_int)]),
        STDMETHOD(HRESULT, "GetSession", [ctypes.c_int, POINTER(POINTER(IUnknown))]),
    )


class _Manager(IUnknown):  # type: ignore[misc]
    """IAudioSessionManager2, audiopolicy.h, as far as it is asked."""

    _iid_ = GUID("{77AA99A0-1BD6-484F-8BC7-2C654C9A9B6F}")
    _methods_ = (
        STDMETHOD(HRESULT, "GetAudioSessionControl"),
        STDMETHOD(HRESULT, "GetSimpleAudioVolume"),
        STDMETHOD(HRESULT, "GetSessionEnumerator", [POINTER(POINTER(_Enumerator))]),
    )


def list_applications() -> tuple[Application, ...]:
    """Programs with a session; one that has none is found by its name all the same. 10 ms."""
    table = process_table()
    playing: dict[int, bool] = {}
    for pid, plays in _sessions():
        playing[pid] = plays or playing.get(pid, False)
    streams = (table.stream(pid, paused=not plays) for pid, plays in playing.items())
    return applications(stream for stream in streams if stream is not None)


def _sessions() -> Iterator[tuple[int, bool]]:
    """Process id, and whether it plays."""
    for endpoint in endpoints.Endpoints(endpoints.Flow.RENDER).all():
        try:
            sessions: Any = POINTER(_Enumerator)()
            count = ctypes.c_int()
            endpoints.activated(endpoint.id, _Manager).GetSessionEnumerator(byref(sessions))
            sessions.GetCount(byref(count))
            for number in range(count.value):
                yield from _session(sessions, number)
        except comtypes.COMError:
            continue  # it was unplugged, or its driver keeps no sessions


def _session(sessions: Any, number: int) -> Iterator[tuple[int, bool]]:
    found: Any = POINTER(IUnknown)()
    state, pid = ctypes.c_int(), wintypes.DWORD()
    sessions.GetSession(number, byref(found))
    control = found.QueryInterface(_Control)
    control.GetState(byref(state))
    control.GetProcessId(byref(pid))
    if pid.value and state.value != _EXPIRED:  # Windows' own sounds have none
        yield pid.value, state.value == _ACTIVE
