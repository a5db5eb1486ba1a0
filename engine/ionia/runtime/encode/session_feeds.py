"""What one session uses of the shared things: a video encode, and an audio encode for each sound track."""

import contextlib
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import TypeVar

from ionia.core.audio.mix import ControlChange
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VIDEO, MediaHeader
from ionia.core.settings import MediaSettings
from ionia.core.sharing import CaptureKey, StageKey, VideoEncodeKey
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.core.video.frame_history import FrameCounts, FrameMark
from ionia.core.video.framing import Region
from ionia.core.warning import NO_FACTS, WarningCode, WarningFacts
from ionia.platform.windows_process import recording_process
from ionia.runtime.capture.capture import Capture
from ionia.runtime.capture.picture_stage import PictureStage
from ionia.runtime.encode.join import Begun, Join, Past, Subscriber
from ionia.runtime.encode.showing import shared_picture, wait_shown
from ionia.runtime.encode.sound_tracks import AudioSnapshot, SoundTracks
from ionia.runtime.encode.video_encode import BitrateAnswer, VideoEncode
from ionia.runtime.notices import Listener
from ionia.runtime.registry import Lease

T = TypeVar("T")

_OF_ENCODERS = (WarningCode.ENCODER_FALLBACK, WarningCode.ENCODER_OVERLOADED, WarningCode.ENCODER_LOST)
"""What is told of a further encode: of its capture and its sounds the first tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoSnapshot:
    """Frames on the timeline, by what became of them. `unique + duplicated` + indexes left out is what has passed."""

    next_index: int = 0
    unique: int = 0
    duplicated: int = 0
    lagged: int = 0
    missed: int = 0
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
    """Made whole by `Studio.open`; `release` gives everything back. One session owns it; reading: any thread.

    A session may have further encodes of the same capture (`open_beside`), each with feeds of its own: those show and
    sound as these do, whatever is changed.
    """

    def __init__(
        self,
        settings: MediaSettings,
        video: Lease[VideoEncodeKey, VideoEncode],
        sound: SoundTracks,
        stages: Callable[[StageKey], Lease[StageKey, PictureStage]],
        more: "Callable[[MediaSettings], SessionFeeds]",
    ) -> None:
        """`more` opens others; raises IoniaError."""
        self.settings = settings
        self.sound = sound
        self.header = MediaHeader(tracks=(video.value.track, *sound.header))
        self._video = video
        self._stages = stages
        self._more = more
        self._changing = threading.RLock()
        self._beside: tuple[SessionFeeds, ...] = ()  # changed under _changing
        self._join: Join | None = None
        self._listener: Listener | None = None
        self._released = False
        recording_process.begin()

    @property
    def beside(self) -> "tuple[SessionFeeds, ...]":
        """The session's further encodes, in the order in which they were opened."""
        return self._beside

    def open_beside(self, changed: Callable[[MediaSettings], MediaSettings]) -> "SessionFeeds":
        """A further encode, for these settings as `changed` has them. Raises IoniaError, with nothing kept."""
        with self._changing:
            if self._released:
                raise IoniaError(ErrorKind.NOT_INITIALIZED, "The session has ended.", "Initialize it first.")
            sounds = self.settings.all_sounds
            for one in (*self._beside, self):
                sounds = one.sound.wishes(sounds)
            feeds = self._more(changed(replace(self.settings, sounds=sounds)))
            if self._listener is not None:
                feeds.listen(self._listener_beside(feeds, self._listener))
            self._beside = (*self._beside, feeds)
        return feeds

    def close_beside(self, feeds: "SessionFeeds") -> None:
        """It isn't needed any more."""
        with self._changing:
            self._beside = tuple(one for one in self._beside if one is not feeds)
        feeds.release()

    def _listener_beside(self, feeds: "SessionFeeds", listener: Listener) -> Listener:
        def warn(code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
            if code in _OF_ENCODERS and feeds.video is not self.video:
                listener.warn(code, message, facts)

        return Listener(warn, listener.fail)

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
        return self.sound.backend

    def audio_snapshot(self) -> AudioSnapshot:
        """Counters of the sound side; zeros without an audio track."""
        return self.sound.snapshot()

    def video_snapshot(self, before: int | None = None) -> VideoSnapshot:
        """Counters of the frames so far, or of those before frame `before`, and of the encode."""
        return self._snapshot(self.video.counted(before), self.video.skipped)

    def video_mark(self, index: int) -> VideoMark:
        """Those of the frames before frame `index`, which may be yet to come."""
        return VideoMark(frames=self.video.mark(index), skipped=self.video.skipped)

    def video_at(self, mark: VideoMark) -> VideoSnapshot:
        """What had been counted there; of frames that are yet to come, what has been by now."""
        return self._snapshot(self.video.counted_at(mark.frames), mark.skipped)

    @staticmethod
    def _snapshot(frames: FrameCounts, skipped: int) -> VideoSnapshot:
        return VideoSnapshot(
            next_index=frames.next_index,
            unique=frames.unique,
            duplicated=frames.duplicated,
            lagged=frames.lagged + frames.lost,
            missed=frames.missed,
            skipped=skipped,
        )

    def listen(self, listener: Listener) -> None:
        """Hear what every shared thing tells, from now on until `release`."""
        self._listener = listener
        self.capture.notices.listen(listener)
        self.video.stage.notices.listen(listener)
        self.video.notices.listen(listener)
        self.sound.listen(listener)
        for one in self._beside:
            one.listen(self._listener_beside(one, listener))

    def set_sound(self, name: str, change: ControlChange) -> None:
        """See SoundTracks. The session's lock is held. Raises IoniaError."""
        with self._changing:
            family = (self, *self._beside)
            for one in [each for each in family if name in each.sound.kinds()] or [self]:
                one.sound.set(name, change)

    def set_region(self, region: Region | None) -> None:
        """Show another part in pictures of the same size. The session's lock is held. Raises IoniaError.

        The encode is found by what it shows from now on.
        """
        self._must_have_picture("region")
        self._show(self.video.stage_key.capture, region)

    def set_screen(self, screen: str | None, region: Region | None) -> None:
        """Show another screen or window, or this part of it, in pictures of the same size. The session's lock is held.

        Waits until it is open and has a picture; the one before is shown until then, and for good if that fails. Raises
        IoniaError.
        """
        self._must_have_picture("screen")
        self._show(replace(self.video.stage_key.capture, screen=screen), region)

    def _must_have_picture(self, lacks: str) -> None:
        if not self.settings.picture:
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, f"This session records sound alone: it has no {lacks}.")

    def _show(self, capture: CaptureKey, region: Region | None) -> None:
        """In all of the session's encodes, or in none."""
        with self._changing:
            before, before_region = self.video.stage_key.capture, self.settings.region
            family = (self, *self._beside)
            same = {id(one.video): [each for each in family if each.video is one.video] for one in family}
            if not all(users[0]._video.alone(len(users)) for users in same.values()):
                raise shared_picture()  # before anything is opened; asked again below, when it counts
            done: list[SessionFeeds] = []
            try:
                for users in same.values():
                    users[0]._show_here(capture, region, len(users))
                    done.append(users[0])
            except BaseException:
                for one in done:
                    with contextlib.suppress(IoniaError):
                        one._show_here(before, before_region, len(same[id(one.video)]))
                raise
            for first, *others in same.values():
                for other in others:
                    shown = first.settings
                    other.settings = replace(
                        other.settings,
                        screen=shown.screen,
                        region=shown.region,
                        width=shown.width,
                        height=shown.height,
                    )

    def _show_here(self, capture: CaptureKey, region: Region | None, users: int) -> None:
        """`users`: how many of the session's feeds have this video encode."""
        track, framing = self.video.track, replace(self.settings.framing, region=region)
        stage = self._stages(replace(self.video.stage_key, capture=capture, framing=framing))
        try:
            framing.size(stage.value.capture.size, track.width, track.height)
            waits = stage.value.capture is not self.capture and self._join is not None
            told = wait_shown(stage.value) if waits else []
            key = replace(self._video.key, capture=capture, framing=framing, width=track.width, height=track.height)
            if not self._video.rekey_if_alone(key, users):
                raise shared_picture()
        except BaseException:
            stage.release()
            raise
        if self._listener is not None:
            self._hear_instead(stage.value, self._listener)
            for warned in told:
                self._listener.warn(*warned)
        self.video.move(stage)
        self.settings = replace(
            self.settings, screen=capture.screen, region=region, width=track.width, height=track.height
        )

    def _hear_instead(self, stage: PictureStage, listener: Listener) -> None:
        """What was told of the same capture already isn't told again."""
        self.video.stage.notices.unlisten(listener)
        stage.notices.listen(listener)
        if stage.capture is not self.capture:
            self.capture.notices.unlisten(listener)
            stage.capture.notices.listen(listener)

    def shares_all_with(self, other: "SessionFeeds") -> bool:
        """Whether both have the very same encodes: what one has had, the other would have had as well."""
        return self.video is other.video and self.sound.shares_all_with(other.sound)

    def join(
        self,
        subscriber: Subscriber,
        reach_back: Callable[[], Past[T] | None] = lambda: None,
        begun: Begun = lambda _: None,
        *,
        patient: bool = False,
    ) -> Join:
        """Begin: packets go to `subscriber` from the next keyframe on, which is asked for now.

        Of what is captured from now on: an encode of others that is behind has older pictures, whose sound an audio
        encode of this session's own never had. Or from a keyframe of the past on: see `Join.begin_with`. `patient`: see
        `Join`.
        """
        self._join = join = Join(
            subscriber,
            fps=self.settings.fps,
            feeds={VIDEO: self.video.feed, **self.sound.feeds},
            begun=begun,
            patient=patient,
        )
        since = self.index_now
        if join.begin_with(reach_back, since=since) is None:
            self.video.request_keyframe(since)
        self.sound.begin(join.change_feed)
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

    def leave(self) -> None:
        """Take nothing more, and be complete with what has come. Idempotent.

        One that rests is woken before: the encode counts who rests among those who take.
        """
        self.video.wake(self)
        if self._join is not None:
            self._join.leave()
        for one in self._beside:
            one.leave()

    def release(self) -> None:
        """Give everything back. Idempotent."""
        with self._changing:
            if self._released:
                return
            self._released = True
        self.leave()
        for one in self._beside:
            one.release()
        if self._listener is not None:
            self.capture.notices.unlisten(self._listener)
            self.video.stage.notices.unlisten(self._listener)
            self.video.notices.unlisten(self._listener)
        self._video.release()
        self.sound.release()
        recording_process.end()
