"""How good the pictures of a recording are to be: the params of `initialize` that say so, and what they mean."""

import math
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from ionia.core.settings import CodecName
from ionia.core.video.quality import DEFAULT_MOST, NAMES, ConstantQuality, named
from ionia.rpc.command_option import CommandOption, Unit

_BEST, _WORST = 1, 51

QualityWord = Literal["bitrate", "small", "high", "source"]


class Crf(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A constant quality by its number."""

    crf: Annotated[
        float,
        Meta(
            ge=_BEST,
            le=_WORST,
            description="As x264 counts: lower is better and larger; 18 can hardly be told from the screen.",
        ),
    ]


def read_quality(text: str) -> object:
    """What somebody wrote on the command line as it is on the wire. Raises ValueError, which says what it may be."""
    words = get_args(QualityWord)
    if text in words:
        return text
    try:
        crf = float(text)
    except ValueError:
        crf = math.nan
    if not _BEST <= crf <= _WORST or not text.isascii() or "_" in text:
        raise ValueError(f"{text!r} is none of {', '.join(words)}, nor a number from {_BEST} to {_WORST}")
    return {"crf": crf}


QualityOption = Annotated[
    QualityWord | Crf,
    Meta(
        description="bitrate: a constant videoBitrate. Otherwise a constant quality of at most maxBitrate: a still "
        "screen takes next to nothing, and has a keyframe six times less often. For recordings and replays."
    ),
    CommandOption(
        name="--quality",
        metavar="QUALITY",
        help="bitrate, small, high, source or a number as x264's CRF: pictures as good as that, in as few bytes as "
        "they need (default: {default}, which keeps the bit rate constant)",
        read=read_quality,
    ),
]
MaxBitrate = Annotated[
    Annotated[int, Meta(ge=100_000, le=500_000_000)] | None,
    Meta(description=f"The most bits per second of video that a quality may take; default: {DEFAULT_MOST}."),
    CommandOption(
        name="--max-bitrate",
        help="the most that --quality may take, 20M or 800k for short (default: 50M)",
        unit=Unit.BIT_RATE,
    ),
]


CodecOption = Annotated[
    CodecName,
    Meta(
        description="What pictures are coded in. hevc and av1 are smaller, and dearer to encode; not every player "
        "takes them. For streams they need a server of Enhanced RTMP, which must say so or is warned of."
    ),
    CommandOption(
        name="--codec", help="h264, hevc or av1 (default: h264); not every player or server takes the last two"
    ),
]


BFrames = Annotated[
    int,
    Meta(
        ge=0,
        le=3,
        description="Most B-frames in a row: smaller files, of libx264 and libx265, in which cuts are up to as many "
        "frames later. Fewer at so few frames a second that a stop would wait for them for more than a second. For "
        "recordings and replays.",
    ),
    CommandOption(
        name="--b-frames",
        metavar="N",
        help="B-frames in a row, 0 to 3, of libx264 and libx265: smaller files (default: {default})",
    ),
]


def check_b_frames(b_frames: int, codec: CodecName) -> None:
    """Raises ValueError for a codec without any."""
    if b_frames and codec == "av1":
        raise ValueError('"bFrames" must be 0 where "codec" is "av1", which has none')


def check_quality(quality: str | Crf, max_bitrate: int | None) -> None:
    """Raises ValueError for a cap with nothing to cap."""
    if quality == "bitrate" and max_bitrate is not None:
        raise ValueError(
            '"maxBitrate" caps a "quality": "small", "high", "source" or {"crf": n}; without one, use "videoBitrate"'
        )


def check_live_quality(quality: str | Crf, b_frames: int) -> None:
    """Raises ValueError: a stream has none, and no pictures that wait for later ones."""
    if b_frames:
        raise ValueError('"bFrames" is for recordings and replays: a stream waits for no later picture')
    if quality != "bitrate":
        raise ValueError('"quality" is for recordings and replays: a stream has a constant rate, its "videoBitrate"')


def quality_of(quality: str | Crf, max_bitrate: int | None) -> ConstantQuality | None:
    """What was asked for; None for a constant rate."""
    most = DEFAULT_MOST if max_bitrate is None else max_bitrate
    if isinstance(quality, Crf):
        return ConstantQuality(crf=quality.crf, max_bitrate=most)
    for name in NAMES:
        if name == quality:
            return named(name, most)
    return None
