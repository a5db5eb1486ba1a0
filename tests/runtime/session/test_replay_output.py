"""A replay on a machine of fakes: what is held and saved, and who doesn't notice."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import Event, ReplaySaved, SavedReplay, SessionFailed, SessionWarned
from ionia.core.media import VIDEO, EncodedPacket
from ionia.core.settings import MediaSettings, ReplaySettings, SessionKind
from ionia.core.stats import ReplayStats, of_replay
from ionia.core.utc_text import utc_text
from ionia.core.warning import WarningCode
from ionia.runtime.engine import Engine
from ionia.runtime.session import replay_output
from tests.fakes.backends import WAIT_SECONDS, Events, FakeMachine
from tests.fakes.media import FakeFile
from tests.runtime.session.test_pause import pictures
from tests.runtime.test_engine import engine_on, failed, initialize

REPLAY, RECORDER = SessionKind.REPLAY, SessionKind.RECORDER
MEDIA = MediaSettings(fps=100, keyframe_interval_seconds=0.1)


def begin(engine: Engine, *, seconds: float = 30.0, max_bytes: int = 10**9, media: MediaSettings = MEDIA) -> None:
    engine.initialize_replay("r", ReplaySettings(media=media, seconds=seconds, max_bytes=max_bytes))
    engine.start(REPLAY, "r")


@contextmanager
def replaying(
    machine: FakeMachine | None = None, *, seconds: float = 30.0
) -> Iterator[tuple[FakeMachine, Engine, Events]]:
    machine = machine or FakeMachine()
    with engine_on(machine) as (engine, events):
        begin(engine, seconds=seconds)
        held_for(engine, min(0.3, seconds))
        yield machine, engine, events


def stats_of(engine: Engine) -> ReplayStats:
    return of_replay(engine.stats(REPLAY, "r"))


def held_for(engine: Engine, seconds: float) -> None:
    pause = threading.Event()
    while stats_of(engine).seconds_held < seconds:
        pause.wait(0.005)


def save(engine: Engine, path: str = "r.mp4", seconds: float | None = None) -> SavedReplay:
    results: Queue[SavedReplay | IoniaError] = Queue()
    engine.save_replay("r", path, seconds=seconds, done=results.put)
    result = results.get(timeout=WAIT_SECONDS)
    if isinstance(result, IoniaError):
        raise result
    return result


def indexes(packets: list[EncodedPacket]) -> list[int]:
    return [packet.pts for packet in packets if packet.track == VIDEO]


def test_a_save_is_what_came_last_and_the_replay_goes_on() -> None:
    with replaying() as (machine, engine, events):
        first = save(engine, "first.mp4", seconds=0.15)
        again = save(engine, "all.mp4")
        event = events.wait_for(lambda event: isinstance(event, ReplaySaved))
        assert isinstance(event, ReplaySaved)
        assert (event.session_id, event.saved) == ("r", first)
        assert engine.is_running(REPLAY, "r")
        assert stats_of(engine).saves == 2
        assert engine.stop(REPLAY, "r")
    short, whole = machine.files
    assert short.path == first.path == "first.mp4"
    assert 0.15 <= first.duration_seconds == len(pictures(short)) / 100 <= 0.26
    assert again.duration_seconds == len(pictures(whole)) / 100 >= 0.3
    for file in (short, whole):
        shown = indexes(file.packets)
        assert shown == list(range(shown[0], shown[0] + len(shown)))
        assert next(packet for packet in file.packets if packet.track == VIDEO).keyframe
        assert file.closed.is_set()
    began = machine.files[0].tags[-1].start_utc_ns
    assert began is not None
    assert first.start_utc == utc_text(began)


def test_it_never_holds_much_more_than_asked_and_says_how_much() -> None:
    with replaying(seconds=0.2) as (_, engine, _events):
        figures = []
        pause = threading.Event()
        while (figure := stats_of(engine)).duration_seconds < 0.8:
            figures.append(figure)
            pause.wait(0.005)
    assert all(0.2 <= figure.seconds_held <= 0.31 for figure in figures)
    assert not any(figure.shortened for figure in figures)
    assert (figures[0].seconds_wanted, figures[0].max_bytes) == (0.2, 10**9)


def test_equal_settings_are_one_encode_and_a_paused_recording_changes_nothing() -> None:
    with replaying() as (machine, engine, _):
        initialize(engine, settings=MEDIA)
        engine.start(RECORDER, "a")
        engine.pause("a")
        held_for(engine, stats_of(engine).seconds_held + 0.3)
        saved = save(engine, "r.mp4")
        engine.stop(RECORDER, "a")
    assert len(machine.videos) == len(machine.audios) == 1
    assert saved.duration_seconds >= 0.6
    shown = pictures(machine.files[-1])
    assert shown == list(range(shown[0], shown[0] + len(shown)))


def test_a_slow_disk_holds_up_neither_another_save_nor_a_question() -> None:
    machine = FakeMachine()
    gate = threading.Event()

    def slow(file: FakeFile) -> None:
        file.hold = gate if file.path == "slow.mp4" else None

    machine.prepare_file = slow
    with replaying(machine) as (_, engine, _events):
        results: Queue[SavedReplay | IoniaError] = Queue()
        engine.save_replay("r", "slow.mp4", done=results.put)
        before = stats_of(engine)
        assert before.saving == 1
        assert save(engine, "quick.mp4").path == "quick.mp4"
        held_for(engine, before.seconds_held + 0.1)
        stopping = threading.Thread(target=engine.stop, args=(REPLAY, "r"))
        stopping.start()
        assert results.empty()
        gate.set()
        stopping.join(WAIT_SECONDS)
        result = results.get(timeout=WAIT_SECONDS)
    assert isinstance(result, SavedReplay)
    assert result.path == "slow.mp4"


def test_no_save_is_waited_for_twice_however_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = FakeMachine()
    gate = threading.Event()
    machine.prepare_file = lambda file: setattr(file, "hold", gate)
    waited: list[replay_output.ReplaySave] = []

    def too_slow(save: replay_output.ReplaySave, _timeout: float) -> bool:
        waited.append(save)
        return False

    monkeypatch.setattr(replay_output.ReplaySave, "wait", too_slow)
    with replaying(machine, seconds=0.1) as (_, engine, _events):
        results: Queue[SavedReplay | IoniaError] = Queue()
        for number in range(2):
            engine.save_replay("r", f"{number}.mp4", done=results.put)
        engine.stop(REPLAY, "r")
        engine.stop(REPLAY, "r")
        engine.dispose(REPLAY, "r")
        assert len(waited) == len(set(waited)) == 2
        gate.set()
        assert {type(results.get(timeout=WAIT_SECONDS)) for _ in range(2)} == {SavedReplay}


def test_a_save_that_fails_is_told_to_its_caller_and_nobody_else() -> None:
    machine = FakeMachine()
    refused = IoniaError(ErrorKind.OUTPUT_FAILED, "no room")

    def broken(file: FakeFile) -> None:
        if file.path == "open.mp4":
            file.refuse_open = refused
        elif file.path == "write.mp4":
            file.break_after = (1, refused)
            file.refuse_close = IoniaError(ErrorKind.OUTPUT_FAILED, "another error")
        elif file.path == "close.mp4":
            file.refuse_close = refused
        elif file.path == "bug.mp4":
            file.index_bytes = 1
            file.describe = None  # type: ignore[assignment]

    machine.prepare_file = broken
    with replaying(machine) as (_, engine, events):
        for path in ("open.mp4", "write.mp4", "close.mp4"):
            with pytest.raises(IoniaError, match="no room"):
                save(engine, path)
        with pytest.raises(IoniaError, match="unexpectedly"):
            save(engine, "bug.mp4")
        assert save(engine, "good.mp4").path == "good.mp4"
        assert stats_of(engine).saves == 1
    assert not [event for event in events.all if isinstance(event, SessionFailed)]
    assert machine.files[1].closed.is_set()


def test_what_cannot_be_saved_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = FakeMachine()
    gate = threading.Event()
    machine.prepare_file = lambda file: setattr(file, "hold", gate)
    with engine_on(machine) as (engine, _):
        with pytest.raises(IoniaError) as error:
            save(engine)
        assert error.value.kind is ErrorKind.NO_SUCH_SESSION
        engine.initialize_replay("r", ReplaySettings(media=MEDIA))
        with pytest.raises(IoniaError, match="not running"):
            save(engine)
        engine.start(REPLAY, "r")
        held_for(engine, 0.1)
        monkeypatch.setattr(replay_output, "MOST_SAVES", 1)
        results: Queue[SavedReplay | IoniaError] = Queue()
        engine.save_replay("r", "slow.mp4", done=results.put)
        with pytest.raises(IoniaError, match="wait for their disk"):
            save(engine)
        gate.set()
        assert isinstance(results.get(timeout=WAIT_SECONDS), SavedReplay)
        engine.stop(REPLAY, "r")
        with pytest.raises(IoniaError, match="not running"):
            save(engine)
        assert stats_of(engine).bytes_held == 0


def test_without_a_thread_to_be_had_a_save_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(_: object) -> None:
        raise RuntimeError("can't start new thread")

    with replaying() as (_, engine, _events):
        with monkeypatch.context() as patch:
            patch.setattr(replay_output.ReplaySave, "start", no_thread)
            with pytest.raises(IoniaError, match="no room for another thread"):
                save(engine)
        assert stats_of(engine).saving == 0
        assert save(engine).path == "r.mp4"


def test_what_a_replay_held_that_failed_can_be_saved_until_it_is_disposed_of() -> None:
    machine = FakeMachine(prepare_video=lambda encoder: setattr(encoder, "fail_at", 40))
    with engine_on(machine) as (engine, events):
        begin(engine)
        events.wait_for(failed)
        assert not _running(engine, events)
        saved = save(engine)
        assert saved.duration_seconds >= 0.2
        assert stats_of(engine).bytes_held > 0
        engine.stop(REPLAY, "r")
        with pytest.raises(IoniaError, match="not running"):
            save(engine)


def _running(engine: Engine, events: Events) -> bool:
    events.wait_for(lambda event: getattr(event, "state", "") == "failed")
    return engine.is_running(REPLAY, "r")


def test_a_mistake_while_holding_ends_that_replay_and_no_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    def own(event: Event) -> bool:
        return isinstance(event, SessionFailed) and event.session_kind is REPLAY

    with replaying() as (_, engine, events):
        initialize(engine, settings=MEDIA)
        engine.start(RECORDER, "a")
        monkeypatch.setattr(replay_output.ReplayRing, "push", mistaken)
        failure = events.wait_for(own)
        assert isinstance(failure, SessionFailed)
        assert failure.kind is ErrorKind.INTERNAL
        assert engine.is_running(RECORDER, "a")


def test_a_cut_off_recording_in_the_folder_is_told_once() -> None:
    with replaying() as (machine, engine, events):
        for number in range(2):
            save(engine, f"{number}.mp4")
            machine.files[-1].warn(WarningCode.FILE_LEFTOVER, "left")
            machine.files[-1].warn(WarningCode.FILE_HELD, "held")
    told = [event.code for event in events.all if isinstance(event, SessionWarned)]
    assert told.count(WarningCode.FILE_LEFTOVER) == 1
    assert told.count(WarningCode.FILE_HELD) == 2
