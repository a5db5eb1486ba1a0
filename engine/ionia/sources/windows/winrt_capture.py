"""Windows.Graphics.Capture of one item, a window or a monitor, on the winrt packages. Windows draws the pointer."""

import contextlib
import ctypes
import sys
from ctypes import POINTER, byref
from datetime import timedelta
from typing import Any

import comtypes
from dxcam._libs.d3d11 import D3D11_TEXTURE2D_DESC, ID3D11Texture2D
from dxcam._libs.dxgi import IDXGIDevice, IDXGISurface

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.ports import Clock
from ionia.sources.windows import com, d3d11, performance_counter
from ionia.sources.windows.followed_window import Taken

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

BACKEND = "wgc"

_BUFFERS = 2
"""Pictures that Windows may be ahead by. One is copied at each grab, and given back at once."""

_POINTER_STAYS = "This version of Windows draws the pointer into it all the same."


class WinrtCapture:
    """A Capture. It polls: pictures wait in the pool, and no thread of Windows' runs Python."""

    def __init__(self, *, window: int = 0, monitor: int = 0, adapter: Any, cursor: bool, clock: Clock) -> None:
        """`window` or `monitor` is a handle. Raises IoniaError(CAPTURE_UNAVAILABLE)."""
        self.notes: tuple[str, ...] = ()
        self._clock = clock
        self._device: d3d11.Device | None = None
        self._direct3d: Any = None
        self._pool: Any = None
        self._session: Any = None
        self._stage: d3d11.Stage | None = None
        com.enter()
        try:
            self._begin(window, monitor, adapter, cursor=cursor)
        # winrt's bindings raise OSError and more of their own, its absence ImportError, comtypes COMError
        except (comtypes.COMError, OSError, RuntimeError, ImportError, AttributeError, ValueError) as error:
            self.close()
            message = f"Windows graphics capture is not available: {error}"
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message) from error

    def take(self) -> Taken | None:
        """See Capture: of several pictures that wait, the newest."""
        try:
            return self._take()
        except comtypes.COMError as error:
            raise OSError(f"0x{com.hresult(error):08X}") from error

    def _take(self) -> Taken | None:
        frame = None
        while (newer := self._pool.try_get_next_frame()) is not None:
            if frame is not None:
                frame.close()
            frame = newer
        if frame is None:
            return None
        try:
            size = (int(frame.content_size.width), int(frame.content_size.height))
            captured_ns = performance_counter.instant_of(
                frame.system_relative_time // timedelta(microseconds=1) * 1000, self._clock
            )
            stage = self._copy(frame.surface, size)
        finally:
            frame.close()
        return Taken(pixels=stage.read(), size=size, captured_ns=captured_ns)

    def resize(self, size: tuple[int, int]) -> None:
        """See Capture."""
        from winrt.windows.graphics import SizeInt32  # noqa: PLC0415 - loads the Windows Runtime

        self._pool.recreate(self._direct3d, self._format, _BUFFERS, SizeInt32(*size))

    def close(self) -> None:
        """See Capture. The device is kept for the next one: making it takes longer than all the rest."""
        for closable in (self._session, self._pool):
            if closable is not None:
                with contextlib.suppress(OSError):  # of an adapter that is gone; the rest is given back all the same
                    closable.close()
        if self._device is not None:
            d3d11.keep(self._device)
        self._session = self._pool = self._stage = self._device = self._direct3d = None

    def _begin(self, window: int, monitor: int, adapter: Any, *, cursor: bool) -> None:
        from winrt.windows.graphics.capture import (  # noqa: PLC0415 - loads the Windows Runtime
            Direct3D11CaptureFramePool,
            GraphicsCaptureSession,
        )
        from winrt.windows.graphics.capture.interop import create_for_monitor, create_for_window  # noqa: PLC0415
        from winrt.windows.graphics.directx import DirectXPixelFormat  # noqa: PLC0415
        from winrt.windows.graphics.directx.direct3d11.interop import (  # noqa: PLC0415
            create_direct3d11_device_from_dxgi_device,
        )

        if not GraphicsCaptureSession.is_supported():  # without this question, what follows ends the process
            raise RuntimeError("this version of Windows lacks it")
        self._device = device = d3d11.borrow(adapter)
        device.protect()
        dxgi_device = device.device.QueryInterface(IDXGIDevice)
        self._direct3d = create_direct3d11_device_from_dxgi_device(_address(dxgi_device))
        self._format = DirectXPixelFormat.B8_G8_R8_A8_UINT_NORMALIZED
        item = create_for_window(window) if window else create_for_monitor(monitor)
        self._pool = Direct3D11CaptureFramePool.create_free_threaded(self._direct3d, self._format, _BUFFERS, item.size)
        self._session = self._pool.create_capture_session(item)
        try:
            self._session.is_cursor_capture_enabled = cursor  # Windows 10 2004
        except (OSError, AttributeError, NotImplementedError):
            self.notes = () if cursor else (_POINTER_STAYS,)
        with contextlib.suppress(OSError, AttributeError, NotImplementedError):
            self._session.is_border_required = False  # Windows 11; before, a yellow frame is on the screen only
        self._session.start_capture()

    def _copy(self, surface: Any, size: tuple[int, int]) -> d3d11.Stage:
        """What of the surface is filled, on its way to where it can be read."""
        from winrt.windows.graphics.directx.direct3d11.interop import (  # noqa: PLC0415 - loads the Windows Runtime
            get_dxgi_surface_from_object,
        )

        texture = _owned(get_dxgi_surface_from_object(surface)).QueryInterface(ID3D11Texture2D)
        described = D3D11_TEXTURE2D_DESC()
        texture.GetDesc(byref(described))
        width, height = max(1, min(size[0], described.Width)), max(1, min(size[1], described.Height))
        if self._device is None:
            raise OSError("the capture is closed")
        if self._stage is None or (self._stage.width, self._stage.height) != (width, height):
            self._stage = d3d11.Stage(self._device, width, height)
        self._stage.copy_from(texture)
        return self._stage


def _address(pointer: Any) -> int:
    """Where a COM pointer points to. Not by `ctypes.cast`, which makes a reference cycle."""
    return ctypes.c_void_p.from_buffer(pointer).value or 0


def _owned(address: int) -> Any:
    """The surface at an address whose reference is ours: winrt's call hands one out, and comtypes releases it."""
    surface = POINTER(IDXGISurface)()
    ctypes.c_void_p.from_buffer(surface).value = address
    return surface
