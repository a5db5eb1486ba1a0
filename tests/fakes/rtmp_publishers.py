"""Other people's RTMP publishers, to hear what they say to a server: the `ffmpeg` program and librtmp."""

import ctypes
import ctypes.util
import subprocess

LIBRTMP = ctypes.util.find_library("rtmp")
"""None if it is not installed."""


def publish_with_ffmpeg(url: str) -> None:
    """A fifth of a second of a picture and a tone; returns when it has said goodbye. For keys that are none."""
    picture = ["-f", "lavfi", "-i", "color=size=64x48:rate=10"]
    tone = ["-f", "lavfi", "-i", "sine=sample_rate=48000"]
    encode = ["-t", "0.2", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-f", "flv"]
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", *picture, *tone, *encode, url]
    subprocess.run(command, check=True, timeout=60, capture_output=True)


def publish_with_librtmp(url: str, tags: bytes) -> None:
    """FLV tags. librtmp cuts the address in place and in its own way; see its `parseurl.c`."""
    library = ctypes.CDLL(LIBRTMP)
    library.RTMP_Alloc.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.RTMP_Alloc())
    library.RTMP_Init(handle)
    address = ctypes.create_string_buffer(url.encode())
    try:
        assert library.RTMP_SetupURL(handle, address)
        library.RTMP_EnableWrite(handle)
        assert library.RTMP_Connect(handle, None), "librtmp did not connect"
        assert library.RTMP_ConnectStream(handle, 0), "librtmp may not publish"
        assert library.RTMP_Write(handle, tags, len(tags)) == len(tags)
    finally:
        library.RTMP_Close(handle)
        library.RTMP_Free(handle)
