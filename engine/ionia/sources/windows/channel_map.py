"""Turns a device's channels into stereo. Arithmetic only."""

import math

import numpy as np
import numpy.typing as npt

from ionia.core.media import Samples

_H = math.sqrt(0.5)  # -3 dB: centre and surround feed both sides or one, ITU-R BS.775-4, table 2

_L, _R, _C, _SIDE_L, _SIDE_R, _NONE = (1.0, 0.0), (0.0, 1.0), (_H, _H), (_H, 0.0), (0.0, _H), (0.0, 0.0)

_LAYOUTS: dict[int, tuple[tuple[float, float], ...]] = {
    1: ((1.0, 1.0),),
    2: (_L, _R),
    3: (_L, _R, _C),  # 3.0
    4: (_L, _R, _SIDE_L, _SIDE_R),  # quad
    5: (_L, _R, _C, _SIDE_L, _SIDE_R),  # 5.0
    6: (_L, _R, _C, _NONE, _SIDE_L, _SIDE_R),  # 5.1; BS.775 leaves the LFE out
    7: (_L, _R, _C, _NONE, _SIDE_L, _SIDE_R, (0.5, 0.5)),  # 6.1 with one back centre
    8: (_L, _R, _C, _NONE, _SIDE_L, _SIDE_R, _SIDE_L, _SIDE_R),  # 7.1
}
"""By channel count, in WAVEFORMATEXTENSIBLE order (ksmedia.h, KSAUDIO_SPEAKER_*), since PortAudio hides the mask."""


def stereo_matrix(channels: int) -> npt.NDArray[np.float32]:
    """Weights, shape (channels, 2), of each channel in left and right.

    A matrix whose sum on one side exceeds 1 is not scaled down: stereo content, which is nearly all there is, must keep
    its level, and the limiter takes care of the rest. Counts without a known layout keep their first two channels, as
    multichannel interfaces put the main pair there.
    """
    layout = _LAYOUTS.get(channels) or (_L, _R) + (_NONE,) * (channels - 2)
    return np.array(layout, dtype=np.float32)


def to_stereo(samples: npt.NDArray[np.float32], matrix: npt.NDArray[np.float32]) -> Samples:
    """`samples` is (n, channels) float32, the result (n, 2)."""
    if matrix.shape == (2, 2):
        return samples
    if matrix.shape == (1, 2):
        return np.repeat(samples, 2, axis=1)
    return samples @ matrix
