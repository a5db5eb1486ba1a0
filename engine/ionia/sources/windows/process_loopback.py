"""WASAPI's loopback of a process: what it and all that it started plays, or everything but that.

Microsoft's ApplicationLoopback sample is the source of what is called in which order. Windows 10 version 2004.
"""

import contextlib
import ctypes
import sys
import threading
from ctypes import POINTER, byref, c_void_p, wintypes
from typing import Any

import comtypes
import numpy as np
from comtypes import GUID, HRESULT, STDMETHOD, COMObject, IUnknown

from ionia.core.media import SAMPLE_RATE, AudioBlock
from ionia.core.ports import Clock
from ionia.sources.windows import com, performance_counter
from ionia.sources.windows.app_capture import Loopback, packet_start_ns

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

FIRST_BUILD = 19041
"""Windows 10 version 2004. Documented from build 20348 on; it is there since this one."""

PROCESS_DEVICE = "VAD\\Process_Loopback"
"""VIRTUAL_AUDIO_DEVICE_PROCESS_LOOPBACK, audioclientactivationparams.h."""

_PROCESS_LOOPBACK = 1  # AUDIOCLIENT_ACTIVATION_TYPE_PROCESS_LOOPBACK
_INCLUDE, _EXCLUDE = 0, 1  # PROCESS_LOOPBACK_MODE_..._TARGET_PROCESS_TREE
_VT_BLOB = 65
_SHARED = 0  # AUDCLNT_SHAREMODE_SHARED
_LOOPBACK, _EVENTS = 0x0002_0000, 0x0004_0000  # AUDCLNT_STREAMFLAGS_..., audioclient.h
_CONVERT, _TO_BE_HEARD = (
    0x8000_0000,
    0x0800_0000,
)  # ..._AUTOCONVERTPCM, and by the better converter: ..._SRC_DEFAULT_QUALITY
_SILENT, _TIMESTAMP_ERROR = 0x2, 0x4  # AUDCLNT_BUFFERFLAGS_..., audioclient.h
_BUFFER_100NS = 2_000_000  # 0.2 s
_FLOAT = 3  # WAVE_FORMAT_IEEE_FLOAT, mmreg.h
_CHANNELS, _FRAME_BYTES = 2, 8
_ACTIVATION_S = 5.0


class _ProcessParams(ctypes.Structure):
    """AUDIOCLIENT_ACTIVATION_PARAMS with its only member."""

    _fields_ = (("kind", wintypes.DWORD), ("pid", wintypes.DWORD), ("mode", wintypes.DWORD))


class _Blob(ctypes.Structure):
    """PROPVARIANT of VT_BLOB."""

    _fields_ = (
        ("vt", wintypes.USHORT),
        ("reserved", wintypes.USHORT * 3),
        ("size", wintypes.ULONG),
        ("data", c_void_p),
    )


class _Format(ctypes.Structure):
    """WAVEFORMATEX, mmreg.h."""

    _pack_ = 1
    _fields_ = (
        ("tag", wintypes.WORD),
        ("channels", wintypes.WORD),
        ("rate", wintypes.DWORD),
        ("bytes_per_second", wintypes.DWORD),
        ("frame_bytes", wintypes.WORD),
        ("bits", wintypes.WORD),
        ("more", wintypes.WORD),
    )


class AudioClient(IUnknown):  # type: ignore[misc]  # comtypes has no types
    """IAudioClient, audioclient.h."""

    _iid_ = GUID("{1CB9AD4C-DBFA-4C32-B178-C2F568A703B2}")
    _methods_ = (
        STDMETHOD(
            HRESULT,
            "Initialize",
            [wintypes.DWORD, wintypes.DWORD, ctypes.c_int64, ctypes.c_int64, POINTER(_Format), c_void_p],
        ),
        STDMETHOD(HRESULT, "GetBufferSize"),
        STDMETHOD(HRESULT, "GetStreamLatency"),
        STDMETHOD(HRESULT, "GetCurrentPadding"),
        STDMETHOD(HRESULT, "IsFormatSupported"),
        STDMETHOD(HRESULT, "GetMixFormat"),  # E_NOTIMPL here: the format is ours to choose
        STDMETHOD(HRESULT, "GetDevicePeriod"),
        STDMETHOD(HRESULT, "Start"),
        STDMETHOD(HRESULT, "Stop"),
        STDMETHOD(HRESULT, "Reset"),
        STDMETHOD(HRESULT, "SetEventHandle", [wintypes.HANDLE]),
        STDMETHOD(HRESULT, "GetService", [POINTER(GUID), POINTER(c_void_p)]),
    )


class _CaptureClient(IUnknown):  # type: ignore[misc]
    """IAudioCaptureClient, audioclient.h."""

    _iid_ = GUID("{C8ADBD64-E71E-48A0-A4DE-185C395CD317}")
    _methods_ = (
        STDMETHOD(
            HRESULT,
            "GetBuffer",
            [
                POINTER(c_void_p),
                POINTER(wintypes.UINT),
                POINTER(wintypes.DWORD),
                POINTER(ctypes.c_uint64),
                POINTER(ctypes.c_uint64),
            ],
        ),
        STDMETHOD(HRESULT, "ReleaseBuffer", [wintypes.UINT]),
        STDMETHOD(HRESULT, "GetNextPacketSize", [POINTER(wintypes.UINT)]),
    )


class _Operation(IUnknown):  # type: ignore[misc]
    """IActivateAudioInterfaceAsyncOperation, mmdeviceapi.h."""

    _iid_ = GUID("{72A22D78-CDE4-431D-B8CC-843A71199B6D}")
    _methods_ = (STDMETHOD(HRESULT, "GetActivateResult", [POINTER(ctypes.c_long), POINTER(c_void_p)]),)


class _CompletionHandler(IUnknown):  # type: ignore[misc]
    """IActivateAudioInterfaceCompletionHandler, mmdeviceapi.h."""

    _iid_ = GUID("{41D949AB-9862-444A-80F6-C261334DA5EB}")
    _methods_ = (STDMETHOD(HRESULT, "ActivateCompleted", [c_void_p]),)


class _AgileObject(IUnknown):  # type: ignore[misc]
    """IAgileObject, objidlbase.h: may be called on any thread, which the activation asks for."""

    _iid_ = GUID("{94EA2B94-E9CC-49E0-C0FF-EE64CA8F5B90}")
    _methods_ = ()


class _Activated(COMObject):  # type: ignore[misc]
    """Hears, on a thread of Windows', that the activation is over."""

    _com_interfaces_ = (_CompletionHandler, _AgileObject)

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()

    def ActivateCompleted(self, _this: object, _operation: object) -> int:  # noqa: N802 - its name in COM
        self.over.set()
        return 0


_unanswered: list[object] = []
"""What Windows may still look at, when it does answer."""


def activate(device: str, params: Any = None) -> Any:
    """An AudioClient of a device. Raises OSError."""
    com.enter()
    start = ctypes.WinDLL("mmdevapi").ActivateAudioInterfaceAsync
    start.restype = ctypes.c_long
    start.argtypes = (wintypes.LPCWSTR, POINTER(GUID), c_void_p, c_void_p, POINTER(c_void_p))
    activated = _Activated()
    handler = activated.QueryInterface(_CompletionHandler)
    address = c_void_p()
    _check(start(device, byref(AudioClient._iid_), params, handler, byref(address)))
    operation = _pointer(_Operation, address)
    if not activated.over.wait(_ACTIVATION_S):
        _unanswered.append((params, handler, operation))
        raise OSError("Windows does not answer")
    result, client = ctypes.c_long(), c_void_p()
    operation.GetActivateResult(byref(result), byref(client))
    _check(result.value)
    return _pointer(AudioClient, client)


def activate_process(pid: int, *, exclude: bool) -> Any:
    """An AudioClient of a process with all that it started. Raises OSError."""
    params = _ProcessParams(kind=_PROCESS_LOOPBACK, pid=pid, mode=_EXCLUDE if exclude else _INCLUDE)
    blob = _Blob(vt=_VT_BLOB, size=ctypes.sizeof(params), data=ctypes.addressof(params))
    return activate(PROCESS_DEVICE, byref(blob))


class ProcessLoopback:
    """A Loopback."""

    def __init__(self, client: Any, event: int, clock: Clock) -> None:
        """`event` is set when there is something. Raises COMError."""
        self._clock = clock
        self._client = client
        wave = _Format(
            tag=_FLOAT, channels=_CHANNELS, rate=SAMPLE_RATE, bytes_per_second=SAMPLE_RATE * _FRAME_BYTES,
            frame_bytes=_FRAME_BYTES, bits=32, more=0,
        )  # fmt: skip
        flags = _LOOPBACK | _EVENTS | _CONVERT | _TO_BE_HEARD
        client.Initialize(_SHARED, flags, _BUFFER_100NS, 0, byref(wave), None)
        client.SetEventHandle(event)
        address = c_void_p()
        client.GetService(byref(_CaptureClient._iid_), byref(address))
        self._capture = _pointer(_CaptureClient, address)
        client.Start()

    def take(self) -> AudioBlock | None:
        """See Loopback."""
        try:
            return self._next()
        except comtypes.COMError as error:
            raise OSError(f"0x{com.hresult(error):08X}") from error

    def _next(self) -> AudioBlock | None:
        frames, flags = wintypes.UINT(), wintypes.DWORD()
        self._capture.GetNextPacketSize(byref(frames))
        if not frames.value:
            return None
        data, position, counter = c_void_p(), ctypes.c_uint64(), ctypes.c_uint64()
        self._capture.GetBuffer(byref(data), byref(frames), byref(flags), byref(position), byref(counter))
        arrived_ns, age_ns = self._clock.now_ns(), performance_counter.counter_now_ns() - counter.value * 100
        try:
            if flags.value & _SILENT or not data.value:
                samples = np.zeros((frames.value, _CHANNELS), dtype=np.float32)
            else:
                bytes_ = ctypes.string_at(data.value, frames.value * _FRAME_BYTES)
                samples = np.frombuffer(bytes_, np.float32).reshape(-1, _CHANNELS)
        finally:
            self._capture.ReleaseBuffer(frames.value)
        stated_ns = None if flags.value & _TIMESTAMP_ERROR or not counter.value else arrived_ns - age_ns
        return AudioBlock(start_ns=packet_start_ns(stated_ns, arrived_ns, frames.value), samples=samples)

    def close(self) -> None:
        """See Loopback."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(comtypes.COMError):  # it is gone
                client.Stop()


class ProcessLoopbacks:
    """Loopbacks, all of which set one event."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._event = _Event()

    def open(self, pid: int, *, exclude: bool) -> Loopback:
        """See Loopbacks."""
        try:
            return ProcessLoopback(activate_process(pid, exclude=exclude), self._event.handle, self._clock)
        except comtypes.COMError as error:
            raise OSError(f"0x{com.hresult(error):08X}") from error

    def wait(self, seconds: float) -> None:
        """See Loopbacks."""
        self._event.wait(seconds)

    def wake(self) -> None:
        """See Loopbacks."""
        self._event.set()


class _Event:
    """An event of Windows' that is reset by who has waited for it."""

    def __init__(self) -> None:
        kernel32 = ctypes.WinDLL("kernel32")
        kernel32.CreateEventW.restype = wintypes.HANDLE
        kernel32.CreateEventW.argtypes = (c_void_p, wintypes.BOOL, wintypes.BOOL, wintypes.LPCWSTR)
        kernel32.WaitForSingleObject.argtypes = (wintypes.HANDLE, wintypes.DWORD)
        kernel32.SetEvent.argtypes = kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
        self._kernel32 = kernel32
        self.handle: int = kernel32.CreateEventW(None, False, False, None)  # noqa: FBT003 - its only form

    def wait(self, seconds: float) -> None:
        self._kernel32.WaitForSingleObject(self.handle, max(1, round(seconds * 1000)))

    def set(self) -> None:
        self._kernel32.SetEvent(self.handle)

    def __del__(self) -> None:
        self._kernel32.CloseHandle(self.handle)


def _pointer(interface: Any, address: c_void_p) -> Any:
    """The reference that the address stands for. Copied, not cast: a cast of a COM pointer makes a cycle."""
    if not address.value:
        raise OSError("Windows gave nothing")
    pointer = POINTER(interface)()
    ctypes.memmove(byref(pointer), byref(address), ctypes.sizeof(address))
    return pointer


def _check(result: int) -> None:
    if result < 0:
        raise OSError(f"0x{result & 0xFFFF_FFFF:08X}")
