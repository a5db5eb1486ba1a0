"""One encode of a stream on its way to the servers that get it: silence, delay, and what its bit rate follows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ionia.core.live.bitrate_votes import best_link
from ionia.core.live.delay_line import DelayFigures, DelayLine
from ionia.core.live.link import LiveFigures
from ionia.core.live.shared_keyframes import SharedKeyframes
from ionia.core.live.silence import Silence, with_silence
from ionia.core.live.stand_in import StandIn
from ionia.core.media import EncodedPacket, TrackId
from ionia.core.warning import Warn
from ionia.runtime.session.stream_bitrate import StreamBitrate
from ionia.runtime.session.stream_inlet import Brought, StreamInlet


class StreamEncode:
    """One owner, the stream's thread."""

    def __init__(self, inlet: StreamInlet, *, delay_seconds: float, warn: Warn) -> None:
        """Services of RTMP wait for a sound: a stream without any gets silence there."""
        header = inlet.header
        fill = not header.sounds and inlet.rendition.sound_codec == "aac"
        self.inlet = inlet
        self.header = with_silence(header) if fill else header
        self._silence = Silence(fps=header.video.fps) if fill else None
        self._feeds = inlet.feeds
        self._target = self._asked = inlet.rendition.video_bitrate
        self._delay_seconds = delay_seconds
        self._line = DelayLine(fps=header.video.fps, seconds=delay_seconds, stand_in=self._stand_in)
        self._bitrate = StreamBitrate(inlet.feeds, warn)
        self._keyframes = SharedKeyframes()

    @property
    def deadline_ns(self) -> int | None:
        """When something is due."""
        return self._line.deadline_ns

    @property
    def delay(self) -> DelayFigures:
        """What it holds, and held."""
        return self._line.figures

    @property
    def passes(self) -> bool:
        """Whether packets go out as they come."""
        return self._line.passes

    def shares_picture(self, other: "StreamEncode") -> bool:
        """Whether both have one bit rate and one keyframe."""
        return self._feeds.video is other._feeds.video

    def delayed(
        self, brought: Brought, delay_seconds: float, now_ns: int
    ) -> tuple[EncodedPacket | None, Sequence[EncodedPacket]]:
        """A keyframe to begin with, and the packets, that go out now."""
        packets = brought.packets if self._silence is None else self._silence.fill(brought.packets)
        line = self._line
        if delay_seconds != self._delay_seconds:
            if line.passes or delay_seconds < self._delay_seconds:  # or it would wait until the next one
                self._feeds.request_keyframe()
            self._delay_seconds = delay_seconds
            line.set(delay_seconds)
        early = brought.keyframe if line.passes else None
        line.push(packets, now_ns)
        due = line.take(now_ns)
        if early is None:
            early = next((one for one in reversed(due) if one.track.is_video and one.keyframe), None)
        if early is not None:
            self._note_parameter_sets(early)
        return early, due

    def rest(self) -> None:
        """Nobody gets it for now, so no pictures come, and silence isn't to make good for that time."""
        if self._silence is not None:
            self._silence.pause()

    @property
    def next_ns(self) -> int:
        """When the next packets go out that a delay holds; 0: whenever they come."""
        return self._line.deadline_ns or 0

    def want_keyframe(self, now_ns: int, others: Sequence[LiveFigures], *, behind: bool) -> None:
        """A server needs one, or (`behind`) drops pictures up to the next one, as those of the `others` do not."""
        # One that is made now comes out when the delay is over: those that come anyway are there sooner.
        if self._line.passes and (not behind or self._keyframes.allows(now_ns, others)):
            self._feeds.request_keyframe()

    def follow(self, carried: Iterable[int]) -> None:
        """With the bit rate, what these links carry; not with a delay, for it would follow what they carried then."""
        wanted = best_link(carried, before=self._asked) if self._line.passes else self._target
        if wanted != self._asked:
            self._asked = wanted
            self._bitrate.ask(wanted)

    def end(self) -> DelayFigures:
        """Nobody gets what is held; what it held in all."""
        self._line.discard()
        self._bitrate.leave()
        return self._line.figures

    def _stand_in(self, keyframe: EncodedPacket, heard: Mapping[TrackId, int]) -> StandIn:
        return StandIn(self.header, keyframe, heard)

    def _note_parameter_sets(self, keyframe: EncodedPacket) -> None:
        """A lost encoder's successor gives its own with each keyframe; the next connection begins with those."""
        video = self.header.video
        extradata = video.codec.own_extradata(keyframe.data)
        if extradata is not None:  # else those of the header hold
            self.header = self.header.with_track(replace(video, extradata=extradata))
