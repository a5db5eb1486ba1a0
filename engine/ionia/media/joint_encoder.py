"""Encodes the few pictures before a keyframe anew, so that they can stand before it in one H.264 track.

Its parameter sets get an id of their own; what is asked of the picture (profile, colours, shape) is the track's.
"""

from collections.abc import Iterable
from fractions import Fraction

import av
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

_PROFILES = {66: "baseline", 77: "main", 100: "high", 110: "high10", 122: "high422", 244: "high444"}
"""x264's names of profile_idc (H.264 annex A)."""

_QUALITY = "16"
"""CRF: next to what was decoded it isn't seen, and it is only a second or two."""


def encode_joint(
    frames: Iterable[av.VideoFrame], *, profile: int, set_id: int, rate: Fraction
) -> tuple[bytes, list[bytes]]:
    """(extradata, one access unit for each picture), both Annex B; the first is an IDR picture, none is reordered.

    `rate`: pictures per second, for the encoder's own reckoning. Raises libav's errors.
    """
    context: VideoCodecContext | None = None
    units: list[bytes] = []
    for index, frame in enumerate(frames):
        if context is None:
            context = _opened(frame, profile, set_id, rate)
        frame.pts, frame.time_base = index, 1 / rate
        frame.pict_type = PictureType.NONE
        units += [bytes(packet) for packet in context.encode(frame)]
    if context is None:
        return b"", []
    units += [bytes(packet) for packet in context.encode(None)]
    return bytes(context.extradata or b""), units


def _opened(frame: av.VideoFrame, profile: int, set_id: int, rate: Fraction) -> VideoCodecContext:
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, VideoCodecContext)  # noqa: S101 - it is one
    context.width, context.height, context.pix_fmt = frame.width, frame.height, frame.format.name
    context.framerate, context.time_base = rate, 1 / rate
    context.color_range, context.colorspace = frame.color_range, frame.colorspace
    context.color_primaries, context.color_trc = frame.color_primaries, frame.color_trc
    context.options = {
        "preset": "veryfast",
        "crf": _QUALITY,
        "bf": "0",
        "x264-params": f"sps-id={set_id}:scenecut=0:keyint=infinite",
        **({"profile": _PROFILES[profile]} if profile in _PROFILES else {}),
    }
    context.flags |= Flags.global_header
    context.open()
    return context
