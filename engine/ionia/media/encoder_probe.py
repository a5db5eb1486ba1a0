"""Which encoders really work here. Being listed means nothing: each is opened and must encode pictures.

The outcome is remembered for the life of the process; hardware does not appear or vanish while an engine runs.
"""

import logging
import sys
import threading
from dataclasses import dataclass, replace

import av

from ionia.core.codec.encoder_proof import LEAST_PSNR, LEAST_PSNR_OF_A_TAKE, READABLE_BITS_PER_PIXEL
from ionia.core.codec.encoder_refusal import TITLES
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VideoTrack
from ionia.core.ports import VideoEncoder
from ionia.core.service import EncoderInfo
from ionia.core.settings import CodecName, EncoderChoice, VideoEncodeSettings
from ionia.core.video.effort import cores_needed
from ionia.media.encoder_specs import EncoderSpec, candidates, fewer_b_frames, specs_for
from ionia.media.encoder_trial import LIMIT_S, NO_ANSWER, reason_of
from ionia.media.guarded_encoder import GuardedVideoEncoder
from ionia.media.still_encoder import StillVideoEncoder
from ionia.media.trials import Trials
from ionia.media.video_encoder import LibavVideoEncoder
from ionia.platform.processes import usable_cores
from ionia.threads.limited import NoAnswerError, within

_log = logging.getLogger(__name__)

_PROBE_SIZE = (640, 360)

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
    with Trials() as trials:
        return tuple(_availability(spec, trials) for spec in specs_for(sys.platform))


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
    with Trials() as trials:
        for spec in specs:
            opened = _opened(spec, settings, width, height, trials)
            if isinstance(opened, LibavVideoEncoder):
                if reason := fewer_b_frames(spec, settings):
                    fallbacks.append(Fallback(encoder=spec.name, reason=reason))
                return *_attended(opened, spec, settings), tuple(fallbacks)
            fallbacks.append(Fallback(encoder=spec.name, reason=opened))
    tried = "; ".join(f"{fallback.encoder}: {fallback.reason}" for fallback in fallbacks)
    raise IoniaError(
        ErrorKind.ENCODER_UNAVAILABLE,
        f"No {TITLES[settings.codec]} encoder opens for {width}x{height} at {settings.fps} fps ({tried})",
        "Try a lower bit rate, frame rate or screen resolution"
        + (" or another codec." if settings.codec != "h264" else "."),
    )


def _opened(
    spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int, trials: Trials
) -> LibavVideoEncoder | str:
    """Or why not."""
    known = _availability(spec, trials)
    if not known.available:
        return known.reason
    # A hardware encoder may refuse a size: only this size proves it.
    prove = _prove_size if spec.hardware else _too_slow
    if reason := prove(spec, settings, width, height, trials):
        return reason
    try:
        return _open(spec, settings, width, height)
    except (av.error.FFmpegError, ValueError, NoAnswerError) as error:
        # As one session too many: libav's words for it come from another try.
        told = trials.tried(spec, settings, width, height, least_psnr=None)[1] if spec.hardware else ""
        return told or reason_of(spec, error)


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
    with Trials() as trials:
        return next((spec for spec in specs if _availability(spec, trials).available), None)


def _too_slow(spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int, _: Trials) -> str:
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
        return StillVideoEncoder(encoder, settings), replace(encoder.info, rests=True)
    except ValueError as error:
        _log.info("%s encodes each picture, still ones too: %s", spec.name, error)
        return encoder, encoder.info


def _availability(spec: EncoderSpec, trials: Trials) -> EncoderInfo:
    with _lock:
        if spec.name not in _known:
            settings = VideoEncodeSettings(video_bitrate=2_000_000, codec=_name_of(spec))
            least_psnr = LEAST_PSNR if spec.hardware else None
            proof, reason = trials.tried(spec, settings, *_PROBE_SIZE, least_psnr=least_psnr)
            info = EncoderInfo(name=spec.name, hardware=spec.hardware, available=not reason, reason=reason, proof=proof)
            _log.debug("encoder %s: %s", spec.name, reason or proof or "works")
            if reason == NO_ANSWER and not spec.hardware:
                return info  # another try of software may get one, and resets no card
            _known[spec.name] = info
        return _known[spec.name]


def _prove_size(spec: EncoderSpec, settings: VideoEncodeSettings, width: int, height: int, trials: Trials) -> str:
    """Why a hardware encoder can't be taken for this size, or an empty string. Its pictures are looked at once.

    With a rate at which they can be told apart: a take may have so few bits that no encoder's can.
    """
    size = (spec.name, width, height)
    with _lock:
        if size in _sizes_proven:
            return ""
    readable = _with_bitrate(settings, round(READABLE_BITS_PER_PIXEL * width * height * settings.fps))
    _, reason = trials.tried(spec, readable, width, height, least_psnr=LEAST_PSNR_OF_A_TAKE)
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
