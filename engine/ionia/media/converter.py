"""From pictures of the screen to what encoders take: BGRA of any size to 4:2:0 limited of one even size.

It cuts, converts and scales in one step, so that what isn't shown costs nothing. Where what comes to lie says
`core.video.framing`; which picture is due, others. One thread at a time uses a converter.
"""

import av
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from ionia.core.media import Picture, PictureFormat, YuvPicture
from ionia.core.video.framing import WHOLE, Framing
from ionia.media.frame_planes import black_frame, framed, plane_rows
from ionia.media.scaler_input import scaler_input

_ALGORITHM = Interpolation.AREA | Interpolation.FULL_CHR_H_INP
"""The exact mean of each 2 x 2 block's chroma, and the cheapest but for POINT (decision 0052). POINT takes one pixel
of the four: coloured text gets fringes."""


class Converter:
    """`core.ports.PictureConverter` by libav, to one format that never changes."""

    def __init__(self, wanted: PictureFormat, threads: int = 2) -> None:
        """What converting needs is made with the first picture. Threads take the same CPU time as one does, and divide
        the wait."""
        self._format = wanted
        self._threads = threads
        self._reformatter = VideoReformatter()

    def convert(self, pixels: Picture, framing: Framing = WHOLE) -> YuvPicture:
        """See the port. In new memory each time: encoders may keep the last one while the next is made."""
        size = self._format.width, self._format.height
        place = framing.place((pixels.shape[1], pixels.shape[0]), size)
        if place is None:
            return self._picture(black_frame(size, self._format.pixels.value))
        scaled = self._reformat(scaler_input(pixels, place), place.width, place.height)
        return self._picture(framed(scaled, place, size))

    def _picture(self, frame: av.VideoFrame) -> YuvPicture:
        shapes = self._format.plane_shapes
        planes = (
            plane_rows(plane)[:rows, :columns] for plane, (rows, columns) in zip(frame.planes, shapes, strict=True)
        )
        return YuvPicture(format=self._format, planes=tuple(planes))

    def close(self) -> None:
        """Free the scaler: its threads and lines of pixels. Converting again makes a new one."""
        self._reformatter = VideoReformatter()

    def _reformat(self, pixels: Picture, width: int, height: int) -> av.VideoFrame:
        frame = av.VideoFrame.from_numpy_buffer(pixels, "bgra")
        return self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format=self._format.pixels.value,
            src_colorspace=Colorspace.ITU709,
            dst_colorspace=Colorspace(int(self._format.matrix)),
            src_color_range=ColorRange.JPEG,
            dst_color_range=ColorRange.MPEG,
            dst_color_trc=ColorTrc.BT709,
            dst_color_primaries=ColorPrimaries.BT709,
            interpolation=_ALGORITHM,
            threads=self._threads,
        )
