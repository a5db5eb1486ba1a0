"""Everything that sessions share, by level, and how a session gets what it asks for: whole, or an error and nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.mix import SoundControl
from ionia.core.audio.wishes import SoundWish
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.frame_rate import FrameRate
from ionia.core.media import PixelFormat
from ionia.core.ports import AudioSource
from ionia.core.settings import MediaSettings
from ionia.core.sharing import (
    CaptureKey,
    SoundKey,
    StageKey,
    VideoEncodeKey,
    audio_encode_keys,
    capture_key,
    sound_keys,
    video_encode_key,
)
from ionia.core.timebase import frame_middle_ns
from ionia.core.video.effort import Effort, effort
from ionia.core.warning import WarningCode
from ionia.media.opening import OpenedVideo
from ionia.runtime.backends import Backends
from ionia.runtime.capture.capture import Capture, open_capture
from ionia.runtime.capture.picture_stage import PictureStage
from ionia.runtime.capture.still import Seen, newest, taken
from ionia.runtime.encode.audio_encodes import AudioEncodes
from ionia.runtime.encode.filter_loading import load_filters
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.encode.sound_tracks import SoundTracks
from ionia.runtime.encode.video_encode import VideoEncode
from ionia.runtime.registry import Lease, Registry
from ionia.threads.clock import MonotonicClock


class Studio:
    """Any thread. One timeline for all of it: frame 0 and sample 0 lie at the instant the studio was made."""

    def __init__(self, backends: Backends, clock: MonotonicClock) -> None:
        self._backends = backends
        self._clock = clock
        self._cores = backends.cores()
        self._epoch_ns = clock.now_ns()
        self._captures: Registry[CaptureKey, Capture] = Registry()
        self._stages: Registry[StageKey, PictureStage] = Registry()
        self._videos: Registry[VideoEncodeKey, VideoEncode] = Registry()
        self._taken: list[Callable[[CaptureKey], bool]] = []  # previews of screens that sessions are about to take
        self._audios = AudioEncodes(
            open_audio={"aac": backends.open_audio, "opus": backends.open_opus},
            source=self._sound_source,
            clock=clock,
            epoch_ns=self._epoch_ns,
        )

    def open(
        self,
        settings: MediaSettings,
        *,
        live: bool,
        beside: Sequence[Callable[[MediaSettings], MediaSettings]] = (),
    ) -> SessionFeeds:
        """What these settings ask for, shared with whoever has it already. Raises IoniaError, with nothing kept.

        `live`: a stream asks; it counts only if the video encode isn't there yet (see `core.sharing`). `beside`:
        further encodes, see `SessionFeeds.open_beside`.
        """
        feeds = self._open(settings, live=live)
        try:
            for changed in beside:
                feeds.open_beside(changed)
        except BaseException:
            feeds.release()
            raise
        return feeds

    def _open(self, settings: MediaSettings, *, live: bool) -> SessionFeeds:
        load_filters(one for sound in settings.all_sounds for one in sound.filters)
        names = sound_keys(settings, self._backends.corrections.all())
        asked = {names[sound.name]: sound for sound in settings.all_sounds}
        wanted = list(zip(settings.all_tracks, audio_encode_keys(settings, names), strict=True))
        if live:  # of a stream, only sounds that it carries
            names = {name: key for name, key in names.items() if any(key in track.sounds for _, track in wanted)}
        with ExitStack() as undo:
            tracks = []
            for track, key in wanted:
                sounds = {sound: asked[sound] for sound in key.sounds}
                lease = self._audios.acquire(key, {sound: _control(wish) for sound, wish in sounds.items()})
                undo.callback(lease.release)
                tracks.append((track.name, lease))
            # Sound devices open meanwhile.
            video = self._video(settings, live=live)
            undo.callback(video.release)
            sound_tracks = SoundTracks(names, tracks, self._audios)
            for sound in sound_tracks.sounds:
                sound.wait_opened()
            feeds = SessionFeeds(
                settings,
                video,
                sound_tracks,
                stages=self._stage,
                videos=partial(self._video, live=live),
                more=partial(self._open, live=live),
            )
            undo.pop_all()
        return feeds

    def capture(self, key: CaptureKey) -> Lease[CaptureKey, Capture]:
        """The capture of this identity, opened if there is none yet; nothing is encoded of it. Raises IoniaError."""
        check_picture(key)
        if any(takes(key) for takes in tuple(self._taken)):
            raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "A session opens this screen just now.", "Try again.")
        return self._captures.acquire(key, partial(self._open_capture, key))

    def begun_capture(self, fits: Callable[[CaptureKey], bool]) -> Lease[CaptureKey, Capture] | None:
        """A share of a capture that takes pictures already and `fits`; None if there is none. Never waits."""
        return self._captures.borrow(lambda key, capture: key.picture and capture.begun and fits(key))

    def video_encode(self, key: VideoEncodeKey) -> VideoEncode | None:
        """The encode of this identity, for who looks on: no share of it. None if there is none. Never waits."""
        return self._videos.seen(lambda one: one == key)

    def stage(self, wanted: Callable[[StageKey], bool]) -> PictureStage | None:
        """A stage that is `wanted`, for who looks on: no share of it. None if there is none. Never waits."""
        return self._stages.seen(wanted)

    def instant(self, index: int, fps: FrameRate) -> int:
        """When the picture of frame `index` is taken, in ns of the clock."""
        return frame_middle_ns(self._epoch_ns, fps, index)

    def picture(self, key: CaptureKey) -> Seen:
        """All pixels that the screen of `key` shows: of a capture that runs, or taken anew. Raises IoniaError."""
        check_picture(key)
        running = self.begun_capture(lambda one: one.screen == key.screen)
        if running is not None:
            try:
                seen = newest(running.value)
            finally:
                running.release()
            if seen is not None:
                return seen
        return taken(self._backends.screen(key), self._clock)

    def _video(self, settings: MediaSettings, *, live: bool) -> Lease[VideoEncodeKey, VideoEncode]:
        make = partial(self._make_video, settings, live=live)
        return self._videos.acquire(video_encode_key(settings), make)

    def _make_video(self, settings: MediaSettings, *, live: bool) -> VideoEncode:
        framing = settings.framing
        with self._without_previews(settings, live=live):
            direct, why = self._open_on_gpu(settings, live=live)
            key = replace(capture_key(settings), gpu=direct is not None)
            try:
                capture = self._captures.acquire(key, partial(self._open_capture, key))
            except BaseException:
                if direct is not None:
                    direct.encoder.close()
                raise
        try:
            source = capture.value.width, capture.value.height
            width, height = framing.size(source, settings.width, settings.height)
            if direct is not None and (direct.track.width, direct.track.height) == (width, height):
                opened = direct
            else:
                if direct is not None:
                    direct.encoder.close()
                opened = self._backends.open_video(settings.video(live=live), width, height)
                if why:
                    opened = replace(opened, read_back=f"Pictures are read back from the graphics card: {why}.")
            wanted = StageKey(capture=key, framing=framing, format=opened.encoder.takes)
            try:
                stage = self._stage(wanted)
            except BaseException:
                opened.encoder.close()
                raise
        finally:
            capture.release()  # the stage has a lease of its own
        overlap = self._effort(wanted).overlap
        bitrate = settings.video().most_bitrate
        encode = VideoEncode(opened, stage, bitrate=bitrate, clock=self._clock, overlap=overlap)
        if (shown := framing.enlarged(source, (width, height))) is not None:
            encode.notices.warn(
                WarningCode.PICTURE_ENLARGED,
                f"What is shown has {shown.width}x{shown.height} pixels, and the pictures {width}x{height}, as was "
                "asked for: they cost more to encode, and show no more.",
            )
        return encode

    def _open_on_gpu(self, settings: MediaSettings, *, live: bool) -> tuple[OpenedVideo | None, str]:
        """An encoder for pictures on the graphics adapter, where all of a screen that nobody records yet is wanted."""
        if not self._may_stay_on_gpu(settings):
            return None, ""
        return self._backends.gpu.open(settings.video(live=live), settings.screen)

    def _may_stay_on_gpu(self, settings: MediaSettings) -> bool:
        part = settings.region is not None or settings.width is not None or settings.height is not None
        reordered = settings.b_frames > 0  # which hardware makes none of: told where it is opened
        captured = self._captures.seen(lambda key: key.screen == settings.screen and not key.preview)
        return not (settings.gpu == "off" or part or reordered or captured or not settings.picture)

    @contextmanager
    def _without_previews(self, settings: MediaSettings, *, live: bool) -> Iterator[None]:
        """Where pictures may stay on the graphics adapter, previews let go of the screen, of which a process has one
        such capture only; they look for another one when this is over (decision 0410)."""

        def shows(key: CaptureKey) -> bool:
            return key.preview and (key.screen == settings.screen or None in (key.screen, settings.screen))

        gpu = self._backends.gpu
        if self._captures.seen(shows) is None or not self._may_stay_on_gpu(settings):
            yield
            return
        if not gpu.needs_screen(settings.video(live=live), settings.screen):
            yield
            return
        self._taken.append(shows)
        try:
            while (shown := self._captures.seen(shows)) is not None:
                shown.give_way()
            yield
        finally:
            self._taken.remove(shows)

    def _effort(self, key: StageKey) -> Effort:
        return effort(self._cores, key.format.width, key.format.height, key.capture.fps)

    def _stage(self, key: StageKey) -> Lease[StageKey, PictureStage]:
        return self._stages.acquire(key, partial(self._make_stage, key))

    def _make_stage(self, key: StageKey) -> PictureStage:
        converter = self._backends.converter(
            key.format, self._effort(key).convert_threads
        )  # first: nothing to free yet
        capture = self._captures.acquire(key.capture, partial(self._open_capture, key.capture))
        untouched = key.format if key.format.pixels is PixelFormat.SURFACE else None
        return PictureStage(capture, converter, key.framing, untouched)

    def _open_capture(self, key: CaptureKey) -> Capture:
        return open_capture(key, self._backends.screen(key), epoch_ns=self._epoch_ns, clock=self._clock)

    def _sound_source(self, key: SoundKey) -> AudioSource:
        if key.app is not None:
            return self._backends.application(key.app)
        make = self._backends.desktop_audio if key.which is AudioInput.DESKTOP else self._backends.microphone
        return make(key.device)


def _control(wish: SoundWish) -> SoundControl:
    return SoundControl(
        gain=wish.gain,
        muted=wish.muted,
        mono=wish.mono,
        filters=wish.filters,
        spoken=wish.kind is AudioInput.MIC,
    )


def check_picture(key: CaptureKey) -> None:
    """Raises IoniaError(CAPTURE_UNAVAILABLE) where there is none."""
    if not key.picture:
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "There is no picture: this session records sound alone.")
