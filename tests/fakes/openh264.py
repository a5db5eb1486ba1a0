"""Cisco's OpenH264, a decoder that shares nothing with libav, by its C interface (Debian: libopenh264-7)."""

import ctypes
import ctypes.util
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

LIBRARY = ctypes.util.find_library("openh264")

_INITIALIZE, _UNINITIALIZE, _DECODE, _FLUSH = 0, 1, 3, 5
"""Places in the table of ISVCDecoder (codec_api.h): Initialize, Uninitialize, DecodeFrameNoDelay, FlushFrame."""


class _Property(ctypes.Structure):
    _fields_ = (("size", ctypes.c_uint), ("type", ctypes.c_int))


class _Param(ctypes.Structure):
    """SDecodingParam (codec_app_def.h). All zero: no concealment of errors, AVC."""

    _fields_ = (
        ("file", ctypes.c_char_p),
        ("cpu_load", ctypes.c_uint),
        ("layer", ctypes.c_ubyte),
        ("concealment", ctypes.c_int),
        ("parse_only", ctypes.c_bool),
        ("property", _Property),
    )


class _Info(ctypes.Structure):
    """SBufferInfo."""

    _fields_ = (
        ("status", ctypes.c_int),
        ("time_in", ctypes.c_ulonglong),
        ("time_out", ctypes.c_ulonglong),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("format", ctypes.c_int),
        ("strides", ctypes.c_int * 2),
        ("planes", ctypes.c_void_p * 3),
    )


def decoded_luma(extradata: bytes, units: Iterable[bytes]) -> list[npt.NDArray[np.uint8]]:
    """The luma of each picture, shape (height, width). Raises ValueError for a unit that the decoder takes amiss."""
    library = ctypes.CDLL(LIBRARY)
    decoder = ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))()
    if library.WelsCreateDecoder(ctypes.byref(decoder)):
        raise OSError("OpenH264 makes no decoder")
    table = decoder.contents

    def call(place: int, *values: object) -> int:
        function = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p, *(ctypes.c_void_p for _ in values))(table[place])
        return int(function(decoder, *values)) & 0xFFFFFFFF

    pictures = []
    try:
        param = _Param()
        if call(_INITIALIZE, ctypes.addressof(param)):
            raise OSError("OpenH264 doesn't start")
        for unit in [extradata, *units, None]:
            planes, info = (ctypes.c_void_p * 3)(), _Info()
            data = ctypes.create_string_buffer(unit or b"", len(unit or b""))
            into = ctypes.addressof(planes), ctypes.addressof(info)
            state = call(_FLUSH, *into) if unit is None else call(_DECODE, ctypes.addressof(data), len(unit), *into)
            if state:
                raise ValueError(f"behind picture {len(pictures)}: state {state:#x}")
            if info.status == 1:
                rows = (ctypes.c_ubyte * (info.strides[0] * info.height)).from_address(planes[0])
                luma = np.frombuffer(rows, np.uint8).reshape(info.height, info.strides[0])
                pictures.append(luma[:, : info.width].copy())
    finally:
        call(_UNINITIALIZE)
        library.WelsDestroyDecoder(decoder)
    return pictures
