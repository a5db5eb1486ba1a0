"""A picture in the memory of a graphics adapter as libav has it. What is done with it, others decide."""

import threading

import av
import numpy as np

from ionia.core.media import Picture


class LibavSurface:
    """`core.media.Surface` over a frame with a frames context (decision 0426)."""

    def __init__(self, frame: av.VideoFrame, device: object) -> None:
        """`device` stands for the adapter's device that it belongs to: an encoder takes those of one only."""
        self.frame = frame
        self.device = device
        self.lock = threading.Lock()
        """Held by whoever sets the frame's time and type and hands it to an encoder: it is one object for all."""

    @property
    def width(self) -> int:
        """See the port."""
        return self.frame.width

    @property
    def height(self) -> int:
        """See the port."""
        return self.frame.height

    def read(self) -> Picture:
        """See the port."""
        try:
            pixels = self.frame.reformat(format="bgra").to_ndarray()
        except (av.error.FFmpegError, ValueError) as error:
            raise OSError(f"a picture of the graphics adapter is lost: {error}") from error
        return np.asarray(pixels, np.uint8)

    def read_small(self, width: int, height: int) -> Picture:  # noqa: ARG002 - whoever knows the adapter's interface can
        """See the port."""
        return self.read()
