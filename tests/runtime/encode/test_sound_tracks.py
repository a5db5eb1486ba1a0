"""Several sound tracks of a session on a machine of fakes: as many packets of each, and one change for all."""

from dataclasses import replace

import numpy as np
import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.wishes import SoundWish, TrackWish
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import SessionWarned
from ionia.core.live.sender_events import Connected
from ionia.core.media import VIDEO, AudioBlock, TrackKind
from ionia.core.settings import ReplaySettings, SessionKind, StreamerSettings
from ionia.core.warning import Clipping, NamedSound, SoundLost, WarningCode
from ionia.runtime.engine import Engine
from ionia.runtime.notices import Listener
from tests.fakes.backends import FakeMachine
from tests.fakes.live_stream import eventually
from tests.fakes.media import FakeAudioEncoder, FakeFile
from tests.runtime.test_engine import FAST, engine_on, initialize, warned

RECORDER, STREAMER, REPLAY = SessionKind.RECORDER, SessionKind.STREAMER, SessionKind.REPLAY
SOUNDS = (
    SoundWish(name="game", kind=AudioInput.DESKTOP),
    SoundWish(name="me", kind=AudioInput.MIC, gain=0.5),
    SoundWish(name="guest", kind=AudioInput.MIC, device="usb", muted=True),
)
TRACKS = (
    TrackWish(name="mix", sounds=("game", "me", "guest"), bitrate=192_000),
    TrackWish(name="me", sounds=("me",), bitrate=96_000),
    TrackWish(name="guest", sounds=("guest",), bitrate=96_000),
)
MEDIA = replace(FAST, sounds=SOUNDS, tracks=TRACKS)


def sounds_of(file: FakeFile) -> list[list[int]]:
    """The times of each sound track's packets."""
    assert file.header is not None
    return [[p.pts for p in file.packets if p.track == track.id] for track in file.header.sounds]


def has_sound(file: FakeFile) -> None:
    eventually(lambda: sum(p.track.kind is TrackKind.AUDIO for p in list(file.packets)) > 30, "no sound")


def changed(engine: Engine, kind: SessionKind, session: str) -> dict[str, tuple[float, bool, bool]]:
    return {one.name: (one.gain_db, one.muted, one.mono) for one in engine.get_sounds(kind, session)}


def test_a_file_has_each_track_by_its_name_and_as_many_packets_of_each() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, "a", MEDIA)
        assert (len(machine.desktops), len(machine.mics), len(machine.audios)) == (1, 2, 3)
        engine.start(RECORDER, "a")
        file = machine.files[0]
        has_sound(file)
        engine.pause("a")
        engine.resume("a")
        engine.stop(RECORDER, "a")
        assert all(audio.closed for audio in machine.audios)
    assert file.header is not None
    assert [track.name for track in file.header.sounds] == ["mix", "me", "guest"]
    assert [track.bitrate for track in file.header.sounds] == [192_000, 96_000, 96_000]
    first, *others = sounds_of(file)
    assert first
    assert others == [first, first]


def test_a_change_is_in_every_track_of_the_sound_and_in_nobody_elses() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, "a", MEDIA)
        initialize(engine, "b", MEDIA)
        files = machine.files
        engine.start(RECORDER, "a")
        engine.start(RECORDER, "b")
        has_sound(files[1])
        assert len(machine.audios) == 3
        engine.set_sound(RECORDER, "b", "me", gain_db=-20.0, mono=True)
        assert len(machine.audios) == 5  # the mix and the sound's own track follow; the third is shared
        assert changed(engine, RECORDER, "a") == {
            "game": (0.0, False, False),
            "me": (-6.02, False, False),
            "guest": (0.0, True, False),
        }
        assert changed(engine, RECORDER, "b")["me"] == (-20.0, False, True)
        square = np.full((48_000, 2), 0.5, dtype=np.float32)
        machine.mics[0].give(AudioBlock(start_ns=machine.clock.now_ns() + 50_000_000, samples=square))
        sound = engine._sessions.require(RECORDER, "b").feeds.sound  # type: ignore[union-attr]
        eventually(lambda: sound.levels()[1].peak_db > -27, "it is not heard whole")  # it fades in
        game, me, guest = sound.levels()
        assert (game.name, me.name, guest.name) == ("game", "me", "guest")
        assert me.peak_db == pytest.approx(-26, abs=0.2)
        assert (guest.peak_db, guest.muted, guest.clipped) == (-120, True, False)
        engine.stop(RECORDER, "a")
        engine.stop(RECORDER, "b")
    for file in files:
        first, *others = sounds_of(file)
        assert first == list(range(first[0], first[0] + 1024 * len(first), 1024))
        assert others == [first, first]


def test_a_change_that_fails_in_one_track_is_made_in_none() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, "a", MEDIA)
        initialize(engine, "b", MEDIA)
        engine.start(RECORDER, "a")
        engine.start(RECORDER, "b")
        has_sound(machine.files[1])

        def second_breaks(audio: FakeAudioEncoder) -> None:
            audio.broken = len(machine.audios) == 4

        machine.prepare_audio = second_breaks
        with pytest.raises(IoniaError, match="The sound stays as it was"):
            engine.set_sound(RECORDER, "b", "me", muted=True)
        assert len(machine.audios) == 5
        assert changed(engine, RECORDER, "b")["me"] == (-6.02, False, False)
        machine.prepare_audio = lambda _: None
        engine.set_sound(RECORDER, "b", "me", muted=True)
        assert changed(engine, RECORDER, "b")["me"] == (-6.02, True, False)


def test_a_stream_has_the_first_track_and_says_so() -> None:
    machine = FakeMachine()
    tracks = (TRACKS[1], replace(TRACKS[0], sounds=("game", "guest")))
    with engine_on(machine) as (engine, events):
        media = replace(MEDIA, tracks=tracks)
        engine.initialize_streamer("s", StreamerSettings(rtmp_url="rtmp://127.0.0.1/live/key", media=media))
        assert (len(machine.desktops), len(machine.mics), len(machine.audios)) == (0, 1, 1)
        assert [one.name for one in engine.get_sounds(STREAMER, "s")] == ["me"]
        engine.start(STREAMER, "s")
        told = events.wait_for(warned(WarningCode.TRACKS_NOT_STREAMED))  # type: ignore[arg-type]
        assert isinstance(told, SessionWarned)
        assert told.message == 'A stream has one sound: the track "me" is streamed, and not "mix".'


def test_a_stream_has_all_tracks_where_that_is_asked_for_and_says_which_server_takes_one() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        settings = StreamerSettings(rtmp_url="rtmp://127.0.0.1/live/key", media=MEDIA, multitrack_audio=True)
        engine.initialize_streamer("s", settings)
        engine.start(STREAMER, "s")
        sender = machine.senders.made(1)
        sender.say(Connected(all_sounds=False))
        told = events.wait_for(warned(WarningCode.TRACKS_NOT_STREAMED))  # type: ignore[arg-type]
        assert isinstance(told, SessionWarned)
        assert told.message.startswith("Destination 1: the server doesn't say that it takes several sounds")
        assert {packet.track.index for packet in sender.wait_sent(30) if packet.track != VIDEO} == {0, 1, 2}
        engine.stop(STREAMER, "s")


def test_a_replays_save_has_every_track() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        engine.initialize_replay("r", ReplaySettings(media=MEDIA, seconds=30))
        engine.start(REPLAY, "r")
        eventually(lambda: engine.stats(REPLAY, "r").seconds_held > 0.3, "nothing is held")  # type: ignore[union-attr]
        done: list[object] = []
        engine.save_replay("r", "save.mp4", done=done.append)
        eventually(lambda: bool(done), "not saved")
    first, *others = sounds_of(machine.files[-1])
    assert first
    assert others == [first, first]


def test_who_speaks_while_muted_and_what_clips_is_told_and_no_key_to_talk_is() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "a", MEDIA)
        initialize(engine, "b", MEDIA)
        sounds = [engine._sessions.require(RECORDER, name).feeds.sound for name in "ab"]  # type: ignore[union-attr]
        engine.start(RECORDER, "a")
        engine.start(RECORDER, "b")
        engine.set_sound(RECORDER, "a", "me", muted=True)
        engine.set_sound(RECORDER, "b", "me", muted=True, release_ms=200)
        engine.set_sound(RECORDER, "a", "game", gain_db=20)
        square = np.full((4 * 48_000, 2), 0.5, dtype=np.float32)
        begin = machine.clock.now_ns() + 20_000_000
        for source in (machine.mics[0], machine.desktops[0]):
            source.give(AudioBlock(start_ns=begin, samples=square))
        muted = events.wait_for(warned(WarningCode.MUTED_TALKING))  # type: ignore[arg-type]
        clipping = events.wait_for(warned(WarningCode.SOUND_CLIPPING))  # type: ignore[arg-type]
        assert isinstance(muted, SessionWarned)
        assert isinstance(clipping, SessionWarned)
        assert (muted.session_id, muted.message, muted.data) == (
            "a",
            '"me" is muted, and somebody speaks.',
            NamedSound(sound="me"),
        )
        assert (clipping.session_id, clipping.data) == ("a", Clipping(sound="game", by_gain=True))
        assert [one.held_to_talk for one in sounds[1].looked().values()] == [False, True, False]


def test_a_mute_that_waits_is_none_yet_and_one_at_once_does_not_wait() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, "a", MEDIA)
        sound = engine._sessions.require(RECORDER, "a").feeds.sound  # type: ignore[union-attr]

        def muted() -> list[bool]:
            return [one.muted for one in sound.levels()]

        engine.set_sound(RECORDER, "a", "me", muted=True, release_ms=60_000)
        assert changed(engine, RECORDER, "a")["me"][1]
        assert muted() == [one.muted for one in sound.looked().values()] == [False, False, True]
        engine.set_sound(RECORDER, "a", "me", muted=True)
        eventually(lambda: muted() == [False, True, True], "the mute still waits")
        assert [one.muted for one in sound.looked().values()] == [False, True, True]
        assert not any(one.held_to_talk for one in sound.looked().values())


def test_what_equal_tracks_share_is_told_once_and_heard_while_one_of_them_has_it() -> None:
    machine = FakeMachine()
    twice = replace(MEDIA, tracks=(*TRACKS, replace(TRACKS[0], name="copy")))
    with engine_on(machine) as (engine, _):
        initialize(engine, "a", twice)
        sound = engine._sessions.require(RECORDER, "a").feeds.sound  # type: ignore[union-attr]
        told: list[str] = []
        hears = Listener(lambda _, words, __: told.append(words), lambda error: told.append(error.message))
        sound.listen(hears, lambda _: hears)
        first = sound.encodes
        assert len(first) == len(machine.audios) == 3

        def tell() -> list[str]:
            told.clear()
            for index, encode in enumerate(sound.encodes):
                encode.notices.warn(WarningCode.AUDIO_LOST, str(index), SoundLost(samples=1))
            return told

        assert tell() == ["0", "1", "2"]
        engine.set_sound(RECORDER, "a", "me", gain_db=-20.0)
        assert set(sound.encodes) > set(first)  # one of the equal ones has got an encode of its own
        assert tell() == ["0", "1", "2", "3"]
        first[0].fail(IoniaError(ErrorKind.INTERNAL, "broken"))
        assert told[4:] == ["broken"]
