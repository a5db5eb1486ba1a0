"""An encoder that is slow, stuck, lost or broken: what its sessions lose, and what they say of it."""

import threading

import pytest

from ionia.core.errors import ErrorKind
from ionia.core.events import (
    SessionFailed,
    SessionStateChanged,
    SessionWarned,
)
from ionia.core.media import AUDIO, SAMPLE_RATE, VIDEO
from ionia.core.video.stage_times import NONE
from ionia.core.warning import SoundLost, WarningCode
from ionia.runtime.encode import video_encode
from ionia.runtime.encode.video_encode import VideoEncode
from ionia.runtime.session import ending
from tests.fakes.backends import WAIT_SECONDS, FakeMachine
from tests.fakes.media import FakeAudioEncoder, FakeVideoEncoder
from tests.runtime.test_engine import (
    MUTE,
    RECORDER,
    engine_on,
    failed,
    initialize,
    recorded_for,
    warned,
)


def stuck_at_20(encoder: FakeVideoEncoder) -> None:
    encoder.stuck_at = 20


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


def test_a_lost_encoder_is_told_and_its_successor_named() -> None:
    def lose(encoder: FakeVideoEncoder) -> None:
        encoder.silent_from, encoder.lost_at = 3, 5

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
        stats = engine.stats(RECORDER, "a")
        assert stats.codec == "other264"
    # What it was silent about before it was lost is counted.
    assert 2 <= stats.video_frames_captured - len(machine.files[0].packets) <= stats.video_frames_skipped


def test_what_a_card_never_gave_is_counted_where_the_same_encoder_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(encoder: FakeVideoEncoder) -> None:
        encoder.silent_from, encoder.lost_at, encoder.successor = 3, 5, encoder.codec

    told: list[FakeVideoEncoder] = []

    def left(encoder: FakeVideoEncoder) -> tuple[WarningCode, str] | None:
        if not encoder.lost or told:
            return None
        told.append(encoder)
        return WarningCode.GPU_FALLBACK, "Pictures are read back."

    monkeypatch.setattr(video_encode, "told_now", left)
    machine = FakeMachine(prepare_video=leave)
    with engine_on(machine) as (engine, events):
        initialize(engine, settings=MUTE)
        engine.start(RECORDER, "a")
        events.wait_for(warned("gpu_fallback"))
        engine.stop(RECORDER, "a")
        stats = engine.stats(RECORDER, "a")
    assert 2 <= stats.video_frames_captured - len(machine.files[0].packets) <= stats.video_frames_skipped


def test_each_stage_of_a_picture_is_timed_and_what_waits_is_counted() -> None:
    machine = FakeMachine(prepare_video=stuck_at_20)
    with engine_on(machine) as (engine, _):
        initialize(engine, settings=MUTE)
        before = engine.stats(RECORDER, "a")
        assert before.encode_ms == before.convert_ms == NONE
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.8)
        during = engine.stats(RECORDER, "a")
        machine.videos[0].freed.set()
        engine.stop(RECORDER, "a")
        after = engine.stats(RECORDER, "a")
    assert 0 < during.pictures_waiting <= 8
    for figures in (after.capture_ms, after.convert_ms, after.encode_ms):
        assert 0 <= figures.p50 <= figures.p99
    assert after.encode_ms.p99 > 0  # it was stuck in one of them
