"""Desktop duplication of one output, on dxcam's declarations of DXGI.

Not on dxcam's camera: that one recovers by itself, inside `grab`, without limit while access is denied, and hides why
access was lost. Nor on its duplicator and staging surface, which release what comtypes releases again (see `d3d11`).
"""

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from ctypes import POINTER, byref, wintypes
from dataclasses import dataclass
from typing import Any

import comtypes
from comtypes import HRESULT, STDMETHOD
from dxcam._libs.d3d11 import DXGI_FORMAT_B8G8R8A8_UNORM, ID3D11Device, ID3D11Texture2D
from dxcam._libs.dxgi import (
    DXGI_MAPPED_RECT,
    DXGI_OUTDUPL_FRAME_INFO,
    DXGI_OUTPUT_DESC,
    IDXGIObject,
    IDXGIOutput1,
    IDXGIOutput4,
    IDXGIOutput5,
    IDXGIOutputDuplication,
    IDXGIResource,
)

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import Picture
from ionia.sources.windows import com, d3d11
from ionia.sources.windows.pointer import Pointer, PointerShape, decode_shape

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

E_ACCESSDENIED = 0x80070005
E_INVALIDARG = 0x80070057
ERROR_DEVICE_REMOVED = 0x887A0005
ERROR_DEVICE_HUNG = 0x887A0006
ERROR_DEVICE_RESET = 0x887A0007
ERROR_ACCESS_LOST = 0x887A0026
ERROR_WAIT_TIMEOUT = 0x887A0027
ERROR_SESSION_DISCONNECTED = 0x887A0028


_QUARTER_TURNS = {2: -1, 3: 2, 4: 1}
"""numpy.rot90's turns by DXGI_MODE_ROTATION (dxgitype.h)."""


def failed(code: int) -> str:
    """A sentence about a call that ended with this HRESULT."""
    return f"DXGI failed with 0x{code:08X}."


@contextlib.contextmanager
def failing_as_unavailable() -> Iterator[None]:
    """Turns what DXGI itself raises (a driver that is being replaced) into IoniaError(CAPTURE_UNAVAILABLE)."""
    try:
        yield
    except comtypes.COMError as error:
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, failed(com.hresult(error))) from error


class _PointerShapeInfo(ctypes.Structure):
    _fields_ = (
        ("Type", wintypes.UINT),
        ("Width", wintypes.UINT),
        ("Height", wintypes.UINT),
        ("Pitch", wintypes.UINT),
        ("HotSpot", wintypes.POINT),
    )


class _Duplication(IDXGIObject):  # type: ignore[misc]  # dxcam has no types
    """IDXGIOutputDuplication with the arguments that dxcam's declaration leaves out."""

    _iid_ = IDXGIOutputDuplication._iid_
    _methods_ = (
        STDMETHOD(None, "GetDesc"),
        STDMETHOD(
            HRESULT,
            "AcquireNextFrame",
            [wintypes.UINT, POINTER(DXGI_OUTDUPL_FRAME_INFO), POINTER(POINTER(IDXGIResource))],
        ),
        STDMETHOD(HRESULT, "GetFrameDirtyRects"),
        STDMETHOD(HRESULT, "GetFrameMoveRects"),
        STDMETHOD(
            HRESULT,
            "GetFramePointerShape",
            [wintypes.UINT, ctypes.c_void_p, POINTER(wintypes.UINT), POINTER(_PointerShapeInfo)],
        ),
        STDMETHOD(HRESULT, "MapDesktopSurface", [POINTER(DXGI_MAPPED_RECT)]),
        STDMETHOD(HRESULT, "UnMapDesktopSurface"),
        STDMETHOD(HRESULT, "ReleaseFrame"),
    )


class _Output5(IDXGIOutput4):  # type: ignore[misc]  # dxcam has no types
    """IDXGIOutput5 that takes the device as what it is: dxcam's wants it cast, which makes a reference cycle."""

    _iid_ = IDXGIOutput5._iid_
    _methods_ = (
        STDMETHOD(
            HRESULT,
            "DuplicateOutput1",
            [
                POINTER(ID3D11Device),
                wintypes.UINT,
                wintypes.UINT,
                POINTER(wintypes.UINT),
                POINTER(POINTER(IDXGIOutputDuplication)),
            ],
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What changed since the last update: a new desktop picture (with its QPC instant), the pointer, or both."""

    pixels: Picture | None
    presented_qpc: int


def output_of(device_name: str) -> tuple[Any, Any] | None:
    """(adapter, output) that drives a display device such as \\\\.\\DISPLAY1.

    All adapters are asked anew each time: on a hybrid laptop the panel hangs on either GPU, and only that one may
    duplicate it; after a change of displays an older list is stale.
    """
    for adapter in d3d11.adapters():
        for index in range(64):
            candidate = POINTER(IDXGIOutput1)()
            try:
                adapter.EnumOutputs(index, byref(candidate))
            except comtypes.COMError:
                break  # DXGI_ERROR_NOT_FOUND: no more outputs
            if _described(candidate).DeviceName == device_name:
                return adapter, candidate
    return None


def first_adapters_output(device_name: str) -> int | None:
    """Which output of the first adapter drives a display device; None if none does, or turns its picture."""
    adapters = d3d11.adapters()
    for index in range(64 if adapters else 0):
        candidate = POINTER(IDXGIOutput1)()
        try:
            adapters[0].EnumOutputs(index, byref(candidate))
        except comtypes.COMError:
            break  # DXGI_ERROR_NOT_FOUND: no more outputs
        described = _described(candidate)
        if described.DeviceName == device_name:
            return None if described.Rotation in _QUARTER_TURNS else index
    return None


class DuplicatedOutput:
    """One output under duplication. Windows allows one per output and process. One thread at a time.

    Methods raise comtypes.COMError.
    """

    def __init__(self, adapter: Any, output: Any) -> None:
        described = _described(output)
        area = described.DesktopCoordinates
        self.width, self.height = area.right - area.left, area.bottom - area.top
        self._quarter_turns = _QUARTER_TURNS.get(described.Rotation, 0)
        turned = self._quarter_turns % 2
        width, height = (self.height, self.width) if turned else (self.width, self.height)
        device = d3d11.borrow(adapter)
        try:
            self._duplication: Any = _duplicate(output, device.device)
            self._stage: d3d11.Stage | None = d3d11.Stage(device, width, height)
        except comtypes.COMError:
            self._duplication = None
            d3d11.keep(device)
            raise
        self._shape: PointerShape | None = None
        self._pointer_at: tuple[int, int] | None = None

    @property
    def pointer(self) -> Pointer | None:
        """The pointer over this output, None while it is elsewhere or hidden."""
        if self._pointer_at is None or self._shape is None:
            return None
        return Pointer(x=self._pointer_at[0], y=self._pointer_at[1], shape=self._shape)

    def acquire(self, timeout_ms: int) -> Update | None:
        """The newest change, or None when there was none within `timeout_ms`."""
        info = DXGI_OUTDUPL_FRAME_INFO()
        resource = POINTER(IDXGIResource)()
        try:
            self._duplication.AcquireNextFrame(timeout_ms, byref(info), byref(resource))
        except comtypes.COMError as error:
            if com.hresult(error) == ERROR_WAIT_TIMEOUT:
                return None
            raise
        try:
            self._take_pointer(info)
            presented = bool(info.LastPresentTime)
            if presented:
                self._stage_in_use.copy_from(resource.QueryInterface(ID3D11Texture2D))
        finally:
            # Released before the picture is read: while a frame is held, the compositor collects no newer one.
            self._duplication.ReleaseFrame()
        pixels = self._stage_in_use.read(self._quarter_turns) if presented else None
        return Update(pixels=pixels, presented_qpc=int(info.LastPresentTime))

    def close(self) -> None:
        """Drop every reference; comtypes releases them. The duplication of this output may be made again."""
        self._duplication = self._stage = None

    @property
    def _stage_in_use(self) -> d3d11.Stage:
        if self._stage is None:
            raise comtypes.COMError(ctypes.c_int32(ERROR_ACCESS_LOST).value, "closed", (None,) * 5)
        return self._stage

    def _take_pointer(self, info: Any) -> None:
        if info.LastMouseUpdateTime:
            at = info.PointerPosition
            self._pointer_at = (at.Position.x, at.Position.y) if at.Visible else None
        if info.PointerShapeBufferSize:
            data = ctypes.create_string_buffer(info.PointerShapeBufferSize)
            needed, shape = wintypes.UINT(), _PointerShapeInfo()
            self._duplication.GetFramePointerShape(len(data), data, byref(needed), byref(shape))
            decoded = decode_shape(shape.Type, shape.Width, shape.Height, shape.Pitch, data.raw)
            self._shape = decoded or self._shape


def _described(output: Any) -> Any:
    described = DXGI_OUTPUT_DESC()
    output.GetDesc(byref(described))
    return described


def _duplicate(output: Any, device: Any) -> Any:
    """By the newer call, which leaves the conversion of a screen in HDR to Windows, else by the older one."""
    made: Any = POINTER(IDXGIOutputDuplication)()
    formats = (wintypes.UINT * 1)(DXGI_FORMAT_B8G8R8A8_UNORM)
    try:
        newer = output.QueryInterface(_Output5)
        newer.DuplicateOutput1(device, 0, len(formats), formats, byref(made))
    except comtypes.COMError:
        made = POINTER(IDXGIOutputDuplication)()
        output.DuplicateOutput(device, byref(made))
    return made.QueryInterface(_Duplication)
