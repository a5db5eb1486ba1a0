"""Whether an encoder makes right pictures of what lies on the graphics adapter: tried before it is used.

Pictures of text and colours are written into a surface, encoded from there, decoded and compared. The encoder converts
RGB by itself, and which matrix it takes is found out: whichever its pictures are right and marked with.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

import av

from ionia.core.codec.encoder_proof import LEAST_PSNR, DoubtedError, EncoderProof, ProofError
from ionia.core.media import (
    ColourMatrix,
    EncodedPacket,
    Picture,
    PictureFormat,
    PixelFormat,
    SurfaceFrame,
    YuvPicture,
)
from ionia.core.ports import Clock
from ionia.core.settings import VideoEncodeSettings
from ionia.core.test_card.pattern import CardPainter
from ionia.media.converter import Converter
from ionia.media.encoder_proof import TRIAL_INDEXES, prove
from ionia.media.encoder_trial import wrong_with
from ionia.media.surface import LibavSurface
from ionia.media.surface_encoder import DirectEncoder

_BITS_PER_PIXEL = 0.3
"""Of each picture: with room, so that only what is wrong differs."""

_FPS = 30

MOST_MS = 1e3 / _FPS
"""For one of the pictures: an encoder on a graphics card takes a tenth of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfaceProof:
    """What came of it. `figures` is for people."""

    matrix: ColourMatrix
    figures: str


def prove_surfaces(
    open_encoder: Callable[[VideoEncodeSettings, ColourMatrix], DirectEncoder],
    surface: LibavSurface,
    write: Callable[[Picture], None],
    clock: Clock,
    most_ms: float = MOST_MS,
) -> SurfaceProof:
    """`write` puts a picture of the surface's size into it. Raises ProofError, or what libav and `write` raise."""
    wrong: list[str] = []
    for matrix in ColourMatrix:
        try:
            proof, spent_ms = _proved(open_encoder, surface, write, matrix, clock)
        except ProofError as error:
            wrong.append(f"{matrix.name}: {error}")
            continue
        size = f"{surface.width}x{surface.height}"
        if spent_ms > most_ms:
            raise DoubtedError(f"takes {spent_ms:.0f} ms for a picture of {size}")
        saved_ms = _today_ms(surface, clock)
        figures = f"{proof}, {matrix.name}, {spent_ms:.1f} ms a picture of {size}, {saved_ms:.1f} ms less before it"
        return SurfaceProof(matrix=matrix, figures=figures)
    raise ProofError("; ".join(wrong))


def _proved(
    open_encoder: Callable[[VideoEncodeSettings, ColourMatrix], DirectEncoder],
    surface: LibavSurface,
    write: Callable[[Picture], None],
    matrix: ColourMatrix,
    clock: Clock,
) -> tuple[EncoderProof, float]:
    """And the milliseconds that a picture took."""
    width, height = surface.width, surface.height
    settings = VideoEncodeSettings(fps=_FPS, video_bitrate=round(_BITS_PER_PIXEL * width * height * _FPS))
    encoder = open_encoder(settings, matrix)
    reference = Converter(PictureFormat(width=width, height=height, pixels=PixelFormat.YUV420P, matrix=matrix))
    card = CardPainter(width, height)
    given, packets, spent_ms = list[YuvPicture](), list[EncodedPacket](), list[float]()
    try:
        for number, index in enumerate(TRIAL_INDEXES):
            pixels = card.paint(index, flash=False)
            given.append(reference.convert(pixels))
            write(pixels)
            frame = SurfaceFrame(captured_ns=0, surface=surface)
            picture = YuvPicture(format=encoder.takes, planes=(), frame=frame)
            begun_ns = clock.now_ns()
            packets += encoder.encode(picture, number, keyframe=number == len(TRIAL_INDEXES) - 1)
            spent_ms.append((clock.now_ns() - begun_ns) / 1e6)
        packets += encoder.flush()
    finally:
        encoder.close()
    if wrong := wrong_with(packets):
        raise ProofError(wrong)
    return prove(encoder.info, given, packets, least_psnr=LEAST_PSNR), statistics.median(spent_ms)


def _today_ms(surface: LibavSurface, clock: Clock) -> float:
    """What reading a picture back and converting it takes."""
    begun_ns = clock.now_ns()
    pixels = surface.read()
    Converter(PictureFormat(width=surface.width, height=surface.height, pixels=PixelFormat.YUV420P)).convert(pixels)
    return (clock.now_ns() - begun_ns) / 1e6


def usable_error(error: Exception) -> str:
    """In words."""
    strerror = error.strerror if isinstance(error, av.error.FFmpegError) else None
    return (strerror or str(error) or type(error).__name__).rstrip(".")
