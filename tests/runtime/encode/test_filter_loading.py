"""A filter that can't be had is refused where it is asked for: it ends no take."""

import sys
from dataclasses import replace

import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.filters import Gate, NoiseSuppression
from ionia.core.audio.wishes import SoundWish, TrackWish
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.settings import SessionKind
from tests.fakes.backends import FakeMachine
from tests.runtime.encode.test_sound_tracks import has_sound
from tests.runtime.test_engine import FAST, engine_on, failed, initialize

RECORDER = SessionKind.RECORDER
ME = SoundWish(name="me", kind=AudioInput.MIC)


def test_noise_suppression_that_does_not_load_is_refused_and_the_take_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pywebrtc_audio", None)
    media = replace(FAST, sounds=(ME,), tracks=(TrackWish(name="", sounds=("me",), bitrate=96_000),))
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        with pytest.raises(IoniaError, match="Noise suppression can't be loaded") as refused:
            initialize(engine, "b", replace(media, sounds=(replace(ME, filters=(NoiseSuppression(),)),)))
        assert refused.value.kind is ErrorKind.AUDIO_UNAVAILABLE
        initialize(engine, "a", media)
        engine.start(RECORDER, "a")
        with pytest.raises(IoniaError, match="Noise suppression can't be loaded"):
            engine.set_sound(RECORDER, "a", "me", filters=(Gate(), NoiseSuppression()))
        assert engine.get_sounds(RECORDER, "a")[0].filters == ()
        engine.set_sound(RECORDER, "a", "me", filters=(Gate(),))
        has_sound(machine.files[-1])
        engine.stop(RECORDER, "a")
        assert not any(failed(event) for event in events.all)
