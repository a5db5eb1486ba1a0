"""What one session uses of the shared things: a video encode and, unless it has no sound, an audio encode."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.mix import SoundControl
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import Level
from ionia.core.media import AUDIO, VIDEO, MediaHeader
from ionia.core.settings import MediaSettings
from ionia.core.sharing import SoundKey, VideoEncodeKey
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.core.video.frame_history import FrameCounts, FrameMark
from ionia.platform.windows_process import recording_process
from ionia.runtime.capture.capture import Capture
from ionia.runtime.encode.audio_encode import AudioEncode, AudioSnapshot
from ionia.runtime.encode.audio_encodes import AudioEncodes, Heard
from ionia.runtime.encode.join import Begun, Join, Past, Subscriber
from ionia.runtime.encode.video_encode import BitrateAnswer, VideoEncode
from ionia.runtime.notices import Listener
from ionia.runtime.registry import Lease

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSnapshot:
    """Frames on the timeline, by what became of them. `unique + duplicated` + indexes left out is what has passed."""

    next_index: int = 0
    unique: int = 0
    duplicated: int = 0
    lagged: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoMark:
    """A frame at which counting begins or ends. `skipped`: of the moment at which it was marked."""

    frames: FrameMark
    skipped: int

    @property
    def passed(self) -> bool:
        """Whether all frames before it have."""
        return self.frames.counts is not None


class SessionFeeds:
    """Made whole by `Studio.open`; `release` gives everything back. One session owns it; reading: any thread."""

    def __init__(
        self,
        settings: MediaSettings,
        video: Lease[VideoEncodeKey, VideoEncode],
        audio: Lease[Heard, AudioEncode] | None,
        audio_encodes: AudioEncodes,
    ) -> None:
        self.settings = settings
        tracks = (video.value.track,) if audio is None else (video.value.track, audio.value.track)
        self.header = MediaHeader(tracks=tracks)
        self._video = video
        self._audio = audio
        self._audio_encodes = audio_encodes
        self._join: Join | None = None
        self._listener: Listener | None = None
        self._released = False
        recording_process.begin()

    @property
    def video(self) -> VideoEncode:
        """The picture's encode."""
        return self._video.value

    @property
    def capture(self) -> Capture:
        """Where its pictures come from."""
        return self.video.capture

    @property
    def codec(self) -> str:
        """libav's name of the video encoder."""
        return self.video.codec

    @property
    def capture_backend(self) -> str:
        """Name of the screen source."""
        return self.capture.backend

    @property
    def audio_backend(self) -> str:
        """Names of the sound sources, joined by a comma when they differ; "none" without sound."""
        return self._audio.value.backend if self._audio is not None else "none"

    @property
    def has_sound(self) -> bool:
        """Whether there is an audio track."""
        return self._audio is not None

    @property
    def sound_keys(self) -> tuple[SoundKey, ...]:
        """The sounds of its encode, as they were when it was opened."""
        return () if self._audio is None else self._audio.key.encode.sounds

    def video_snapshot(self, before: int | None = None) -> VideoSnapshot:
        """Counters of the capture, of now or of the frames before frame `before`, and of the encode."""
        return self._snapshot(self.capture.snapshot(before), self.video.skipped)

    def video_mark(self, index: int) -> VideoMark:
        """Those of the frames before frame `index`, which may be yet to come."""
        return VideoMark(frames=self.capture.mark(index), skipped=self.video.skipped)

    def video_at(self, mark: VideoMark) -> VideoSnapshot:
        """What had been counted there; of frames that are yet to come, what has been by now."""
        counts = mark.frames.counts
        return self._snapshot(self.capture.snapshot(mark.frames.index) if counts is None else counts, mark.skipped)

    @staticmethod
    def _snapshot(frames: FrameCounts, skipped: int) -> VideoSnapshot:
        return VideoSnapshot(
            next_index=frames.next_index,
            unique=frames.unique,
            duplicated=frames.duplicated,
            lagged=frames.lagged + frames.lost,
            skipped=skipped,
        )

    def audio_snapshot(self) -> AudioSnapshot:
        """Counters of the sound side; zeros without an audio track."""
        return self._audio.value.snapshot() if self._audio is not None else AudioSnapshot()

    def levels(self) -> tuple[Level | None, Level | None]:
        """Newest levels of desktop and microphone; None for one that is not in use."""
        levels: Mapping[AudioInput, Level] = self._audio.value.levels if self._audio is not None else {}
        return levels.get(AudioInput.DESKTOP), levels.get(AudioInput.MIC)

    def listen(self, listener: Listener) -> None:
        """Hear what every shared thing tells, from now on until `release`."""
        self._listener = listener
        self.capture.notices.listen(listener)
        self.video.notices.listen(listener)
        if self._audio is not None:
            self._listen_audio(self._audio.value, listener)

    def shares_all_with(self, other: "SessionFeeds") -> bool:
        """Whether both have the very same encodes: what one has had, the other would have had as well."""
        mine = None if self._audio is None else self._audio.value
        others = None if other._audio is None else other._audio.value
        return self.video is other.video and mine is others

    def join(
        self,
        subscriber: Subscriber,
        reach_back: Callable[[], Past[T] | None] = lambda: None,
        begun: Begun = lambda _: None,
    ) -> Join:
        """Begin: packets go to `subscriber` from the next keyframe on, which is asked for now.

        Of what is captured from now on: an encode of others that is behind has older pictures, whose sound an audio
        encode of this session's own never had. Or from a keyframe of the past on: see `Join.begin_with`.
        """
        audio = self._audio.value if self._audio is not None else None
        self._join = join = Join(
            subscriber,
            fps=self.settings.fps,
            feeds={VIDEO: self.video.feed} if audio is None else {VIDEO: self.video.feed, AUDIO: audio.feed},
            begun=begun,
        )
        since = self.index_now
        if join.begin_with(reach_back, since=since) is None:
            self.video.request_keyframe(since)
        if audio is not None:
            audio.begin()
        self.video.begin()
        return join

    def request_keyframe(self, index: int = 0) -> None:
        """The first picture to be encoded from frame `index` on becomes a keyframe."""
        self.video.request_keyframe(index)

    @property
    def index_now(self) -> int:
        """The frame whose interval is under way."""
        return self.capture.index_now

    def epoch_utc(self) -> EpochUtc:
        """When frame 0 of the timeline began."""
        return self.capture.epoch_utc()

    def rest(self, index: int) -> None:
        """This session needs no picture from frame `index` on."""
        self.video.rest(self, index)

    def wake(self, index: int) -> None:
        """It does again, from the first keyframe on that comes with frame `index` or later.

        Woken first: no frame behind that keyframe is left out.
        """
        self.video.wake(self)
        self.video.request_keyframe(index)

    @property
    def bitrate(self) -> int:
        """The video bit rate in force."""
        return self.video.bitrate

    def vote_bitrate(self, voter: Hashable, bitrate: int) -> BitrateAnswer:
        """See VideoEncode."""
        return self.video.vote_bitrate(voter, bitrate)

    def hold_bitrate(self, holder: Hashable) -> None:
        """See VideoEncode."""
        self.video.hold_bitrate(holder)

    def leave_bitrate(self, who: Hashable) -> None:
        """See VideoEncode."""
        self.video.leave_bitrate(who)

    def sound_controls(self) -> Mapping[AudioInput, SoundControl]:
        """How loud each sound of this session is set."""
        if self._audio is None:
            return {}
        return {key.which: control for key, control in self._audio.key.by_sound().items()}

    def set_sound(
        self,
        sound: str,
        *,
        gain: float | None = None,
        muted: bool | None = None,
        ramp_ms: float,
        release_ms: float,
    ) -> None:
        """Change one sound for this session alone. The session's lock is held. Raises IoniaError."""
        audio, key = self._audio, self._sound_key(sound)
        if audio is None or key is None:
            raise IoniaError(
                ErrorKind.AUDIO_UNAVAILABLE,
                f"This session has no sound named {sound!r}.",
                f"It has {', '.join(repr(one.value) for one in self.sound_controls()) or 'no sound at all'}.",
            )
        controls = audio.key.by_sound()
        control = controls[key]
        control = replace(
            control,
            gain=control.gain if gain is None else gain,
            muted=control.muted if muted is None else muted,
        )
        own = self._audio_encodes.own(audio, {**controls, key: control}, self._move_audio)
        own.value.set(key, control, ramp_ms=ramp_ms, release_ms=release_ms)

    def leave(self) -> None:
        """Take nothing more, and be complete with what has come. Idempotent.

        One that rests is woken before: the encode counts who rests among those who take.
        """
        self.video.wake(self)
        if self._join is not None:
            self._join.leave()

    def release(self) -> None:
        """Give everything back. Idempotent."""
        if self._released:
            return
        self._released = True
        self.leave()
        if self._listener is not None:
            self.capture.notices.unlisten(self._listener)
            self.video.notices.unlisten(self._listener)
            if self._audio is not None:
                self._unlisten_audio(self._audio.value, self._listener)
        self._video.release()
        if self._audio is not None:
            self._audio.release()
        recording_process.end()

    def _sound_key(self, name: str) -> SoundKey | None:
        keys = self._audio.key.encode.sounds if self._audio is not None else ()
        return next((key for key in keys if key.which.value == name), None)

    def _move_audio(self, to: Lease[Heard, AudioEncode]) -> None:
        """This session's sound comes from an encode of its own from now on. On the clock's thread."""
        before, self._audio = self._audio, to
        if self._join is not None:
            self._join.change_feed(AUDIO, to.value.feed)
        if self._listener is not None:
            to.value.notices.listen(self._listener)
            if before is not None:
                before.value.notices.unlisten(self._listener)

    @staticmethod
    def _listen_audio(audio: AudioEncode, listener: Listener) -> None:
        audio.notices.listen(listener)
        for sound in audio.sounds:
            sound.notices.listen(listener)
            # Its first user has heard all that it had to tell; the next ones hear what still holds.
            sound.notices.settle(forget=True)

    @staticmethod
    def _unlisten_audio(audio: AudioEncode, listener: Listener) -> None:
        audio.notices.unlisten(listener)
        for sound in audio.sounds:
            sound.notices.unlisten(listener)
