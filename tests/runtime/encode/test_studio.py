"""What sessions open and share: devices that are there, are lost, come later, or never were."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.events import (
    SessionWarned,
)
from ionia.core.media import VIDEO
from ionia.core.settings import AudioMode, MediaSettings, VideoEncodeSettings
from ionia.core.sharing import CaptureKey
from ionia.media.opening import OpenedVideo
from ionia.runtime.backends import NoGpu
from tests.fakes.backends import WAIT_SECONDS, FakeMachine
from tests.fakes.media import FakeFile, FakeScreen, FakeSound
from tests.runtime.test_engine import (
    MUTE,
    RECORDER,
    engine_on,
    initialize,
    warned,
    written,
)


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


class CardThatNeedsTheScreen(NoGpu):
    """Notes how it found the preview's screen; takes no pictures in the end."""

    def __init__(self, *, needs: bool) -> None:
        self.needs, self.found = needs, list[bool]()
        self.asked: Callable[[], bool] = lambda: False

    def needs_screen(self, settings: VideoEncodeSettings, screen: str | None) -> bool:
        return self.needs

    def open(self, settings: VideoEncodeSettings, screen: str | None) -> tuple[OpenedVideo | None, str]:
        self.found.append(self.asked())
        return None, "takes none"


@pytest.mark.parametrize("needs", [True, False])
def test_a_preview_lets_go_of_a_screen_whose_pictures_may_stay_on_the_card(needs: bool) -> None:
    card = CardThatNeedsTheScreen(needs=needs)
    machine = FakeMachine(gpu=card)
    key = CaptureKey(screen=None, cursor=True, fps=10, preview=True)
    with engine_on(machine) as (engine, _):
        preview = engine._studio.capture(key)

        def lets_go() -> bool:
            try:
                engine._studio.capture(key).release()
            except IoniaError:
                return machine.screens[0].closed
            return False

        card.asked = lets_go
        initialize(engine)
        initialize(engine, "b")  # beside a session nothing is tried
        assert card.found == [needs]
        initialize(engine, "c", MediaSettings(gpu="off", fps=24))
        assert card.found == [needs]
        assert preview.value.failed == needs
        preview.value.attach(lambda _: None)  # by whoever didn't notice yet
        again = engine._studio.capture(key)
        assert (again.value is preview.value) != needs
        assert not again.value.failed
        for lease in (preview, again):
            lease.release()


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


def test_a_size_beyond_what_is_shown_is_made_and_told() -> None:
    machine = FakeMachine()  # whose screen has 64x64 pixels
    with engine_on(machine) as (engine, events):
        initialize(engine, "a", replace(MUTE, height=32))
        initialize(engine, "b", replace(MUTE, height=128))
        event = events.wait_for(warned("picture_enlarged"))
    assert isinstance(event, SessionWarned)
    assert event.session_id == "b"
    assert "has 64x64 pixels, and the pictures 128x128" in event.message
    assert [e.session_id for e in events.all if isinstance(e, SessionWarned)] == ["b"]


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
