"""Servers of one stream with encodes of their own: other rates and sizes, and other sound, out of one capture."""

from dataclasses import replace

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.sender_events import Connected, Progress
from ionia.core.media import VIDEO
from ionia.core.settings import Destination, MediaSettings, OwnEncode, SessionKind, StreamerSettings
from ionia.core.stats import of_streamer
from ionia.runtime.engine import Engine
from tests.fakes.backends import FakeMachine, FakeSender
from tests.runtime.session.test_stream_destination import at, made
from tests.runtime.test_engine import engine_on

STREAMER = SessionKind.STREAMER
MEDIA = MediaSettings(fps=100, video_bitrate=4_000_000)
SLOW = OwnEncode(video_bitrate=1_000_000)


def initialize(engine: Engine, *destinations: Destination, **options: object) -> None:
    first, *more = destinations
    settings = StreamerSettings(
        name=first.name,
        rtmp_url=first.rtmp_url,
        stream_key=first.stream_key,
        own=first.own,
        more=tuple(more),
        media=MEDIA,
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
        engine.add_destination("s", at("c"))
        again = connected(machine, 3)["c"]
        assert again.wait_sent(20)[0].keyframe
        engine.stop(STREAMER, "s")


def test_rtmp_and_whip_share_the_picture_and_have_their_own_sound() -> None:
    machine = FakeMachine()
    by_whip = Destination(name="w", rtmp_url="whip://w.test/x")
    with engine_on(machine) as (engine, _):
        initialize(engine, at("a"), by_whip)
        assert (len(machine.videos), len(machine.audios)) == (1, 2)
        engine.start(STREAMER, "s")
        senders = connected(machine, 2)
        for sender in senders.values():
            sender.wait_sent(20)
        engine.set_sound(STREAMER, "s", "mic", muted=True)
        engine.set_screen(STREAMER, "s", "test")
        engine.add_destination("s", own("b", SLOW))
        session = engine._sessions.require(STREAMER, "s")
        assert session.feeds is not None
        muted = [feeds.sound.controls()["mic"].muted for feeds in (session.feeds, *session.feeds.beside)]
        assert muted == [True, True, True]
        assert connected(machine, 3)["b"].wait_sent(20)[0].keyframe
        stats = of_streamer(engine.stats(STREAMER, "s"))
        assert [one.connected for one in stats.destinations] == [True, True, True]
        engine.stop(STREAMER, "s")
    assert all(audio.closed for audio in machine.audios)
