"""How good a recording's pictures are to be, where that is asked for and not their rate: constant quality, capped.

The measure is x264's CRF, 0 to 51: lower is better and larger. Each hardware encoder has one of its own that goes the
same way (`media.encoder_specs`). Decision 0330 has what each name costs and how the names were chosen.
"""

from dataclasses import dataclass
from typing import Literal, get_args

QualityName = Literal["small", "high", "source"]

NAMES: tuple[QualityName, ...] = get_args(QualityName)

DEFAULT_MOST = 50_000_000
"""Bits per second: more than five times what the bench's moving desktop takes at 1080p30 and "source"."""

NAMED_CRF: dict[QualityName, float] = {"small": 30.0, "high": 24.0, "source": 18.0}
"""Measured: VMAF on desktops whose text and film move (decision 0330)."""

USUAL_SHARE = 20
"""A recording of constant quality takes about so small a part of its cap, where nothing was measured yet: 2.5 Mbit/s of
the default. So a disk is called low by this guess only where the cap would fill it in half a minute."""

STILL_INTERVALS = 6
"""A picture that stands still gets a keyframe this much less often: a text's is 200 kB, and all the rest is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantQuality:
    """`max_bitrate`: bits per second, kept by the encoder's rate buffer as that of a constant rate is."""

    crf: float
    max_bitrate: int = DEFAULT_MOST

    @property
    def capped(self) -> bool:
        """Whether the cap is one that somebody asked for."""
        return self.max_bitrate < DEFAULT_MOST

    @property
    def usual_bitrate(self) -> int:
        """Bits per second that are expected until they were measured."""
        return self.max_bitrate // USUAL_SHARE


def named(name: QualityName, max_bitrate: int = DEFAULT_MOST) -> ConstantQuality:
    """The quality of this name."""
    return ConstantQuality(crf=NAMED_CRF[name], max_bitrate=max_bitrate)
