"""The screen source on Windows.Graphics.Capture, through dxcam's winrt parts: for screens that can't be duplicated.

Windows draws the pointer itself here. Unproven: Wine has no Windows.Graphics.Capture, so only its absence is tested.
"""

import os
import sys
from ctypes import byref
from typing import Any

import comtypes
import numpy as np
from dxcam._libs.d3d11 import D3D11_BOX
from dxcam.core.device import Device
from dxcam.core.output import Output
from dxcam.core.stagesurf import StageSurface
from dxcam.core.winrt_duplicator import WinRTDuplicator

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import Picture, VideoFrame
from ionia.core.ports import Clock
from ionia.core.warning import WarningCode
from ionia.sources.windows import com, displays, dxgi

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_FIRST_PICTURE_TRIES = 250  # each waits 2 ms for a picture to arrive (dxcam's default)


class GraphicsCapture:
    """A ScreenSource. `screen_id` is one of `displays.list_displays`, None the primary screen of the moment."""

    backend = "dxcam-winrt"
    fallbacks: tuple[str, ...] = ()

    def __init__(self, screen_id: str | None, *, cursor: bool, clock: Clock) -> None:
        self._screen_id = screen_id
        self._cursor = cursor
        self._clock = clock
        self._device: Any = None
        self._stage: Any = None
        self._capture: Any = None
        self._size = (0, 0)
        self._first: Picture | None = None

    def open(self) -> tuple[int, int]:
        """See ScreenSource."""
        self.close()
        com.enter()
        display = displays.find_display(self._screen_id)
        found = dxgi.output_of(display.device) if display is not None else None
        if found is None:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "No such screen.", "Is the monitor plugged in and on?")
        try:
            self._begin(*found)
            for _ in range(_FIRST_PICTURE_TRIES):
                self._first = self._take(wait=True)
                if self._first is not None:
                    return self._first.shape[1], self._first.shape[0]
        # winrt's bindings raise OSError, dxcam RuntimeError and ModuleNotFoundError, comtypes its own
        except (comtypes.COMError, OSError, RuntimeError, ImportError, AttributeError, SourceLost) as error:
            self.close()
            message = f"Windows graphics capture is not available: {error}"
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, message) from error
        self.close()
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "Windows graphics capture gave no picture.")

    def grab(self) -> VideoFrame | None:
        """See ScreenSource."""
        if self._capture is None:
            raise SourceLost(WarningCode.SCREEN_CLOSED, "The screen is not open.", retry_at_once=True)
        pixels, self._first = self._first, None
        try:
            pixels = pixels if pixels is not None else self._take(wait=False)
        except (comtypes.COMError, OSError, RuntimeError) as error:
            self.close()
            raise SourceLost(WarningCode.ACCESS_LOST, "The screen was lost.", retry_at_once=True) from error
        return None if pixels is None else VideoFrame(captured_ns=self._clock.now_ns(), pixels=pixels)

    def close(self) -> None:
        """See ScreenSource."""
        if self._capture is not None:
            self._capture.release()
        if self._stage is not None:
            self._stage.texture = self._stage.interface = None  # dropped, not released: see the module `dxgi`
        self._capture = self._stage = self._device = self._first = None

    def _begin(self, adapter: Any, output: Any) -> None:
        from winrt.windows.graphics.capture import GraphicsCaptureSession  # noqa: PLC0415 - loads the Windows Runtime

        if not GraphicsCaptureSession.is_supported():
            raise RuntimeError("this version of Windows lacks it")
        self._device, described = Device(adapter), Output(output)
        # The only way in that dxcam offers; read at construction.
        os.environ["DXCAM_WINRT_CURSOR_CAPTURE"] = "1" if self._cursor else "0"
        self._capture = WinRTDuplicator(output=described, device=self._device)
        self._stage = StageSurface(output=described, device=self._device)
        self._size = described.surface_size

    def _take(self, *, wait: bool) -> Picture | None:
        if not self._capture.update_frame(wait_for_frame=wait):
            raise SourceLost(WarningCode.ACCESS_LOST, "The screen was lost.", retry_at_once=True)
        if not self._capture.updated:
            return None
        width, height = self._size
        box = D3D11_BOX(left=0, top=0, front=0, right=width, bottom=height, back=1)
        self._capture.enter_multithread()
        try:
            self._device.im_context.CopySubresourceRegion(
                self._stage.texture, 0, 0, 0, 0, self._capture.texture, 0, byref(box)
            )
            self._capture.release_frame()
            mapped = self._stage.map()
            rows = np.ctypeslib.as_array(mapped.pBits, shape=(height, mapped.Pitch))
            pixels = np.array(
                np.lib.stride_tricks.as_strided(rows, (height, width, 4), (mapped.Pitch, 4, 1)), order="C"
            )
            self._stage.unmap()
        finally:
            self._capture.leave_multithread()
        return pixels
