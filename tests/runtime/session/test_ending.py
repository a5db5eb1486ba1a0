"""What a stop waits for; and a recording that ends without a picture says so: its caller would look for a file."""

import threading
import time

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import SessionFailed, SessionStateChanged, SessionWarned
from ionia.core.media import AUDIO, EncodedPacket, Samples
from ionia.core.settings import SessionKind
from ionia.core.stats import of_recorder
from ionia.runtime.encode.video_encode import VideoEncode
from ionia.runtime.session import ending
from tests.fakes.backends import WAIT_SECONDS, FakeMachine
from tests.fakes.media import FakeAudioEncoder, FakeFile, FakeVideoEncoder
from tests.runtime.test_engine import engine_on, initialize, recorded_for, states

RECORDER = SessionKind.RECORDER


def test_a_stop_is_no_success_when_there_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "PATIENCE_S", 0.02)
    monkeypatch.setattr(ending, "DRAIN_TIMEOUT_S", 0.02)

    def stuck(encoder: FakeVideoEncoder) -> None:
        encoder.stuck_at = 0

    machine = FakeMachine(prepare_video=stuck)
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")

        def free() -> None:
            events.wait_for(lambda event: isinstance(event, SessionFailed))
            machine.videos[0].freed.set()

        freeing = threading.Thread(target=free)  # the encoder's thread, which a stop joins when all is told
        freeing.start()
        for _ in range(2):
            with pytest.raises(IoniaError, match="Nothing was recorded") as failed:
                engine.stop(RECORDER, "a")
            assert failed.value.kind is ErrorKind.OUTPUT_FAILED
        freeing.join(WAIT_SECONDS)
        assert states(events)[-1] == "failed"
    assert not machine.files[0].packets


def test_nor_when_the_disk_took_nothing() -> None:
    full = IoniaError(ErrorKind.OUTPUT_FAILED, "The disk is full.")

    def fill(file: FakeFile) -> None:
        file.break_after = (0, full)
        file.on_write = file.packets.clear

    machine = FakeMachine(prepare_file=fill)
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")
        events.wait_for(lambda event: isinstance(event, SessionStateChanged) and event.state == "failed")
        for _ in range(2):
            with pytest.raises(IoniaError, match="The disk is full"):
                engine.stop(RECORDER, "a")
        assert sum(isinstance(event, SessionFailed) for event in events.all) == 1


class SlowSound(FakeAudioEncoder):
    """Stands still until `go`, and is slow from then on."""

    def __init__(self, go: threading.Event) -> None:
        super().__init__()
        self.go = go

    def encode(self, samples: Samples, pts: int) -> list[EncodedPacket]:
        self.go.wait(WAIT_SECONDS)
        time.sleep(0.005)
        return super().encode(samples, pts)


def test_a_stop_waits_for_sound_that_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "PATIENCE_S", 0.02)
    monkeypatch.setattr(ending, "DRAIN_TIMEOUT_S", 0.02)
    go = threading.Event()
    hurry = VideoEncode.hurry

    def hurried(encode: VideoEncode, before: int) -> None:
        hurry(encode, before)
        go.set()

    monkeypatch.setattr(VideoEncode, "hurry", hurried)
    machine = FakeMachine(make_audio=lambda: SlowSound(go))
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.6)
        engine.stop(RECORDER, "a")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    assert stats.audio_samples_lost == 0
    sound = [packet.pts for packet in machine.files[0].packets if packet.track == AUDIO]
    assert sound[-1] + 1024 >= stats.duration_seconds * 48_000 - 512
    assert not any(isinstance(event, SessionWarned) for event in events.all)


@pytest.mark.parametrize("ends", ["by a stop", "with the engine", "with the engine while it is disposed of"])
def test_but_not_for_ever_and_not_when_the_engine_ends(ends: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PATIENCE_S", 0.02), ("DRAIN_TIMEOUT_S", 0.02), ("SOUND_LOOK_S", 0.01)):
        monkeypatch.setattr(ending, name, value)
    if ends != "by a stop":
        monkeypatch.setattr(ending, "MOST_SOUND_LOOKS", 10**9)
        monkeypatch.setattr(ending, "LOOKS_WITHOUT_SOUND", 10**9)
    go = threading.Event()
    machine = FakeMachine(make_audio=lambda: SlowSound(go))
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.2)

        def let_go() -> None:  # of the sound's thread, which a stop joins when all is told
            events.wait_for(lambda event: isinstance(event, SessionWarned) and event.code == "audio_lost")
            go.set()

        telling = threading.Thread(target=let_go)
        telling.start()
        if ends == "by a stop":
            engine.stop(RECORDER, "a")
        else:
            disposing = threading.Thread(target=engine.dispose, args=(RECORDER, "a"))
            if ends != "with the engine":
                disposing.start()
                events.wait_for(lambda event: isinstance(event, SessionStateChanged) and event.state == "stopping")
            engine.close()
            if disposing.ident is not None:
                disposing.join(WAIT_SECONDS)
        telling.join(WAIT_SECONDS)
        assert go.is_set()
