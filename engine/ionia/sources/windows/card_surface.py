"""Pictures that libav keeps on the graphics adapter, read and written by Direct3D itself.

libav can read them as well, but PyAV keeps Python's lock meanwhile, so that a driver which hangs would stop all
sessions; and the scaler that libav has for them needs a video processor. Here the adapter halves a picture's sides as
it does for textures (decision 0402), which any adapter can.
"""

import ctypes
import sys
import threading
from ctypes import POINTER, byref
from typing import Any

import av
import comtypes
import numpy as np
from dxcam._libs.d3d11 import (
    D3D11_TEXTURE2D_DESC,
    ID3D11Device,
    ID3D11DeviceContext,
    ID3D11Texture2D,
)

from ionia.core.media import Picture
from ionia.core.preview.geometry import side_halvings
from ionia.media.surface import LibavSurface
from ionia.sources.windows import d3d11

assert sys.platform == "win32"  # noqa: S101 - mypy checks the rest for Windows only

_DRAWN_TO_AND_READ = 0x20 | 0x8  # D3D11_BIND_RENDER_TARGET, D3D11_BIND_SHADER_RESOURCE (d3d11.h): what halving asks
_GENERATE_MIPS = 0x1  # D3D11_RESOURCE_MISC_GENERATE_MIPS


class CardReader:
    """Reads the surfaces of one device, which libav has protected. Any thread, one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._whole: _Whole | None = None  # protected by _lock
        self._halved: _Halved | None = None  # likewise: of the size that was asked for last

    def read(self, texture: int, halvings: int) -> Picture:
        """The picture at this address, its sides halved so often. Raises comtypes.COMError."""
        source = _Texture(texture)
        with self._lock:
            if halvings == 0:
                if self._whole is None or not self._whole.serves(source):
                    self._whole = _Whole(source)
                return self._whole.read(source)
            if self._halved is None or not self._halved.serves(source, halvings):
                self._halved = _Halved(source, halvings)
            return self._halved.read(source)


class CardSurface(LibavSurface):
    """A LibavSurface of Direct3D 11. Its `device` is what reads all surfaces of that device."""

    def __init__(self, frame: av.VideoFrame, reader: CardReader) -> None:
        super().__init__(frame, reader)
        self._reader = reader

    def read(self) -> Picture:
        """See the port."""
        return self._read(0)

    def read_small(self, width: int, height: int) -> Picture:
        """See the port."""
        return self._read(side_halvings((self.width, self.height), (width, height)))

    def _read(self, halvings: int) -> Picture:
        try:
            return self._reader.read(texture_of(self.frame), halvings)
        except comtypes.COMError as error:
            raise OSError(f"a picture of the graphics adapter is lost: {error.text or error}") from error


def texture_of(frame: av.VideoFrame) -> int:
    """The address of its ID3D11Texture2D."""
    return frame.planes[0].buffer_ptr


def write(texture: int, pixels: Picture) -> None:
    """Put a picture into the BGRA texture at this address, which has its size. Any device that is protected. Raises
    comtypes.COMError."""
    target = _Texture(texture)
    rows = np.ascontiguousarray(pixels)
    _update_subresource(target.context, target.texture, 0, None, rows.ctypes.data, rows.strides[0], 0)


class _Texture:
    """A texture of somebody else's, with a reference of our own, and its device. `d3d11.Drawn`."""

    def __init__(self, address: int) -> None:
        self.texture: Any = POINTER(ID3D11Texture2D)()
        ctypes.c_void_p.from_buffer(self.texture).value = address
        self.texture.AddRef()  # comtypes gives back what it is told to hold, and this one is libav's
        self.device: Any = POINTER(ID3D11Device)()
        _get_device(self.texture, byref(self.device))
        self.context: Any = POINTER(ID3D11DeviceContext)()
        self.device.GetImmediateContext(byref(self.context))
        described = D3D11_TEXTURE2D_DESC()
        _get_desc(self.texture, byref(described))
        self.size = int(described.Width), int(described.Height)


class _Whole:
    """Reads pictures of one size."""

    def __init__(self, like: _Texture) -> None:
        self._size = like.size
        self._stage = d3d11.Stage(like, *like.size)

    def serves(self, source: _Texture) -> bool:
        return self._size == source.size

    def read(self, source: _Texture) -> Picture:
        self._stage.copy_from(source.texture)
        return self._stage.read()


class _Halved:
    """Reads pictures of one size with fewer pixels: the means of 2 x 2, of 4 x 4, ..., which textures seen from afar
    are made of."""

    def __init__(self, like: _Texture, halvings: int) -> None:
        self._size, self._halvings = like.size, halvings
        width, height = like.size
        self._levels = d3d11.new_texture(
            like, width, height, levels=halvings + 1, BindFlags=_DRAWN_TO_AND_READ, MiscFlags=_GENERATE_MIPS
        )
        self._view: Any = POINTER(comtypes.IUnknown)()
        _create_view(like.device, self._levels, None, byref(self._view))
        self._stage = d3d11.Stage(like, width >> halvings, height >> halvings)

    def serves(self, source: _Texture, halvings: int) -> bool:
        return (self._size, self._halvings) == (source.size, halvings)

    def read(self, source: _Texture) -> Picture:
        source.context.CopySubresourceRegion(self._levels, 0, 0, 0, 0, source.texture, 0, None)
        _generate_mips(source.context, self._view)
        self._stage.copy_from(self._levels, self._halvings)
        return self._stage.read()


# dxcam declares these without their arguments (numbers: d3d11.h). ID3D11DeviceChild::GetDevice,
_get_device = ctypes.WINFUNCTYPE(None, ctypes.c_void_p)(3, "GetDevice")
# ID3D11Texture2D::GetDesc,
_get_desc = ctypes.WINFUNCTYPE(None, ctypes.c_void_p)(10, "GetDesc")
# ID3D11Device::CreateShaderResourceView,
_create_view = ctypes.WINFUNCTYPE(comtypes.HRESULT, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(
    7, "CreateShaderResourceView"
)
# ID3D11DeviceContext::UpdateSubresource and GenerateMips.
_update_subresource = ctypes.WINFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint, ctypes.c_uint
)(48, "UpdateSubresource")
_generate_mips = ctypes.WINFUNCTYPE(None, ctypes.c_void_p)(54, "GenerateMips")
