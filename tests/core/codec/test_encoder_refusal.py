"""libav's words, as it logs them, and what people are told."""

import pytest

from ionia.core.codec.encoder_refusal import refusal

NO_SESSION = "OpenEncodeSessionEx failed: {} (no details)"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (["Cannot load libcuda.so.1"], "no NVIDIA driver is installed, or this container isn't given the GPU"),
        (["Cannot load nvcuda.dll"], "no NVIDIA driver is installed, or this container isn't given the GPU"),
        (
            [
                "Cannot load libnvidia-encode.so.1",
                "The minimum required Nvidia driver for nvenc is 570.0 or newer",
            ],
            "the NVIDIA driver is there without its encoder; a container needs NVIDIA_DRIVER_CAPABILITIES=video",
        ),
        (
            [
                "Driver does not support the required nvenc API version. Required: 13.0 Found: 12.2",
                "The minimum required Nvidia driver for nvenc is 570.0 or newer",
            ],
            "the NVIDIA driver is too old: update it to 570.0 or newer",
        ),
        (
            ["OpenEncodeSessionEx failed: invalid version (15): (no details)", "No capable devices found"],
            "the NVIDIA driver is too old: update it",
        ),
        (
            ["dl_fn->cuda_dl->cuInit(0) failed -> CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"],
            "there is no NVIDIA GPU that the driver can use",
        ),
        (
            ["dl_fn->cuda_dl->cuInit(0) failed -> CUDA_ERROR_SYSTEM_DRIVER_MISMATCH: system has unsupported display"],
            "the NVIDIA driver was updated and isn't ready: restart the computer",
        ),
        (
            ["OpenEncodeSessionEx failed: unsupported device (2): (no details)", "No capable devices found"],
            "this NVIDIA GPU has no H.264 encoder",
        ),
        (["Codec not supported", "No capable devices found"], "this NVIDIA GPU has no H.264 encoder"),
        (
            ["OpenEncodeSessionEx failed: out of memory (10): (no details)", "No capable devices found"],
            "the NVIDIA GPU has no encoder session left: close another program that records or streams",
        ),
        (
            ["OpenEncodeSessionEx failed: incompatible client key (21): (no details)", "No capable devices found"],
            "the NVIDIA GPU has no encoder session left: close another program that records or streams",
        ),
        (
            ["Width 5120 exceeds 4096", "No capable devices found"],
            "the NVIDIA GPU's encoder takes width up to 4096 only",
        ),
    ],
)
def test_nvidia(lines: list[str], sentence: str) -> None:
    assert refusal("h264_nvenc", lines) == sentence


@pytest.mark.parametrize(
    ("encoder", "lines", "sentence"),
    [
        (
            "h264_qsv",
            ["Error creating a MFX session: -9."],
            "there is no Intel GPU with a media driver (oneVPL) here",
        ),
        ("h264_qsv", ["Error creating a MFX session: -3."], "this Intel GPU or its driver has no H.264 encoder"),
        ("h264_qsv", ["Error creating a MFX loader"], "the Intel GPU's media driver doesn't start: update it"),
        (
            "h264_amf",
            [
                "DLL libamfrt64.so.1 failed to open",
                "Failed to create  hardware device context (AMF) : Unknown error occurred",
            ],
            "no AMD driver with its encoder (AMF) is installed",
        ),
        (
            "h264_amf",
            ["Failed to create  hardware device context (AMF) : Unknown error occurred"],
            "there is no AMD GPU that the driver can use",
        ),
        (
            "h264_mf",
            ["could not find any MFT for the given media type"],
            "Windows offers no hardware H.264 encoder here",
        ),
        ("av1_nvenc", ["Codec not supported"], "this NVIDIA GPU has no AV1 encoder"),
        ("hevc_nvenc", ["OpenEncodeSessionEx failed: unsupported device (2)"], "this NVIDIA GPU has no HEVC encoder"),
        ("hevc_qsv", ["Error creating a MFX session: -3."], "this Intel GPU or its driver has no HEVC encoder"),
        ("av1_amf", ["DLL amfrt64.dll failed to open"], "no AMD driver with its encoder (AMF) is installed"),
    ],
)
def test_others(encoder: str, lines: list[str], sentence: str) -> None:
    assert refusal(encoder, lines) == sentence


@pytest.mark.parametrize("encoder", ["h264_nvenc", "h264_qsv", "h264_amf", "h264_mf", "libx264"])
def test_words_that_nobody_knows(encoder: str) -> None:
    assert refusal(encoder, []) == ""
    assert refusal(encoder, ["Something new happened"]) == ""
