"""Two encodes of one screen by the real encoders: each picture is converted once, and stands at the same frame."""

from dataclasses import replace
from pathlib import Path

from ionia.app import make_backends
from ionia.core.media import Picture, PictureFormat, YuvPicture
from ionia.core.settings import AudioMode, EncoderChoice, MediaSettings, RecorderSettings, SessionKind
from ionia.core.test_card.pattern import read_index
from ionia.media.converter import Converter
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

    def __init__(self, wanted: PictureFormat) -> None:
        super().__init__(wanted)
        self.cards: list[tuple[int | None, bool]] = []
        self.all.append(self)

    def convert(self, pixels: Picture) -> YuvPicture:
        self.cards.append((read_index(pixels), bool(pixels[4, 4, 0] > 128)))
        return super().convert(pixels)


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
