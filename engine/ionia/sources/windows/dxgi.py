"""Desktop duplication of one output on dxcam's parts: its adapters, devices, outputs, duplicator and staging surface.

Not on dxcam's camera: that one recovers by itself, inside `grab`, without limit while access is denied, and hides why
access was lost. Nor on the parts' `release` methods, which call Release() and leave comtypes to call it again: here
references are dropped, and comtypes releases each once.
"""

import ctypes
import sys
from ctypes import POINTER, byref, wintypes
from dataclasses import dataclass
from typing import Any

import comtypes
import numpy as np
from comtypes import HRESULT, STDMETHOD
from dxcam._libs.d3d11 import D3D11_BOX, ID3D11Texture2D
from dxcam._libs.dxgi import (
    DXGI_MAPPED_RECT,
    DXGI_OUTDUPL_FRAME_INFO,
    IDXGIObject,
    IDXGIOutput1,
    IDXGIOutputDuplication,
    IDXGIResource,
)
from dxcam.core.device import Device
from dxcam.core.dxgi_duplicator import DXGIDuplicator
from dxcam.core.output import Output
from dxcam.core.stagesurf import StageSurface
from dxcam.util.io import enum_dxgi_adapters

from ionia.core.media import Picture
from ionia.sources.windows import com
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
    com.enter()
    for adapter in enum_dxgi_adapters():
        for index in range(64):
            candidate = POINTER(IDXGIOutput1)()
            try:
                adapter.EnumOutputs(index, byref(candidate))
            except comtypes.COMError:
                break  # DXGI_ERROR_NOT_FOUND: no more outputs
            if Output(candidate).devicename == device_name:
                return adapter, candidate
    return None


class DuplicatedOutput:
    """One output under duplication. Windows allows one per output and process. One thread at a time.

    Methods raise comtypes.COMError.
    """

    def __init__(self, adapter: Any, output: Any) -> None:
        self._device = Device(adapter)
        self._output = Output(output)
        self.width, self.height = self._output.resolution
        self._quarter_turns = {90: -1, 180: 2, 270: 1}.get(self._output.rotation_angle, 0)
        self._surface_size = self._output.surface_size
        self._stage: Any = StageSurface(output=self._output, device=self._device)
        made: Any = DXGIDuplicator(output=self._output, device=self._device)
        self._duplication: Any = made.duplicator.QueryInterface(_Duplication)
        made.duplicator = None
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
                self._copy_to_stage(resource)
        finally:
            # Released before the picture is read: while a frame is held, the compositor collects no newer one.
            self._duplication.ReleaseFrame()
        return Update(pixels=self._read_stage() if presented else None, presented_qpc=int(info.LastPresentTime))

    def close(self) -> None:
        """Drop every reference; comtypes releases them. The duplication of this output may be made again."""
        self._duplication = None
        if self._stage is not None:
            self._stage.texture = self._stage.interface = None
        self._stage = self._device = self._output = None

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

    def _copy_to_stage(self, resource: Any) -> None:
        width, height = self._surface_size
        box = D3D11_BOX(left=0, top=0, front=0, right=width, bottom=height, back=1)
        self._device.im_context.CopySubresourceRegion(
            self._stage.texture, 0, 0, 0, 0, resource.QueryInterface(ID3D11Texture2D), 0, byref(box)
        )

    def _read_stage(self) -> Picture:
        width, height = self._surface_size
        mapped = self._stage.map()
        try:
            rows = np.ctypeslib.as_array(mapped.pBits, shape=(height, mapped.Pitch))
            view = np.lib.stride_tricks.as_strided(rows, (height, width, 4), (mapped.Pitch, 4, 1))
            return np.array(np.rot90(view, self._quarter_turns) if self._quarter_turns else view, order="C")
        finally:
            self._stage.unmap()
