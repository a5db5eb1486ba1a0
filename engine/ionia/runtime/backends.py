"""What the composition root hands to the runtime: how to make sources and encoders. The only seam between them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.programs import Application, AppWish
from ionia.core.live.live_url import LiveUrl
from ionia.core.live.sender_events import SenderListener
from ionia.core.media import EncodedPacket, MediaHeader, PictureFormat
from ionia.core.ports import AudioSource, FileSink, PictureConverter, ScreenSource
from ionia.core.selftest_report import SelftestReport, SelftestSettings
from ionia.core.service import EncoderInfo, EngineService, Listener, ScreenInfo, SoundDeviceInfo, WindowInfo
from ionia.core.settings import VideoEncodeSettings
from ionia.core.sharing import CaptureKey
from ionia.core.video.pushed_layout import PushedScreen
from ionia.core.warning import Warn
from ionia.media.opening import OpenedAudio, OpenedVideo
from ionia.threads.clock import MonotonicClock


class Sender(Protocol):
    """One connection attempt. See `sinks.rtmp_publisher`."""

    def connect(self, url: LiveUrl, header: MediaHeader, listener: SenderListener, *, ca_file: str = "") -> None: ...

    def send(self, packets: Sequence[EncodedPacket]) -> None: ...

    def leave(self) -> None: ...

    def close(self, timeout: float) -> bool: ...

    def kill(self) -> None: ...


class Corrections(Protocol):
    """By how much the sound of each device is moved. See `runtime.capture.audio_corrections`. Any thread."""

    def all(self) -> Mapping[str, float]: ...

    def offset_ms(self, source: AudioInput, device: str) -> float: ...

    def remember(self, source: AudioInput, device: str, offset_ms: float | None) -> None: ...


class NoCorrections:
    """Remembers nothing."""

    def all(self) -> Mapping[str, float]:
        """Empty."""
        return {}

    def offset_ms(self, source: AudioInput, device: str) -> float:  # noqa: ARG002 - as the protocol has it
        """0."""
        return 0.0

    def remember(self, source: AudioInput, device: str, offset_ms: float | None) -> None:
        """Nothing."""


class Pushed(Protocol):
    """Screens whose pictures the caller writes. See `sources.pushed`. Any thread."""

    def open(self, width: int, height: int) -> PushedScreen: ...

    def close(self, screen: str) -> bool: ...


class Gpu(Protocol):
    """Encoders that take a screen's pictures where they are, on the graphics adapter. Any thread."""

    def open(self, settings: VideoEncodeSettings, screen: str | None) -> tuple[OpenedVideo | None, str]:
        """One for the whole screen, tried before; None where there is none, and why, if that is worth a word.

        Never raises. Its capture is opened afterwards, by a key with `gpu`.
        """
        ...

    def needs_screen(self, settings: VideoEncodeSettings, screen: str | None) -> bool:
        """Whether `open`, and its capture then, need a screen that nothing else in this process captures. Never
        raises."""
        ...

    def figures(self) -> tuple[bool, str]:
        """Whether the primary screen's pictures can be encoded there, with the trial's figures, or why not; no words
        where no such encoder is."""
        ...

    def known(self, encoder: str) -> str:
        """What came of the newest trial of this encoder; empty where there was none."""
        ...


class NoGpu:
    """None."""

    def open(self, settings: VideoEncodeSettings, screen: str | None) -> tuple[OpenedVideo | None, str]:  # noqa: ARG002 - as the protocol has it
        """None."""
        return None, ""

    def needs_screen(self, settings: VideoEncodeSettings, screen: str | None) -> bool:  # noqa: ARG002 - likewise
        """No."""
        return False

    def figures(self) -> tuple[bool, str]:
        """Empty."""
        return False, ""

    def known(self, encoder: str) -> str:  # noqa: ARG002 - as the protocol has it
        """Empty."""
        return ""


class SelftestRun(Protocol):
    """One self-test. See `selftest.run`."""

    def run(self) -> SelftestReport: ...

    def cancel(self) -> None: ...


class MakeSelftest(Protocol):
    """Makes a self-test that records by engines of its own. The runtime knows no more of it than this."""

    def __call__(
        self,
        settings: SelftestSettings,
        backends: "Backends",
        clock: MonotonicClock,
        make_engine: Callable[[Listener], EngineService],
        emit: Listener,
    ) -> SelftestRun: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Backends:
    """Factories; each may raise IoniaError. Sources come unopened; the thread that will own them opens them.

    `open_video` takes the settings and the source's width and height, `open_audio` (AAC) and
    `open_opus` bits per second. `file_sink` takes
    the output path, whom to tell what becomes of the file, and for how many seconds its index has room in front;
    `saved_file` makes one for what is written at once. Both refuse a path that can't be recorded to, and create
    nothing.
    """

    screen: Callable[[CaptureKey], ScreenSource]
    desktop_audio: Callable[[str | None], AudioSource]
    microphone: Callable[[str | None], AudioSource]
    application: Callable[[AppWish], AudioSource]
    open_video: Callable[[VideoEncodeSettings, int, int], OpenedVideo]
    converter: Callable[[PictureFormat, int], PictureConverter]
    """To this format, by so many threads."""
    open_audio: Callable[[int], OpenedAudio]
    open_opus: Callable[[int], OpenedAudio]
    file_sink: Callable[[str, Warn, float], FileSink]
    saved_file: Callable[[str, Warn], FileSink]
    list_screens: Callable[[], tuple[ScreenInfo, ...]]
    list_windows: Callable[[], tuple[WindowInfo, ...]]
    list_desktop_audio: Callable[[], tuple[SoundDeviceInfo, ...]]
    list_microphones: Callable[[], tuple[SoundDeviceInfo, ...]]
    list_applications: Callable[[], tuple[Application, ...]]
    list_encoders: Callable[[], tuple[EncoderInfo, ...]]
    sender: Callable[[], Sender]
    """A new one for each attempt of a stream."""
    free_bytes: Callable[[str], int]
    """Bytes free where the file at this path is or would be."""
    ffmpeg_version: Callable[[], str]
    pushed: Pushed
    cores: Callable[[], int]
    """How many cores this process may use."""
    gpu: Gpu = field(default_factory=NoGpu)
    corrections: Corrections = field(default_factory=NoCorrections)
    """What is remembered of each sound device."""
