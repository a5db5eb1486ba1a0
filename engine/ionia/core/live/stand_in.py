"""What goes out while a delay grows: the first of the pictures that stay back, standing still, and silence.

Servers and players take a stream that stops for the end of it. The keyframe from which on all is held goes out at once
under the old delay, and again until it is due under the new one: a picture of the moment at which the delay began to
grow, and nothing that comes behind it. Since it is a keyframe, what is held follows on it whatever came between.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ionia.core.codec.codec import H264, OPUS, StillPictures
from ionia.core.codec.idr_numbers import renumbered
from ionia.core.live.silence import SILENT_FRAME
from ionia.core.media import AUDIO_TICK_SAMPLES, AudioTrack, EncodedPacket, MediaHeader, TrackId, VideoTrack
from ionia.core.timebase import samples_at_frame

KEYFRAMES_APART_SECONDS = 2
"""Services want them no further apart than that, and a viewer who comes now begins with one."""

REPEATS_APART_SECONDS = 1
"""The same where no picture between them can be written without an encoder."""

_FAR = 1 << 15
"""From the keyframe's own idr_pic_id to that of what stands in for it: half of all that there are."""

_SILENT_OPUS = bytes.fromhex("fcfffe")
"""20 ms of stereo silence (RFC 6716: the code of a fullband CELT frame, whose range coder says nothing)."""

_OPUS_SAMPLES = 960


@dataclass(frozen=True, slots=True)
class _Silent:
    """A frame of silence, and how many samples it has."""

    data: bytes
    samples: int


class StandIn:
    """One growth of a delay. One owner."""

    def __init__(self, header: MediaHeader, keyframe: EncodedPacket, heard: Mapping[TrackId, int]) -> None:
        """`keyframe` with the times at which it is shown first; `heard`: the sample at which each sound goes on."""
        video = header.video
        self._keyframe = keyframe
        self._fps = video.fps
        self._still = _still_pictures(video, keyframe.data)
        self._number = 0 if self._still is None else self._still.number(keyframe.data)
        self._forms = _told_apart(video, keyframe.data)
        apart = REPEATS_APART_SECONDS if self._still is None else KEYFRAMES_APART_SECONDS
        self._apart = max(1, round(apart * video.fps))
        begin = samples_at_frame(self._fps, keyframe.dts)
        self._sounds = {track.id: (_silent(track), heard.get(track.id, begin)) for track in header.sounds}
        self.shown = 0
        """The frames so far, also those without a picture of their own."""

    def next(self) -> list[EncodedPacket]:
        """The next frame's picture, if it has one, and before it the silence up to it."""
        begin = self._keyframe.dts + self.shown
        silence = self.silence_before(begin)
        since = self.shown % self._apart
        picture = replace(self._keyframe, pts=self._keyframe.pts + self.shown, dts=begin)
        again = self.shown // self._apart
        self.shown += 1
        if since == 0:
            return [*silence, replace(picture, data=self._forms[again % len(self._forms)])]
        if self._still is None:
            return silence
        data = self._still.repeated(self._number + since, 0)
        return [*silence, replace(picture, keyframe=False, data=data)]

    def silence_before(self, frame: int) -> list[EncodedPacket]:
        """What is left of the silence before this frame of the stream."""
        end, frames = samples_at_frame(self._fps, frame), []
        for track, (silent, begin) in self._sounds.items():
            positions = range(begin, end, silent.samples)
            frames += [_sound(track, silent, position) for position in positions]
            self._sounds[track] = (silent, begin + len(positions) * silent.samples)
        return sorted(frames, key=lambda packet: packet.dts)


def _still_pictures(video: VideoTrack, keyframe: bytes) -> StillPictures | None:
    codec = video.codec
    if not video.rests or codec.still_pictures is None:
        return None
    try:
        return codec.still_pictures(codec.own_extradata(keyframe) or video.extradata)
    except ValueError:  # another encoder's stream
        return None


def _told_apart(video: VideoTrack, keyframe: bytes) -> tuple[bytes, ...]:
    """It twice, in forms that take turns: neither is the keyframe itself, which follows on the last of them, and
    neither has the number of a keyframe that comes right before, as encoders count up or to and fro."""
    if video.codec is not H264:  # the others know a picture's end whatever follows
        return (keyframe,)
    sets = video.codec.own_extradata(keyframe) or video.extradata
    try:
        return renumbered(sets, keyframe, _FAR), renumbered(sets, keyframe, _FAR + 1)
    except ValueError:  # of a kind that isn't understood: decoders that are told where a picture begins show it
        return (keyframe,)


def _silent(track: AudioTrack) -> _Silent:
    return _Silent(_SILENT_OPUS, _OPUS_SAMPLES) if track.codec is OPUS else _Silent(SILENT_FRAME, AUDIO_TICK_SAMPLES)


def _sound(track: TrackId, silent: _Silent, position: int) -> EncodedPacket:
    return EncodedPacket(
        track=track, pts=position, dts=position, duration=silent.samples, keyframe=True, data=silent.data
    )
