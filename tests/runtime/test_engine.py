"""Sessions on a machine of fakes: their lives, their figures, and every way they can fail."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.events import (
    Event,
    LevelsMeasured,
    SessionFailed,
    SessionStateChanged,
    SessionWarned,
    StatsSampled,
)
from ionia.core.media import AUDIO, SAMPLE_RATE, VIDEO, AudioBlock
from ionia.core.settings import AudioMode, MediaSettings, RecorderSettings, SessionKind
from ionia.core.warning import DiskLow, SoundLost
from ionia.runtime.encode.video_encode import VideoEncode
from ionia.runtime.engine import Engine
from ionia.runtime.session import ending
from ionia.selftest.run import selftests_with
from ionia.threads.clock import MonotonicClock
from tests.fakes.backends import WAIT_SECONDS, Events, FakeMachine
from tests.fakes.media import FakeAudioEncoder, FakeFile, FakeScreen, FakeSound, FakeVideoEncoder

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


def stuck_at_20(encoder: FakeVideoEncoder) -> None:
    encoder.stuck_at = 20


def recorded_for(engine: Engine, seconds: float) -> None:
    pause = threading.Event()
    while engine.stats(RECORDER, "a").duration_seconds < seconds:
        pause.wait(0.005)


def test_a_stop_does_not_wait_for_an_encoder_for_ever_and_takes_all_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "PATIENCE_S", 0.02)
    monkeypatch.setattr(ending, "DRAIN_TIMEOUT_S", 0.02)
    machine = FakeMachine(prepare_video=stuck_at_20)
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.6)
        stopping = threading.Thread(target=engine.stop, args=(RECORDER, "a"))
        stopping.start()
        events.wait_for(warned("encoder_behind"))
        machine.videos[0].freed.set()
        stopping.join(WAIT_SECONDS)
        seconds = engine.stats(RECORDER, "a").duration_seconds
    packets = machine.files[0].packets
    video = [packet.pts for packet in packets if packet.track == VIDEO]
    assert video == list(range(video[0], video[0] + 20))
    end = max(packet.pts + packet.duration for packet in packets if packet.track == AUDIO) - video[0] * 480
    assert end / SAMPLE_RATE > 0.5  # what the audio encoder had given by then
    assert end / SAMPLE_RATE < seconds + 0.03


def test_what_no_encoder_had_time_for_is_counted_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "PATIENCE_S", 0.02)
    monkeypatch.setattr(ending, "DRAIN_TIMEOUT_S", 0.02)
    monkeypatch.setattr(FakeAudioEncoder, "encode", lambda *_: [])
    machine = FakeMachine(prepare_video=stuck_at_20)
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.6)
        stopping = threading.Thread(target=engine.stop, args=(RECORDER, "a"))
        stopping.start()
        sound = events.wait_for(warned("audio_lost"))
        machine.videos[0].freed.set()
        stopping.join(WAIT_SECONDS)
        stats = engine.stats(RECORDER, "a")
        events.wait_for(warned("encoder_behind"))
    assert isinstance(sound, SessionWarned)
    assert isinstance(sound.data, SoundLost)
    assert sound.data.samples == stats.audio_samples_lost == round(stats.duration_seconds * SAMPLE_RATE)
    missing = stats.video_frames_captured - 20
    assert stats.video_frames_skipped >= missing
    assert f"({missing / 100:.1f} s)" in next(
        event.message for event in events.all if isinstance(event, SessionWarned) and event.code == "encoder_behind"
    )


def test_an_encoder_that_is_behind_is_spared_what_repeats() -> None:
    def slow(encoder: FakeVideoEncoder) -> None:
        encoder.stuck_at, encoder.holds = 20, True

    machine = FakeMachine(prepare_video=slow)
    with engine_on(machine) as (engine, _):
        initialize(engine, settings=MUTE)
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.8)
        machine.videos[0].freed.set()
        engine.stop(RECORDER, "a")
    shown = [packet.pts for packet in machine.files[0].packets]
    assert shown == list(range(shown[0], shown[0] + len(shown)))
    assert {what for what, index, _ in machine.videos[0].calls if 30 <= index < 50} <= {"new", "hold"}
    assert "hold" in {what for what, _, _ in machine.videos[0].calls}


def test_a_stop_gives_up_repeats_for_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "PATIENCE_S", 0.02)
    machine = FakeMachine(prepare_video=stuck_at_20)
    hurry = VideoEncode.hurry

    def hurry_and_free(encode: VideoEncode, end_index: int) -> None:
        hurry(encode, end_index)
        machine.videos[0].freed.set()

    monkeypatch.setattr(VideoEncode, "hurry", hurry_and_free)
    with engine_on(machine) as (engine, events):
        initialize(engine, settings=MUTE)
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.6)
        engine.stop(RECORDER, "a")
        stats = engine.stats(RECORDER, "a")
        assert not [event for event in events.all if warned("encoder_behind")(event)]  # type: ignore[call-arg]
    shown = [packet.pts for packet in machine.files[0].packets]
    assert len(shown) < 60 <= round(stats.duration_seconds * 100) == shown[-1] + 1 - shown[0]
    assert ("repeat", shown[-1] - shown[0], False) in machine.videos[0].calls


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
    assert begun.duration_seconds < 1.0
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


def test_equal_settings_share_one_encode_and_each_file_begins_with_a_keyframe() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, "a")
        initialize(engine, "b")
        initialize(engine, "c", MediaSettings(fps=60))
        assert (len(machine.screens), len(machine.videos)) == (2, 2)
        first = machine.files[0]
        begun = threading.Event()
        first.on_write = lambda: begun.set() if len(first.packets) > 20 else None
        engine.start(RECORDER, "a")
        assert begun.wait(WAIT_SECONDS)
        late = machine.files[1]
        caught_up = threading.Event()
        late.on_write = lambda: caught_up.set() if len(late.packets) > 10 else None
        engine.start(RECORDER, "b")
        assert caught_up.wait(WAIT_SECONDS)
        engine.stop(RECORDER, "a")
        assert engine.is_running(RECORDER, "b")
        assert not machine.screens[0].closed
        engine.stop(RECORDER, "b")
        assert machine.screens[0].closed
        stats = engine.stats(RECORDER, "b")
    video = [packet for packet in late.packets if packet.track == VIDEO]
    assert video[0].keyframe
    assert [packet.pts for packet in video] == list(range(len(video)))
    assert stats.video_frames_captured == len(video)


def test_video_alone_has_no_sound_anywhere() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, settings=MUTE)
        enough = written(machine, 5)
        engine.start(RECORDER, "a")
        assert enough.wait(WAIT_SECONDS)
        engine.stop(RECORDER, "a")
    assert machine.desktops == machine.mics == machine.audios == []
    assert {packet.track for packet in machine.files[0].packets} == {VIDEO}


def test_a_screen_that_does_not_open_is_an_error_and_everything_is_freed() -> None:
    def refuse(screen: FakeScreen) -> None:
        screen.refuse = IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "There is no screen.")

    machine = FakeMachine(prepare_screen=refuse)
    with engine_on(machine) as (engine, events):
        with pytest.raises(IoniaError, match="There is no screen"):
            initialize(engine)
        assert engine.codec_name(RECORDER, "a") == "none"
        assert events.all == []
    assert machine.desktops[0].closed


def test_a_path_that_is_refused_opens_no_device() -> None:
    def refuse(file: FakeFile) -> None:
        raise IoniaError(ErrorKind.OUTPUT_FAILED, "No such folder.")

    machine = FakeMachine(prepare_file=refuse)
    with engine_on(machine) as (engine, _), pytest.raises(IoniaError, match="No such folder"):
        initialize(engine)
    assert machine.screens == []


def test_a_device_asked_for_by_id_must_exist_and_a_default_one_need_not() -> None:
    def refuse(sound: FakeSound) -> None:
        sound.refuse = IoniaError(ErrorKind.AUDIO_UNAVAILABLE, "No such device.")

    machine = FakeMachine(prepare_sound=refuse)
    with engine_on(machine) as (engine, events):
        with pytest.raises(IoniaError, match="No such device"):
            initialize(engine, settings=MediaSettings(fps=100, microphone="gone"))
        initialize(engine)
        events.wait_for(warned("desktop_audio_unavailable"))
        events.wait_for(warned("mic_audio_unavailable"))
        enough = written(machine, 30)
        engine.start(RECORDER, "a")
        assert enough.wait(WAIT_SECONDS)
        engine.stop(RECORDER, "a")
        assert int(engine.stats(RECORDER, "a").audio_silence_samples or 0) > 0


def test_a_default_device_that_appears_later_is_taken() -> None:
    def refuse(sound: FakeSound) -> None:
        sound.refuse = IoniaError(ErrorKind.AUDIO_UNAVAILABLE, "None yet.")

    machine = FakeMachine(prepare_sound=refuse)
    with engine_on(machine) as (engine, events):
        initialize(engine, settings=MediaSettings(fps=100, audio_mode=AudioMode.MIC))
        engine.start(RECORDER, "a")
        machine.mics[0].refuse = None
        events.wait_for(warned("audio_device_changed"))
        engine.stop(RECORDER, "a")


def test_a_fallback_is_told_to_the_session_that_comes_late_too() -> None:
    machine = FakeMachine(fallbacks=("nvenc: no such driver",))
    with engine_on(machine) as (engine, events):
        initialize(engine, "a")
        initialize(engine, "b")
        for session in ("a", "b"):
            event = events.wait_for(
                lambda e, s=session: isinstance(e, SessionWarned) and (e.session_id, e.code) == (s, "encoder_fallback")
            )
            assert isinstance(event, SessionWarned)
            assert "nvenc: no such driver" in event.message


def test_a_lost_screen_is_told_and_found_again() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, settings=MUTE)
        engine.start(RECORDER, "a")
        machine.screens[0].lose = SourceLost("display_lost", "The display is gone.")
        events.wait_for(warned("display_lost"))
        events.wait_for(warned("capture_recovered"))
        opens = machine.screens[0].opens
        enough = written(machine, len(machine.files[0].packets) + 10)
        assert enough.wait(WAIT_SECONDS)
        engine.stop(RECORDER, "a")
    assert opens == 2
    video = [packet.pts for packet in machine.files[0].packets]
    assert video == list(range(video[0], video[0] + len(video)))


def test_a_lost_sound_device_is_told_and_found_again() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")
        machine.desktops[0].give(SourceLost("sound_server_lost", "The sound server is gone."))
        events.wait_for(warned("sound_server_lost"))
        events.wait_for(warned("audio_device_changed"))
        machine.mics[0].give(SourceLost("default_device_changed", "Another default.", retry_at_once=True))
        events.wait_for(lambda e: isinstance(e, SessionWarned) and "microphone now comes" in e.message)
        engine.stop(RECORDER, "a")
    codes = [e.code for e in events.all if isinstance(e, SessionWarned)]
    assert codes == ["sound_server_lost", "audio_device_changed", "audio_device_changed"]


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
        broken = engine._sessions[RECORDER, "a"]
        broken.stats = lambda: 1 / 0  # type: ignore[method-assign, assignment, return-value]
        engine.subscribe(20, audio_levels=False)
        events.wait_for(warned("monitor_failed"))
        events.wait_for(lambda e: isinstance(e, StatsSampled) and e.session_id == "b")
        del broken.stats
        events.wait_for(lambda e: isinstance(e, StatsSampled) and e.session_id == "a")


def test_an_encoder_that_breaks_fails_every_session_and_keeps_every_file() -> None:
    def breaks(video: FakeVideoEncoder) -> None:
        video.fail_at = 5

    machine = FakeMachine(prepare_video=breaks)
    with engine_on(machine) as (engine, events):
        initialize(engine, "a", MUTE)
        engine.start(RECORDER, "a")
        event = events.wait_for(failed)
        assert isinstance(event, SessionFailed)
        assert event.kind is ErrorKind.INTERNAL
        events.wait_for(lambda e: isinstance(e, SessionStateChanged) and e.state == "failed")
        video = [packet.pts for packet in machine.files[0].packets]
        assert video == list(range(video[0], video[0] + 5))
        assert machine.files[0].closed.is_set()


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


def test_a_lost_encoder_is_told_and_its_successor_named() -> None:
    def lose(encoder: FakeVideoEncoder) -> None:
        encoder.lost_at = 5

    machine = FakeMachine(prepare_video=lose)
    with engine_on(machine) as (engine, events):
        initialize(engine, settings=MUTE)
        assert engine.codec_name(RECORDER, "a") == "fake264"
        engine.start(RECORDER, "a")
        event = events.wait_for(warned("encoder_lost"))
        assert isinstance(event, SessionWarned)
        assert event.message == "The graphics card's encoder failed; other264 goes on."
        assert engine.codec_name(RECORDER, "a") == "other264"
        assert engine.stats(RECORDER, "a").codec == "other264"
        engine.stop(RECORDER, "a")
        assert engine.codec_name(RECORDER, "a") == "other264"
        assert engine.stats(RECORDER, "a").codec == "other264"
