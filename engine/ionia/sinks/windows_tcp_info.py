"""What Windows tells of a connection: SIO_TCP_INFO (Windows 10 version 1703 and later)."""

import socket
import struct
import sys
from collections.abc import Callable

from ionia.core.live.sent_bytes import TcpFigures

_TCP_INFO = struct.Struct("=4xI20xI4xI8xQ12xI16x")
"""Of struct _TCP_INFO_v0 (mstcpip.h): Mss, BytesInFlight, SndWnd, BytesOut, BytesRetrans; its size with its padding."""


def figures_of(answer: bytes) -> TcpFigures | None:
    """What an answer says; None if it is none."""
    if len(answer) != _TCP_INFO.size:
        return None
    segment, in_flight, window, out, again = _TCP_INFO.unpack(answer)
    return TcpFigures(segment=segment, in_flight=in_flight, window=window, out=out, again=again)


def tcp_figures(connection: socket.socket) -> TcpFigures | None:
    """Of a socket; None where the system doesn't tell: before Windows 10 version 1703, on Wine, elsewhere."""
    return figures_of(_ask(connection.fileno()))


def _nothing(_descriptor: int) -> bytes:
    return b""


_ask: Callable[[int], bytes] = _nothing

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _SIO_TCP_INFO = 0xD8000027
    _VERSION = 0
    _ioctl = ctypes.WinDLL("ws2_32").WSAIoctl
    _ioctl.restype = ctypes.c_int
    _ioctl.argtypes = (
        ctypes.c_size_t,  # SOCKET
        wintypes.DWORD,
        ctypes.c_void_p,
        wintypes.DWORD,
        ctypes.c_void_p,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
        ctypes.c_void_p,
        ctypes.c_void_p,
    )

    def _asked(descriptor: int) -> bytes:
        version, answer, length = (
            wintypes.DWORD(_VERSION),
            ctypes.create_string_buffer(_TCP_INFO.size),
            wintypes.DWORD(),
        )
        failed = _ioctl(
            descriptor,
            _SIO_TCP_INFO,
            ctypes.byref(version),
            ctypes.sizeof(version),
            answer,
            _TCP_INFO.size,
            ctypes.byref(length),
            None,
            None,
        )
        return b"" if failed else answer.raw[: length.value]

    _ask = _asked
