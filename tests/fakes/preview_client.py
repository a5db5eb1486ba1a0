"""A reader of a preview, as a stranger would write it from its description."""

import socket
from types import TracebackType
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext

from ionia.core.preview.wire import PreviewPicture, PreviewReader, Record

WAIT_SECONDS = 30.0
"""A deadline for pictures that come within milliseconds, on a machine that does other things too."""

SILENCE_SECONDS = 0.3
"""Several pictures' time; a machine that is slow has fewer."""


class PreviewClient:
    """A context manager; `opened` is the answer of preview.open as it is on the wire."""

    def __init__(self, opened: dict[str, Any], *, token: str | None = None) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(WAIT_SECONDS)
        self.socket.connect(opened["endpoint"])
        self._reader = PreviewReader()
        self._records: list[PreviewPicture] = []
        self.socket.sendall((opened["token"] if token is None else token).encode() + b"\n")

    def __enter__(self) -> "PreviewClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def ready(self) -> None:
        """Ask for a picture."""
        self.socket.sendall(b"+")

    def record(self) -> PreviewPicture | None:
        """The next record, of any kind; None once the engine has ended the connection."""
        while not self._records:
            data = self.socket.recv(65536)
            if not data:
                return None
            self._records += self._reader.feed(data)
        return self._records.pop(0)

    def picture(self) -> PreviewPicture:
        """The next picture."""
        for _ in range(4):  # signs of life: twenty seconds without a picture
            found = self.record()
            assert found is not None, "the preview ended"
            if found.record is Record.PICTURE:
                return found
        raise AssertionError("no picture came")

    def next(self) -> PreviewPicture:
        """Ask for a picture, and get it."""
        self.ready()
        return self.picture()

    def silent(self) -> bool:
        """Whether nothing comes for a while."""
        self.socket.settimeout(SILENCE_SECONDS)
        try:
            self.record()
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(WAIT_SECONDS)
        return False

    def ended(self) -> bool:
        """Wait until the engine ends the connection."""
        while self.record() is not None:
            pass
        return True


def pixels(picture: PreviewPicture) -> npt.NDArray[np.uint8]:
    """What it shows, BGRA."""
    decoder = av.CodecContext.create("mjpeg", "r")
    assert isinstance(decoder, VideoCodecContext)
    (frame,) = [*decoder.decode(av.Packet(picture.data)), *decoder.decode(None)]
    assert (frame.width, frame.height) == (picture.width, picture.height)
    return np.ascontiguousarray(frame.to_ndarray(format="bgra"))
