"""Which encoders really work here. Being listed means nothing: each is opened and must encode pictures.

The outcome is remembered for the life of the process; hardware does not appear or vanish while an engine runs.
"""

import logging
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import av
from av.codec.codec import UnknownCodecError

from ionia.core.codec.encoder_proof import LEAST_PSNR, LEAST_PSNR_OF_A_TAKE, READABLE_BITS_PER_PIXEL
from ionia.core.codec.encoder_refusal import TITLES, refusal
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import EncodedPacket, VideoTrack, YuvPicture
from ionia.core.ports import VideoEncoder
from ionia.core.service import EncoderInfo
from ionia.core.settings import CodecName, EncoderChoice, VideoEncodeSettings
from ionia.core.video.effort import cores_needed
from ionia.media.encoder_proof import TRIAL_INDEXES, prove, trial_pictures
from ionia.media.encoder_specs import EncoderSpec, candidates, specs_for
from ionia.media.guarded_encoder import GuardedVideoEncoder
from ionia.media.libav_words import words_of
from ionia.media.still_encoder import StillVideoEncoder
from ionia.media.video_encoder import LibavVideoEncoder
from ionia.platform.processes import usable_cores
from ionia.threads.limited import NoAnswerError, within

_log = logging.getLogger(__name__)

_PROBE_SIZE = (640, 360)
_PROBE_PICTURES = len(TRIAL_INDEXES)

LIMIT_S = 10.0
"""How long an encoder may take to open, and for the trial pictures; as a device may to open."""

_NO_ANSWER = f"did not answer within {LIMIT_S:g} s"

_lock = threading.Lock()
_known: dict[str, EncoderInfo] = {}  # protected by _lock
_sizes_proven: set[tuple[str, int, int]] = set()  # encoders that made right pictures of a size; protected by _lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """An encoder that was wanted and not taken, and why: for `session.warning`."""

    encoder: str
    reason: str


def list_encoders() -> tuple[EncoderInfo, ...]:
    """Every H.264 encoder of this platform, best first, for `engine.devices`. The first call takes up to a second."""
    return tuple(_availability(spec) for spec in specs_for(sys.platform))


def open_video_encoder(
    settings: VideoEncodeSettings, width: int, height: int
) -> tuple[VideoEncoder, VideoTrack, tuple[Fallback, ...]]:
    """Open the first encoder of the wanted ones that encodes pictures of this size, and say which were passed over.

    The calling thread owns the encoder. A hardware encoder has its codec's software behind it. Raises
    IoniaError(ENCODER_UNAVAILABLE) when none works.
    """
    fallbacks: list[Fallback] = []
    specs = candidates(settings.encoder, sys.platform, settings.codec)
    if settings.encoder not in (EncoderChoice.AUTO, *(spec.choice for spec in specs)):
        reason = f"encodes no {TITLES[settings.codec]} on this system"
        fallbacks.append(Fallback(encoder=settings.encoder.value, reason=reason))
    for spec in specs:
        known = _availability(spec)
        reason = known.reason
        if known.available:
            # A hardware encoder may refuse a size, or one session too many: only this size proves it.
            reason = (
                _prove_size(spec, settings, width, height)
                if spec.hardware
                else _too_slow(spec, settings, width, height)
            )
            if not reason:
                try:
                    encoder = _open(spec, settings, width, height)
                    if settings.b_frames and not encoder.info.reordered:
                        fallbacks.append(Fallback(encoder=spec.name, reason="makes no B-frames here"))
                    return *_attended(encoder, spec, settings), tuple(fallbacks)
                except (av.error.FFmpegError, ValueError, NoAnswerError) as error:
                    reason = _reason(spec, error)
        fallbacks.append(Fallback(encoder=spec.name, reason=reason))
    tried = "; ".join(f"{fallback.encoder}: {fallback.reason}" for fallback in fallbacks)
    raise IoniaError(
        ErrorKind.ENCODER_UNAVAILABLE,
        f"No {TITLES[settings.codec]} encoder opens for {width}x{height} at {settings.fps} fps ({tried})",
        "Try a lower bit rate, frame rate or screen resolution"
        + (" or another codec." if settings.codec != "h264" else "."),
    )


def _open(spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int) -> LibavVideoEncoder:
    """Raises what libav raises, ValueError, or NoAnswerError.

    Nothing helps where libav keeps Python's own lock, as in opening; one that makes a picture for it may be left.
    """
    if not spec.header_from_picture:
        return LibavVideoEncoder(spec, settings, width, height)
    return within(
        LIMIT_S,
        "encoder-open",
        lambda: LibavVideoEncoder(spec, settings, width, height),
        too_late=LibavVideoEncoder.close,
    )


def first_available(settings: VideoEncodeSettings) -> EncoderSpec | None:
    """The first of the wanted encoders of H.264 that works here; None for another codec. See `open_video_encoder`."""
    if settings.codec != "h264":
        return None
    specs = candidates(settings.encoder, sys.platform, settings.codec)
    return next((spec for spec in specs if _availability(spec).available), None)


def _too_slow(spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int) -> str:
    """Why it could not keep up here: most of the pictures would be missing from the file. An empty string if it can."""
    if spec.pixels_per_core is None:
        return ""
    needed, there = cores_needed(width, height, settings.fps, spec.pixels_per_core), usable_cores()
    return f"needs about {needed} cores for this size and rate, and {there} are here" if needed > there else ""


def _attended(
    encoder: LibavVideoEncoder, spec: EncoderSpec, settings: VideoEncodeSettings
) -> tuple[VideoEncoder, VideoTrack]:
    """A hardware encoder may be lost; libx264 may rest."""
    if spec.hardware:
        guarded = GuardedVideoEncoder(encoder, settings)
        return guarded, guarded.info
    if not settings.rest or encoder.info.reordered:
        return encoder, encoder.info
    try:
        return StillVideoEncoder(encoder, settings), encoder.info
    except ValueError as error:
        _log.info("%s encodes each picture, still ones too: %s", spec.name, error)
        return encoder, encoder.info


def _availability(spec: EncoderSpec) -> EncoderInfo:
    with _lock:
        if spec.name not in _known:
            settings = VideoEncodeSettings(video_bitrate=2_000_000, codec=_name_of(spec))
            proof, reason = _prove(spec, settings, *_PROBE_SIZE, least_psnr=LEAST_PSNR if spec.hardware else None)
            info = EncoderInfo(name=spec.name, hardware=spec.hardware, available=not reason, reason=reason, proof=proof)
            _log.debug("encoder %s: %s", spec.name, reason or proof or "works")
            if reason == _NO_ANSWER and not spec.hardware:
                return info  # another try of software may get one, and resets no card
            _known[spec.name] = info
        return _known[spec.name]


def _prove_size(spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int) -> str:
    """Why a hardware encoder can't be taken for this size, or an empty string. Its pictures are looked at once.

    Then with a rate at which they can be told apart: a take may have so few bits that no encoder's can.
    """
    size = (spec.name, width, height)
    with _lock:
        seen = size in _sizes_proven
    if seen:
        _, reason = _prove(spec, settings, width, height, least_psnr=None)
    else:
        readable = _with_bitrate(settings, round(READABLE_BITS_PER_PIXEL * width * height * settings.fps))
        _, reason = _prove(spec, readable, width, height, least_psnr=LEAST_PSNR_OF_A_TAKE)
    if not reason:
        with _lock:
            _sizes_proven.add(size)
    return reason


def _with_bitrate(settings: VideoEncodeSettings, least: int) -> VideoEncodeSettings:
    """With that many bits a second at least."""
    quality = settings.quality
    if quality is not None:
        quality = replace(quality, max_bitrate=max(quality.max_bitrate, least))
    return replace(settings, quality=quality, video_bitrate=max(settings.video_bitrate, least))


def _name_of(spec: EncoderSpec) -> CodecName:
    return next(name for name in TITLES if name == spec.codec.name)


def _prove(
    spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int, *, least_psnr: float | None
) -> tuple[str, str]:
    """Encode a few pictures with a throw-away encoder: what its pictures are worth, and why it can't be taken.

    One of the two is an empty string. Without `least_psnr` only the packets are looked at.
    """
    try:
        track, pictures, packets = within(LIMIT_S, "encoder-open", lambda: _encode_some(spec, settings, width, height))
        for packet in packets:
            spec.codec.sample(packet.data)  # rather than in the middle of a take
        if (wrong := wrong_with(packets)) or least_psnr is None:
            return "", wrong
        return str(prove(track, pictures, packets, least_psnr=least_psnr)), ""
    except (av.error.FFmpegError, ValueError, NoAnswerError) as error:
        if spec.hardware and isinstance(error, av.error.FFmpegError):
            return "", _told_reason(spec, error, words_of(lambda: _encode_some(spec, settings, width, height)))
        return "", _reason(spec, error)


def wrong_with(packets: Sequence[EncodedPacket]) -> str:
    """What is wrong with the packets of the trial pictures, the last of which was to be a keyframe; else empty."""
    if [packet.pts for packet in packets] != list(range(_PROBE_PICTURES)):
        return f"gave {len(packets)} packets for {_PROBE_PICTURES} pictures"
    if [packet.keyframe for packet in packets] != [True, *[False] * (_PROBE_PICTURES - 2), True]:
        return "does not give keyframes where they are asked for"
    return ""


def _encode_some(
    spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int
) -> tuple[VideoTrack, list[YuvPicture], list[EncodedPacket]]:
    """Raises what libav raises, or ValueError."""
    encoder = LibavVideoEncoder(spec, replace(settings, encoder=spec.choice or settings.encoder), width, height)
    try:
        pictures, packets = trial_pictures(encoder.takes), list[EncodedPacket]()
        for index, picture in enumerate(pictures):
            packets += encoder.encode(picture, index, keyframe=index == _PROBE_PICTURES - 1)
        return encoder.info, pictures, packets + encoder.flush()
    finally:
        encoder.close()


def _told_reason(spec: EncoderSpec, error: av.error.FFmpegError, words: Sequence[str]) -> str:
    """From what libav logged; its last word where no sentence is known for it."""
    _log.debug("encoder %s: libav says %s", spec.name, "; ".join(words) or "nothing")
    return refusal(spec.name, words) or (
        f"does not open: needs {spec.needs} ({words[-1].rstrip('.')})" if words else _reason(spec, error)
    )


def _reason(spec: EncoderSpec, error: Exception) -> str:
    if isinstance(error, av.error.FFmpegError):
        return f"does not open: needs {spec.needs} ({(error.strerror or type(error).__name__).lower()})"
    if isinstance(error, NoAnswerError):
        return _NO_ANSWER
    if isinstance(error, UnknownCodecError):
        return "is not part of this libav"
    return str(error)
