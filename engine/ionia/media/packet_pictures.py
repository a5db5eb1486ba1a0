"""One picture out of an encode's packets, decoded from the keyframe that it needs."""

from collections.abc import Sequence
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext

from ionia.core.codec.codec import H264
from ionia.core.media import EncodedPacket, VideoTrack
from ionia.core.timeline.distinct_pictures import distinct_pictures
from ionia.media.decoder_packet import decoder_packet
from ionia.platform.processes import usable_cores

_SLICES = 2
"""Cores that are busy with the slices of one picture (decision 0397)."""

_MOST_THREADS = 8
"""Each holds pictures of its own, and a second's worth of them is decoded here."""


def picture_of(track: VideoTrack, packets: Sequence[EncodedPacket], index: int) -> av.VideoFrame | None:
    """What frame `index` shows: its own picture, or the one before where it was left out. None without a keyframe.

    Packets of other tracks are passed over.

    Pictures are in decoding order, all as the encoder gave them or all as samples (`stored`). Raises libav's errors.
    """
    shown = [
        packet
        for packet in packets
        if packet.track == track.id and packet.dts <= index and not (packet.keyframe and packet.pts > index)
    ]
    start = max((at for at, packet in enumerate(shown) if packet.keyframe), default=None)
    if start is None:
        return None
    decoder = av.CodecContext.create(track.codec.decoder, "r")
    assert isinstance(decoder, VideoCodecContext)  # noqa: S101 - a video track's
    needed = distinct_pictures(track, shown[start:])
    # Which of the two a decoder is set up with tells it what its packets are, too.
    stored = needed[0].stored
    decoder.extradata = track.codec.decoder_configuration(track.extradata) if stored else track.extradata
    # Pictures side by side, since not every encoder cuts them into slices. libx264 does, into two at 1080p30: two cores
    # are busy with those, for a twelfth less of their time.
    threads = decoder.thread_count = min(usable_cores(), _MOST_THREADS)
    decoder.thread_type = "SLICE" if threads <= _SLICES and track.codec is H264 else "AUTO"
    time_base = Fraction(1, track.fps)
    wanted = max(held.pts for held in needed if held.pts <= index)
    b_frames = any(held.pts != held.dts for held in needed)
    newest: av.VideoFrame | None = None
    for held in needed:
        if b_frames:  # only the one that is wanted; nothing refers to the others
            decoder.skip_frame = "DEFAULT" if held.pts == wanted else "NONREF"
        packet = decoder_packet(held.data, pts=held.pts, dts=held.dts, time_base=time_base)
        newest = _newest(decoder.decode(packet), index) or newest
    return _newest(decoder.decode(None), index) or newest


def _newest(frames: Sequence[av.VideoFrame], index: int) -> av.VideoFrame | None:
    """The last one that is shown by then: a picture of B-frames needs one behind it."""
    return next((frame for frame in reversed(frames) if frame.pts is not None and frame.pts <= index), None)
