"""Previews of the real engine on its test card: what they show, of whom, for how long, and what they leave alone."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from ionia.app import make_engine
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.preview import policy
from ionia.core.preview.request import PreviewChange, PreviewFormat, PreviewOpened, PreviewRequest, PreviewShape
from ionia.core.preview.wire import PreviewPicture
from ionia.core.settings import AudioMode, EncoderChoice, MediaSettings, RecorderSettings, SessionKind
from ionia.core.test_card.pattern import read_index
from ionia.core.timebase import NS_PER_S
from ionia.core.video.framing import Region
from ionia.platform.unix_endpoint import UnixEndpoint
from ionia.runtime.encode.studio import Studio
from ionia.runtime.engine import Engine
from ionia.runtime.preview import previews
from ionia.runtime.preview.preview import JOIN_TIMEOUT_S
from ionia.runtime.preview.previews import MOST, Previews
from ionia.threads.clock import MonotonicClock
from tests.fakes.preview_client import PreviewClient, pixels
from tests.fakes.pushed_writer import PushedWriter

FAST = PreviewShape(fps=60)
CARD = MediaSettings(screen="test", audio_mode=AudioMode.NONE, fps=30, encoder=EncoderChoice.X264)
TEST = PreviewRequest(screen="test", shape=FAST)


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = make_engine(lambda _: None)
    yield made
    made.close()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("ionia-preview")] == []


def wire(opened: PreviewOpened) -> dict[str, Any]:
    return asdict(opened)


def index(picture: PreviewPicture) -> int:
    found = read_index(pixels(picture))
    assert found is not None
    return found


def captures(engine: Engine) -> list[int]:
    """How often a second each screen that is open is looked at."""
    return [entry.key.fps for entry in engine._studio._captures._entries]


def let_go(engine: Engine) -> None:
    """Wait until no screen is open."""
    pause = threading.Event()
    for _ in range(3000):
        if not captures(engine):
            return
        pause.wait(0.01)
    raise AssertionError(f"{captures(engine)} are still open")


def record(engine: Engine, folder: Path) -> None:
    engine.initialize_recorder("a", RecorderSettings(output_path=str(folder / "a.mp4"), media=CARD))


def test_a_screen_before_anything_is_recorded_and_nothing_is_encoded(engine: Engine) -> None:
    opened = engine.open_preview(TEST)
    assert (opened.width, opened.height, opened.fps, opened.format) == (640, 360, 60, PreviewFormat.JPEG)
    assert opened.token not in repr(opened)
    with PreviewClient(wire(opened)) as reader:
        pictures = [reader.next() for _ in range(4)]
        assert [one.sequence for one in pictures] == [1, 2, 3, 4]
        assert len({index(one) for one in pictures}) == 4
        assert [one.captured_ns for one in pictures] == sorted({one.captured_ns for one in pictures})
        assert len(engine._studio._videos) == 0
        assert engine.close_preview(opened.preview_id)
        assert reader.ended()
    assert not engine.close_preview(opened.preview_id)
    assert not Path(opened.endpoint).exists()


def test_it_shows_what_is_recorded_from_initialize_on_also_while_it_is_paused(engine: Engine, tmp_path: Path) -> None:
    record(engine, tmp_path)
    opened = engine.open_preview(PreviewRequest(kind=SessionKind.RECORDER, session_id="a", shape=FAST))
    with PreviewClient(wire(opened)) as reader:
        before = reader.next()
        assert captures(engine) == [30, 60]
        assert not engine._studio._captures._entries[0].value.begun  # type: ignore[union-attr]
        engine.start(SessionKind.RECORDER, "a")
        while captures(engine) != [30]:
            reader.next()
        during = reader.next()  # wished for when it had gone over
        engine.pause("a")
        paused = [index(reader.next()) for _ in range(3)]
        assert index(before) >= 0
        assert index(during) < paused[0] < paused[2]
        assert captures(engine) == [30]
        engine.stop(SessionKind.RECORDER, "a")
        while captures(engine) != [60]:
            reader.next()
        engine.dispose(SessionKind.RECORDER, "a")
        assert reader.ended()
    let_go(engine)


def test_a_screens_preview_goes_over_to_the_recording_and_back(engine: Engine, tmp_path: Path) -> None:
    opened = engine.open_preview(replace(TEST, shape=replace(FAST, fps=20)))
    with PreviewClient(wire(opened)) as reader:
        reader.next()
        assert captures(engine) == [20]
        record(engine, tmp_path)
        engine.start(SessionKind.RECORDER, "a")
        while captures(engine) != [30]:
            reader.next()
        engine.dispose(SessionKind.RECORDER, "a")
        while captures(engine) != [20]:
            reader.next()
        reader.next()


def test_a_slow_reader_gets_fewer_pictures_and_never_an_old_one(engine: Engine) -> None:
    with (
        PreviewClient(wire(engine.open_preview(TEST))) as quick,
        PreviewClient(wire(engine.open_preview(TEST))) as slow,
    ):
        first = slow.next()
        seen = [quick.next() for _ in range(20)]
        second = slow.next()
        assert (first.sequence, second.sequence) == (1, 2)
        assert index(second) > index(seen[-3])


def test_asking_twice_is_asking_once(engine: Engine) -> None:
    with PreviewClient(wire(engine.open_preview(TEST))) as reader:
        reader.ready()
        reader.picture()
        for _ in range(5):
            reader.ready()
        before = reader.picture()
        after = reader.next()
        assert after.sequence <= before.sequence + 6


def test_a_reader_that_asks_and_does_not_read_is_behind(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "LINGER_NS", 50_000_000)
    screen = engine.open_push(1920, 1080)
    with PushedWriter(
        {
            "path": screen.path,
            "slots": screen.slots,
            "slotBytes": screen.slot_bytes,
            "firstSlotAt": screen.first_slot_at,
        }
    ) as writer:
        noise = np.random.default_rng(1).integers(0, 256, (1080, 1920, 4), np.uint8)
        writer.write(noise.tobytes())
        shape = PreviewShape(max_width=1920, max_height=1080, fps=60)
        with PreviewClient(wire(engine.open_preview(PreviewRequest(screen=screen.screen, shape=shape)))) as reader:
            reader.ready()
            reader.ready()
            reader.socket.recv(1, socket.MSG_PEEK)  # more follows than there is room for
            reader.ready()
            let_go(engine)
            assert len(reader.picture().data) > 500_000


def test_paused_the_screen_is_let_go_and_taken_again(engine: Engine) -> None:
    opened = engine.open_preview(TEST)
    with PreviewClient(wire(opened)) as reader:
        reader.next()
        assert engine.update_preview(opened.preview_id, PreviewChange(paused=True))
        let_go(engine)
        reader.ready()
        assert engine.update_preview(opened.preview_id, PreviewChange(paused=False, max_width=320))
        picture = reader.picture()
        while (picture.width, picture.height) != (320, 180):
            picture = reader.next()
        assert index(picture) >= 0
    assert not engine.update_preview("nobody", PreviewChange(paused=True))


def test_another_reader_after_one_that_went(engine: Engine) -> None:
    opened = engine.open_preview(TEST)
    with PreviewClient(wire(opened)) as reader:
        reader.ready()
    with PreviewClient(wire(opened)) as reader:
        reader.next()


def test_a_stranger_gets_nothing_and_is_in_nobodys_way(engine: Engine) -> None:
    opened = engine.open_preview(TEST)
    with PreviewClient(wire(opened), token="0" * 64) as stranger:
        assert stranger.ended()
    with PreviewClient(wire(opened)) as reader:
        reader.next()


@pytest.mark.parametrize("cursor", [True, False])
def test_the_pointer_is_in_it_as_asked(engine: Engine, cursor: bool) -> None:
    engine.open_preview(replace(TEST, cursor=cursor))
    assert [entry.key.cursor for entry in engine._studio._captures._entries] == [cursor]


def test_a_region(engine: Engine) -> None:
    region = Region(x=0, y=0, width=400, height=300)
    opened = engine.open_preview(PreviewRequest(screen="test", region=region, shape=FAST))
    assert (opened.width, opened.height) == (400, 300)
    with PreviewClient(wire(opened)) as reader:
        picture = reader.next()
        assert (picture.width, picture.height) == (400, 300)


def test_a_session_that_is_initialized_again_with_another_part_of_the_screen(engine: Engine, tmp_path: Path) -> None:
    record(engine, tmp_path)
    opened = engine.open_preview(PreviewRequest(kind=SessionKind.RECORDER, session_id="a", shape=FAST))
    with PreviewClient(wire(opened)) as reader:
        assert (reader.next().width, opened.height) == (640, 360)
        media = replace(CARD, region=Region(x=0, y=0, width=400, height=400), width=200, height=100)
        engine.initialize_recorder("a", RecorderSettings(output_path=str(tmp_path / "b.mp4"), media=media))
        while ((picture := reader.next()).width, picture.height) != (200, 100):
            pass


def test_a_pushed_screen_that_stands_still_sends_its_picture_once(engine: Engine) -> None:
    screen = engine.open_push(64, 36).screen
    with PreviewClient(wire(engine.open_preview(PreviewRequest(screen=screen, shape=FAST)))) as reader:
        assert reader.next().sequence == 1  # black
        reader.ready()
        reader.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            reader.record()


def test_what_can_not_be_opened_is_refused_and_leaves_nothing(engine: Engine) -> None:
    for request, kind in (
        (PreviewRequest(screen="push:none"), ErrorKind.CAPTURE_UNAVAILABLE),
        (
            PreviewRequest(screen="test", region=Region(x=5000, y=0, width=64, height=64)),
            ErrorKind.CAPTURE_UNAVAILABLE,
        ),
        (PreviewRequest(kind=SessionKind.RECORDER, session_id="b"), ErrorKind.NO_SUCH_SESSION),
    ):
        with pytest.raises(IoniaError) as caught:
            engine.open_preview(request)
        assert caught.value.kind is kind
    assert captures(engine) == []


def test_there_is_an_end_to_forgetting_to_close_them(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(MOST):
        opened = engine.open_preview(TEST)
    with monkeypatch.context() as patch:
        patch.delattr(previews, "View")  # no screen is opened, then refused
        with pytest.raises(IoniaError, match=f"{MOST} previews are open"):
            engine.open_preview(TEST)
    engine.close_preview(opened.preview_id)
    engine.open_preview(TEST)


def test_a_place_that_can_not_be_closed_keeps_no_screen_open(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    close = UnixEndpoint.close

    def fails(endpoint: UnixEndpoint) -> None:
        close(endpoint)
        raise OSError

    monkeypatch.setattr(UnixEndpoint, "close", fails)
    engine.close_preview(engine.open_preview(TEST).preview_id)
    let_go(engine)


def test_all_that_are_stuck_hold_the_end_up_no_longer_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SteppedClock()
    many = Previews(cast(Studio, None), cast(MonotonicClock, clock))

    class Stuck:
        def join(self, timeout: float) -> bool:
            clock.now += round(timeout * NS_PER_S)
            return False

    monkeypatch.setattr(many, "_previews", {str(number): Stuck() for number in range(5)})
    many.join()
    assert clock.now == JOIN_TIMEOUT_S * NS_PER_S


class SteppedClock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 0

    def now_ns(self) -> int:
        """As Clock has it."""
        return self.now


def test_a_session_of_sound_alone_has_no_pictures_and_is_nobody_elses_screen(engine: Engine, tmp_path: Path) -> None:
    media = replace(CARD, picture=False, audio_mode=AudioMode.DESKTOP, desktop_audio="test")
    engine.initialize_recorder("a", RecorderSettings(output_path=str(tmp_path / "a.m4a"), media=media))
    engine.start(SessionKind.RECORDER, "a")
    with pytest.raises(IoniaError) as caught:
        engine.open_preview(PreviewRequest(kind=SessionKind.RECORDER, session_id="a"))
    assert caught.value.kind is ErrorKind.CAPTURE_UNAVAILABLE
    with PreviewClient(wire(engine.open_preview(TEST))) as reader:
        assert index(reader.next()) >= 0


def test_previews_end_with_the_engine() -> None:
    engine = make_engine(lambda _: None)
    with PreviewClient(wire(engine.open_preview(TEST))) as reader:
        reader.next()
        engine.close()
        assert reader.ended()
    with pytest.raises(IoniaError):
        engine.open_preview(TEST)
