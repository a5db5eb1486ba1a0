"""Backends for an engine without devices, and a listener that can be waited for."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ionia.core.codec.codec import AAC, H264
from ionia.core.events import Event
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.live.sender_events import Ended, SenderEvent, SenderListener
from ionia.core.media import AudioTrack, EncodedPacket, MediaHeader, PictureFormat, VideoTrack
from ionia.core.settings import VideoEncodeSettings
from ionia.core.sharing import CaptureKey
from ionia.core.warning import Warn
from ionia.media.opening import OpenedAudio, OpenedVideo
from ionia.runtime.backends import Backends, Gpu, NoGpu
from ionia.sources.pushed import PushedScreens
from ionia.threads.clock import MonotonicClock
from tests.fakes.media import (
    EXTRADATA,
    FakeAudioEncoder,
    FakeConverter,
    FakeFile,
    FakeScreen,
    FakeSound,
    FakeVideoEncoder,
)

WAIT_SECONDS = 30.0
"""A deadline for conditions that hold within milliseconds, on a machine that does other things too."""


class Events:
    """Collects events; a test waits for the one it needs."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._all: list[Event] = []

    def __call__(self, event: Event) -> None:
        with self._condition:
            self._all.append(event)
            self._condition.notify_all()

    @property
    def all(self) -> list[Event]:
        with self._condition:
            return list(self._all)

    def wait_for(self, wanted: Callable[[Event], bool]) -> Event:
        found: list[Event] = []

        def there() -> bool:
            found[:] = [event for event in self._all if wanted(event)]
            return bool(found)

        with self._condition:
            assert self._condition.wait_for(there, WAIT_SECONDS), f"never came; there was {self._all}"
        return found[0]


class FakeSender:
    """A sender that a test speaks for: `say` is what it reports. `refused`: it ends as soon as it is to connect."""

    def __init__(self, refused: FailureCode | None = None) -> None:
        self._refused = refused
        self.url: RtmpUrl | None = None
        self.header: MediaHeader | None = None
        self.ca_file = ""
        self.sent: list[EncodedPacket] = []
        self.looks = 0
        """How often it was sent nothing."""
        self.killed = threading.Event()
        self.closed = False
        self._listener: SenderListener | None = None
        self._connecting = threading.Event()
        self._condition = threading.Condition()

    def connect(self, url: RtmpUrl, header: MediaHeader, listener: SenderListener, *, ca_file: str = "") -> None:
        self.url = url
        self.header = header
        self.ca_file = ca_file
        self._listener = listener
        self._connecting.set()
        if self._refused is not None:
            listener(Ended(code=self._refused))

    def send(self, packets: Sequence[EncodedPacket]) -> None:
        with self._condition:
            self.sent.extend(packets)
            self.looks += not packets
            self._condition.notify_all()

    def leave(self) -> None:
        self.closed = True
        self.killed.set()

    def close(self, timeout: float) -> bool:
        self.leave()
        return True

    def kill(self) -> None:
        self.killed.set()

    def say(self, event: SenderEvent) -> None:
        assert self._connecting.wait(WAIT_SECONDS)
        assert self._listener is not None
        self._listener(event)

    def wait_url(self) -> RtmpUrl:
        """Where it was told to connect to."""
        assert self._connecting.wait(WAIT_SECONDS)
        assert self.url is not None
        return self.url

    def wait_sent(self, count: int) -> list[EncodedPacket]:
        with self._condition:
            assert self._condition.wait_for(lambda: len(self.sent) >= count, WAIT_SECONDS)
            return list(self.sent)


class FakeSenders:
    """Makes fake senders; `made` waits for the n-th. The next ones are `refused`, in that order."""

    def __init__(self) -> None:
        self.refused: list[FailureCode] = []
        self._condition = threading.Condition()
        self._made: list[FakeSender] = []

    def __call__(self) -> FakeSender:
        if self.refused:
            return FakeSender(self.refused.pop(0))
        with self._condition:
            self._made.append(FakeSender())
            self._condition.notify_all()
            return self._made[-1]

    @property
    def count(self) -> int:
        """How many there are that weren't refused."""
        with self._condition:
            return len(self._made)

    def made(self, number: int) -> FakeSender:
        """The n-th that wasn't refused, from 1, once there is one."""
        with self._condition:
            assert self._condition.wait_for(lambda: len(self._made) >= number, WAIT_SECONDS)
            return self._made[number - 1]


@dataclass
class FakeMachine:
    """Everything that an engine on fakes made, newest last."""

    clock: MonotonicClock = field(default_factory=MonotonicClock)
    screens: list[FakeScreen] = field(default_factory=list)
    desktops: list[FakeSound] = field(default_factory=list)
    mics: list[FakeSound] = field(default_factory=list)
    apps: list[FakeSound] = field(default_factory=list)
    converters: list[FakeConverter] = field(default_factory=list)
    videos: list[FakeVideoEncoder] = field(default_factory=list)
    lives: list[bool] = field(default_factory=list)
    audios: list[FakeAudioEncoder] = field(default_factory=list)
    files: list[FakeFile] = field(default_factory=list)
    senders: FakeSenders = field(default_factory=FakeSenders)
    prepare_screen: Callable[[FakeScreen], None] = lambda _: None
    prepare_sound: Callable[[FakeSound], None] = lambda _: None
    prepare_converter: Callable[[FakeConverter], None] = lambda _: None
    prepare_video: Callable[[FakeVideoEncoder], None] = lambda _: None
    prepare_audio: Callable[[FakeAudioEncoder], None] = lambda _: None
    make_audio: Callable[[], FakeAudioEncoder] = FakeAudioEncoder
    prepare_file: Callable[[FakeFile], None] = lambda _: None
    fallbacks: tuple[str, ...] = ()
    cores: int = 2
    free: int = 10**12
    pushed: PushedScreens = field(default_factory=PushedScreens)
    gpu: Gpu = field(default_factory=NoGpu)

    def backends(self) -> Backends:
        return Backends(
            screen=self._screen,
            desktop_audio=lambda _: self._sound(self.desktops),
            microphone=lambda _: self._sound(self.mics),
            application=lambda _: self._sound(self.apps),
            open_video=self._video,
            converter=self._converter,
            open_audio=self._audio,
            open_opus=self._audio,
            file_sink=self._file,
            saved_file=self._file,
            list_screens=lambda: (),
            list_windows=lambda: (),
            list_desktop_audio=lambda: (),
            list_microphones=lambda: (),
            list_applications=lambda: (),
            list_encoders=lambda: (),
            sender=self.senders,
            free_bytes=lambda _: self.free,
            ffmpeg_version=lambda: "8.1.2",
            pushed=self.pushed,
            cores=lambda: self.cores,
            gpu=self.gpu,
        )

    def _screen(self, key: CaptureKey) -> FakeScreen:
        screen = FakeScreen(self.clock)
        self.prepare_screen(screen)
        self.screens.append(screen)
        return screen

    def _sound(self, kept: list[FakeSound]) -> FakeSound:
        sound = FakeSound()
        self.prepare_sound(sound)
        kept.append(sound)
        return sound

    def _video(self, settings: VideoEncodeSettings, width: int, height: int) -> OpenedVideo:
        video = FakeVideoEncoder(interval=settings.keyframe_interval)
        self.prepare_video(video)
        self.videos.append(video)
        self.lives.append(settings.live)
        track = VideoTrack(
            codec=H264,
            extradata=EXTRADATA,
            width=width,
            height=height,
            fps=settings.fps,
            bitrate=settings.video_bitrate,
        )
        return OpenedVideo(encoder=video, track=track, fallbacks=self.fallbacks)

    def _converter(self, wanted: PictureFormat, threads: int) -> FakeConverter:
        converter = FakeConverter(wanted, threads)
        self.prepare_converter(converter)
        self.converters.append(converter)
        return converter

    def _audio(self, bitrate: int) -> OpenedAudio:
        audio = self.make_audio()
        self.prepare_audio(audio)
        self.audios.append(audio)
        return OpenedAudio(encoder=audio, track=AudioTrack(codec=AAC, extradata=b"", bitrate=bitrate))

    def _file(self, path: str, warn: Warn, front_seconds: float = 0) -> FakeFile:
        file = FakeFile(path)
        file.warn = warn
        self.prepare_file(file)
        self.files.append(file)
        return file
