"""Whether an encoder works, by a few pictures that it encodes in this process: a driver that hangs or ends it does so.

`trials` puts another process in between, where a device is there that could.
"""

import logging
import sys
from collections.abc import Sequence
from dataclasses import replace

import av
from av.codec.codec import UnknownCodecError

from ionia.core.codec.encoder_refusal import refusal
from ionia.core.media import EncodedPacket, VideoTrack, YuvPicture
from ionia.core.settings import VideoEncodeSettings
from ionia.media.encoder_proof import TRIAL_INDEXES, prove, trial_pictures
from ionia.media.encoder_specs import EncoderSpec, specs_for
from ionia.media.libav_words import words_of
from ionia.media.video_encoder import LibavVideoEncoder
from ionia.threads.limited import NoAnswerError, within

_log = logging.getLogger(__name__)

_PICTURES = len(TRIAL_INDEXES)

LIMIT_S = 10.0
"""How long an encoder may take to open, and for the trial pictures; as a device may to open."""

NO_ANSWER = f"did not answer within {LIMIT_S:g} s"

_Encoded = tuple[VideoTrack, list[YuvPicture], list[EncodedPacket]]


def tried(
    spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int, *, least_psnr: float | None
) -> tuple[str, str]:
    """Encode a few pictures with a throw-away encoder: what its pictures are worth, and why it can't be taken.

    One of the two is an empty string. Without `least_psnr` only the packets are looked at.
    """

    def encoded() -> _Encoded | str:
        try:
            return _encode_some(spec, settings, width, height)
        except av.error.FFmpegError as error:
            if not spec.hardware:
                raise
            return _told_reason(spec, error, words_of(lambda: _encode_some(spec, settings, width, height)))

    try:
        made = within(LIMIT_S, "encoder-open", encoded)
        if isinstance(made, str):
            return "", made
        track, pictures, packets = made
        for packet in packets:
            spec.codec.sample(packet.data)  # rather than in the middle of a take
        if (wrong := wrong_with(packets)) or least_psnr is None:
            return "", wrong
        return str(prove(track, pictures, packets, least_psnr=least_psnr)), ""
    except (av.error.FFmpegError, ValueError, NoAnswerError) as error:
        return "", reason_of(spec, error)


def tried_by_name(
    name: str, settings: VideoEncodeSettings, width: int, height: int, least_psnr: float | None
) -> tuple[str, str]:
    """As `tried`: a spec can't be sent to another process."""
    spec = next(one for one in specs_for(sys.platform, settings.codec) if one.name == name)
    return tried(spec, settings, width, height, least_psnr=least_psnr)


def wrong_with(packets: Sequence[EncodedPacket]) -> str:
    """What is wrong with the packets of the trial pictures, the last of which was to be a keyframe; else empty."""
    if [packet.pts for packet in packets] != list(range(_PICTURES)):
        return f"gave {len(packets)} packets for {_PICTURES} pictures"
    if [packet.keyframe for packet in packets] != [True, *[False] * (_PICTURES - 2), True]:
        return "does not give keyframes where they are asked for"
    return ""


def _encode_some(spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int) -> _Encoded:
    """Raises what libav raises, or ValueError."""
    encoder = LibavVideoEncoder(spec, replace(settings, encoder=spec.choice or settings.encoder), width, height)
    try:
        pictures, packets = trial_pictures(encoder.takes), list[EncodedPacket]()
        for index, picture in enumerate(pictures):
            packets += encoder.encode(picture, index, keyframe=index == _PICTURES - 1)
        return encoder.info, pictures, packets + encoder.flush()
    finally:
        encoder.close()


def _told_reason(spec: EncoderSpec, error: av.error.FFmpegError, words: Sequence[str]) -> str:
    """From what libav logged; its last word where no sentence is known for it."""
    _log.debug("encoder %s: libav says %s", spec.name, "; ".join(words) or "nothing")
    return refusal(spec.name, words) or (
        f"does not open: needs {spec.needs} ({words[-1].rstrip('.')})" if words else reason_of(spec, error)
    )


def reason_of(spec: EncoderSpec, error: Exception) -> str:
    """In words, from the error alone."""
    if isinstance(error, av.error.FFmpegError):
        return f"does not open: needs {spec.needs} ({(error.strerror or type(error).__name__).lower()})"
    if isinstance(error, NoAnswerError):
        return NO_ANSWER
    if isinstance(error, UnknownCodecError):
        return "is not part of this libav"
    return str(error)
