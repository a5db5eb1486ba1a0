"""Packets, headers, sources, encoders and sinks without libav and without devices. They obey the seams' promises."""

import threading
from collections.abc import Callable, Sequence

import numpy as np

from ionia.core.audio.notices import SoundNotice
from ionia.core.codec.codec import AAC, H264
from ionia.core.errors import IoniaError, SourceLost
from ionia.core.media import (
    AUDIO,
    VIDEO,
    AudioBlock,
    AudioTrack,
    EncodedPacket,
    MediaHeader,
    Picture,
    PictureFormat,
    PixelFormat,
    Samples,
    VideoFrame,
    VideoTrack,
    YuvPicture,
)
from ionia.core.mp4.tags import FileTags
from ionia.core.ports import Clock
from ionia.core.size_limit import SizeLimit
from ionia.core.video.framing import WHOLE, Framing
from ionia.core.warning import Warn

EXTRADATA = bytes.fromhex("0000000167640028ac0000000168ee3c80")
"""Parameter sets as short as they may be."""

HEADER = MediaHeader(
    tracks=(
        VideoTrack(codec=H264, extradata=b"", width=64, height=64, fps=30, bitrate=1_000_000),
        AudioTrack(codec=AAC, extradata=b"", bitrate=128_000),
    )
)


def video_packet(index: int, *, keyframe: bool = False, data: bytes = b"v") -> EncodedPacket:
    """One frame."""
    return EncodedPacket(track=VIDEO, pts=index, dts=index, duration=1, keyframe=keyframe, data=data)


def access_unit(said: bytes) -> bytes:
    """A picture that isn't a keyframe, as an encoder gives it: a start code, and a slice that says this."""
    return b"\x00\x00\x00\x01A" + said


def audio_packet(tick: int) -> EncodedPacket:
    """The audio packet of tick `tick`."""
    sample = 1024 * tick
    return EncodedPacket(track=AUDIO, pts=sample, dts=sample, duration=1024, keyframe=True, data=b"a")


class FakeScreen:
    """A screen that shows a new picture at each grab, until it is `still` or the script says otherwise."""

    backend = "fake-screen"
    fallbacks: tuple[str, ...] = ()

    def __init__(self, clock: Clock, *, size: tuple[int, int] = (64, 64), refuse: IoniaError | None = None) -> None:
        self.clock = clock
        self.size = size
        self.refuse = refuse
        self.lose: SourceLost | None = None
        self.still = False
        self.grabbed = threading.Event()
        self.opens = 0
        self.closed = False
        self.grabs = 0

    def open(self) -> tuple[int, int]:
        self.opens += 1
        if self.refuse is not None:
            raise self.refuse
        return self.size

    def grab(self) -> VideoFrame | None:
        if self.lose is not None:
            lost, self.lose = self.lose, None
            raise lost
        self.grabs += 1
        self.grabbed.set()
        if self.still:
            return None
        width, height = self.size
        return VideoFrame(captured_ns=self.clock.now_ns(), pixels=np.zeros((height, width, 4), np.uint8))

    def close(self) -> None:
        self.closed = True


class FakeSound:
    """A device whose blocks a test hands over with `give`."""

    backend = "fake-sound"

    def __init__(self, *, refuse: Exception | None = None) -> None:
        self.refuse = refuse
        self.opens = 0
        self.closed = False
        self._condition = threading.Condition()
        self._given: list[AudioBlock | Exception] = []
        self._notices: list[SoundNotice] = []
        self._interrupted = False

    def open(self) -> str:
        self.opens += 1
        if self.refuse is not None:
            raise self.refuse
        return f"fake device {self.opens}"

    def read(self, timeout: float) -> AudioBlock | None:
        with self._condition:
            self._condition.wait_for(lambda: self._given or self._interrupted, timeout)
            if self._interrupted or not self._given:
                return None
            given = self._given.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    def take_notices(self) -> list[SoundNotice]:
        with self._condition:
            notices, self._notices = self._notices, []
        return notices

    def say(self, notice: SoundNotice) -> None:
        """Let this be told with the next `read`."""
        with self._condition:
            self._notices.append(notice)

    def interrupt(self) -> None:
        with self._condition:
            self._interrupted = True
            self._condition.notify_all()

    def close(self) -> None:
        self.closed = True

    def give(self, what: AudioBlock | Exception) -> None:
        """Let the next `read` return this block, or raise this."""
        with self._condition:
            self._given.append(what)
            self._condition.notify_all()


class FakeConverter:
    """Gives pictures of nothing, and keeps what it was given for each."""

    def __init__(self, wanted: PictureFormat, threads: int = 2) -> None:
        self.wanted = wanted
        self.threads = threads
        self.given: list[Picture] = []
        self.framings: list[Framing] = []
        self.closed = False

    def convert(self, pixels: Picture, framing: Framing = WHOLE) -> YuvPicture:
        self.framings.append(framing)
        self.given.append(pixels)
        return YuvPicture(format=self.wanted, planes=())

    def close(self) -> None:
        self.closed = True


class FakeVideoEncoder:
    """A packet a frame; a keyframe first, every `interval`, and when asked. `lost_at`: another one goes on.

    Scripts and `calls` count from the first index that it is given.

    `stuck_at`: from this index on it waits for `freed`. `holds`: whether it has a cheap way to repeat.
    """

    codec = "fake264"
    follows_bitrate = True
    takes = PictureFormat(width=64, height=64, pixels=PixelFormat.YUV420P)

    def __init__(self, *, interval: int = 30, fail_at: int | None = None) -> None:
        self.calls: list[tuple[str, int, bool]] = []
        self.pictures: dict[int, object] = {}
        self.interval = interval
        self.fail_at = fail_at
        self.lost_at: int | None = None
        self.successor = "other264"
        self.lost = False
        self.silent_from: int | None = None  # until it is lost
        self.stuck_at: int | None = None
        self.freed = threading.Event()
        self.holds = False
        self.picture_bytes = 6
        self.closed = False
        self.bitrate = 0
        self.first: int | None = None
        self._since_key = interval

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        packets = self._encode("new", index, keyframe)
        self.pictures[self.calls[-1][1]] = picture
        return packets

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        return self._encode("repeat", index, keyframe)

    def hold(self, index: int) -> list[EncodedPacket]:
        return self._encode("hold", index, keyframe=False) if self.holds else []

    def set_bitrate(self, bits_per_second: int) -> None:
        self.bitrate = bits_per_second

    def flush(self) -> list[EncodedPacket]:
        return []

    def close(self) -> None:
        self.closed = True

    def _encode(self, what: str, index: int, keyframe: bool) -> list[EncodedPacket]:
        self.first = index if self.first is None else self.first
        at = index - self.first
        if self.fail_at is not None and at >= self.fail_at:
            raise RuntimeError("the encoder broke")
        if self.stuck_at is not None and at >= self.stuck_at:
            self.freed.wait(30)
        if self.lost_at is not None and at >= self.lost_at:
            self.codec, self.lost = self.successor, True
        if self.silent_from is not None and not self.lost and at >= self.silent_from:
            return []
        key = keyframe or self._since_key >= self.interval
        self._since_key = 1 if key else self._since_key + 1
        self.calls.append((what, at, key))
        return [video_packet(index, keyframe=key, data=access_unit(b"v" * (self.picture_bytes - 5)))]


class FakeAudioEncoder:
    """A packet a tick, the priming packet first."""

    def __init__(self) -> None:
        self.closed = False
        self.broken = False

    def encode(self, samples: Samples, pts: int) -> list[EncodedPacket]:
        if self.broken:
            raise ValueError("broken")
        assert samples.shape[1] == 2
        assert len(samples) % 1024 == 0
        return [audio_packet(index - 1) for index in range(pts // 1024, (pts + len(samples)) // 1024)]

    def follow(self, other: object, heard: Sequence[tuple[int, Samples]]) -> None:
        for pts, samples in heard:
            self.encode(samples, pts)

    def flush(self) -> list[EncodedPacket]:
        return []

    def close(self) -> None:
        self.closed = True


class FakeFile:
    """A file sink that remembers what it was given; `break_after` packets it fails."""

    def __init__(self, path: str = "take.mp4") -> None:
        self.path = path
        self.published = True
        self.packets: list[EncodedPacket] = []
        self.header: MediaHeader | None = None
        self.closed = threading.Event()
        self.refuse_open: IoniaError | None = None
        self.refuse_close: IoniaError | None = None
        self.break_after: tuple[int, IoniaError] | None = None
        self.hold: threading.Event | None = None
        self.hold_open: threading.Event | None = None
        self.on_write: Callable[[], None] = lambda: None
        self.on_look: Callable[[], None] = lambda: None
        self.index_bytes = 0
        self.limit: SizeLimit | None = None
        self.on_close: Callable[[], None] = lambda: None
        self.warn: Warn = lambda *_: None
        self.tags: list[FileTags] = []

    def look(self) -> None:
        self.on_look()

    def describe(self, tags: FileTags) -> None:
        self.tags.append(tags)

    @property
    def bytes_written(self) -> int:
        return sum(len(packet.data) for packet in self.packets)

    def open(self, header: MediaHeader) -> None:
        if self.refuse_open is not None:
            raise self.refuse_open
        if self.hold_open is not None:
            assert self.hold_open.wait(30)
        self.header = header

    def write(self, packets: Sequence[EncodedPacket]) -> None:
        if self.hold is not None:
            assert self.hold.wait(30)
        self.packets.extend(packets)
        self.on_write()
        if self.break_after is not None and len(self.packets) >= self.break_after[0]:
            raise self.break_after[1]

    def close(self) -> None:
        self.on_close()
        self.closed.set()
        if self.refuse_close is not None:
            raise self.refuse_close
