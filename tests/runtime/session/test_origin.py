"""A recording that begins in the past, on a machine of fakes: packet for packet, or refused in words."""

import threading

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import FileChanged, SessionWarned
from ionia.core.media import AUDIO, VIDEO, EncodedPacket
from ionia.core.settings import AudioMode, MediaSettings, Preroll, RecorderSettings, ReplaySettings, SessionKind
from ionia.core.stats import of_recorder
from ionia.core.warning import PrerollShort
from ionia.runtime.backends import NoCorrections
from ionia.runtime.engine import Engine
from ionia.runtime.session.origin import _difference
from tests.fakes.backends import WAIT_SECONDS, FakeMachine
from tests.fakes.media import FakeFile, FakeVideoEncoder, access_unit, video_packet
from tests.runtime.session.test_pause import keyframes, pictures
from tests.runtime.session.test_replay_output import MEDIA, REPLAY, begin, held_for, save, stats_of
from tests.runtime.test_engine import engine_on, initialize, recorded_for, states, warned

RECORDER = SessionKind.RECORDER


def numbered(encoder: FakeVideoEncoder) -> None:
    """Each picture is its index."""
    encode = encoder._encode

    def with_index(what: str, index: int, keyframe: bool) -> list[EncodedPacket]:
        (packet,) = encode(what, index, keyframe)
        return [video_packet(index, keyframe=packet.keyframe, data=access_unit(str(index).encode()))]

    encoder._encode = with_index  # type: ignore[method-assign]


def shown(file: FakeFile) -> list[int]:
    """What the encoder called the pictures."""
    return [int(packet.data[5:]) for packet in file.packets if packet.track == VIDEO]


def sounds(file: FakeFile) -> list[int]:
    return [packet.pts for packet in file.packets if packet.track == AUDIO]


@pytest.mark.parametrize("media", [MEDIA, MediaSettings(fps=100, audio_mode=AudioMode.NONE)])
def test_a_recording_begins_in_the_past_without_a_seam(media: MediaSettings) -> None:
    machine = FakeMachine(prepare_video=numbered)
    with engine_on(machine) as (engine, events):
        begin(engine, media=media)
        initialize(engine, settings=media)
        if media is not MEDIA:
            engine._sessions.require(REPLAY, "r").feeds.request_keyframe()  # type: ignore[union-attr]
        held_for(engine, 0.5)
        before = engine._sessions.require(REPLAY, "r").feeds.index_now  # type: ignore[union-attr]
        assert engine.start(RECORDER, "a", Preroll(replay_id="r", seconds=0.25))
        at_start = of_recorder(engine.stats(RECORDER, "a"))
        save(engine)
        recorded_for(engine, at_start.duration_seconds + 0.3)
        engine.stop(RECORDER, "a")
        stats = of_recorder(engine.stats(RECORDER, "a"))
        calls = machine.videos[0].calls
    for figures in (at_start, stats):
        assert figures.video_frames_unique + figures.video_frames_duplicated == figures.video_frames_captured
    took, saved = machine.files[0], machine.files[1]
    first = shown(took)[0]
    assert shown(took) == list(range(first, first + len(shown(took))))
    assert pictures(took) == list(range(stats.video_frames_captured))
    assert 0 in keyframes(took)
    assert at_start.duration_seconds >= 0.25
    assert stats.duration_seconds >= at_start.duration_seconds + 0.3
    assert stats.start_utc is not None
    if media is MEDIA:
        assert sounds(took) == list(range(sounds(took)[0], sounds(took)[-1] + 1, 1024))
        assert sounds(took)[0] <= 0
        assert first >= before - 25 - 10  # a keyframe each ten frames
        assert set(shown(saved)) & set(shown(took))
        keys = [number for number, (_, _, key) in enumerate(calls) if key]
        assert keys == list(range(0, keys[-1] + 1, 10)), "a keyframe was asked for"
    assert not any(map(warned("preroll_short"), events.all))


def test_figures_add_up_although_the_encoder_was_behind_when_the_past_came() -> None:
    machine = FakeMachine(prepare_video=numbered)
    with engine_on(machine) as (engine, _):
        begin(engine)
        initialize(engine, settings=MEDIA)
        held_for(engine, 0.3)
        machine.videos[0].freed.clear()
        machine.videos[0].stuck_at = 0
        recorded = threading.Timer(0.4, machine.videos[0].freed.set)
        recorded.start()
        held_for(engine, 0.6)
        machine.videos[0].stuck_at = None
        engine.start(RECORDER, "a", Preroll(replay_id="r", seconds=0.1))
        during = of_recorder(engine.stats(RECORDER, "a"))
        recorded_for(engine, 0.4)
        engine.stop(RECORDER, "a")
        stats = of_recorder(engine.stats(RECORDER, "a"))
        recorded.join()
    for figures in (during, stats):
        assert figures.video_frames_unique + figures.video_frames_duplicated == figures.video_frames_captured
    assert len(shown(machine.files[0])) == stats.video_frames_captured


def test_a_replay_that_ends_leaves_a_recording_that_began_with_it() -> None:
    machine = FakeMachine(prepare_video=numbered)
    with engine_on(machine) as (engine, _):
        begin(engine)
        initialize(engine, settings=MEDIA)
        held_for(engine, 0.3)
        engine.start(RECORDER, "a", Preroll(replay_id="r"))
        engine.stop(REPLAY, "r")
        engine.dispose(REPLAY, "r")
        recorded_for(engine, 0.6)
        engine.stop(RECORDER, "a")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    assert pictures(machine.files[0]) == list(range(stats.video_frames_captured))


def test_a_past_that_is_too_short_is_told_and_recorded() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        begin(engine)
        initialize(engine, settings=MEDIA)
        held_for(engine, 0.2)
        engine.start(RECORDER, "a", Preroll(replay_id="r", seconds=20))
        event = events.wait_for(warned("preroll_short"))
        assert isinstance(event, SessionWarned)
        assert isinstance(event.data, PrerollShort)
        assert 0.2 <= event.data.seconds < 20
        engine.stop(RECORDER, "a")
    assert pictures(machine.files[0])[0] == 0


def test_without_any_past_it_begins_as_usual_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        begin(engine)
        initialize(engine, settings=MEDIA)
        monkeypatch.setattr(type(engine._sessions.require(REPLAY, "r").output), "last", lambda *_: None)
        engine.start(RECORDER, "a", Preroll(replay_id="r"))
        events.wait_for(warned("preroll_short"))
        recorded_for(engine, 0.2)
        engine.stop(RECORDER, "a")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    assert pictures(machine.files[0]) == list(range(stats.video_frames_captured))


def refused(engine: Engine, replay_id: str = "r") -> IoniaError:
    with pytest.raises(IoniaError) as error:
        engine.start(RECORDER, "a", Preroll(replay_id=replay_id, seconds=1))
    return error.value


def test_what_cannot_be_begun_with_is_refused_and_the_recorder_stays_as_it_was() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        engine.initialize_recorder("a", RecorderSettings(output_path="a.mp4", media=MEDIA))
        assert refused(engine, "nobody").kind is ErrorKind.NO_SUCH_SESSION
        engine.initialize_replay("r", ReplaySettings(media=MediaSettings(fps=100, video_bitrate=2_000_000)))
        assert refused(engine).kind is ErrorKind.NOT_INITIALIZED
        engine.start(REPLAY, "r")
        differs = refused(engine)
        assert differs.kind is ErrorKind.SETTINGS_DIFFER
        assert "they differ in video bitrate, keyframe interval seconds." in differs.message
        engine.stop(REPLAY, "r")
        begin(engine)
        engine.set_sound(REPLAY, "r", "mic", muted=True)
        changed = threading.Event()
        feeds = [engine._sessions.require(*one).feeds for one in ((REPLAY, "r"), (RECORDER, "a"))]
        while feeds[0].sound.shares_all_with(feeds[1].sound):  # type: ignore[union-attr]
            changed.wait(0.005)
        assert "a sound was changed" in refused(engine).message
        assert states(events) == ["initialized"]
        assert not any(file.packets for file in machine.files)
        assert engine.start(RECORDER, "a")


def test_more_than_a_files_queue_holds_may_come_out_of_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ionia.runtime.session.sink_worker.QUEUE_LIMIT_BYTES", 400)
    machine = FakeMachine(prepare_video=numbered)
    with engine_on(machine) as (engine, _):
        begin(engine)
        initialize(engine, settings=MEDIA)
        held_for(engine, 0.8)
        engine.start(RECORDER, "a", Preroll(replay_id="r"))
        recorded_for(engine, 0.9)
        assert engine.is_running(RECORDER, "a")


def test_a_recording_that_would_end_before_it_begins_is_refused() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        begin(engine, seconds=3)
        engine.initialize_recorder("a", RecorderSettings(output_path="a.mp4", media=MEDIA, max_duration_seconds=2))
        for seconds in (1.9, 2, 10, None):  # a keyframe may lie 0.1 s before
            with pytest.raises(IoniaError, match="would have nothing of what comes") as error:
                engine.start(RECORDER, "a", Preroll(replay_id="r", seconds=seconds))
            assert error.value.kind is ErrorKind.SETTINGS_DIFFER
        assert states(events) == ["initialized"]
        assert engine.start(RECORDER, "a", Preroll(replay_id="r", seconds=1.8))


def test_one_that_has_little_of_what_comes_ends_at_its_limit_and_says_why() -> None:
    machine = FakeMachine(prepare_video=numbered)
    with engine_on(machine) as (engine, events):
        begin(engine)
        settings = RecorderSettings(output_path="a.mp4", media=MEDIA, max_duration_seconds=0.35)
        engine.initialize_recorder("a", settings)
        held_for(engine, 0.5)
        engine.start(RECORDER, "a", Preroll(replay_id="r", seconds=0.2))
        event = events.wait_for(lambda event: getattr(event, "state", "") == "stopped")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    assert getattr(event, "reason", "") == "It is 0.35 s long (maxDurationSeconds)."
    assert pictures(machine.files[0]) == list(range(35))
    assert stats.video_frames_captured == 35 == stats.video_frames_unique + stats.video_frames_duplicated


def test_it_begins_so_long_before_the_call_and_not_before_its_disk_had_answered() -> None:
    machine = FakeMachine(prepare_video=numbered)
    opened = threading.Event()
    machine.prepare_file = lambda file: setattr(file, "hold_open", opened)
    with engine_on(machine) as (engine, events):
        begin(engine, seconds=0.3)
        initialize(engine, settings=MEDIA)
        held_for(engine, 0.3)
        feeds, indexes = engine._sessions.require(REPLAY, "r").feeds, list[int]()
        assert feeds is not None

        def start() -> None:
            indexes.append(feeds.index_now)
            engine.start(RECORDER, "a", Preroll(replay_id="r", seconds=0.2))

        starting = threading.Thread(target=start)
        starting.start()
        pause = threading.Event()
        while stats_of(engine).seconds_held < 0.8:
            pause.wait(0.005)
        opened.set()
        starting.join(WAIT_SECONDS)
        while stats_of(engine).seconds_held > 0.5:  # nobody keeps it any more
            pause.wait(0.005)
        engine.stop(RECORDER, "a")
    first, asked = shown(machine.files[0])[0], indexes[0]
    assert asked - 20 - 10 <= first  # and at most a moment later, however long that was on this machine
    assert first < asked
    assert not any(map(warned("preroll_short"), events.all))


def test_the_refusal_names_what_differs_where_the_settings_are_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _events):
        engine.initialize_recorder("a", RecorderSettings(output_path="a.mp4", media=MEDIA))
        with monkeypatch.context() as patch:
            patch.setattr(NoCorrections, "all", lambda _: {"mic: fake device": 20.0})
            begin(engine)
        assert "the offset of a sound device was changed between them." in refused(engine).message
        engine.stop(REPLAY, "r")
        begin(engine)
        feeds, held = engine._sessions.require(RECORDER, "a").feeds, engine._sessions.require(REPLAY, "r").feeds
        assert feeds is not None
        assert held is not None
        with monkeypatch.context() as patch:
            patch.setattr(held._picture.lease, "value", object())
            assert "the screen or its encoder failed" in _difference(feeds, held)


def test_a_past_that_is_longer_than_a_part_is_in_several() -> None:
    machine = FakeMachine(prepare_video=numbered)
    with engine_on(machine) as (engine, events):
        begin(engine)
        settings = RecorderSettings(output_path="a.mp4", media=MEDIA, split_seconds=0.25)
        engine.initialize_recorder("a", settings)
        held_for(engine, 0.9)
        engine.start(RECORDER, "a", Preroll(replay_id="r", seconds=0.8))
        engine.stop(RECORDER, "a")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    parts = [pictures(file) for file in machine.files if file.packets]
    assert all(part == list(range(len(part))) for part in parts)
    assert [len(part) for part in parts[:3]] == [20, 20, 20]  # a keyframe each tenth of a second
    assert sum(map(len, parts)) == stats.video_frames_captured
    everything = [index for file in machine.files for index in shown(file)]
    assert everything == list(range(everything[0], everything[0] + len(everything)))
    changed = [event for event in events.all if isinstance(event, FileChanged)]
    assert [event.finished.duration_seconds for event in changed[:3]] == [0.2, 0.2, 0.2]


def test_a_bound_in_bytes_that_lies_in_the_past_ends_there() -> None:
    machine = FakeMachine(prepare_video=numbered)
    with engine_on(machine) as (engine, events):
        begin(engine)
        lead = round(1.5 * (MEDIA.video_bitrate + MEDIA.audio_bitrate) / 8)  # see EndWatch
        settings = RecorderSettings(output_path="a.mp4", media=MEDIA, max_bytes=lead + 150)
        engine.initialize_recorder("a", settings)
        held_for(engine, 0.5)
        engine.start(RECORDER, "a", Preroll(replay_id="r", seconds=0.4))
        event = events.wait_for(lambda event: getattr(event, "state", "") == "stopped")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    assert "(maxBytes)" in getattr(event, "reason", "")
    assert 140 <= sum(len(packet.data) for packet in machine.files[0].packets) <= 165
    assert stats.video_frames_captured == len(pictures(machine.files[0])) < 40
    assert stats.video_frames_captured == stats.video_frames_unique + stats.video_frames_duplicated
