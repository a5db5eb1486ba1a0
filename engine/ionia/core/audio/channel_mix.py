"""Turns a device's channels into stereo: by where they belong in the room, or by who speaks into them.

Pure; the names of channels are PulseAudio's (pulse/channelmap.h), which Windows' are translated to.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from ionia.core.audio.notices import SoundNotice
from ionia.core.media import SAMPLE_RATE, Samples
from ionia.core.warning import MicInputs, WarningCode

Channels = npt.NDArray[np.float32]
"""Samples of a device, shape (n, channels)."""

Mix = Callable[[Channels], Samples]
"""Device samples in, stereo out, as many. Called for consecutive blocks of one device, in their order."""

_H = math.sqrt(0.5)
"""-3 dB: centre and surround feed both sides or one (ITU-R BS.775-4, table 2)."""

_BOTH, _LEFT, _RIGHT, _NONE = (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)

_ROOM: dict[str, tuple[float, float]] = {
    "mono": _BOTH,
    "front-left": _LEFT,
    "front-right": _RIGHT,
    "front-center": (_H, _H),
    "front-left-of-center": (_H, 0.0),
    "front-right-of-center": (0.0, _H),
    "side-left": (_H, 0.0),
    "side-right": (0.0, _H),
    "rear-left": (_H, 0.0),
    "rear-right": (0.0, _H),
    "rear-center": (0.5, 0.5),
    "lfe": _NONE,  # BS.775 leaves it out
    "top-front-left": (_H, 0.0),
    "top-front-right": (0.0, _H),
    "top-rear-left": (_H, 0.0),
    "top-rear-right": (0.0, _H),
    "top-center": (0.5, 0.5),
    "top-front-center": (0.5, 0.5),
    "top-rear-center": (0.5, 0.5),
}

_STEP = 240
"""5 ms: how finely shares are judged. A word's first sound must not wait longer for its input to be turned up."""

_RELEASE = math.exp(-_STEP / (0.05 * SAMPLE_RATE))
"""An input that fell silent gives way to the next speaker in 0.1 s; faster, a deep voice's periods would be heard."""

_NOTHING = 1e-14
"""Energy of -140 dBFS: below it an input is no input."""


def stereo_matrix(layout: Sequence[str]) -> npt.NDArray[np.float32]:
    """Weights, shape (channels, 2), of each channel in left and right.

    A matrix whose sum on one side exceeds 1 is not scaled down: stereo content, which is nearly all there is, must keep
    its level, and the limiter takes care of the rest. A lone channel is heard on both sides. Channels without a place
    (`aux0`, …) alternate between left and right, as outputs of an interface are wired in pairs.
    """
    if len(layout) == 1:
        return np.array([_BOTH], dtype=np.float32)
    rows = [_ROOM.get(name, _RIGHT if index % 2 else _LEFT) for index, name in enumerate(layout)]
    return np.array(rows, dtype=np.float32)


def mix_by_place(layout: Sequence[str]) -> Mix:
    """The mix of something that plays into a room."""
    matrix = stereo_matrix(layout)
    if matrix.shape == (2, 2) and bool((matrix == np.eye(2)).all()):
        return _as_it_is
    return lambda samples: samples @ matrix


def mix_of_inputs(layout: Sequence[str]) -> Mix:
    """The mix of something that is spoken into: nothing that comes in at any input may be silent.

    One channel is heard on both sides and two named ones are left and right; more than that, or channels without a
    place, are inputs of an interface, which all go to both sides.
    """
    if are_separate_inputs(layout):
        return InputMix(len(layout))
    return mix_by_place(layout)


def are_separate_inputs(layout: Sequence[str]) -> bool:
    """Whether the channels of a microphone device are inputs of their own, not the two sides of one."""
    return len(layout) > 2 or (len(layout) == 2 and any(name not in _ROOM or name == "lfe" for name in layout))


def inputs_mixed(device: str, inputs: int) -> SoundNotice:
    """What is told of a microphone device with separate inputs."""
    return SoundNotice(
        code=WarningCode.MIC_INPUTS_MIXED,
        message=f'The microphone "{device}" has {inputs} inputs: all of them are recorded, on both sides.',
        facts=MicInputs(device=device, inputs=inputs),
    )


class InputMix:
    """All inputs into both sides, each by its share of the energy (as automatic microphone mixers do).

    One voice keeps its level, whichever input it is on; the noise of the others stays out; four capsules that hear
    the same give that, not four times as much. Stateful: one device's blocks in their order.
    """

    def __init__(self, channels: int) -> None:
        self._energy = np.zeros(channels, dtype=np.float64)
        self._share = np.full(channels, 1.0 / channels, dtype=np.float32)

    def __call__(self, samples: Channels) -> Samples:
        """`samples` is (n, channels); both columns of the result are equal."""
        voice = np.empty(len(samples), dtype=np.float32)
        for first in range(0, len(samples), _STEP):
            part = samples[first : first + _STEP]
            before, after = self._share, self._next_share(part)
            ramp = np.linspace(0.0, 1.0, len(part), endpoint=False, dtype=np.float32)
            voice[first : first + _STEP] = part @ before + ramp * (part @ (after - before))
            self._share = after
        return np.repeat(voice[:, None], 2, axis=1)

    def _next_share(self, samples: Channels) -> npt.NDArray[np.float32]:
        now = np.mean(np.square(samples, dtype=np.float64), axis=0)
        # Rises at once and falls slowly.
        self._energy = np.maximum(now, self._energy * _RELEASE)
        total = float(self._energy.sum())
        return (self._energy / total).astype(np.float32) if total > _NOTHING else self._share


def _as_it_is(samples: Channels) -> Samples:
    return samples
