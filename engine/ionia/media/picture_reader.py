"""Decodes some pictures of an MP4 track, by its own index: from the keyframe that they need and no further.

Works on files of any state, since nothing is asked of a demuxer. One thread; closes with its generator.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext

from ionia.core.mp4.movie import MovieTrack, SampleEntry
from ionia.media.decoder_packet import decoder_packet

Read = Callable[[int, int], bytes]
"""(offset, size) of a part of the file."""

_DECODERS: dict[bytes, tuple[str, bytes]] = {
    b"avc1": ("h264", b"avcC"),
    b"avc3": ("h264", b"avcC"),
    b"hvc1": ("hevc", b"hvcC"),
    b"hev1": ("hevc", b"hvcC"),
    b"av01": ("libdav1d", b"av1C"),
    b"vp09": ("vp9", b""),
}
"""libav's decoder and the box with its set-up, by the kind of the samples."""

CANNOT = "has pictures of a kind that this program can't decode"


def decoder_for(entry: SampleEntry) -> VideoCodecContext:
    """A decoder of these samples. Raises LookupError for a kind that isn't known."""
    name, box = _DECODERS[entry.kind]
    context = av.CodecContext.create(name, "r")
    assert isinstance(context, VideoCodecContext)  # noqa: S101 - the table names no others
    if box:
        context.extradata = entry.inner(box)
    context.thread_type = "AUTO"
    return context


def pictures(track: MovieTrack, read: Read, rows: slice) -> Iterator[av.VideoFrame]:
    """The pictures of these rows, which begin with a keyframe, in the order in which they are shown.

    Each one's `pts` is its time in the track's own units. Raises LookupError, OSError, or libav's errors.
    """
    table = track.table
    shown, time_base = table.shown, Fraction(1, track.timescale)
    entry, context = -1, None
    for row in range(*rows.indices(table.times.size)):
        kind = 0 if table.entries is None else int(table.entries[row])
        if context is None or kind != entry:
            if context is not None:
                yield from context.decode(None)
            context, entry = decoder_for(track.entries[min(kind, len(track.entries) - 1)]), kind
        data = read(int(table.offsets[row]), int(table.sizes[row]))
        packet = decoder_packet(data, pts=int(shown[row]), dts=int(table.times[row]), time_base=time_base)
        yield from context.decode(packet)
    if context is not None:
        yield from context.decode(None)
