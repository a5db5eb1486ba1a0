"""Direct3D 11: adapters, their devices, and pictures read back from them. On dxcam's declarations, without its classes.

Those make reference cycles (`ctypes.cast` of a COM pointer is one), so that a device lives on until the collector runs;
each has its threads and 8 MB and more. Here references are dropped, and comtypes releases each once.
"""

import ctypes
import sys
import threading
from ctypes import POINTER, byref
from typing import Any, Protocol

import comtypes
import numpy as np
from dxcam._libs.d3d11 import (
    D3D11_BOX,
    D3D11_CPU_ACCESS_READ,
    D3D11_TEXTURE2D_DESC,
    D3D11_USAGE_STAGING,
    D3D_FEATURE_LEVEL_10_0,
    D3D_FEATURE_LEVEL_10_1,
    D3D_FEATURE_LEVEL_11_0,
    DXGI_FORMAT_B8G8R8A8_UNORM,
    ID3D11Device,
    ID3D11DeviceContext,
    ID3D11Multithread,
    ID3D11Texture2D,
)
from dxcam._libs.dxgi import (
    DXGI_ADAPTER_DESC1,
    DXGI_MAPPED_RECT,
    IDXGIAdapter1,
    IDXGIDevice,
    IDXGIFactory1,
    IDXGISurface,
)

from ionia.core.media import Picture
from ionia.sources.windows import com

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_LEVELS = (D3D_FEATURE_LEVEL_11_0, D3D_FEATURE_LEVEL_10_1, D3D_FEATURE_LEVEL_10_0)
_DRIVER_OF_ADAPTER, _SDK_VERSION = 0, 7  # D3D_DRIVER_TYPE_UNKNOWN, D3D11_SDK_VERSION (d3dcommon.h, d3d11.h)
_BGRA_SUPPORT = 0x20  # D3D11_CREATE_DEVICE_BGRA_SUPPORT: the compositor asks it of a device that it is to draw on
_MAP_READ = 1  # DXGI_MAP_READ

_create_factory = ctypes.WinDLL("dxgi").CreateDXGIFactory1
_create_factory.argtypes, _create_factory.restype = (ctypes.c_void_p, ctypes.c_void_p), ctypes.c_long
_create_device = ctypes.WinDLL("d3d11").D3D11CreateDevice
_create_device.restype = ctypes.c_long

_idle_lock = threading.Lock()
_idle: dict[tuple[int, int], "Device"] = {}
"""One device of each adapter whose capture was refused or is over, for the next one. `_idle_lock` protects it."""


_factory_lock = threading.Lock()
_factory: Any = None
"""Costly to make. It knows whether adapters or outputs have changed since. `_factory_lock` protects it."""


def adapters() -> list[Any]:
    """The adapters of this moment, with the outputs that they have now. Any thread. Raises comtypes.COMError."""
    global _factory  # noqa: PLW0603 - the process' one
    com.enter()
    with _factory_lock:
        if _factory is None or not _factory.IsCurrent():
            made: Any = POINTER(IDXGIFactory1)()
            _check(_create_factory(byref(IDXGIFactory1._iid_), byref(made)), "CreateDXGIFactory1")
            _factory = made
        factory = _factory
    found: list[Any] = []
    while True:
        adapter = POINTER(IDXGIAdapter1)()
        try:
            factory.EnumAdapters1(len(found), byref(adapter))
        except comtypes.COMError:
            return found  # DXGI_ERROR_NOT_FOUND: no more
        found.append(adapter)


class Drawn(Protocol):
    """A device and its immediate context, whoever made them."""

    device: Any
    context: Any


class Device:
    """A `Drawn` of one adapter. One thread at a time, unless it is protected."""

    def __init__(self, adapter: Any) -> None:
        """Raises comtypes.COMError."""
        self.luid = _luid(adapter)
        self.device: Any = POINTER(ID3D11Device)()
        self.context: Any = POINTER(ID3D11DeviceContext)()
        levels = (ctypes.c_uint * len(_LEVELS))(*_LEVELS)
        code = _create_device(
            adapter, _DRIVER_OF_ADAPTER, None, _BGRA_SUPPORT, levels, len(_LEVELS), _SDK_VERSION,
            byref(self.device), None, byref(self.context),
        )  # fmt: skip
        _check(code, "D3D11CreateDevice")

    def protect(self) -> None:
        """For a device that the system draws on from a thread of its own. Raises comtypes.COMError."""
        self.context.QueryInterface(ID3D11Multithread).SetMultithreadProtected(1)

    @property
    def works(self) -> bool:
        """False once the adapter was reset or removed: then it is of no more use."""
        try:
            self.device.GetDeviceRemovedReason()
        except comtypes.COMError:
            return False
        return True


def borrow(adapter: Any) -> Device:
    """A device of this adapter, the kept one if there is one. Any thread. Raises comtypes.COMError."""
    with _idle_lock:
        kept = _idle.pop(_luid(adapter), None)
    return kept if kept is not None and kept.works else Device(adapter)


def keep(device: Device) -> None:
    """For the next `borrow`: a locked screen is tried four times a second, a window's next round is captured at once.
    Any thread."""
    with _idle_lock:
        _idle.setdefault(device.luid, device)


def new_texture(device: Drawn, width: int, height: int, *, levels: int = 1, **described: int) -> Any:
    """An ID3D11Texture2D for one BGRA picture; `described`: further fields of its description. The device's thread.

    Raises comtypes.COMError.
    """
    wanted = D3D11_TEXTURE2D_DESC(
        Width=width, Height=height, MipLevels=levels, ArraySize=1, Format=DXGI_FORMAT_B8G8R8A8_UNORM, **described
    )
    wanted.SampleDesc.Count = 1
    texture: Any = POINTER(ID3D11Texture2D)()
    device.device.CreateTexture2D(byref(wanted), None, byref(texture))
    return texture


class Stage:
    """Memory that pictures of a device come to, to be read. `width` and `height` are its own size. The device's
    thread. Methods raise comtypes.COMError."""

    def __init__(self, device: Drawn, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._context = device.context
        self._texture = new_texture(
            device, width, height, Usage=D3D11_USAGE_STAGING, CPUAccessFlags=D3D11_CPU_ACCESS_READ
        )
        self._surface: Any = self._texture.QueryInterface(IDXGISurface)

    def copy_from(self, texture: Any, level: int = 0) -> None:
        """Begin to copy the top-left part of this size, which it has to have, of one of the texture's levels."""
        box = D3D11_BOX(left=0, top=0, front=0, right=self.width, bottom=self.height, back=1)
        self._context.CopySubresourceRegion(self._texture, 0, 0, 0, 0, texture, level, byref(box))

    def read(self, quarter_turns: int = 0) -> Picture:
        """A copy of the picture, as soon as it is there, turned as numpy.rot90 turns."""
        mapped = DXGI_MAPPED_RECT()
        self._surface.Map(byref(mapped), _MAP_READ)
        try:
            rows = np.ctypeslib.as_array(mapped.pBits, shape=(self.height, mapped.Pitch))
            view = np.lib.stride_tricks.as_strided(rows, (self.height, self.width, 4), (mapped.Pitch, 4, 1))
            return np.array(np.rot90(view, quarter_turns) if quarter_turns else view, order="C")
        finally:
            self._surface.Unmap()


def driver_of(adapter: Any) -> str:
    """The adapter's name and the version of its driver. Raises comtypes.COMError."""
    described = DXGI_ADAPTER_DESC1()
    adapter.GetDesc1(byref(described))
    version = ctypes.c_int64()
    _check_interface_support(adapter, byref(IDXGIDevice._iid_), byref(version))
    parts = [(version.value >> shift) & 0xFFFF for shift in (48, 32, 16, 0)]
    return f"{described.Description} {'.'.join(map(str, parts))}"


def vendor_of(adapter: Any) -> int:
    """PCI's number of who made it. Raises comtypes.COMError."""
    described = DXGI_ADAPTER_DESC1()
    adapter.GetDesc1(byref(described))
    return int(described.VendorId)


# IDXGIAdapter::CheckInterfaceSupport, the 9th (dxgi.h).
_check_interface_support = ctypes.WINFUNCTYPE(comtypes.HRESULT, ctypes.c_void_p, ctypes.c_void_p)(
    9, "CheckInterfaceSupport"
)


def _luid(adapter: Any) -> tuple[int, int]:
    """The adapter's number until it is removed or the system starts again. Raises comtypes.COMError."""
    found = DXGI_ADAPTER_DESC1()
    adapter.GetDesc1(byref(found))
    return int(found.AdapterLuid.HighPart), int(found.AdapterLuid.LowPart)


def _check(code: int, call: str) -> None:
    if code < 0:
        raise comtypes.COMError(code, f"{call} failed", (None,) * 5)
