"""Servers of one stream with encodes of their own: other rates and sizes, and other sound, out of one capture."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event, Semaphore

import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.wishes import SoundWish, TrackWish
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import SessionWarned
from ionia.core.live.sender_events import Connected, Progress
from ionia.core.media import VIDEO
from ionia.core.settings import Destination, MediaSettings, OwnEncode, RecorderSettings, SessionKind, StreamerSettings
from ionia.core.stats import of_recorder, of_streamer
from ionia.core.warning import WarningCode
from ionia.runtime.encode.feed import Feed
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.engine import Engine
from tests.fakes.backends import FakeMachine, FakeSender
from tests.fakes.live_stream import eventually
from tests.fakes.media import FakeSound
from tests.runtime.session.test_stream_destination import at, made
from tests.runtime.test_engine import engine_on

STREAMER = SessionKind.STREAMER
MEDIA = MediaSettings(fps=100, video_bitrate=4_000_000)
SLOW = OwnEncode(video_bitrate=1_000_000)


BY_WHIP = Destination(name="w", rtmp_url="whip://w.test/x")


def initialize(engine: Engine, *destinations: Destination, media: MediaSettings = MEDIA, **options: object) -> None:
    first, *more = destinations
    settings = StreamerSettings(
        name=first.name,
        rtmp_url=first.rtmp_url,
        stream_key=first.stream_key,
        own=first.own,
        more=tuple(more),
        media=media,
        **options,  # type: ignore[arg-type]
    )
    engine.initialize_streamer("s", settings)


def own(name: str, encode: OwnEncode) -> Destination:
    return replace(at(name), own=encode)


def connected(machine: FakeMachine, count: int) -> dict[str, FakeSender]:
    senders = made(machine, count)
    for sender in senders.values():
        sender.say(Connected())
    return senders


def rates(engine: Engine) -> dict[str, float]:
    return {one.destination: one.target_bitrate_kbps for one in of_streamer(engine.stats(STREAMER, "s")).destinations}


def test_one_has_a_rate_and_a_size_of_its_own_out_of_the_same_capture() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, at("a"), own("b", replace(SLOW, width=32, height=18)), own("c", SLOW), at("d"))
        assert len(machine.videos) == 3
        engine.start(STREAMER, "s")
        senders = connected(machine, 4)
        for sender in senders.values():
            packets = sender.wait_sent(20)
            assert packets[0].track == VIDEO
            assert packets[0].keyframe
            video = [packet.pts for packet in packets if packet.track == VIDEO]
            assert video == list(range(video[0], video[0] + len(video)))
        assert {name: sender.header.video.width for name, sender in senders.items() if sender.header} == {
            "a": 64,
            "b": 32,
            "c": 64,
            "d": 64,
        }
        assert rates(engine) == {"a": 4000.0, "b": 1000.0, "c": 1000.0, "d": 4000.0}
        engine.stop(STREAMER, "s")
        assert rates(engine)["b"] == 1000.0
    assert len(machine.screens) == 1
    assert len(machine.audios) == 1
    assert all(video.closed for video in machine.videos)


def test_a_slow_server_with_an_encode_of_its_own_slows_nobody_elses() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, at("a"), own("b", SLOW), buffer_ms=60_000)
        engine.start(STREAMER, "s")
        senders = connected(machine, 2)
        while rates(engine)["b"] == 1000.0:
            for name, slow in (("a", 1), ("b", 4)):
                sent = senders[name].wait_sent(len(senders[name].sent) + 1)
                count = len(sent) // slow
                size = sum(len(packet.data) for packet in sent[:count])
                senders[name].say(
                    Progress(muxed=count, delivered=count, sent_bytes=size, delivered_bytes=size, exact=True)
                )
        assert rates(engine)["a"] == 4000.0
        engine.stop(STREAMER, "s")


def test_encodes_come_and_go_with_their_servers() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, at("a"), own("b", SLOW))
        engine.add_destination("s", own("early", OwnEncode(video_bitrate=2_000_000)))
        engine.remove_destination("s", "early")
        assert [video.closed for video in machine.videos] == [False, False, True]
        engine.start(STREAMER, "s")
        senders = connected(machine, 2)
        senders["b"].wait_sent(10)
        engine.add_destination("s", own("c", OwnEncode(width=32)))
        senders = connected(machine, 3)
        assert senders["c"].wait_sent(10)[0].keyframe
        with pytest.raises(IoniaError) as refused:
            engine.add_destination("s", own("c", OwnEncode(width=16)))
        assert refused.value.kind is ErrorKind.BAD_DESTINATION
        engine.set_destination("s", at("b"))
        assert [video.closed for video in machine.videos] == [False, True, True, False, True]
        assert rates(engine)["b"] == 4000.0
        engine.stop(STREAMER, "s")
    assert all(video.closed for video in machine.videos)
    assert len(machine.screens) == 1


def test_what_a_further_encoder_had_no_room_for_is_counted_for_its_server_and_for_all() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, at("a"), own("b", SLOW), replace(BY_WHIP, own=SLOW))  # which shares the picture of "b"
        stuck = machine.videos[1]
        stuck.stuck_at = 5
        engine.start(STREAMER, "s")
        connected(machine, 3)

        def skipped() -> list[int]:
            stats = of_streamer(engine.stats(STREAMER, "s"))
            return [stats.video_frames_skipped, *(one.video_frames_skipped for one in stats.destinations)]

        eventually(lambda: skipped()[0] > 5, "none is skipped")
        stuck.stuck_at = None
        stuck.freed.set()
        for name in ("b", "w"):
            engine.remove_destination("s", name)
        (all_of_them, of_a) = skipped()
        assert all_of_them > 5
        assert of_a == 0
        engine.stop(STREAMER, "s")
        assert skipped() == [all_of_them, 0]


def test_the_streams_own_encode_rests_while_nobody_has_it() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, at("a"), own("b", SLOW))
        engine.start(STREAMER, "s")
        senders = connected(machine, 2)
        senders["a"].wait_sent(10)
        engine.remove_destination("s", "a")
        senders["b"].wait_sent(len(senders["b"].sent) + 20)
        before = len(machine.videos[0].calls)
        senders["b"].wait_sent(len(senders["b"].sent) + 60)
        assert len(machine.videos[0].calls) <= before + 2
        looked, feed = Semaphore(0), feeds_of(engine).video.feed
        look = lambda _: looked.release(), lambda: None
        feed.watch(*look)
        for _ in range(20):
            assert looked.acquire(timeout=30)
        feed.unwatch(*look)
        engine.add_destination("s", at("c"))
        again = connected(machine, 3)["c"]
        assert again.wait_sent(20)[0].keyframe
        engine.stop(STREAMER, "s")


def test_rtmp_and_whip_share_the_picture_and_have_their_own_sound() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, at("a"), BY_WHIP)
        assert (len(machine.videos), len(machine.audios)) == (1, 2)
        engine.start(STREAMER, "s")
        senders = connected(machine, 2)
        for sender in senders.values():
            sender.wait_sent(20)
        engine.set_sound(STREAMER, "s", "mic", muted=True)
        engine.set_screen(STREAMER, "s", "test")
        engine.add_destination("s", own("b", SLOW))
        feeds = feeds_of(engine)
        muted = [each.sound.controls()["mic"].muted for each in (feeds, *feeds.beside)]
        assert muted == [True, True, True]
        assert connected(machine, 3)["b"].wait_sent(20)[0].keyframe
        stats = of_streamer(engine.stats(STREAMER, "s"))
        assert [one.connected for one in stats.destinations] == [True, True, True]
        engine.stop(STREAMER, "s")
    assert all(audio.closed for audio in machine.audios)


def feeds_of(engine: Engine) -> SessionFeeds:
    feeds = engine._sessions.require(STREAMER, "s").feeds
    assert feeds is not None
    return feeds


def feed_of_recording(engine: Engine) -> Feed:
    """Of the recording's pictures."""
    feeds = engine._sessions.require(SessionKind.RECORDER, "r").feeds
    assert feeds is not None
    return feeds.video.feed


def test_an_encode_that_nobody_has_before_it_begins_leaves_a_recordings_pictures_alone() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _), ThreadPoolExecutor(1) as pool:
        engine.initialize_recorder("r", RecorderSettings(output_path="/x/a.mp4", media=MEDIA))
        initialize(engine, at("a"), require_connection=True)
        assert len(machine.videos) == 1
        engine.start(SessionKind.RECORDER, "r")
        engine.set_destination("s", own("a", SLOW))
        started = pool.submit(engine.start, STREAMER, "s")
        senders = made(machine, 1)  # the stream's own encode is nobody's, and nothing takes from it until it connects
        written, before = Semaphore(0), len(machine.videos[0].calls)
        machine.files[0].on_write = written.release
        for _ in range(60):
            assert written.acquire(timeout=30)
        assert len(machine.videos[0].calls) >= before + 20
        senders["a"].say(Connected())
        assert started.result()
        engine.stop(STREAMER, "s")
        engine.stop(SessionKind.RECORDER, "r")
        stats = of_recorder(engine.stats(SessionKind.RECORDER, "r"))
        assert stats.video_packets_muxed == stats.video_frames_captured


def test_one_that_is_over_is_not_counted_among_those_who_rest() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, at("a"), BY_WHIP)
        engine.start(STREAMER, "s")
        senders = connected(machine, 2)
        (gone,) = feeds_of(engine).beside
        engine.remove_destination("s", "w")
        gone.rest(0)  # as the stream's thread does that has not seen yet that it is over
        after = len(senders["a"].sent) + 60
        assert sum(packet.track == VIDEO for packet in senders["a"].wait_sent(after + 60)[after:]) > 20
        engine.stop(STREAMER, "s")


def test_an_encode_that_is_opened_while_the_stream_ends_stays_nowhere() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        engine.initialize_recorder("r", RecorderSettings(output_path="/x/a.mp4", media=replace(MEDIA, width=32)))
        engine.start(SessionKind.RECORDER, "r")
        initialize(engine, at("a"))
        engine.start(STREAMER, "s")
        connected(machine, 1)
        feeds, opened = feeds_of(engine), feeds_of(engine).open_beside

        def end_meanwhile(*asked: object) -> SessionFeeds:
            beside = opened(*asked)  # type: ignore[arg-type]
            engine.stop(STREAMER, "s")
            return beside

        feeds.open_beside = end_meanwhile  # type: ignore[method-assign]
        shared = feed_of_recording(engine)
        with pytest.raises(IoniaError) as refused:
            engine.add_destination("s", own("b", OwnEncode(width=32)))
        assert refused.value.kind is ErrorKind.NOT_INITIALIZED
        assert (shared.takers, shared._keyframe_listeners) == (1, [])
        engine.stop(SessionKind.RECORDER, "r")


def test_a_sound_that_cant_be_changed_everywhere_is_changed_nowhere() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        media = replace(MEDIA, sound_codec="opus")
        engine.initialize_recorder("r", RecorderSettings(output_path="/x/a.mp4", media=MEDIA))
        engine.initialize_recorder("q", RecorderSettings(output_path="/x/b.mp4", media=media))
        initialize(engine, at("a"), BY_WHIP)
        before = len(machine.audios)

        def fail(encoder: object) -> None:
            if len(machine.audios) > before:
                raise IoniaError(ErrorKind.INTERNAL, "no more encoders")

        machine.prepare_audio = fail
        with pytest.raises(IoniaError):
            engine.set_sound(STREAMER, "s", "mic", muted=True)
        feeds = feeds_of(engine)
        assert [each.sound.controls()["mic"].muted for each in (feeds, *feeds.beside)] == [False, False]
        machine.prepare_audio = lambda _: None
        engine.set_sound(STREAMER, "s", "mic", muted=True)
        assert [each.sound.controls()["mic"].muted for each in (feeds, *feeds.beside)] == [True, True]


def test_a_sound_that_only_a_further_encode_carries_is_shown_and_changed_like_any() -> None:
    machine = FakeMachine()

    def refuse(sound: FakeSound) -> None:
        sound.refuse = OSError("gone")

    machine.prepare_sound = refuse
    sounds = SoundWish(name="game", kind=AudioInput.DESKTOP), SoundWish(name="me", kind=AudioInput.MIC)
    tracks = tuple(TrackWish(name=one.name, sounds=(one.name,), bitrate=96_000) for one in sounds)
    media = replace(MEDIA, sounds=sounds, tracks=tracks)
    with engine_on(machine) as (engine, events):
        initialize(engine, BY_WHIP, at("a"), media=media, multitrack_audio=True)
        engine.set_sound(STREAMER, "s", "me", muted=True)
        with pytest.raises(IoniaError) as refused:
            engine.set_sound(STREAMER, "s", "you", muted=True)
        assert refused.value.hint == "It has 'game', 'me'."
        engine.add_destination("s", own("b", SLOW))
        assert {one.name: one.muted for one in engine.get_sounds(STREAMER, "s")} == {"game": False, "me": True}
        sounds_now = feeds_of(engine).sounds
        assert [one.name for one in sounds_now.levels()] == ["game", "me"]
        assert sounds_now.kinds() == {"game": AudioInput.DESKTOP, "me": AudioInput.MIC}
        assert sounds_now.look() == []
        assert [one.controls()["me"].muted for one in sounds_now.of[1:]] == [True, True]
    told = [event.code for event in events.all if isinstance(event, SessionWarned)]
    assert told.count(WarningCode.DESKTOP_AUDIO_UNAVAILABLE) == 1
    assert told.count(WarningCode.MIC_AUDIO_UNAVAILABLE) == 1


def test_a_mute_waits_for_no_screen_and_no_encoder_and_reaches_the_encode_that_comes() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _), ThreadPoolExecutor(1) as pool:
        initialize(engine, at("a"))
        engine.start(STREAMER, "s")
        connected(machine, 1)["a"].wait_sent(10)

        def muted(sound: str) -> list[bool]:
            return [one.controls()[sound].muted for one in feeds_of(engine).sounds.of]

        asked, go_on = Event(), Event()

        def wait(_: object) -> None:
            asked.set()
            assert go_on.wait(30)

        machine.prepare_screen = machine.prepare_video = wait
        shown = pool.submit(engine.set_screen, STREAMER, "s", "other")
        assert asked.wait(30)
        engine.set_sound(STREAMER, "s", "mic", muted=True)
        assert muted("mic") == [True]
        assert not shown.done()
        go_on.set()
        shown.result(30)
        asked.clear()
        go_on.clear()
        added = pool.submit(engine.add_destination, "s", own("b", SLOW))
        assert asked.wait(30)
        engine.set_sound(STREAMER, "s", "desktop", muted=True, gain_db=-6.0)
        assert muted("desktop") == [True]
        assert not added.done()
        go_on.set()
        added.result(30)
        assert muted("desktop") == muted("mic") == [True, True]
        assert {one.controls()["desktop"].gain for one in feeds_of(engine).sounds.of} == {10 ** (-6 / 20)}
        engine.stop(STREAMER, "s")
