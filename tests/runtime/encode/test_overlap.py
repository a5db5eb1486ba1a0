"""Where pictures are many and large, one is converted while the one before is encoded."""

import threading

import pytest

from ionia.core.media import Picture, PictureFormat, PixelFormat, YuvPicture
from ionia.core.video.framing import WHOLE, Framing
from ionia.core.video.pacer import VideoPacer
from ionia.runtime.capture.capture import Capture
from tests.fakes.backends import WAIT_SECONDS, FakeMachine
from tests.fakes.live_stream import eventually
from tests.fakes.media import FakeConverter, FakeScreen, FakeVideoEncoder
from tests.runtime.test_engine import MUTE, RECORDER, engine_on, initialize

LARGE = PictureFormat(width=3840, height=2160, pixels=PixelFormat.YUV420P)


def large(encoder: FakeVideoEncoder) -> None:
    encoder.takes = LARGE


def test_a_picture_is_converted_while_the_one_before_is_encoded() -> None:
    """Both stages meet at a barrier for each picture: one after the other they would wait for ever."""
    both = threading.Barrier(2)
    meetings: list[int] = []

    def slow_converter(converter: FakeConverter) -> None:
        convert = converter.convert

        def after_meeting(pixels: Picture, framing: Framing = WHOLE) -> YuvPicture:
            if converter.given and len(meetings) < 20:  # the first has nothing to meet
                both.wait(WAIT_SECONDS)
            return convert(pixels, framing)

        converter.convert = after_meeting  # type: ignore[method-assign]

    def slow_encoder(encoder: FakeVideoEncoder) -> None:
        encoder.takes = LARGE
        encode = encoder.encode

        def after_meeting(picture: YuvPicture, index: int, *, keyframe: bool = False) -> list:  # type: ignore[type-arg]
            if len(meetings) < 20:
                both.wait(WAIT_SECONDS)
                meetings.append(index)
            return encode(picture, index, keyframe=keyframe)

        encoder.encode = after_meeting  # type: ignore[method-assign]

    machine = FakeMachine(cores=16, prepare_converter=slow_converter, prepare_video=slow_encoder)
    with engine_on(machine) as (engine, _):
        initialize(engine, settings=MUTE)
        engine.start(RECORDER, "a")
        eventually(lambda: len(meetings) >= 20, "they never meet")
        engine.stop(RECORDER, "a")
        stats = engine.stats(RECORDER, "a")
    assert machine.converters[0].threads == 4
    shown = [packet.pts for packet in machine.files[0].packets]
    assert shown == list(range(shown[0], shown[0] + len(shown)))  # in order, none double
    assert stats.convert_ms.p99 >= 0
    pictures = list(machine.videos[0].pictures.values())
    assert len(pictures) == len(set(map(id, pictures)))


@pytest.mark.parametrize("cores", [1, 2])
def test_only_where_there_are_cores_for_it(cores: int) -> None:
    machine = FakeMachine(cores=cores, prepare_video=large)
    with engine_on(machine) as (engine, _):
        initialize(engine, settings=MUTE)
        engine.start(RECORDER, "a")
        names = {thread.name for thread in threading.enumerate()}
        engine.stop(RECORDER, "a")
    assert ("ionia-picture-convert" in names) == (cores > 1)


def test_nothing_is_converted_ahead_for_an_encode_that_rests() -> None:
    machine = FakeMachine(cores=16, prepare_video=large)
    with engine_on(machine) as (engine, _):
        initialize(engine, settings=MUTE)
        engine.start(RECORDER, "a")
        eventually(lambda: len(machine.videos[0].pictures) > 5, "nothing is encoded")
        engine.pause("a")
        eventually(lambda: engine.stats(RECORDER, "a").state == "paused", "it is not paused")
        frames = engine.stats(RECORDER, "a").video_frames_captured
        grabs = machine.screens[0].grabs
        eventually(lambda: machine.screens[0].grabs > grabs + 5, "no picture is taken")
        before = len(machine.converters[0].given)
        grabs = machine.screens[0].grabs
        eventually(lambda: machine.screens[0].grabs > grabs + 20, "no picture is taken")
        assert len(machine.converters[0].given) <= before + 1
        assert engine.stats(RECORDER, "a").video_frames_captured == frames
        engine.resume("a")
        eventually(lambda: len(machine.converters[0].given) > before + 5, "it does not go on")
        engine.stop(RECORDER, "a")


def test_pictures_that_no_converter_had_time_for_are_told_as_skipped() -> None:
    freed = threading.Event()

    def stuck_converter(converter: FakeConverter) -> None:
        convert = converter.convert

        def stuck(pixels: Picture, framing: Framing = WHOLE) -> YuvPicture:
            if len(converter.given) == 10:
                freed.wait(WAIT_SECONDS)
            return convert(pixels, framing)

        converter.convert = stuck  # type: ignore[method-assign]

    machine = FakeMachine(prepare_converter=stuck_converter)
    with engine_on(machine) as (engine, _):
        initialize(engine, settings=MUTE)
        engine.start(RECORDER, "a")
        eventually(lambda: engine.stats(RECORDER, "a").video_frames_skipped > 5, "none is skipped")
        freed.set()
        engine.stop(RECORDER, "a")


def test_a_picture_that_comes_too_late_is_told_as_missed() -> None:
    freed = threading.Event()

    def stuck(screen: FakeScreen) -> None:
        grab = screen.grab

        def stuck_once():  # type: ignore[no-untyped-def]
            if screen.grabs == 10:
                freed.wait(WAIT_SECONDS)
            return grab()

        screen.grab = stuck_once  # type: ignore[method-assign]

    machine = FakeMachine(prepare_screen=stuck)
    with engine_on(machine) as (engine, _):
        initialize(engine, settings=MUTE)
        engine.start(RECORDER, "a")
        eventually(lambda: engine.stats(RECORDER, "a").video_frames_missed >= 10, "nothing is missed")
        freed.set()
        engine.stop(RECORDER, "a")
        stats = engine.stats(RECORDER, "a")
    assert stats.video_frames_missed >= 10
    assert stats.video_frames_missed + stats.video_frames_lagged <= stats.video_frames_duplicated
    assert stats.video_frames_unique + stats.video_frames_duplicated == stats.video_frames_captured


def test_a_tick_that_comes_late_is_told_as_lagged(monkeypatch: pytest.MonkeyPatch) -> None:
    tick, slept = Capture._tick, threading.Event()

    def late_once(capture: Capture, pacer: VideoPacer, now_ns: int) -> int:
        if not slept.is_set() and capture.snapshot().unique > 10:
            begun = capture.index_now
            eventually(lambda: capture.index_now >= begun + 20, "the clock stands still")
            slept.set()
            now_ns = capture.clock.now_ns()
        return tick(capture, pacer, now_ns)

    monkeypatch.setattr(Capture, "_tick", late_once)
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, settings=MUTE)
        engine.start(RECORDER, "a")
        eventually(lambda: engine.stats(RECORDER, "a").video_frames_lagged >= 19, "nothing lags")
        engine.stop(RECORDER, "a")
