"""One connection's FLV, from encoded packets to tags with their times. It neither holds nor sorts."""

from ionia.core.live import flv_tags
from ionia.core.live.flv_timeline import FlvTimeline
from ionia.core.media import EncodedPacket, MediaHeader, Track


class FlvStream:
    """FLV carries one picture and, by Enhanced RTMP, any number of sounds. One owner."""

    def __init__(self, header: MediaHeader) -> None:
        self._header = header
        tracks: tuple[Track, ...] = (header.video, *header.sounds)
        self._tracks = {track.id: track for track in tracks}
        self._timeline = FlvTimeline(fps=header.video.fps)
        self.milliseconds = 0
        """When the last packet goes out."""

    def begin(self) -> bytes:
        """What comes before the first packet."""
        return flv_tags.begin(self._header)

    def tag(self, packet: EncodedPacket) -> bytes | None:
        """The tag of the next packet, the first keyframe first; None for a track that FLV has no place for.

        Raises ValueError as `FlvTimeline` does.
        """
        track = self._stamped(packet)
        return None if track is None else flv_tags.packet_tag(track, packet, self.milliseconds)

    def message(self, packet: EncodedPacket) -> tuple[int, bytes] | None:
        """The same as RTMP's type and body of a message, at `milliseconds`."""
        track = self._stamped(packet)
        return None if track is None else flv_tags.packet_body(track, packet)

    def _stamped(self, packet: EncodedPacket) -> Track | None:
        track = self._tracks.get(packet.track)
        if track is not None:
            self.milliseconds = self._timeline.stamp(packet.track, packet.dts, keyframe=packet.keyframe)
        return track

    def end(self) -> bytes:
        """After the last packet."""
        return flv_tags.end(self._header, self.milliseconds)
