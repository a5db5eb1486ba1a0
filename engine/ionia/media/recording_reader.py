"""Reads a finished recording back: a part of each picture, and the whole sound. For checking recordings."""

from collections.abc import Callable, Iterator

import av
import numpy as np
import numpy.typing as npt

from ionia.core.media import SAMPLE_RATE, Samples
from ionia.core.test_card.pattern import Box
from ionia.media.frame_planes import plane_rows

Luma = npt.NDArray[np.uint8]


def read_lumas(path: str, area: Callable[[int, int], Box]) -> Iterator[Luma]:
    """Luma (limited range) of each picture in turn, within `area(width, height)`; valid until the next is asked for.

    Raises OSError or libav's errors, which are OSErrors or ValueErrors.
    """
    with av.open(path) as container:
        if not container.streams.video:
            return
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            luma = plane_rows(frame.planes[0])
            yield area(frame.width, frame.height).of(luma[: frame.height, : frame.width])


def read_sound(path: str) -> Samples:
    """The sound from the recording's time 0 on, shape (n, 2); empty without an audio track."""
    parts: list[Samples] = []
    with av.open(path) as container:
        if not container.streams.audio:
            return np.zeros((0, 2), np.float32)
        for frame in container.decode(audio=0):
            block = frame.to_ndarray().T.astype(np.float32, copy=False)
            if not parts and frame.pts is not None and frame.time_base is not None:
                start = round(float(frame.pts * frame.time_base) * SAMPLE_RATE)
                parts.append(np.zeros((max(0, start), block.shape[1]), np.float32))
                block = block[max(0, -start) :]
            parts.append(block)
    return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)
