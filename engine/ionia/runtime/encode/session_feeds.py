"""What one session uses of the shared things: a video encode, and an audio encode for each sound track."""

import contextlib
import threading
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import TypeVar

from ionia.core.audio.mix import ControlChange
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VIDEO, MediaHeader
from ionia.core.settings import MediaSettings
from ionia.core.sharing import CaptureKey, SoundKey, StageKey, VideoEncodeKey
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.core.video.framing import Region
from ionia.core.warning import NO_FACTS, OF_AN_ENCODE, WarningCode, WarningFacts
from ionia.platform.windows_process import recording_process
from ionia.runtime.capture.capture import Capture
from ionia.runtime.capture.picture_stage import PictureStage
from ionia.runtime.encode.all_sounds import AllSounds
from ionia.runtime.encode.bitrate_desk import BitrateAnswer
from ionia.runtime.encode.feed import Taker
from ionia.runtime.encode.join import Begun, Join, Past, Subscriber
from ionia.runtime.encode.session_picture import SessionPicture, VideoMark, VideoSnapshot
from ionia.runtime.encode.showing import must_have_picture, wait_shown
from ionia.runtime.encode.sound_tracks import AudioSnapshot, SoundTracks
from ionia.runtime.encode.video_encode import VideoEncode
from ionia.runtime.notices import Listener
from ionia.runtime.registry import Lease

T = TypeVar("T")


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
        *,
        stages: Callable[[StageKey], Lease[StageKey, PictureStage]],
        videos: Callable[[MediaSettings], Lease[VideoEncodeKey, VideoEncode]],
        more: "Callable[[MediaSettings], SessionFeeds]",
    ) -> None:
        """`videos` gives the encode for settings, `more` opens other feeds; both raise IoniaError."""
        self.settings = settings
        self.sound = sound
        self.header = MediaHeader(tracks=(video.value.track, *sound.header))
        self._picture = SessionPicture(video, self)
        self._stages = stages
        self._videos = videos
        self._more = more
        self._changing = threading.RLock()  # held while pictures change and encodes come and go, which may take long
        # Held while sounds change, or who has them: a mute waits for no screen and no encoder. Taken after `_changing`;
        # all of a session's feeds have the same one.
        self._sounding = threading.RLock()
        self._beside: tuple[SessionFeeds, ...] = ()  # changed under both
        self._join: Join | None = None
        self._listener: Listener | None = None
        self._released = False  # changed under both
        recording_process.begin()

    @property
    def beside(self) -> "tuple[SessionFeeds, ...]":
        """The session's further encodes, in the order in which they were opened."""
        return self._beside

    def open_beside(self, changed: Callable[[MediaSettings], MediaSettings]) -> "SessionFeeds":
        """A further encode, for these settings as `changed` has them. Raises IoniaError, with nothing kept."""
        with self._changing:
            with self._sounding:
                self._must_last()
                sounds, before = self.sounds.wishes(self.settings.all_sounds), self.sounds.controls()
            feeds = self._more(changed(replace(self.settings, sounds=tuple(sounds))))
            with self._sounding:
                try:
                    self.sounds.follow(feeds.sound, before)
                except BaseException:
                    feeds.release()
                    raise
                feeds._sounding = self._sounding
                self._beside = (*self._beside, feeds)
                if self._listener is not None:
                    self._listen_beside(feeds, self._listener)
        return feeds

    def _must_last(self) -> None:
        if self._released:
            raise IoniaError(ErrorKind.NOT_INITIALIZED, "The session has ended.", "Initialize it first.")

    def close_beside(self, feeds: "SessionFeeds") -> None:
        """It isn't needed any more."""
        with self._changing, self._sounding:
            self._beside = tuple(one for one in self._beside if one is not feeds)
        feeds.release()

    def _listen_beside(self, feeds: "SessionFeeds", listener: Listener) -> None:
        def warn(code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
            if code in OF_AN_ENCODE and feeds.video is not self.video:
                listener.warn(code, message, facts)

        def of_device(key: SoundKey) -> Listener:
            def warn(code: WarningCode, message: str, facts: WarningFacts = NO_FACTS, /) -> None:
                first = next((one for one in (self, *self._beside) if key in one.sound.keys), feeds)
                if first is feeds:
                    listener.warn(code, message, facts)

            return Listener(warn, listener.fail)

        feeds._hear(Listener(warn, listener.fail), of_device)

    @property
    def video(self) -> VideoEncode:
        """The picture's encode."""
        return self._picture.encode

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
        return self._picture.snapshot(before)

    def video_mark(self, index: int) -> VideoMark:
        """Those of the frames before frame `index`, which may be yet to come."""
        return self._picture.mark(index)

    def video_at(self, mark: VideoMark) -> VideoSnapshot:
        """What had been counted there; of frames that are yet to come, what has been by now."""
        return self._picture.at(mark)

    def listen_keyframes(self, listener: Taker) -> None:
        """Hear of keyframes as they are encoded, on the encoder's thread."""
        self._picture.listen_keyframes(listener)

    def unlisten_keyframes(self, listener: Taker) -> None:
        """No more. Idempotent."""
        self._picture.unlisten_keyframes(listener)

    def listen(self, listener: Listener) -> None:
        """Hear what every shared thing tells, from now on until `release`."""
        with self._sounding:
            self._hear(listener, lambda _: listener)
            for one in self._beside:
                self._listen_beside(one, listener)

    def _hear(self, listener: Listener, of_device: Callable[[SoundKey], Listener]) -> None:
        self._listener = listener
        self._picture.listen(listener)
        self.sound.listen(listener, of_device)

    @property
    def sounds(self) -> AllSounds:
        """Those of all of the session's encodes."""
        return AllSounds((self.sound, *(one.sound for one in self._beside)))

    def set_sound(self, name: str, change: ControlChange) -> None:
        """See SoundTracks. Any thread, and it waits for nothing that takes long. Raises IoniaError."""
        with self._sounding:
            self._must_last()
            self.sounds.set(name, change)

    def set_region(self, region: Region | None) -> None:
        """Show another part in pictures of the same size. The session's lock is held. Raises IoniaError.

        The encode is found by what it shows from now on.
        """
        must_have_picture(self.settings, "region")
        self._show(self.video.stage_key.capture, region)

    def set_screen(self, screen: str | None, region: Region | None) -> None:
        """Show another screen or window, or this part of it, in pictures of the same size. The session's lock is held.

        Waits until it is open and has a picture; the one before is shown until then, and for good if that fails. Raises
        IoniaError.
        """
        must_have_picture(self.settings, "screen")
        self._show(replace(self.video.stage_key.capture, screen=screen), region)

    def _show(self, capture: CaptureKey, region: Region | None) -> None:
        """In all of the session's encodes, or in none."""
        with self._changing:
            before, before_region = self.video.stage_key.capture, self.settings.region
            family = (self, *self._beside)
            same = {id(one.video): [each for each in family if each.video is one.video] for one in family}
            done: list[list[SessionFeeds]] = []
            try:
                for users in same.values():
                    done.extend(_shown_by(users, capture, region))
            except BaseException:
                for users in done:
                    with contextlib.suppress(IoniaError):
                        list(_shown_by(users, before, before_region))
                raise

    def _show_here(self, capture: CaptureKey, region: Region | None, users: int) -> bool:
        """`users`: how many of the session's feeds have this video encode. False if others have it, too."""
        track, framing = self.video.track, replace(self.settings.framing, region=region)
        if not self._picture.lease.alone(users):  # before anything is opened; asked again below, when it counts
            return False
        stage = self._stages(replace(self.video.stage_key, capture=capture, framing=framing))
        try:
            framing.size(stage.value.capture.size, track.width, track.height)
            waits = stage.value.capture is not self.capture and self._join is not None
            told = wait_shown(stage.value) if waits else []
            lease = self._picture.lease
            key = replace(lease.key, capture=capture, framing=framing, width=track.width, height=track.height)
            if not lease.rekey_if_alone(key, users):
                stage.release()
                return False
        except BaseException:
            stage.release()
            raise
        if self._listener is not None:
            self._hear_instead(stage.value, self._listener)
            for warned in told:
                self._listener.warn(*warned)
        self.video.move(stage)
        self._now_shows(capture, region)
        return True

    def _show_apart(self, capture: CaptureKey, region: Region | None) -> None:
        """The same by an encode of its own, beside that of the others, which goes on as it is."""
        track, shown = self.video.track, self.video.stage_key
        if (shown.capture, shown.framing) == (capture, replace(self.settings.framing, region=region)):
            return
        wanted = replace(self.settings, screen=capture.screen, region=region, width=track.width, height=track.height)
        video = self._videos(wanted)
        try:
            other = video.value
            wanted.framing.size(other.capture.size, track.width, track.height)
            waits = other.capture is not self.capture and self._join is not None
            told = wait_shown(other.stage) if waits else []
            self._picture.go_over(video, self._join)
        except BaseException:
            video.release()
            raise
        if self._join is None:
            self.header = self.header.with_track(other.track)
        if self._listener is not None:
            for warned in told:
                self._listener.warn(*warned)
        self._now_shows(capture, region)

    def _now_shows(self, capture: CaptureKey, region: Region | None) -> None:
        track = self.video.track
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
        `Join`. Raises IoniaError when it has ended meanwhile.
        """
        with self._picture.taking(), self._sounding:
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
        self._picture.rest(index)

    def wake(self, index: int) -> None:
        """It does again, from the first keyframe on that comes with frame `index` or later.

        Woken first: no frame behind that keyframe is left out.
        """
        self._picture.wake()
        self.video.request_keyframe(index)

    @property
    def bitrate(self) -> int:
        """The video bit rate in force."""
        return self.video.rate.bitrate

    def vote_bitrate(self, voter: Hashable, bitrate: int) -> BitrateAnswer:
        """See VideoEncode."""
        return self._picture.vote_bitrate(voter, bitrate)

    def hold_bitrate(self, holder: Hashable) -> None:
        """See VideoEncode."""
        self._picture.hold_bitrate(holder)

    def leave_bitrate(self, who: Hashable) -> None:
        """See VideoEncode."""
        self._picture.leave_bitrate(who)

    def leave(self) -> None:
        """Take nothing more, and be complete with what has come. Idempotent."""
        self._picture.leave()
        if self._join is not None:
            self._join.leave()
        for one in self._beside:
            one.leave()

    def release(self) -> None:
        """Give everything back. Idempotent."""
        with self._changing, self._sounding:
            if self._released:
                return
            self._released = True
        self.leave()
        for one in self._beside:
            one.release()
        self._picture.release()
        self.sound.release()
        recording_process.end()


def _shown_by(
    users: "list[SessionFeeds]", capture: CaptureKey, region: Region | None
) -> "Iterator[list[SessionFeeds]]":
    """Those of a session's feeds that have one encode show it; by and by, those that do already."""
    first, *others = users
    if first._show_here(capture, region, len(users)):
        for other in others:
            other._now_shows(capture, region)
        yield users
        return
    for one in users:
        one._show_apart(capture, region)
        yield [one]
