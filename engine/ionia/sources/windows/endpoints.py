"""Sound devices as Windows knows them now: ids that stay, names, the defaults of the moment.

PortAudio's list is frozen when it starts and carries no ids; these come from the device enumerator itself.
"""

import ctypes
import sys
from collections.abc import Iterator
from contextlib import suppress
from ctypes import POINTER, byref, c_void_p, wintypes
from enum import IntEnum
from typing import Any

import comtypes
from comtypes import GUID, HRESULT, STDMETHOD, IUnknown

from ionia.core.audio.mixer_watch import FLOOR_DB, Fader
from ionia.sources.windows import com
from ionia.sources.windows.audio_capture import Endpoint

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_ACTIVE = 1  # DEVICE_STATE_ACTIVE, mmdeviceapi.h
_CONSOLE = 0  # ERole: what "default device" means in the Sound settings
_STGM_READ = 0
_CLSCTX_ALL = 0x17
_VT_LPWSTR = 31


class Flow(IntEnum):
    """EDataFlow, mmdeviceapi.h."""

    RENDER = 0
    CAPTURE = 1


class _PropertyKey(ctypes.Structure):
    _fields_ = (("fmtid", GUID), ("pid", wintypes.DWORD))


class _PropVariant(ctypes.Structure):
    _fields_ = (("vt", wintypes.USHORT), ("reserved", wintypes.USHORT * 3), ("text", c_void_p), ("more", c_void_p))


_FRIENDLY_NAME = _PropertyKey(GUID("{A45C254E-DF1C-4EFD-8020-67D146A850E0}"), 14)
"""PKEY_Device_FriendlyName, functiondiscoverykeys_devpkey.h; PortAudio shows the same text."""

_ENUMERATOR = GUID("{BCDE0395-E52F-467C-8E3D-C4579291692E}")


class _PropertyStore(IUnknown):  # type: ignore[misc]  # comtypes has no types
    _iid_ = GUID("{886D8EEB-8CF2-4446-8D02-CDBA1DBDCF99}")
    _methods_ = (
        STDMETHOD(HRESULT, "GetCount"),
        STDMETHOD(HRESULT, "GetAt"),
        STDMETHOD(HRESULT, "GetValue", [POINTER(_PropertyKey), POINTER(_PropVariant)]),
    )


class _Device(IUnknown):  # type: ignore[misc]
    _iid_ = GUID("{D666063F-1587-4E43-81F1-B948E807363F}")
    _methods_ = (
        STDMETHOD(HRESULT, "Activate", [POINTER(GUID), wintypes.DWORD, c_void_p, POINTER(c_void_p)]),
        STDMETHOD(HRESULT, "OpenPropertyStore", [wintypes.DWORD, POINTER(POINTER(_PropertyStore))]),
        STDMETHOD(HRESULT, "GetId", [POINTER(c_void_p)]),
        STDMETHOD(HRESULT, "GetState", [POINTER(wintypes.DWORD)]),
    )


class _EndpointVolume(IUnknown):  # type: ignore[misc]
    """IAudioEndpointVolume, endpointvolume.h, as far as it is asked."""

    _iid_ = GUID("{5CDF2C82-841E-4546-9722-0CF74078229A}")
    _methods_ = (
        STDMETHOD(HRESULT, "RegisterControlChangeNotify"),
        STDMETHOD(HRESULT, "UnregisterControlChangeNotify"),
        STDMETHOD(HRESULT, "GetChannelCount"),
        STDMETHOD(HRESULT, "SetMasterVolumeLevel"),
        STDMETHOD(HRESULT, "SetMasterVolumeLevelScalar", [ctypes.c_float, POINTER(GUID)]),
        STDMETHOD(HRESULT, "GetMasterVolumeLevel", [POINTER(ctypes.c_float)]),
        STDMETHOD(HRESULT, "GetMasterVolumeLevelScalar", [POINTER(ctypes.c_float)]),
        STDMETHOD(HRESULT, "SetChannelVolumeLevel"),
        STDMETHOD(HRESULT, "SetChannelVolumeLevelScalar"),
        STDMETHOD(HRESULT, "GetChannelVolumeLevel"),
        STDMETHOD(HRESULT, "GetChannelVolumeLevelScalar"),
        STDMETHOD(HRESULT, "SetMute", [wintypes.BOOL, POINTER(GUID)]),
        STDMETHOD(HRESULT, "GetMute", [POINTER(wintypes.BOOL)]),
    )


class _DeviceCollection(IUnknown):  # type: ignore[misc]
    _iid_ = GUID("{0BD7A1BE-7A1A-44DB-8397-CC5392387B5E}")
    _methods_ = (
        STDMETHOD(HRESULT, "GetCount", [POINTER(wintypes.UINT)]),
        STDMETHOD(HRESULT, "Item", [wintypes.UINT, POINTER(POINTER(_Device))]),
    )


class _DeviceEnumerator(IUnknown):  # type: ignore[misc]
    _iid_ = GUID("{A95664D2-9614-4F35-A746-DE8DB63617E6}")
    _methods_ = (
        STDMETHOD(HRESULT, "EnumAudioEndpoints", [wintypes.DWORD, wintypes.DWORD, POINTER(POINTER(_DeviceCollection))]),
        STDMETHOD(HRESULT, "GetDefaultAudioEndpoint", [wintypes.DWORD, wintypes.DWORD, POINTER(POINTER(_Device))]),
        STDMETHOD(HRESULT, "GetDevice", [wintypes.LPCWSTR, POINTER(POINTER(_Device))]),
    )


class Endpoints:
    """One direction's devices: what can be recorded from, or (as loopback) what sound is played on. Any thread."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    def all(self) -> list[Endpoint]:
        """The active devices, in Windows' order, which is PortAudio's too. One that goes meanwhile is none, and where
        Windows' sound service doesn't run there are none."""
        counts: dict[str, int] = {}
        found = []
        with suppress(comtypes.COMError):
            for device in self._devices():
                with suppress(comtypes.COMError):
                    ident, name = _id(device), _name(device)
                    nth = counts.get(name, 0)
                    counts[name] = nth + 1
                    found.append(Endpoint(id=ident, name=name, nth=nth))
        return found

    def default_id(self) -> str | None:
        """The default device's id, None when there is no device. Takes 40 us."""
        device = POINTER(_Device)()
        try:
            _enumerator().GetDefaultAudioEndpoint(self._flow, _CONSOLE, byref(device))
        except comtypes.COMError:  # E_NOTFOUND
            return None
        return _id(device)

    def is_active(self, endpoint_id: str) -> bool:
        """Whether the device is plugged in and switched on."""
        device: Any = POINTER(_Device)()
        state = wintypes.DWORD()
        try:
            _enumerator().GetDevice(endpoint_id, byref(device))
            device.GetState(byref(state))
        except comtypes.COMError:
            return False
        return state.value == _ACTIVE

    def fader(self, endpoint_id: str) -> Fader:
        """What the system's mixer does to the device; nothing for one that has no volume or is gone."""
        level, scalar, muted = ctypes.c_float(), ctypes.c_float(), wintypes.BOOL()
        try:
            volume = endpoint_volume(endpoint_id)
            volume.GetMasterVolumeLevel(byref(level))
            volume.GetMasterVolumeLevelScalar(byref(scalar))
            volume.GetMute(byref(muted))
        except comtypes.COMError:
            return Fader()
        return Fader(muted=bool(muted.value), gain_db=min(0.0, level.value) if scalar.value > 0.0 else FLOOR_DB)

    def _devices(self) -> Iterator[Any]:
        collection: Any = POINTER(_DeviceCollection)()
        count = wintypes.UINT()
        _enumerator().EnumAudioEndpoints(self._flow, _ACTIVE, byref(collection))
        collection.GetCount(byref(count))
        for index in range(count.value):
            device = POINTER(_Device)()
            collection.Item(index, byref(device))
            yield device


def endpoint_volume(endpoint_id: str) -> Any:
    """The device's IAudioEndpointVolume. Raises COMError."""
    return activated(endpoint_id, _EndpointVolume)


def activated(endpoint_id: str, interface: Any) -> Any:
    """What a device does beside its sound. Raises COMError."""
    device: Any = POINTER(_Device)()
    _enumerator().GetDevice(endpoint_id, byref(device))
    address = c_void_p()
    device.Activate(byref(interface._iid_), _CLSCTX_ALL, None, byref(address))
    found: Any = POINTER(interface)()
    # Copied, not cast: ctypes.cast of a COM pointer makes a cycle of references that lives until the next collection.
    ctypes.memmove(byref(found), byref(address), ctypes.sizeof(address))
    return found


def _enumerator() -> Any:
    com.enter()
    return comtypes.CoCreateInstance(_ENUMERATOR, interface=_DeviceEnumerator)


def _id(device: Any) -> str:
    text = c_void_p()
    device.GetId(byref(text))
    try:
        return ctypes.wstring_at(text.value or 0)
    finally:
        ctypes.windll.ole32.CoTaskMemFree(text)


def _name(device: Any) -> str:
    store: Any = POINTER(_PropertyStore)()
    value = _PropVariant()
    device.OpenPropertyStore(_STGM_READ, byref(store))
    store.GetValue(byref(_FRIENDLY_NAME), byref(value))
    try:
        return ctypes.wstring_at(value.text) if value.vt == _VT_LPWSTR and value.text else "Unnamed device"
    finally:
        ctypes.windll.ole32.PropVariantClear(byref(value))
