"""Pictures as files, by the real engine on its test card: which picture it is, and that nobody else notices."""

from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import av
import numpy as np
import pytest

from ionia.app import make_engine
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.screenshot import Screenshot, ScreenshotRequest
from ionia.core.settings import AudioMode, MediaSettings, RecorderSettings, ReplaySettings, SessionKind
from ionia.core.stats import ReplayStats
from ionia.core.test_card.pattern import read_index
from ionia.runtime.encode.studio import Studio
from ionia.runtime.engine import Engine
from ionia.runtime.screenshots import Screenshots
from ionia.runtime.session.session import Session
from ionia.threads.clock import MonotonicClock, StopSignal
from tests.fakes.live_stream import eventually

CARD = MediaSettings(screen="test", audio_mode=AudioMode.NONE, fps=30)
SIZE = (1280, 720)


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = make_engine(lambda _: None)
    yield made
    made.close()


def shown(path: str | Path) -> int:
    """Which of the card's pictures it is."""
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        index = read_index(np.ascontiguousarray(frame.to_ndarray(format="bgra")))
    assert index is not None
    return index


def of(engine: Engine, path: Path, kind: SessionKind | None = None, seconds_ago: float | None = None) -> Screenshot:
    return engine.save_screenshot(
        ScreenshotRequest(path=str(path), screen="test", kind=kind, session_id="a", seconds_ago=seconds_ago)
    )


def held(engine: Engine) -> float:
    stats = engine.stats(SessionKind.REPLAY, "a")
    assert isinstance(stats, ReplayStats)
    return stats.seconds_held


def refused(engine: Engine, path: Path, kind: SessionKind | None = None, seconds_ago: float | None = None) -> ErrorKind:
    with pytest.raises(IoniaError) as caught:
        of(engine, path, kind, seconds_ago)
    return caught.value.kind


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_screen_that_nobody_records(engine: Engine, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"card.{suffix}"
    made = of(engine, path)
    assert (made.path, made.width, made.height) == (str(path), *SIZE)
    assert shown(path) >= 0
    assert refused(engine, path) is ErrorKind.OUTPUT_FAILED
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_png_has_the_very_pixels_and_can_be_made_smaller(engine: Engine, tmp_path: Path) -> None:
    of(engine, tmp_path / "whole.png")
    with av.open(str(tmp_path / "whole.png")) as container:
        frame = next(container.decode(video=0))
        pixels = frame.to_ndarray(format="rgb24")
    assert {tuple(pixel) for pixel in pixels.reshape(-1, 3)[::997]} > {(0, 0, 0)}
    small = engine.save_screenshot(
        ScreenshotRequest(path=str(tmp_path / "small.jpg"), screen="test", format="png", max_width=320)
    )
    assert (small.width, small.height) == (320, 180)
    assert Path(small.path).read_bytes().startswith(b"\x89PNG")


def test_a_recording_in_any_state(engine: Engine, tmp_path: Path) -> None:
    recorder = SessionKind.RECORDER
    assert refused(engine, tmp_path / "0.png", recorder) is ErrorKind.NO_SUCH_SESSION
    engine.initialize_recorder("a", RecorderSettings(output_path=str(tmp_path / "take.mp4"), media=CARD))
    of(engine, tmp_path / "initialized.png", recorder)
    engine.start(recorder, "a")
    first = of(engine, tmp_path / "running.png", recorder)
    assert refused(engine, tmp_path / "ago.png", recorder, 0.1) is ErrorKind.NOT_INITIALIZED
    engine.pause("a")
    second = of(engine, tmp_path / "paused.png", recorder)
    engine.stop(recorder, "a")
    of(engine, tmp_path / "stopped.png", recorder)
    assert first.utc < second.utc
    names = ["initialized", "running", "paused", "stopped"]
    indexes = [shown(tmp_path / f"{name}.png") for name in names]
    assert indexes[1] < indexes[2]


def test_a_replay_that_has_just_begun_holds_no_picture_yet(tmp_path: Path) -> None:
    session = SimpleNamespace(kind=SessionKind.REPLAY, is_running=True, shows=None, feeds=None, held=lambda _: None)
    asked = ScreenshotRequest(path=str(tmp_path / "a.png"), kind=SessionKind.REPLAY, seconds_ago=0.0)
    with pytest.raises(IoniaError, match="holds no picture yet"):
        Screenshots(cast(Studio, None), MonotonicClock()).save(asked, cast(Session, session))
    assert list(tmp_path.iterdir()) == []


def test_a_replay_has_the_past(engine: Engine, tmp_path: Path) -> None:
    replay = SessionKind.REPLAY
    engine.initialize_replay("a", ReplaySettings(seconds=10, media=CARD))
    assert refused(engine, tmp_path / "early.png", replay, 0.1) is ErrorKind.NOT_INITIALIZED
    engine.start(replay, "a")
    clock = MonotonicClock()
    deadline_ns = clock.now_ns() + 30_000_000_000
    while held(engine) < 1.5 and clock.now_ns() < deadline_ns:
        StopSignal(clock).wait_until(clock.now_ns() + 20_000_000)
    now = of(engine, tmp_path / "now.png", replay)
    past = of(engine, tmp_path / "past.png", replay, 1.0)
    assert (past.width, past.height) == SIZE
    assert past.utc < now.utc
    assert shown(tmp_path / "past.png") <= shown(tmp_path / "now.png")
    assert refused(engine, tmp_path / "older.png", replay, 3600) is ErrorKind.OUTPUT_FAILED
    assert not (tmp_path / "older.png").exists()


@pytest.mark.parametrize("seconds_ago", [None, 0.1])
def test_sound_alone_has_no_picture_of_now_and_none_of_the_past(
    engine: Engine, tmp_path: Path, seconds_ago: float | None
) -> None:
    replay = SessionKind.REPLAY
    media = MediaSettings(desktop_audio="test", audio_mode=AudioMode.DESKTOP).without_picture()
    engine.initialize_replay("a", ReplaySettings(seconds=10, media=media))
    engine.start(replay, "a")
    eventually(lambda: held(engine) > 0.2, "nothing is held")
    assert refused(engine, tmp_path / "a.png", replay, seconds_ago) is ErrorKind.CAPTURE_UNAVAILABLE
    assert not list(tmp_path.iterdir())


def test_what_can_not_be_written_is_told_before_a_picture_is_taken(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "take.mp4.json").write_text("marks")
    with pytest.raises(IoniaError) as caught:
        engine.save_screenshot(
            ScreenshotRequest(path=str(tmp_path / "take.mp4.json"), screen="test", format="png", overwrite=True)
        )
    assert caught.value.kind is ErrorKind.OUTPUT_FAILED
    (tmp_path / "take.mp4.json").unlink()
    assert refused(engine, tmp_path / "a.bmp") is ErrorKind.OUTPUT_FAILED
    assert refused(engine, tmp_path / "none" / "a.png") is ErrorKind.OUTPUT_FAILED
    assert list(tmp_path.iterdir()) == []


def test_a_small_picture_is_a_jpeg_of_that_screen(engine: Engine, tmp_path: Path) -> None:
    made = engine.thumbnail("test", 640)
    assert (made.media_type, made.width, made.height) == ("image/jpeg", 640, 360)
    path = tmp_path / "small.jpg"
    path.write_bytes(b64decode(made.data))
    assert shown(path) >= 0
    with pytest.raises(IoniaError) as caught:
        engine.thumbnail("nothing", 640)
    assert caught.value.kind is ErrorKind.CAPTURE_UNAVAILABLE
