"""Pictures as an animated GIF, by libav's filters: one palette for all of them."""

import io
from collections.abc import Iterable
from fractions import Fraction

import av
from av.filter import Graph

Picture = av.VideoFrame


def gif_bytes(frames: Iterable[Picture], *, fps: int, size: tuple[int, int]) -> bytes:
    """`frames` with times from 0 on; empty for none. All scaled pictures are in memory until the last one came.

    Raises libav's errors.
    """
    data = io.BytesIO()
    graph: Graph | None = None
    for frame in frames:
        graph = graph or _graph(frame, fps, size)
        graph.push(frame)
    if graph is None:
        return b""
    graph.push(None)
    with av.open(data, "w", format="gif") as container:
        stream = container.add_stream("gif", rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, "pal8"
        for picture in _pulled(graph):
            picture.time_base = Fraction(1, fps)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return data.getvalue()


def _graph(frame: Picture, fps: int, size: tuple[int, int]) -> Graph:
    graph = Graph()
    assert frame.time_base is not None  # noqa: S101 - whoever made the frames set it
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
    rate = graph.add("fps", f"fps={fps}:start_time=0:round=up")
    scale = graph.add("scale", f"{size[0]}:{size[1]}:flags=lanczos")
    split, palette = graph.add("split"), graph.add("palettegen", "stats_mode=full")
    use, sink = graph.add("paletteuse", "dither=bayer:bayer_scale=4:diff_mode=rectangle"), graph.add("buffersink")
    source.link_to(rate)
    rate.link_to(scale)
    scale.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph


def _pulled(graph: Graph) -> Iterable[Picture]:
    while True:
        try:
            frame = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(frame, av.VideoFrame)  # noqa: S101 - there is no sound in it
        yield frame
