"""From pictures of the screen to what encoders take: BGRA of any size to 4:2:0 limited of one even size.

It cuts, converts and scales in one step, so that what isn't shown costs nothing. Where what comes to lie says
`core.video.framing`; which picture is due, others. One thread at a time uses a converter.
"""

import weakref

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph
from av.video.reformatter import ColorRange

from ionia.core.media import ColourMatrix, Picture, PictureFormat, YuvPicture
from ionia.core.video.framing import WHOLE, Framing, Size
from ionia.core.video.pool_need import PoolNeed
from ionia.media.filter_chain import filter_chain
from ionia.media.frame_planes import black_frame, framed, plane_rows
from ionia.media.scaler_input import scaler_input

_ALGORITHM = "area+full_chroma_inp"
"""The exact mean of each 2 x 2 block's chroma, and the cheapest but for POINT (decision 0052). POINT takes one pixel
of the four: coloured text gets fringes."""

_MATRICES = {ColourMatrix.BT709: "bt709", ColourMatrix.BT601: "bt601"}
_RGB = 0
"""The matrix of pixels that have none (H.273)."""


class Converter:
    """`core.ports.PictureConverter` by libav, to one format that never changes.

    By a graph of filters, since that has a pool for its pictures (decision 0433). The pool frees nothing before the
    graph is: after a time in which many pictures waited, a new graph takes the place.
    """

    def __init__(self, wanted: PictureFormat, threads: int = 2) -> None:
        """What converting needs is made with the first picture. Threads take the same CPU time as one does, and divide
        the wait."""
        self._format = wanted
        self._threads = threads
        self._graph: tuple[Graph, Size, Size] | None = None
        self._need = PoolNeed()
        self._given: list[weakref.ref[npt.NDArray[np.uint8]]] = []

    def convert(self, pixels: Picture, framing: Framing = WHOLE) -> YuvPicture:
        """See the port. In memory that nobody else holds: encoders may keep the last one while the next is made."""
        size = self._format.width, self._format.height
        place = framing.place((pixels.shape[1], pixels.shape[0]), size)
        if place is None:
            return self._picture(black_frame(size, self._format.pixels.value))
        scaled = self._scaled(scaler_input(pixels, place), (place.width, place.height))
        picture = self._picture(framed(scaled, place, size))
        self._given = [each for each in self._given if each() is not None]
        self._given.append(weakref.ref(picture.planes[0]))
        if self._need.gives(len(self._given)):
            self._graph = None
        return picture

    def _picture(self, frame: av.VideoFrame) -> YuvPicture:
        shapes = self._format.plane_shapes
        planes = (
            plane_rows(plane)[:rows, :columns] for plane, (rows, columns) in zip(frame.planes, shapes, strict=True)
        )
        return YuvPicture(format=self._format, planes=tuple(planes))

    def close(self) -> None:
        """Free the scaler: its threads, lines of pixels and pool. Converting again makes a new one."""
        self._graph = None

    def _scaled(self, pixels: Picture, size: Size) -> av.VideoFrame:
        frame = av.VideoFrame.from_numpy_buffer(pixels, "bgra")
        frame.colorspace, frame.color_range = _RGB, ColorRange.JPEG
        given = (frame.width, frame.height)
        if self._graph is None or self._graph[1:] != (given, size):
            self._graph = self._made(given, size), given, size
        graph = self._graph[0]
        graph.vpush(frame)
        return graph.vpull()

    def _made(self, given: Size, size: Size) -> Graph:
        matrix = _MATRICES[self._format.matrix]
        return filter_chain(
            ("buffer", f"video_size={given[0]}x{given[1]}:pix_fmt=bgra:colorspace=gbr:range=pc:time_base=1/1"),
            ("scale", f"{size[0]}:{size[1]}:flags={_ALGORITHM}:out_color_matrix={matrix}:out_range=tv"),
            ("format", self._format.pixels.value),
            threads=self._threads,
        )
