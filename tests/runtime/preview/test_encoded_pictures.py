"""A session's own packets, looked at while the real engine records its test card."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext

from ionia.app import make_engine
from ionia.core.codec.codec import H264
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import VideoTrack
from ionia.core.preview.request import PreviewChange, PreviewFormat, PreviewOpened, PreviewRequest
from ionia.core.preview.wire import Coding, PreviewPicture
from ionia.core.settings import AudioMode, EncoderChoice, MediaSettings, RecorderSettings, SessionKind
from ionia.core.sharing import video_encode_key
from ionia.core.test_card.pattern import read_index
from ionia.core.video.framing import Region
from ionia.runtime.encode.feed import Feed
from ionia.runtime.encode.studio import Studio
from ionia.runtime.engine import Engine
from ionia.runtime.preview.encoded_pictures import EncodedPictures
from tests.fakes.media import EXTRADATA, video_packet
from tests.fakes.preview_client import PreviewClient

CARD = MediaSettings(screen="test", audio_mode=AudioMode.NONE, fps=30, encoder=EncoderChoice.X264)
ENCODED = PreviewRequest(kind=SessionKind.RECORDER, session_id="a", format=PreviewFormat.H264)


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = make_engine(lambda _: None)
    yield made
    made.close()


def initialize(engine: Engine, path: Path, media: MediaSettings = CARD) -> None:
    engine.initialize_recorder("a", RecorderSettings(output_path=str(path), media=media))


@contextmanager
def reader_of(opened: PreviewOpened) -> Iterator[PreviewClient]:
    with PreviewClient(asdict(opened)) as reader:
        yield reader


def watchers(engine: Engine) -> list[int]:
    return [len(entry.value.feed._watchers) for entry in engine._studio._videos._entries if entry.value is not None]


def indexes(pictures: list[PreviewPicture]) -> list[int | None]:
    """What the cards say, decoded as any decoder would."""
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    frames = [frame for one in pictures for frame in decoder.decode(av.Packet(one.data))] + decoder.decode(None)
    return [read_index(np.ascontiguousarray(frame.to_ndarray(format="bgra"))) for frame in frames]


def test_the_very_pictures_of_the_recording_from_a_keyframe_on(engine: Engine, tmp_path: Path) -> None:
    initialize(engine, tmp_path / "a.mp4")
    opened = engine.open_preview(ENCODED)
    track = engine._studio._videos._entries[0].value.track  # type: ignore[union-attr]
    assert (opened.width, opened.height, opened.fps, opened.format) == (track.width, track.height, 30, ENCODED.format)
    assert opened.codec is not None
    assert opened.codec.startswith("avc1.")
    with reader_of(opened) as reader:
        reader.ready()
        engine.start(SessionKind.RECORDER, "a")
        pictures = [reader.picture(), *(reader.next() for _ in range(19))]
        assert len(engine._studio._videos) == 1
        engine.stop(SessionKind.RECORDER, "a")
    assert [one.sequence for one in pictures] == list(range(1, 21))
    assert pictures[0].keyframe
    assert {one.coding for one in pictures} == {Coding.H264}
    steps = np.diff([one.captured_ns for one in pictures])
    assert all(abs(int(step) - 33_333_333) <= 1 for step in steps)
    shown = indexes(pictures)
    assert None not in shown
    with av.open(str(tmp_path / "a.mp4")) as file:
        recorded = [read_index(np.ascontiguousarray(frame.to_ndarray(format="bgra"))) for frame in file.decode(video=0)]
    begin = recorded.index(shown[0])
    assert recorded[begin : begin + len(shown)] == shown


def test_one_that_comes_later_begins_with_a_keyframe_of_its_own(engine: Engine, tmp_path: Path) -> None:
    initialize(engine, tmp_path / "a.mp4", replace(CARD, keyframe_interval_seconds=10.0))
    engine.start(SessionKind.RECORDER, "a")
    with reader_of(engine.open_preview(ENCODED)) as first, reader_of(engine.open_preview(ENCODED)) as second:
        begun = first.next()
        later = second.next()
        assert begun.keyframe
        assert later.keyframe
        assert later.captured_ns - begun.captured_ns < 5_000_000_000


def test_nobody_who_looks_means_nothing_is_taken(engine: Engine, tmp_path: Path) -> None:
    initialize(engine, tmp_path / "a.mp4")
    engine.start(SessionKind.RECORDER, "a")
    opened = engine.open_preview(ENCODED)
    assert watchers(engine) == [0]
    with reader_of(opened) as reader:
        reader.next()
        assert watchers(engine) == [1]
        engine.update_preview(opened.preview_id, PreviewChange(paused=True))
        while watchers(engine) != [0]:
            pass
        engine.update_preview(opened.preview_id, PreviewChange(paused=False))
        assert reader.next().keyframe
    engine.close_preview(opened.preview_id)
    while watchers(engine) != [0]:
        pass


def test_it_keeps_no_session_from_its_end_or_its_region(engine: Engine, tmp_path: Path) -> None:
    initialize(engine, tmp_path / "a.mp4", replace(CARD, region=Region(x=0, y=0, width=64, height=64)))
    engine.start(SessionKind.RECORDER, "a")
    with reader_of(engine.open_preview(ENCODED)) as reader:
        first = reader.next()
        engine.set_region("a", Region(x=8, y=8, width=64, height=64))
        assert [reader.next().sequence for _ in range(10)] == list(range(first.sequence + 1, first.sequence + 11))
        engine.stop(SessionKind.RECORDER, "a")
        assert len(engine._studio._videos) == 0
        initialize(engine, tmp_path / "b.mp4")
        reader.ready()
        engine.start(SessionKind.RECORDER, "a")
        while (picture := reader.picture()).width == 64:
            reader.ready()
        assert picture.keyframe
        engine.dispose(SessionKind.RECORDER, "a")
        assert reader.ended()


def test_while_a_take_is_paused_the_encoder_rests_whoever_looks(engine: Engine, tmp_path: Path) -> None:
    initialize(engine, tmp_path / "a.mp4")
    engine.start(SessionKind.RECORDER, "a")
    with reader_of(engine.open_preview(ENCODED)) as reader:
        reader.next()
        engine.pause("a")
        while not reader.silent():
            reader.ready()
        engine.resume("a")
        reader.next()


class Looked:
    """An encode that somebody looks at, and the studio in which nothing else is."""

    failed = False

    def __init__(self) -> None:
        self.feed = Feed()
        self.track = VideoTrack(codec=H264, extradata=EXTRADATA, width=64, height=64, fps=30, bitrate=1)
        self.keyframes = 0

    def request_keyframe(self) -> None:
        self.keyframes += 1

    def video_encode(self, _: object) -> "Looked":
        return self

    def instant(self, index: int, _: int) -> int:
        return index


def test_a_keyframe_that_comes_too_soon_after_another_is_asked_for_when_its_time_has_come() -> None:
    encode = Looked()
    pictures = EncodedPictures(cast(Studio, encode), lambda: CARD, now_ns=0, wake=lambda: None)

    def followed(ms: int) -> int:
        pictures.follow(ms * 1_000_000, glance=False, wanted=True)
        return encode.keyframes

    assert followed(0) == 1
    encode.feed.publish([video_packet(0, keyframe=True)])
    assert pictures.take() is not None
    pictures.refresh()  # somebody else looks
    assert [followed(ms) for ms in (100, 1999, 2000, 2001, 5000)] == [1, 1, 2, 2, 2]
    pictures.refresh()
    assert followed(5000) == 3
    pictures.refresh()
    assert followed(5001) == 3
    encode.feed.publish([video_packet(1, keyframe=True)])  # it comes by itself
    assert pictures.take() is not None
    assert followed(7001) == 3


def test_who_looks_has_no_share_of_the_encode(engine: Engine, tmp_path: Path) -> None:
    """A share, however short, would keep the region of a recording from being moved."""
    initialize(engine, tmp_path / "a.mp4")
    studio, key = engine._studio, video_encode_key(CARD)
    entry = studio._videos._entries[0]
    assert studio.video_encode(key) is entry.value
    assert entry.users == 1
    assert studio.video_encode(replace(key, bitrate=1)) is None


def test_what_is_not_encoded_can_not_be_looked_at_so(engine: Engine, tmp_path: Path) -> None:
    initialize(engine, tmp_path / "a.mp4")
    engine.start(SessionKind.RECORDER, "a")
    engine.stop(SessionKind.RECORDER, "a")
    with pytest.raises(IoniaError, match="Nothing is encoded") as caught:
        engine.open_preview(ENCODED)
    assert caught.value.kind is ErrorKind.CAPTURE_UNAVAILABLE
    media = replace(CARD, picture=False, audio_mode=AudioMode.DESKTOP, desktop_audio="test")
    initialize(engine, tmp_path / "a.m4a", media)
    with pytest.raises(IoniaError, match="sound alone"):
        engine.open_preview(ENCODED)
