"""A picture as an image file: whole at its path, or not there."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import av

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.screenshot import ScreenshotRequest
from ionia.media.still_image import IMAGE_SUFFIXES, fitted, image_bytes
from ionia.sinks.media_files.new_file import NewFile, written_error


def save_picture(take: Callable[[], av.VideoFrame], request: ScreenshotRequest) -> tuple[str, tuple[int, int]]:
    """Take it once its file can be written; where that is, and the picture's width and height.

    Raises IoniaError(OUTPUT_FAILED), what `take` raises, and libav's errors. Any thread; takes 0.1 s and more.
    """
    suffix = Path(request.path).suffix.lower() if request.format is None else f".{request.format}"
    with ExitStack() as stack:
        try:
            made = stack.enter_context(NewFile(request.path, overwrite=request.overwrite, suffixes=IMAGE_SUFFIXES))
        except IoniaError as error:
            raise _failed(error) from error
        frame = take()
        size = fitted((frame.width, frame.height), request.max_width)
        try:
            made.write(image_bytes(frame, suffix, size))
            made.publish()
        except OSError as error:
            raise _failed(written_error(request.path, error)) from error
        except IoniaError as error:
            raise _failed(error) from error
        return str(made.target), size


def _failed(error: IoniaError) -> IoniaError:
    """No job was asked for: it is the output that failed."""
    return IoniaError(ErrorKind.OUTPUT_FAILED, error.message, error.hint)
