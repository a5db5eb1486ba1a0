"""Pauses of a recorder on a machine of fakes: what is encoded, what is counted, and who doesn't notice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ionia.core.media import VIDEO
from ionia.core.settings import SessionKind
from ionia.core.stats import RecorderStats, of_recorder
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.engine import Engine
from tests.fakes.backends import WAIT_SECONDS, Events, FakeMachine
from tests.fakes.media import FakeFile, FakeVideoEncoder
from tests.runtime.test_engine import FAST, MUTE, engine_on, initialize, recorded_for, states

RECORDER = SessionKind.RECORDER


@contextmanager
def recording(*sessions: str) -> Iterator[tuple[FakeMachine, Engine, Events]]:
    """Recordings of equal settings, which have run for a moment."""
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        for session in sessions:
            initialize(engine, session)
        for session in sessions:
            engine.start(RECORDER, session)
        recorded_for(engine, 0.2)
        yield machine, engine, events


def stats_of(engine: Engine, session: str = "a") -> RecorderStats:
    return of_recorder(engine.stats(RECORDER, session))


def paused_for(engine: Engine, seconds: float) -> None:
    pause = threading.Event()
    while stats_of(engine).paused_seconds < seconds:
        pause.wait(0.005)


def pictures(file: FakeFile) -> list[int]:
    return [packet.pts for packet in file.packets if packet.track == VIDEO]


def keyframes(file: FakeFile) -> set[int]:
    return {packet.pts for packet in file.packets if packet.track == VIDEO and packet.keyframe}


@pytest.mark.parametrize("media", [FAST, MUTE])
def test_a_pause_is_not_in_the_file_and_costs_no_encoding(media: object) -> None:
    machine = FakeMachine(prepare_video=lambda encoder: setattr(encoder, "interval", 10_000))
    with engine_on(machine) as (engine, events):
        initialize(engine, settings=media)  # type: ignore[arg-type]
        assert engine.pause("a") is False
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.3)
        assert engine.pause("a") is True
        assert engine.pause("a") is False
        assert engine.is_running(RECORDER, "a")
        paused_for(engine, 0.5)
        before = stats_of(engine)  # the frame under way when it was paused has passed by now
        encoded = len(machine.videos[0].calls)
        paused_for(engine, 1.0)
        during = stats_of(engine)
        assert len(machine.videos[0].calls) == encoded
        assert (during.state, during.pauses) == ("paused", 1)
        assert during.duration_seconds == before.duration_seconds
        assert during.video_frames_captured == before.video_frames_captured
        assert during.video_frames_unique == before.video_frames_unique
        assert engine.resume("a") is True
        assert engine.resume("a") is False
        recorded_for(engine, 0.6)
        engine.stop(RECORDER, "a")
        after = stats_of(engine)
    file = machine.files[0]
    assert pictures(file) == list(range(after.video_frames_captured))
    seam = round(before.duration_seconds * 100)
    assert keyframes(file) == {0, seam}
    assert after.paused_seconds >= during.paused_seconds
    assert states(events) == [
        "initialized", "starting", "running", "paused", "running", "stopping", "stopped", "disposed",
    ]  # fmt: skip


@pytest.mark.parametrize("frames", [0, 5])
def test_a_pause_that_is_named_late_is_counted_as_it_came(frames: int, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = FakeMachine(prepare_video=lambda encoder: setattr(encoder, "interval", 10_000))
    with engine_on(machine) as (engine, _):
        initialize(engine)
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.2)
        late = property(lambda feeds: feeds.capture.index_now - frames)
        monkeypatch.setattr(SessionFeeds, "index_now", late)
        engine.pause("a")
        assert stats_of(engine).video_frames_captured >= len(pictures(machine.files[0]))
        paused_for(engine, 0.2)
        engine.resume("a")
        recorded_for(engine, 0.4)
        engine.stop(RECORDER, "a")
        after = stats_of(engine)
    assert pictures(machine.files[0]) == list(range(after.video_frames_captured))


def test_another_recording_goes_on_while_a_paused_one_waits_for_its_disk() -> None:
    with recording("a", "b") as (machine, engine, events):
        engine.pause("a")
        closing, closed = threading.Event(), threading.Event()

        def close_slowly() -> None:
            closing.set()
            assert closed.wait(WAIT_SECONDS)

        machine.files[0].on_close = close_slowly
        stopping = threading.Thread(target=engine.stop, args=(RECORDER, "a"))
        stopping.start()
        assert closing.wait(WAIT_SECONDS)
        more = threading.Event()
        count = len(pictures(machine.files[1])) + 30
        machine.files[1].on_write = lambda: more.set() if len(pictures(machine.files[1])) >= count else None
        assert more.wait(WAIT_SECONDS)
        closed.set()
        stopping.join(WAIT_SECONDS)
    assert states(events)[-2:] == ["stopped", "disposed"]


def test_another_recording_on_the_same_encode_does_not_notice() -> None:
    with recording("a", "b") as (machine, engine, _):
        assert engine.toggle_pause("a") is True
        paused_for(engine, 0.3)
        assert engine.toggle_pause("a") is False
        recorded_for(engine, 0.4)
        engine.stop(RECORDER, "a")
        engine.stop(RECORDER, "b")
        one, other = stats_of(engine, "a"), stats_of(engine, "b")
    assert len(machine.videos) == 1
    assert pictures(machine.files[0]) == list(range(one.video_frames_captured))
    assert pictures(machine.files[1]) == list(range(other.video_frames_captured))
    assert (other.pauses, other.paused_seconds) == (0, 0.0)


@pytest.mark.parametrize("end", ["stop", "dispose"])
def test_a_stop_while_paused_ends_the_file_where_it_was_paused(end: str) -> None:
    with recording("a") as (machine, engine, events):
        engine.pause("a")
        paused_for(engine, 0.2)
        before = stats_of(engine)
        getattr(engine, end)(RECORDER, "a")
        assert not any("encoder" in str(event) and "warn" in str(event).lower() for event in events.all)
    assert pictures(machine.files[0]) == list(range(before.video_frames_captured))
    assert machine.files[0].closed.is_set()


def test_a_pause_before_the_first_picture_keeps_it_out() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine)
        engine.start(RECORDER, "a")
        assert engine.pause("a") is True
        paused_for(engine, 0.2)
        assert engine.resume("a") is True
        recorded_for(engine, 0.2)
        engine.stop(RECORDER, "a")
        after = stats_of(engine)
    shown = pictures(machine.files[0])
    assert shown == list(range(after.video_frames_captured))
    assert keyframes(machine.files[0]) >= {0}


def test_a_recording_that_was_only_paused_has_one_picture() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine)
        engine.start(RECORDER, "a")
        engine.pause("a")
        paused_for(engine, 0.2)
        engine.stop(RECORDER, "a")
    assert pictures(machine.files[0]) == [0]


def test_what_changed_in_the_pause_is_seen_behind_it() -> None:
    """Also where nothing moves any more when it goes on."""
    with recording("a") as (machine, engine, _):
        engine.pause("a")
        paused_for(engine, 0.3)
        machine.screens[0].still = True
        paused_for(engine, 0.5)
        encoder: FakeVideoEncoder = machine.videos[0]
        known = len(encoder.calls)
        engine.resume("a")
        recorded_for(engine, 0.4)
        engine.stop(RECORDER, "a")
        assert [call[0] for call in encoder.calls[known:]].count("new") == 1
        assert encoder.calls[known][0] == "new"


def test_an_encoder_that_fails_in_a_pause_ends_the_file_in_order() -> None:
    with recording("a") as (machine, engine, events):
        engine.pause("a")
        paused_for(engine, 0.2)
        before = stats_of(engine)  # the frame under way when it was paused has passed by now
        machine.videos[0].fail_at = 0
        engine.resume("a")
        events.wait_for(lambda event: getattr(event, "state", "") == "failed")
        assert machine.files[0].closed.wait(WAIT_SECONDS)
    assert pictures(machine.files[0]) == list(range(before.video_frames_captured))
