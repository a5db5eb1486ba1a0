"""Two encodes of one screen by the real encoders: each picture is converted once, and stands at the same frame."""

from dataclasses import replace
from pathlib import Path

from ionia.app import make_backends
from ionia.core.media import Picture, PictureFormat, YuvPicture
from ionia.core.ports import ScreenSource
from ionia.core.settings import (
    AudioMode,
    EncoderChoice,
    MediaSettings,
    RecorderSettings,
    SessionKind,
    VideoEncodeSettings,
)
from ionia.core.sharing import CaptureKey
from ionia.core.test_card.pattern import read_index
from ionia.core.video.framing import WHOLE, Framing, Region
from ionia.media.converter import Converter
from ionia.media.opening import OpenedVideo
from ionia.runtime.engine import Engine
from ionia.selftest.run import selftests_with
from ionia.threads.clock import MonotonicClock
from tests.fakes.live_stream import eventually
from tests.fakes.media_check import decode_luma

RECORDER = SessionKind.RECORDER
MEDIA = MediaSettings(screen="test", fps=15, audio_mode=AudioMode.NONE, encoder=EncoderChoice.X264)
RATES = {"large": 20_000_000, "small": 4_000_000}


class Counting(Converter):
    """The real converter, and what tells each card from every other that it was given: its number, and its flash."""

    all: "list[Counting]" = []  # noqa: RUF012 - one test's

    def __init__(self, wanted: PictureFormat, threads: int) -> None:
        super().__init__(wanted, threads)
        self.cards: list[tuple[int | None, bool]] = []
        self.all.append(self)

    def convert(self, pixels: Picture, framing: Framing = WHOLE) -> YuvPicture:
        self.cards.append((read_index(pixels), bool(pixels[4, 4, 0] > 128)))
        return super().convert(pixels, framing)


def test_one_conversion_a_picture_however_many_encodes_there_are(tmp_path: Path) -> None:
    clock = MonotonicClock()
    Counting.all.clear()
    backends = replace(make_backends(clock), converter=Counting)
    engine = Engine(backends, clock, lambda _: None, selftest=selftests_with(None))
    try:
        for name, rate in RATES.items():
            media = replace(MEDIA, video_bitrate=rate)
            engine.initialize_recorder(name, RecorderSettings(output_path=str(tmp_path / name), media=media))
        for name in RATES:
            engine.start(RECORDER, name)
        for name in RATES:
            eventually(lambda name=name: engine.stats(RECORDER, name).video_packets_encoded >= 20, "no pictures")
        for name in RATES:
            engine.stop(RECORDER, name)
        paths = {name: engine.stats(RECORDER, name).output_path for name in RATES}
    finally:
        engine.close()
    (converter,) = Counting.all
    shown = {name: [read_index(luma) for _, luma in decode_luma(path)] for name, path in paths.items()}
    assert set(shown["large"]) | set(shown["small"]) <= {number for number, _ in converter.cards}
    assert len(converter.cards) == len(set(converter.cards))


def test_each_size_and_part_of_a_screen_has_a_stage_and_equal_ones_share_it(tmp_path: Path) -> None:
    clock = MonotonicClock()
    Counting.all.clear()
    screens: list[CaptureKey] = []
    opened: list[tuple[int, int]] = []
    real = make_backends(clock)

    def screen(key: CaptureKey) -> ScreenSource:
        screens.append(key)
        return real.screen(key)

    def open_video(settings: VideoEncodeSettings, width: int, height: int) -> OpenedVideo:
        opened.append((width, height))
        return real.open_video(settings, width, height)

    region = Region(x=160, y=90, width=640, height=360)
    wishes = {
        "whole": MEDIA,
        "again": MEDIA,
        "small": replace(MEDIA, width=640, height=360),
        "part": replace(MEDIA, region=region),
        "part, too": replace(MEDIA, region=region, video_bitrate=1_000_000),
        "other fit": replace(MEDIA, region=region, fit="crop"),
    }
    backends = replace(real, converter=Counting, screen=screen, open_video=open_video)
    engine = Engine(backends, clock, lambda _: None, selftest=selftests_with(None))
    try:
        for name, media in wishes.items():
            engine.initialize_recorder(name, RecorderSettings(output_path=str(tmp_path / name), media=media))
        assert len(screens) == 1
        assert opened == [(1280, 720), *[(640, 360)] * 4]
        assert len(Counting.all) == 4  # those of "part" and "part, too" are one
    finally:
        engine.close()
