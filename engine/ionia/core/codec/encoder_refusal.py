"""Why a hardware encoder doesn't open: from libav's words to a sentence that says what to do.

libav's error codes don't tell a missing driver from an old one or from a card without an encoder ("Generic error in an
external library"); what it logs does. Pure: the lines come from `media.libav_words`.
"""

import re
from collections.abc import Mapping, Sequence

from ionia.core.settings import CodecName

_NVENC: tuple[tuple[str, str], ...] = (
    # Source: FFmpeg's nvenc.c and nv-codec-headers' dynlink_loader.h; the last ones are NVENCSTATUS by name.
    (r"Cannot load (libcuda|nvcuda)", "no NVIDIA driver is installed, or this container isn't given the GPU"),
    (
        r"Cannot load (libnvidia-encode|nvEncodeAPI)",
        "the NVIDIA driver is there without its encoder; a container needs NVIDIA_DRIVER_CAPABILITIES=video",
    ),
    (
        r"minimum required Nvidia driver for nvenc is (?P<version>[\d.]*\d)",
        "the NVIDIA driver is too old: update it to {version} or newer",
    ),
    (
        r"required nvenc API version|OpenEncodeSessionEx failed: invalid version|Cannot load ",
        "the NVIDIA driver is too old: update it",
    ),
    (r"CUDA_ERROR_NO_DEVICE|No CUDA capable devices", "there is no NVIDIA GPU that the driver can use"),
    (
        r"CUDA_ERROR_(SYSTEM_DRIVER_MISMATCH|SYSTEM_NOT_READY|COMPAT_NOT_SUPPORTED)",
        "the NVIDIA driver was updated and isn't ready: restart the computer",
    ),
    (
        r"OpenEncodeSessionEx failed: (out of memory|incompatible client key|device not exist|encoder busy)",
        "the NVIDIA GPU has no encoder session left: close another program that records or streams",
    ),
    (r"CUDA_ERROR_OUT_OF_MEMORY", "the NVIDIA GPU has no memory left: close another program that uses it"),
    (r"(?P<side>Width|Height) \d+ exceeds (?P<most>\d+)", "the NVIDIA GPU's encoder takes {side} up to {most} only"),
    (
        r"OpenEncodeSessionEx failed: (unsupported device|no encode device)|Codec not supported",
        "this NVIDIA GPU has no {codec} encoder",
    ),
)

_QSV: tuple[tuple[str, str], ...] = (
    # Source: FFmpeg's qsvenc.c and qsv.c; the numbers are oneVPL's mfxStatus.
    (r"MFX session: -9\b|No device available", "there is no Intel GPU with a media driver (oneVPL) here"),
    (r"MFX session.*-3\b|unsupported \(-3\)", "this Intel GPU or its driver has no {codec} encoder"),
    (r"MFX (session|loader)", "the Intel GPU's media driver doesn't start: update it"),
    (r"(renderD|/dev/dri).*(Permission denied|-13)", "this user may not use the Intel GPU: join the group render"),
)

_AMF: tuple[tuple[str, str], ...] = (
    # Source: FFmpeg's hwcontext_amf.c.
    (r"DLL \S+ failed to open", "no AMD driver with its encoder (AMF) is installed"),
    (r"version.*(lower|older|too old)", "the AMD driver is too old: update it"),
    (r"CreateComponent.*failed|AMF_NOT_SUPPORTED", "this AMD GPU has no {codec} encoder"),
    (r"AMF init|hardware device context", "there is no AMD GPU that the driver can use"),
)

_MF: tuple[tuple[str, str], ...] = (
    # Source: FFmpeg's mfenc.c and mf_utils.c.
    (r"could not (find|create) (any )?MFT", "Windows offers no hardware {codec} encoder here"),
)

_TABLES = {"nvenc": _NVENC, "qsv": _QSV, "amf": _AMF, "mf": _MF}

TITLES: Mapping[CodecName, str] = {"h264": "H.264", "hevc": "HEVC", "av1": "AV1"}
"""Codecs, for people."""


def refusal(encoder: str, lines: Sequence[str]) -> str:
    """The sentence, without its full stop, for what libav logged while it didn't open; empty where none is known.

    `encoder` is libav's name, codec and maker: "hevc_nvenc".

    The table's order decides, not that of the lines: an old driver also gives "no capable devices".
    """
    codec, _, maker = encoder.partition("_")
    title = next((title for name, title in TITLES.items() if name == codec), "such")
    for pattern, sentence in _TABLES.get(maker, ()):
        for line in lines:
            if found := re.search(pattern, line):
                named = {name: (text or "").lower() for name, text in found.groupdict().items()}
                return sentence.format(codec=title, **named)
    return ""
