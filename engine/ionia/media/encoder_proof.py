"""What a hardware encoder makes of pictures with text and colours, decoded by libav and compared (`core` judges).

Software encoders are libav's own and tested with it; a driver is whatever the user's machine has.
"""

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

from ionia.core.codec.encoder_proof import EncoderProof, ProofError, Shown, prove_pictures
from ionia.core.media import EncodedPacket, PictureFormat, PixelFormat, VideoTrack, YuvPicture
from ionia.core.test_card.pattern import MIN_SIDE, CardPainter
from ionia.media.converter import Converter
from ionia.media.decoder_packet import decoder_packet
from ionia.media.frame_planes import plane_rows

TRIAL_INDEXES = (0, 0x2AAA, 0x1555, 0x3FFF)
"""Pictures of the test card that differ from each other in many places."""


def trial_pictures(takes: PictureFormat) -> list[YuvPicture]:
    """As the encoder takes them. A size that is too small for the card gets grey ones."""
    converter = Converter(takes)
    if min(takes.width, takes.height) < MIN_SIDE:
        greys = (np.full((takes.height, takes.width, 4), 50 * at, np.uint8) for at in range(1, len(TRIAL_INDEXES) + 1))
        return [converter.convert(grey) for grey in greys]
    card = CardPainter(takes.width, takes.height)
    return [converter.convert(card.paint(index, flash=False)) for index in TRIAL_INDEXES]


def prove(
    track: VideoTrack, pictures: Sequence[YuvPicture], packets: Sequence[EncodedPacket], *, least_psnr: float
) -> EncoderProof:
    """`packets` are those of `pictures`, all of them. Raises ProofError."""
    try:
        frames = decoded(track, packets)
    except av.error.FFmpegError as error:
        raise ProofError(f"its pictures can't be decoded ({(error.strerror or 'invalid').lower()})") from error
    return prove_pictures(
        [_given(picture) for picture in pictures], [_made(frame) for frame in frames], least_psnr=least_psnr
    )


def decoded(track: VideoTrack, packets: Sequence[EncodedPacket]) -> list[av.VideoFrame]:
    """The pictures of a track. Raises what libav raises, or ProofError."""
    decoder = av.CodecContext.create(track.codec.decoder, "r")
    if not isinstance(decoder, VideoCodecContext):
        raise ProofError(f"{track.codec.decoder} decodes no pictures")
    decoder.extradata = track.extradata
    frames: list[av.VideoFrame] = []
    for each in packets:
        packet = decoder_packet(each.data, pts=each.pts, dts=each.dts, time_base=Fraction(1, track.fps))
        frames += decoder.decode(packet)
    return [*frames, *decoder.decode(None)]


def _given(picture: YuvPicture) -> Shown:
    luma, *chroma = picture.planes
    if picture.format.pixels is PixelFormat.NV12:
        return Shown(luma=luma, blue=chroma[0][:, 0::2], red=chroma[0][:, 1::2], matrix=picture.format.matrix)
    return Shown(luma=luma, blue=chroma[0], red=chroma[1], matrix=picture.format.matrix)


def _made(frame: av.VideoFrame) -> Shown:
    planar = frame if frame.format.name in ("yuv420p", "yuvj420p") else frame.reformat(format="yuv420p")
    luma, blue, red = (plane_rows(plane)[: plane.height, : plane.width] for plane in planar.planes)
    return Shown(luma=luma, blue=blue, red=red, matrix=int(frame.colorspace), colour_range=int(frame.color_range))
