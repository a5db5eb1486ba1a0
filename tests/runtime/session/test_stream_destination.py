"""Several servers get one encode: each has its own state, and none holds up another."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import Queue
from threading import Event

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import ConnectionChanged, ConnectionState, SessionFailed, SessionStateChanged, SessionWarned
from ionia.core.failure import LiveKind
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.link import LiveFigures
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.live.sender_events import Connected, Ended, KeyframeWanted, SenderListener
from ionia.core.live.shared_keyframes import SharedKeyframes
from ionia.core.media import VIDEO, MediaHeader
from ionia.core.settings import AudioMode, Destination, MediaSettings, SessionKind, StreamerSettings
from ionia.core.stats import of_streamer
from ionia.core.warning import DestinationFailed, WarningCode
from ionia.runtime.engine import Engine
from ionia.runtime.session import stream_attempts
from ionia.threads.worker import Worker
from tests.fakes.backends import Events, FakeMachine, FakeSender
from tests.runtime.test_engine import engine_on

STREAMER = SessionKind.STREAMER
SETTINGS = MediaSettings(fps=100, video_bitrate=100_000)
SECRET = "live_very_secret_key"


def at(name: str, host: str = "") -> Destination:
    return Destination(name=name, rtmp_url=f"rtmp://{host or name}.test/app", stream_key=f"{SECRET}-{name}")


def initialize(engine: Engine, *names: str, **options: object) -> None:
    first, *more = [at(name) for name in names]
    settings = StreamerSettings(
        name=first.name,
        rtmp_url=first.rtmp_url,
        stream_key=first.stream_key,
        more=tuple(more),
        media=SETTINGS,
        **options,  # type: ignore[arg-type]
    )
    engine.initialize_streamer("s", settings)


def made(machine: FakeMachine, count: int) -> dict[str, FakeSender]:
    """So many senders, by their server's host without its ending."""
    senders = [machine.senders.made(number) for number in range(1, count + 1)]
    return {sender.wait_url().host.removesuffix(".test"): sender for sender in senders}


def by_whip(engine: Engine, **media: object) -> None:
    wanted = replace(SETTINGS, sound_codec="opus", **media)  # type: ignore[arg-type]
    engine.initialize_streamer("s", StreamerSettings(rtmp_url="whip://a.test/x", media=wanted))


def told(events: Events, name: str, state: ConnectionState) -> ConnectionChanged:
    found = events.wait_for(
        lambda event: isinstance(event, ConnectionChanged) and (event.destination, event.state) == (name, state)
    )
    assert isinstance(found, ConnectionChanged)
    return found


def test_three_get_one_encode_and_each_has_its_state() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "a", "b", "c", reconnect_initial_ms=60_000)
        engine.start(STREAMER, "s")
        senders = made(machine, 3)
        senders["a"].say(Connected())
        senders["b"].say(Ended(code=FailureCode.NO_SUCH_HOST))
        senders["c"].say(Connected())
        first = senders["a"].wait_sent(30)
        other = senders["c"].wait_sent(30)
        assert told(events, "b", ConnectionState.CONNECTING)
        lost = events.wait_for(lambda event: isinstance(event, ConnectionChanged) and event.reason != "")
        assert isinstance(lost, ConnectionChanged)
        assert (lost.destination, lost.kind) == ("b", LiveKind.NO_SUCH_HOST)
        stats = of_streamer(engine.stats(STREAMER, "s"))
        assert [one.destination for one in stats.destinations] == ["a", "b", "c"]
        assert [one.connected for one in stats.destinations] == [True, False, True]
        assert [one.kind for one in stats.destinations] == [None, LiveKind.NO_SUCH_HOST, None]
        assert stats.connected
        assert SECRET not in repr(stats)
        engine.stop(STREAMER, "s")
        stats = of_streamer(engine.stats(STREAMER, "s"))
    assert len(machine.videos) == 1
    assert {packet.pts for packet in first if packet.track == VIDEO} & {p.pts for p in other if p.track == VIDEO}
    assert [one.connection for one in stats.destinations] == ["closed", "closed", "closed"]
    assert stats.video_packets == sum(one.video_packets for one in stats.destinations)
    assert [sender.closed for sender in senders.values()] == [True, False, True]
    assert not any(SECRET in repr(event) for event in events.all)


def test_no_two_have_the_same_address_and_key() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        same = replace(at("a"), name="b")
        settings = StreamerSettings(
            name="a", rtmp_url=same.rtmp_url, stream_key=same.stream_key, more=(same,), media=SETTINGS
        )
        with pytest.raises(IoniaError, match="'a' and 'b' have the same address and key") as refused:
            engine.initialize_streamer("s", settings)
        assert refused.value.kind is ErrorKind.BAD_DESTINATION
        initialize(engine, "a", "c")
        for change, name in ((engine.add_destination, "b"), (engine.set_destination, "c")):
            with pytest.raises(IoniaError, match="the same address and key"):
                change("s", replace(same, name=name))
        engine.set_destination("s", at("a"))
        assert engine.destination_names("s") == ("a", "c")


def test_they_come_and_go_while_the_others_stream() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "a")
        engine.start(STREAMER, "s")
        first = machine.senders.made(1)
        first.say(Connected())
        first.wait_sent(10)
        engine.add_destination("s", at("b"))
        second = made(machine, 2)["b"]
        second.say(Connected())
        packets = second.wait_sent(10)
        assert packets[0].keyframe
        engine.remove_destination("s", "a")
        told(events, "a", ConnectionState.CLOSED)
        assert first.closed
        assert engine.destination_names("s") == ("b",)
        engine.set_destination("s", at("b", "elsewhere"))
        third = made(machine, 3)["elsewhere"]
        told(events, "b", ConnectionState.CLOSED)
        assert second.closed
        third.say(Connected())
        assert third.wait_sent(10)[0].keyframe
        stats = of_streamer(engine.stats(STREAMER, "s"))
        assert [one.rtmp_url for one in stats.destinations] == ["rtmp://elsewhere.test/app/****"]
        assert stats.video_packets > stats.destinations[0].video_packets  # what the others had counts on
        engine.stop(STREAMER, "s")
        assert third.closed


def test_the_same_key_elsewhere_waits_for_the_goodbye_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_attempts, "GOODBYE_SECONDS", 60.0)
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "a")
        engine.start(STREAMER, "s")
        first = machine.senders.made(1)
        first.say(Connected())
        first.wait_sent(10)
        engine.set_destination("s", at("a", "elsewhere"))
        told(events, "a", ConnectionState.CLOSED)
        engine.set_destination("s", at("a", "third"))
        assert first.closed
        assert machine.senders.count == 1  # or the server would say that the key is in use
        first.say(Ended(code=None))
        second = machine.senders.made(2)
        assert second.wait_url().host == "third.test"
        second.say(Connected())
        assert second.wait_sent(10)[0].keyframe
        engine.stop(STREAMER, "s")


def test_before_the_start_an_address_is_replaced_without_a_connection() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _events):
        initialize(engine, "a")
        engine.set_destination("s", at("a", "elsewhere"))
        engine.add_destination("s", at("b"))
        engine.start(STREAMER, "s")
        assert set(made(machine, 2)) == {"elsewhere", "b"}
        engine.stop(STREAMER, "s")
        with pytest.raises(IoniaError) as caught:
            engine.add_destination("s", at("c"))
        assert caught.value.kind is ErrorKind.NOT_INITIALIZED


def test_a_slow_one_has_its_keyframes_with_a_look_at_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, seen = FakeMachine(), Queue[list[bool]]()

    def allows(_: SharedKeyframes, __: int, others: Iterable[LiveFigures]) -> bool:
        seen.put([one.connected for one in others])
        return False

    monkeypatch.setattr(SharedKeyframes, "allows", allows)
    with engine_on(machine) as (engine, events):
        initialize(engine, "a", "b", "c", buffer_ms=100)
        engine.start(STREAMER, "s")
        senders = made(machine, 3)
        senders["a"].say(Connected())
        told(events, "a", ConnectionState.CONNECTED)
        senders["b"].say(Connected())  # nothing that they are given ever arrives
        assert senders["b"].wait_sent(1)[0].keyframe  # the first is the connection's own, and nobody's to refuse
        while seen.get(timeout=10) != [True, False]:
            pass
        engine.stop(STREAMER, "s")


def test_names_that_do_not_fit_are_refused() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _events):
        initialize(engine, *"abcdefgh")
        refused = [
            lambda: engine.add_destination("s", at("a")),
            lambda: engine.add_destination("s", at("i")),
            lambda: engine.set_destination("s", at("z")),
            lambda: engine.remove_destination("s", "z"),
        ]
        for call in refused:
            with pytest.raises(IoniaError) as caught:
                call()
            assert caught.value.kind is ErrorKind.BAD_DESTINATION
        for name in "abcdefg":
            engine.remove_destination("s", name)
        with pytest.raises(IoniaError, match="one destination at least"):
            engine.remove_destination("s", "h")
        with pytest.raises(IoniaError) as caught:
            engine.set_destination("s", Destination(name="h", rtmp_url="http://h.test/x"))
        assert caught.value.kind is ErrorKind.BAD_URL


def test_one_that_is_given_up_is_told_and_the_last_ends_the_stream() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "a", "b", max_reconnect_seconds=0.0)
        engine.start(STREAMER, "s")
        senders = made(machine, 2)
        senders["b"].say(Connected())
        senders["a"].say(Ended(code=FailureCode.NO_SUCH_HOST))
        warned = events.wait_for(lambda event: isinstance(event, SessionWarned))
        assert isinstance(warned, SessionWarned)
        assert warned.code is WarningCode.DESTINATION_FAILED
        assert warned.data == DestinationFailed(destination="a", live_kind=LiveKind.NO_SUCH_HOST)
        assert SECRET not in warned.message
        senders["b"].wait_sent(len(senders["b"].sent) + 10)
        assert told(events, "a", ConnectionState.FAILED)
        with pytest.raises(IoniaError, match="All other destinations were given up"):
            engine.remove_destination("s", "b")
        senders["b"].say(Ended(code=FailureCode.RESET))
        failure = events.wait_for(lambda event: isinstance(event, SessionFailed))
        assert isinstance(failure, SessionFailed)
        events.wait_for(lambda event: isinstance(event, SessionStateChanged) and event.state == "failed")


def test_a_required_connection_means_all_of_them() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events), ThreadPoolExecutor(1) as other:
        initialize(engine, "a", "b", require_connection=True)
        started = other.submit(engine.start, STREAMER, "s")
        senders = made(machine, 2)
        senders["a"].say(Connected())
        told(events, "a", ConnectionState.CONNECTED)
        assert not started.done()
        senders["b"].say(Connected())
        assert started.result(10) is True
        engine.stop(STREAMER, "s")
        initialize(engine, "a", "b", require_connection=True)
        machine.senders.refused = [FailureCode.REFUSED]
        with pytest.raises(IoniaError, match="refuses connections"):
            engine.start(STREAMER, "s")


def test_one_that_is_removed_just_before_the_end_hears_a_goodbye_too(monkeypatch: pytest.MonkeyPatch) -> None:
    machine, busy, ending = FakeMachine(), Event(), Event()
    connect, join = FakeSender.connect, Worker.join

    def slow(sender: FakeSender, url: RtmpUrl, header: MediaHeader, listener: SenderListener, *, ca_file: str) -> None:
        if url.host == "c.test":  # the stream's thread is at this while the two calls come
            busy.set()
            assert ending.wait(10)
        connect(sender, url, header, listener, ca_file=ca_file)

    def joined(worker: Worker, timeout: float) -> bool:
        if worker.name == "stream":
            ending.set()
        return join(worker, timeout)

    monkeypatch.setattr(FakeSender, "connect", slow)
    monkeypatch.setattr(Worker, "join", joined)
    with engine_on(machine) as (engine, events):
        initialize(engine, "a", "b")
        engine.start(STREAMER, "s")
        senders = made(machine, 2)
        senders["a"].say(Connected())
        told(events, "a", ConnectionState.CONNECTED)
        engine.add_destination("s", at("c"))
        assert busy.wait(10)
        engine.remove_destination("s", "a")
        engine.stop(STREAMER, "s")
        assert senders["a"].closed
        assert told(events, "a", ConnectionState.CLOSED)


def test_an_address_that_is_set_later_is_tried_again_where_the_first_connection_was_required() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events), ThreadPoolExecutor(1) as other:
        initialize(engine, "a", require_connection=True, reconnect_initial_ms=10)
        started = other.submit(engine.start, STREAMER, "s")
        machine.senders.made(1).say(Connected())
        assert started.result(10) is True
        machine.senders.refused = [FailureCode.NO_SUCH_HOST]
        engine.set_destination("s", at("a", "elsewhere"))
        second = made(machine, 2)["elsewhere"]
        second.say(Connected())
        assert second.wait_sent(10)[0].keyframe
        engine.stop(STREAMER, "s")
    assert not any(isinstance(event, SessionFailed) for event in events.all)


def test_by_whip_nothing_stands_for_sound_that_is_not_there() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        by_whip(engine, audio_mode=AudioMode.NONE)
        engine.start(STREAMER, "s")
        sender = machine.senders.made(1)
        sender.say(Connected())
        packets = sender.wait_sent(10)
        engine.stop(STREAMER, "s")
    assert sender.header is not None
    assert not sender.header.sounds
    assert {packet.track for packet in packets} == {VIDEO}


def test_a_server_that_wants_a_keyframe_gets_one() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        by_whip(engine, keyframe_interval_seconds=60.0)
        engine.start(STREAMER, "s")
        sender = machine.senders.made(1)
        sender.say(KeyframeWanted())  # before there is a connection: nothing to do
        sender.say(Connected())
        before = sender.wait_sent(5)
        sender.say(KeyframeWanted())
        deadline = 5_000
        count = len(before)
        while not any(packet.track == VIDEO and packet.keyframe for packet in sender.sent[len(before) :]):
            count += 1
            assert count < deadline
            sender.wait_sent(count)
        engine.stop(STREAMER, "s")
