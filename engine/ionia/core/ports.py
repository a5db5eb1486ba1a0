"""The seams: what the engine asks of a clock, a source, an encoder and a sink. No implementation lives here."""

from collections.abc import Sequence
from typing import Protocol

from ionia.core.audio.notices import SoundNotice
from ionia.core.media import (
    AudioBlock,
    EncodedPacket,
    MediaHeader,
    Picture,
    PictureFormat,
    Samples,
    VideoFrame,
    YuvPicture,
)
from ionia.core.mp4.tags import FileTags
from ionia.core.size_limit import SizeLimit
from ionia.core.video.framing import WHOLE, Framing


class Clock(Protocol):
    """The one monotonic clock. Any thread."""

    def now_ns(self) -> int:
        """Nanoseconds since an arbitrary origin that never changes while the engine runs."""
        ...


class ScreenSource(Protocol):
    """A screen that is grabbed when asked. One thread owns it: whoever calls `open` makes every later call."""

    backend: str
    """Name for stats and people: "x11", "dxcam-dxgi", "gdigrab", "test-card"."""

    fallbacks: tuple[str, ...]
    """Sentences about the ways that were passed over for this one; empty when it was the first choice."""

    def open(self) -> tuple[int, int]:
        """Open, prove it by grabbing once, and return (width, height). May be called again after `SourceLost`.

        Raises IoniaError(CAPTURE_UNAVAILABLE).
        """
        ...

    def grab(self) -> VideoFrame | None:
        """Take a picture now. None when nothing changed since the last one. Size may differ from `open`'s.

        The caller paces. Returns within milliseconds while the source is healthy; raises SourceLost when it is gone.
        """
        ...

    def close(self) -> None:
        """Free everything. Idempotent; allowed in any state."""
        ...


class AudioSource(Protocol):
    """A sound device read by one thread. Blocks are 48 kHz stereo float32, whatever the device's own format."""

    backend: str
    """Name for stats and people: "pulse", "wasapi", "test-tone"."""

    def open(self) -> str:
        """Open the device and return its name for people. May be called again after `SourceLost`.

        A source without an explicit device id opens the system's default of that moment.
        Raises IoniaError(AUDIO_UNAVAILABLE).
        """
        ...

    def read(self, timeout: float) -> AudioBlock | None:
        """Wait up to `timeout` seconds for samples; None when there were none, or after `interrupt`.

        Silence of the device is not an error. Raises SourceLost when the device or the server is gone, and when
        the source follows the default device and that has changed (`retry_at_once`).
        """
        ...

    def take_notices(self) -> Sequence[SoundNotice]:
        """What is to be told about the device (muted, turned down, ...) since the last call. The reading thread asks
        after `open` and after each `read`; what changes is there within 2 s."""
        ...

    def interrupt(self) -> None:
        """Any thread: make the `read` under way and all later ones return None at once."""
        ...

    def close(self) -> None:
        """Free everything. Idempotent; allowed in any state."""
        ...


class PictureConverter(Protocol):
    """From the screen's pictures to one format. Any thread, one at a time."""

    def convert(self, pixels: Picture, framing: Framing = WHOLE) -> YuvPicture:
        """A picture of its own: what `framing` shows of these pixels, as it says; black if it shows nothing."""
        ...

    def close(self) -> None:
        """Free what converting needs. Idempotent; converting again is allowed."""
        ...


class VideoEncoder(Protocol):
    """One picture per frame index, in the order that `EncodedPacket` promises. One thread owns it."""

    takes: PictureFormat
    """What its pictures have to be; the same for as long as it lives."""

    codec: str
    """libav's name: "libx264", "h264_nvenc", ... Another's from the first picture after that encoder was lost."""

    follows_bitrate: bool
    """Whether a bit rate that is set while it runs has an effect. Changes as `codec` does."""

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """Encode a picture of the format that it `takes`, which it reads and never changes. `index` rises with each
        call."""
        ...

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """Encode the last picture again."""
        ...

    def hold(self, index: int) -> list[EncodedPacket]:
        """As `repeat`, with as little work as possible: for an encoder that is behind. Does nothing and gives nothing
        where no way is cheaper than `repeat`."""
        ...

    def set_bitrate(self, bits_per_second: int) -> None:
        """New constant bit rate from the next picture on."""
        ...

    def flush(self) -> list[EncodedPacket]:
        """Drain; nothing may be encoded afterwards."""
        ...

    def close(self) -> None:
        """Free the encoder. Idempotent."""
        ...


class AudioEncoder(Protocol):
    """AAC-LC 48 kHz stereo. One thread owns it."""

    def encode(self, samples: Samples, pts: int) -> list[EncodedPacket]:
        """Encode one tick of 1024 samples, or several at once; the first sample has index `pts`."""
        ...

    def follow(self, other: "AudioEncoder", heard: Sequence[tuple[int, Samples]]) -> None:
        """As the first thing: go on behind `other`, which stays as it is and has given all that comes of `heard`.

        Those are the newest ticks, each with the index of its first sample.
        """
        ...

    def flush(self) -> list[EncodedPacket]:
        """Drain; nothing may be encoded afterwards."""
        ...

    def close(self) -> None:
        """Free the encoder. Idempotent."""
        ...


class PacketSink(Protocol):
    """Where packets go: a file, a sender. One thread owns it. Other sinks get the same packets, so it must not change
    them."""

    def open(self, header: MediaHeader) -> None:
        """Begin. Raises IoniaError(OUTPUT_FAILED or CONNECT_FAILED)."""
        ...

    def write(self, packets: Sequence[EncodedPacket]) -> None:
        """Take packets in DTS order without ties; the first video packet is a keyframe. Raises IoniaError."""
        ...

    def close(self) -> None:
        """Complete what was begun. Idempotent. Raises IoniaError when what was begun can't be completed."""
        ...


class FileSink(PacketSink, Protocol):
    """A packet sink that knows its file."""

    @property
    def path(self) -> str:
        """Absolute path of the file. Any thread."""
        ...

    @property
    def bytes_written(self) -> int:
        """Size of the file so far. Any thread."""
        ...

    @property
    def published(self) -> bool:
        """Whether it is at its path, in place of what was there. The sink's thread."""
        ...

    @property
    def index_bytes(self) -> int:
        """What completing the file will add to it at most. Any thread."""
        ...

    @property
    def limit(self) -> SizeLimit | None:
        """How large the file may grow, as far as that is known once it is open. Any thread."""
        ...

    def describe(self, tags: FileTags) -> None:
        """Between `open` and `close`: what the file says of itself. Replaces what was said before."""
        ...

    def look(self) -> None:
        """About once a second between `open` and `close`: see to the file, and warn of what became of it."""
        ...
