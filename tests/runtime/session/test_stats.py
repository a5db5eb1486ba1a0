"""The figures of a session: complete at every moment of its life, and the CPU use of all our processes."""

import threading

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import SessionWarned
from ionia.core.media import AudioBlock
from ionia.core.settings import AudioMode, MediaSettings, SessionKind
from ionia.core.stats import RecorderStats, of_recorder
from ionia.core.warning import SoundLost, WarningCode
from ionia.runtime.capture import audio_clock
from ionia.runtime.session.stats import ProcessUsage
from tests.fakes.backends import WAIT_SECONDS, FakeMachine
from tests.fakes.manual_clock import ManualClock
from tests.runtime.test_engine import engine_on, initialize, written

RECORDER = SessionKind.RECORDER


def test_cpu_use_is_what_all_processes_took_of_the_time_between() -> None:
    clock, used = ManualClock(), 1.0
    usage = ProcessUsage(clock, lambda: used)
    clock.now = 2_000_000_000
    used = 4.0
    usage.measure()
    assert usage.cpu_percent == 150.0
    clock.now = 3_000_000_000
    used = 3.5  # a sender has ended, and its time went with it
    usage.measure()
    assert usage.cpu_percent == 0.0
    usage.measure()  # no time has passed
    assert usage.cpu_percent == 0.0


@pytest.mark.parametrize("end", ["stop", "dispose"])
def test_figures_are_complete_while_a_session_ends(end: str) -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine)
        before = of_recorder(engine.stats(RECORDER, "a"))
        assert (before.state, before.codec, before.video_frames_captured) == ("initialized", "fake264", 0)
        file, enough = machine.files[0], written(machine, 40)
        engine.start(RECORDER, "a")
        assert enough.wait(WAIT_SECONDS)
        file.hold = threading.Event()
        ending = threading.Thread(target=getattr(engine, end), args=(RECORDER, "a"))
        ending.start()
        during: list[RecorderStats] = []
        while not during or during[-1].state == "running":
            during.append(of_recorder(engine.stats(RECORDER, "a")))
        assert during[-1].state == "stopping"
        file.hold.set()
        while ending.is_alive():
            try:
                during.append(of_recorder(engine.stats(RECORDER, "a")))
            except IoniaError as error:
                assert (end, error.kind) == ("dispose", ErrorKind.NO_SUCH_SESSION)  # noqa: PT017 - it is done
                break
        ending.join(WAIT_SECONDS)
        if end == "stop":
            during.append(of_recorder(engine.stats(RECORDER, "a")))
        else:
            with pytest.raises(IoniaError):
                engine.stats(RECORDER, "a")
    assert {stats.codec for stats in during} == {"fake264"}
    assert {(stats.width, stats.height, stats.fps) for stats in during} == {(before.width, before.height, 100)}
    frames = [stats.video_frames_captured for stats in during]
    assert frames == sorted(frames)
    assert frames[0] > 0


def test_sound_that_finds_no_room_is_counted_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_clock, "INBOX_BLOCKS", 2)
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, settings=MediaSettings(fps=100, audio_mode=AudioMode.MIC))
        enough = written(machine, 10)
        engine.start(RECORDER, "a")
        assert enough.wait(WAIT_SECONDS)
        now_ns = machine.clock.now_ns()
        for number in range(200):
            samples = np.zeros((480, 2), np.float32)
            machine.mics[0].give(AudioBlock(start_ns=now_ns + number * 10_000_000, samples=samples))
        warning = events.wait_for(
            lambda event: isinstance(event, SessionWarned) and event.code is WarningCode.AUDIO_LOST
        )
        engine.stop(RECORDER, "a")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    assert isinstance(warning, SessionWarned)
    assert isinstance(warning.data, SoundLost)
    assert 0 < warning.data.samples <= stats.audio_samples_lost
    told = [event for event in events.all if isinstance(event, SessionWarned)]
    assert [event.code for event in told].count(WarningCode.AUDIO_LOST) == 1
