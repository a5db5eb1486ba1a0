"""Sessions on a machine of fakes: their lives, their figures, and every way they can fail."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import (
    Event,
    LevelsMeasured,
    SessionFailed,
    SessionStateChanged,
    SessionWarned,
    StatsSampled,
)
from ionia.core.media import AUDIO, VIDEO, AudioBlock
from ionia.core.service import DeviceList, ScreenInfo
from ionia.core.settings import AudioMode, MediaSettings, RecorderSettings, SessionKind
from ionia.core.warning import DiskLow
from ionia.runtime.engine import Engine
from ionia.selftest.run import selftests_with
from ionia.threads.clock import MonotonicClock
from tests.fakes.backends import WAIT_SECONDS, Events, FakeMachine
from tests.fakes.media import FakeFile

RECORDER = SessionKind.RECORDER
FAST = MediaSettings(fps=100)
MUTE = MediaSettings(fps=100, audio_mode=AudioMode.NONE)


@contextmanager
def engine_on(machine: FakeMachine) -> Iterator[tuple[Engine, Events]]:
    events = Events()
    engine = Engine(machine.backends(), machine.clock, events, selftest=selftests_with(None))
    try:
        yield engine, events
    finally:
        engine.close()
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith("ionia")]
    assert left == []


def written(machine: FakeMachine, count: int) -> threading.Event:
    """Set once the newest file has `count` packets."""
    reached = threading.Event()
    file = machine.files[-1]
    file.on_write = lambda: reached.set() if len(file.packets) >= count else None
    return reached


def initialize(engine: Engine, session: str = "a", settings: MediaSettings = FAST) -> None:
    engine.initialize_recorder(session, RecorderSettings(output_path=f"{session}.mp4", media=settings))


def states(events: Events, session: str = "a") -> list[str]:
    return [e.state for e in events.all if isinstance(e, SessionStateChanged) and e.session_id == session]


def warned(code: str) -> "type[object]":
    return lambda event: isinstance(event, SessionWarned) and event.code == code  # type: ignore[return-value]


def failed(event: Event) -> bool:
    return isinstance(event, SessionFailed)


def assert_set(event: threading.Event) -> None:
    assert event.wait(WAIT_SECONDS)


def recorded_for(engine: Engine, seconds: float) -> None:
    pause = threading.Event()
    while engine.stats(RECORDER, "a").duration_seconds < seconds:
        pause.wait(0.005)


def test_a_recording_from_initialize_to_dispose() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine)
        assert engine.codec_name(RECORDER, "a") == "fake264"
        assert not engine.is_running(RECORDER, "a")
        enough = written(machine, 40)
        assert engine.start(RECORDER, "a") is True
        assert engine.start(RECORDER, "a") is False
        assert enough.wait(WAIT_SECONDS)
        assert engine.is_running(RECORDER, "a")
        assert engine.pts_seconds(RECORDER, "a") > 0
        assert engine.stop(RECORDER, "a") is True
        assert engine.stop(RECORDER, "a") is True
        stats = engine.stats(RECORDER, "a")
        engine.dispose(RECORDER, "a")
        with pytest.raises(IoniaError) as caught:
            engine.stats(RECORDER, "a")
    assert caught.value.kind is ErrorKind.NO_SUCH_SESSION
    assert states(events) == ["initialized", "starting", "running", "stopping", "stopped", "disposed"]
    file = machine.files[0]
    video = [packet.pts for packet in file.packets if packet.track == VIDEO]
    audio = [packet.pts for packet in file.packets if packet.track == AUDIO]
    assert video == list(range(video[0], video[0] + len(video)))
    assert audio == list(range(audio[0], audio[0] + 1024 * len(audio), 1024))
    assert -2048 < audio[0] - video[0] * 480 <= -1024  # what a decoder needs before the first picture, and no more
    assert abs((video[-1] + 1) / 100 - (audio[-1] + 1024) / 48000) <= 0.011
    assert stats.video_frames_captured == stats.video_packets_muxed == stats.video_packets_encoded == len(video)
    assert stats.audio_packets_muxed == len(audio)
    assert stats.duration_seconds == pytest.approx(len(video) / 100)
    assert stats.state == "stopped"
    assert stats.total_bytes == sum(len(packet.data) for packet in file.packets)
    assert machine.screens[0].closed
    assert machine.desktops[0].closed
    assert machine.mics[0].closed
    assert machine.videos[0].closed
    assert machine.audios[0].closed
    assert file.closed.is_set()


class AgedClock(MonotonicClock):
    """A clock that can be put forward, for an engine that has run for long."""

    ahead_ns = 0

    def now_ns(self) -> int:
        return super().now_ns() + self.ahead_ns


@pytest.mark.parametrize("settings", [MUTE, FAST])
def test_a_take_that_is_stopped_at_once_has_a_picture_however_old_the_engine_is(settings: MediaSettings) -> None:
    clock = AgedClock()
    machine = FakeMachine(clock=clock)
    with engine_on(machine) as (engine, _):
        clock.ahead_ns = 3_600_000_000_000
        initialize(engine, settings=settings)
        engine.start(RECORDER, "a")
        begun = engine.stats(RECORDER, "a")
        assert engine.stop(RECORDER, "a") is True
        stats = engine.stats(RECORDER, "a")
    assert begun.duration_seconds < 600  # and not the engine's hour
    video = [packet for packet in machine.files[0].packets if packet.track == VIDEO]
    assert len(video) == stats.video_frames_captured >= 1
    assert video[0].keyframe
    assert stats.duration_seconds == pytest.approx(len(video) / 100)


def test_what_was_initialized_and_never_started_is_freed() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine)
        engine.dispose(RECORDER, "a")
        assert (machine.screens[0].closed, machine.desktops[0].closed, machine.mics[0].closed) == (True, True, True)
        assert (machine.videos[0].closed, machine.audios[0].closed) == (True, True)
        assert machine.files[0].closed.is_set()


def test_unknown_sessions_answer_as_the_contract_says() -> None:
    with engine_on(FakeMachine()) as (engine, _):
        assert engine.is_running(RECORDER, "x") is False
        assert engine.codec_name(RECORDER, "x") == "none"
        assert engine.pts_seconds(RECORDER, "x") == 0.0
        assert engine.stop(RECORDER, "x") is True
        assert engine.is_connected("x") is False
        assert engine.is_backpressure("x") is False
        with pytest.raises(IoniaError) as start:
            engine.start(RECORDER, "x")
        with pytest.raises(IoniaError) as dispose:
            engine.dispose(RECORDER, "x")
    assert start.value.kind is ErrorKind.NOT_INITIALIZED
    assert dispose.value.kind is ErrorKind.NO_SUCH_SESSION


def test_initializing_again_is_refused_while_running_and_frees_the_first_otherwise() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine)
        initialize(engine, settings=MediaSettings(fps=50))
        assert machine.screens[0].closed
        engine.start(RECORDER, "a")
        with pytest.raises(IoniaError) as caught:
            initialize(engine)
        assert caught.value.kind is ErrorKind.ALREADY_RUNNING
        engine.stop(RECORDER, "a")
        with pytest.raises(IoniaError) as stopped:
            engine.start(RECORDER, "a")
        assert stopped.value.kind is ErrorKind.NOT_INITIALIZED
        initialize(engine)
        assert engine.start(RECORDER, "a") is True


def test_a_full_disk_ends_the_session_and_not_the_engine() -> None:
    def fill(file: FakeFile) -> None:
        if file.path == "a.mp4":
            file.break_after = (10, IoniaError(ErrorKind.OUTPUT_FAILED, "The disk is full."))

    machine = FakeMachine(prepare_file=fill)
    with engine_on(machine) as (engine, events):
        initialize(engine, "a")
        initialize(engine, "b")
        engine.start(RECORDER, "a")
        engine.start(RECORDER, "b")
        event = events.wait_for(failed)
        assert isinstance(event, SessionFailed)
        assert (event.session_id, event.kind) == ("a", ErrorKind.OUTPUT_FAILED)
        events.wait_for(lambda e: isinstance(e, SessionStateChanged) and e.state == "failed")
        assert not engine.is_running(RECORDER, "a")
        assert engine.is_running(RECORDER, "b")
        assert engine.stop(RECORDER, "a") is True
        assert engine.stats(RECORDER, "a").state == "failed"
        assert machine.files[0].closed.is_set()
        initialize(engine, "a")
        engine.stop(RECORDER, "b")


def test_a_start_for_which_there_is_no_thread_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "ionia-file-sink":
            raise RuntimeError("can't start new thread")
        start(thread)

    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine)
        with monkeypatch.context() as context:
            context.setattr(threading.Thread, "start", refuse)
            with pytest.raises(RuntimeError):
                engine.start(RECORDER, "a")
        assert states(events)[-1] == "failed"
        initialize(engine)
        assert engine.start(RECORDER, "a") is True
        engine.stop(RECORDER, "a")


def test_a_failed_session_that_waits_for_its_disk_holds_up_no_other() -> None:
    disk = threading.Event()

    def fill(file: FakeFile) -> None:
        file.break_after = (10, IoniaError(ErrorKind.OUTPUT_FAILED, "The disk is full."))
        if file.path == "a.mp4":
            file.on_close = lambda: assert_set(disk)

    machine = FakeMachine(prepare_file=fill)
    with engine_on(machine) as (engine, events):
        initialize(engine, "a")
        initialize(engine, "b")
        engine.start(RECORDER, "a")
        events.wait_for(lambda e: isinstance(e, SessionStateChanged) and e.state == "stopping")
        engine.start(RECORDER, "b")
        events.wait_for(lambda e: isinstance(e, SessionStateChanged) and (e.session_id, e.state) == ("b", "failed"))
        assert states(events, "a")[-1] == "stopping"
        disk.set()
        events.wait_for(lambda e: isinstance(e, SessionStateChanged) and (e.session_id, e.state) == ("a", "failed"))


def test_a_session_whose_figures_fail_leaves_the_others_theirs() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        for session_id in ("a", "b"):
            initialize(engine, session_id)
            engine.start(RECORDER, session_id)
        broken = engine._sessions.require(RECORDER, "a")
        broken.stats = lambda: 1 / 0  # type: ignore[method-assign, assignment, return-value]
        engine.subscribe(20, audio_levels=False)
        events.wait_for(warned("monitor_failed"))
        events.wait_for(lambda e: isinstance(e, StatsSampled) and e.session_id == "b")
        del broken.stats
        events.wait_for(lambda e: isinstance(e, StatsSampled) and e.session_id == "a")


def test_stats_and_levels_come_when_asked_for() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        engine.subscribe(20, audio_levels=True)
        initialize(engine)
        engine.start(RECORDER, "a")
        events.wait_for(lambda e: isinstance(e, StatsSampled) and e.stats.state == "running")
        levels = events.wait_for(lambda e: isinstance(e, LevelsMeasured) and e.desktop is not None)
        assert isinstance(levels, LevelsMeasured)
        assert levels.desktop is not None
        assert levels.desktop.peak_db == -120.0
        engine.subscribe(None, audio_levels=False)
        engine.stop(RECORDER, "a")


def test_meters_run_before_the_start() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        engine.subscribe(None, audio_levels=True)
        initialize(engine)
        square = np.full((480, 2), 0.5, dtype=np.float32)
        machine.desktops[0].give(AudioBlock(start_ns=machine.clock.now_ns(), samples=square))
        levels = events.wait_for(
            lambda e: isinstance(e, LevelsMeasured) and e.desktop is not None and e.desktop.peak_db > -7.0
        )
        assert isinstance(levels, LevelsMeasured)
        assert levels.mic is not None
        assert levels.mic.peak_db == -120.0
        # What was heard once is not shown for ever.
        shown = events.all.index(levels)
        events.wait_for(
            lambda e: isinstance(e, LevelsMeasured) and e.desktop == levels.mic and e in events.all[shown + 1 :]
        )


def test_a_disk_that_fills_up_is_told_in_time() -> None:
    machine = FakeMachine(free=60 * 700_000)
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")
        event = events.wait_for(warned("disk_low"))
        assert isinstance(event, SessionWarned)
        assert isinstance(event.data, DiskLow)
        assert 0.5 < event.data.minutes_left < 2
        engine.stop(RECORDER, "a")


def test_closing_the_engine_finishes_what_runs() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "a")
        initialize(engine, "b", MUTE)
        engine.start(RECORDER, "a")
        engine.start(RECORDER, "b")
        engine.close()
        assert all(file.closed.is_set() for file in machine.files)
        with pytest.raises(IoniaError, match="shutting down"):
            initialize(engine, "c")
    assert states(events, "a")[-1] == states(events, "b")[-1] == "disposed"


def test_a_driver_that_fails_hides_no_devices_of_another_kind() -> None:
    there = ScreenInfo(id="x", name="X", width=2, height=2, x=0, y=0, primary=True, backend="fake")
    machine = FakeMachine()
    gone = Mock(side_effect=OSError("no service"))
    backends = replace(machine.backends(), list_screens=lambda: (there,), list_microphones=gone, list_windows=gone)
    engine = Engine(backends, machine.clock, Events(), selftest=selftests_with(None))
    assert engine.devices() == DeviceList(
        screens=(there,), windows=(), desktop_audio=(), microphones=(), applications=(), encoders=()
    )
    engine.close()
