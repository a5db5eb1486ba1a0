"""Sessions share at each level what they ask for alike, and only that."""

from dataclasses import replace

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import LevelsMeasured
from ionia.core.live.sender_events import Connected
from ionia.core.media import VIDEO, AudioBlock
from ionia.core.settings import RecorderSettings, SessionKind, StreamerSettings
from ionia.runtime.engine import Engine
from tests.fakes.backends import WAIT_SECONDS, Events, FakeMachine
from tests.fakes.live_stream import eventually
from tests.fakes.media import FakeAudioEncoder, FakeVideoEncoder
from tests.runtime.test_engine import FAST, engine_on, initialize, written

RECORDER, STREAMER = SessionKind.RECORDER, SessionKind.STREAMER
SMALL = replace(FAST, video_bitrate=4_000_000)
LARGE = replace(FAST, video_bitrate=20_000_000)


def record_and_stream(engine: Engine, machine: FakeMachine) -> None:
    engine.initialize_recorder("r", RecorderSettings(output_path="r.mp4", media=LARGE))
    engine.initialize_streamer("s", StreamerSettings(rtmp_url="rtmp://127.0.0.1/live/key", media=SMALL))
    enough = written(machine, 40)
    engine.start(RECORDER, "r")
    engine.start(STREAMER, "s")
    sender = machine.senders.made(1)
    sender.say(Connected())
    sender.wait_sent(20)
    assert enough.wait(WAIT_SECONDS)


def test_two_rates_of_one_screen_are_one_capture_and_two_encodes() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        record_and_stream(engine, machine)
        assert (len(machine.screens), len(machine.videos), len(machine.audios)) == (1, 2, 1)
        assert machine.lives == [False, True]
        engine.stop(RECORDER, "r")
        assert engine.is_running(STREAMER, "s")
        assert machine.videos[0].closed
        assert not machine.screens[0].closed
        assert not machine.videos[1].closed
        engine.stop(STREAMER, "s")
        assert machine.screens[0].closed
        assert machine.videos[1].closed
        assert machine.audios[0].closed


def test_both_encodes_show_the_same_picture_at_the_same_index() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        record_and_stream(engine, machine)
        engine.stop(STREAMER, "s")
        engine.stop(RECORDER, "r")
    large, small = ({video.first + at: picture for at, picture in video.pictures.items()} for video in machine.videos)
    both = sorted(set(large) & set(small))
    assert len(both) > 10
    assert all(large[index] is small[index] for index in both)
    (converter,) = machine.converters  # and each was converted once
    assert len(converter.given) <= len(set(large) | set(small))
    assert converter.closed


def test_equal_settings_are_one_encode_whoever_comes_first() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        engine.initialize_streamer("s", StreamerSettings(rtmp_url="rtmp://127.0.0.1/live/key", media=FAST))
        initialize(engine, "r", FAST)
        assert (len(machine.videos), machine.lives) == (1, [True])


def test_another_gain_shares_the_picture_and_has_a_mix_of_its_own() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "a")
        initialize(engine, "b", replace(FAST, mic_gain=0.5))
        assert (len(machine.screens), len(machine.videos), len(machine.mics), len(machine.audios)) == (1, 1, 1, 2)
        assert mic_peaks(engine, machine, events) == {
            "a": pytest.approx(-4.44, abs=0.1),
            "b": pytest.approx(-12.04, 0.1),
        }


def test_an_output_of_an_encode_that_is_behind_begins_with_what_is_captured_from_its_start_on() -> None:
    def stuck(video: FakeVideoEncoder) -> None:
        video.interval, video.stuck_at = 10_000, 5

    machine = FakeMachine(prepare_video=stuck)
    with engine_on(machine) as (engine, _):
        initialize(engine, "a")
        engine.start(RECORDER, "a")
        feeds, (encoder,) = engine._sessions.require(RECORDER, "a").feeds, machine.videos
        assert feeds is not None
        eventually(lambda: encoder.first is not None, "nothing is encoded")
        assert encoder.first is not None
        until = encoder.first + 10
        eventually(lambda: feeds.index_now > until, "nothing waits")
        initialize(engine, "b", replace(FAST, mic_gain=0.5))  # its sound has an encode of its own
        before = feeds.index_now
        engine.start(RECORDER, "b")
        encoder.freed.set()
        eventually(lambda: any(packet.track == VIDEO for packet in machine.files[1].packets), "nothing is recorded")
        first, second = (encoder.first + index for _, index, keyframe in encoder.calls if keyframe)
        assert first == encoder.first
        assert second >= before


def mic_peaks(engine: Engine, machine: FakeMachine, events: Events) -> dict[str, float]:
    """How loud each session hears a microphone at half of full scale, in dB."""
    engine.subscribe(None, audio_levels=True)
    square = np.full((48_000, 2), 0.5, dtype=np.float32)
    seen = len(events.all)
    machine.mics[0].give(AudioBlock(start_ns=machine.clock.now_ns() + 50_000_000, samples=square))
    peaks: dict[str, float] = {}

    def loud(event: object) -> bool:
        if isinstance(event, LevelsMeasured) and event.mic is not None and event.mic.peak_db > -40:
            peaks[event.session_id] = event.mic.peak_db
        return {"a", "b"} <= set(peaks)

    events.wait_for(lambda event: event in events.all[seen:] and loud(event))
    engine.subscribe(None, audio_levels=False)
    return {key: peaks[key] for key in ("a", "b")}


def test_a_session_that_changes_its_mix_changes_nobody_elses() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "a")
        initialize(engine, "b")
        files = machine.files
        engine.start(RECORDER, "a")
        engine.start(RECORDER, "b")
        assert (len(machine.audios), len(machine.mics)) == (1, 1)
        engine.set_sound(RECORDER, "b", "mic", gain_db=-20.0)
        assert (len(machine.audios), len(machine.mics), len(machine.videos)) == (2, 1, 1)
        heard = mic_peaks(engine, machine, events)
        assert heard["a"] - heard["b"] == pytest.approx(21.58, abs=0.2)
        engine.set_sound(RECORDER, "b", "desktop", muted=True)
        assert len(machine.audios) == 2  # nobody else hears it any more
        states = {state.name: (state.gain_db, state.muted) for state in engine.get_sounds(RECORDER, "b")}
        assert states == {"desktop": (0.0, True), "mic": (-20.0, False)}
        assert {state.name: state.muted for state in engine.get_sounds(RECORDER, "a")} == {
            "desktop": False,
            "mic": False,
        }
        engine.stop(RECORDER, "a")
        engine.stop(RECORDER, "b")
        assert engine.get_sounds(RECORDER, "b") == ()
    for file in files:
        sound = [packet.pts for packet in file.packets if packet.track != VIDEO]
        assert sound == list(range(sound[0], sound[0] + 1024 * len(sound), 1024))


def broken(audio: FakeAudioEncoder) -> None:
    audio.broken = True


def test_a_change_that_can_not_be_encoded_is_an_error_and_costs_no_sound() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, "a")
        initialize(engine, "b")
        files = machine.files
        engine.start(RECORDER, "a")
        engine.start(RECORDER, "b")
        eventually(lambda: all(any(packet.track != VIDEO for packet in file.packets) for file in files), "no sound")
        machine.prepare_audio = broken
        with pytest.raises(IoniaError, match=r"The sound stays as it was.*ValueError"):
            engine.set_sound(RECORDER, "b", "mic", gain_db=-20.0)
        machine.prepare_audio = lambda _: None
        assert machine.audios[1].closed
        assert {state.name: state.gain_db for state in engine.get_sounds(RECORDER, "b")}["mic"] == pytest.approx(1.58)
        engine.set_sound(RECORDER, "b", "mic", gain_db=-20.0)  # which works again
        engine.stop(RECORDER, "a")
        engine.stop(RECORDER, "b")
        assert all(audio.closed for audio in machine.audios)
    for file in files:
        sound = [packet.pts for packet in file.packets if packet.track != VIDEO]
        assert sound == list(range(sound[0], sound[0] + 1024 * len(sound), 1024))


def test_a_sound_that_is_not_there_is_named() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, "a")
        with pytest.raises(IoniaError, match="no sound named 'guitar'") as unknown:
            engine.set_sound(RECORDER, "a", "guitar", muted=True)
        assert unknown.value.kind is ErrorKind.AUDIO_UNAVAILABLE
        assert "'desktop', 'mic'" in unknown.value.hint


def test_what_somebody_changed_is_found_by_nobody_else() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, "a", replace(FAST, mic_gain=0.5))
        engine.set_sound(RECORDER, "a", "mic", gain_db=1.5836, ramp_ms=60_000)  # to 1.2, where others begin
        initialize(engine, "b")
        assert len(machine.audios) == 2
