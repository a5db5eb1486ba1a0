"""A streamer whose viewers see it later, on fake senders."""

from itertools import pairwise

import pytest

import ionia.core.live.connection
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import ConnectionChanged, ConnectionState
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.sender_events import Connected, Ended
from ionia.core.media import AUDIO, VIDEO
from ionia.core.stats import of_streamer
from tests.fakes.backends import FakeMachine
from tests.fakes.live_stream import eventually
from tests.runtime.session.test_stream_output import STREAMER, connection, initialize
from tests.runtime.test_engine import engine_on


def test_a_delay_holds_what_the_server_gets_until_the_stream_ends() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, delay_seconds=0.5)
        engine.start(STREAMER, "s")
        sender = machine.senders.made(1)
        sender.say(Connected())
        packets = sender.wait_sent(30)
        assert packets[0].keyframe
        held = of_streamer(engine.stats(STREAMER, "s"))
        engine.set_delay("s", 600)
        engine.stop(STREAMER, "s")
        over = of_streamer(engine.stats(STREAMER, "s"))
        with pytest.raises(IoniaError) as raised:
            initialize(engine, delay_seconds=900 * 1e6)
    assert (held.delay_seconds, held.delay_packets_discarded) == (0.5, 0)
    assert held.delay_packets_held > 0
    assert held.delay_bytes_held > 0
    assert (over.delay_packets_held, over.delay_packets_skipped) == (0, 0)
    assert over.delay_packets_discarded > 0
    assert raised.value.kind is ErrorKind.BAD_DELAY


def test_while_a_delay_grows_a_picture_stands_and_nothing_is_left_out() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine)
        engine.start(STREAMER, "s")
        sender = machine.senders.made(1)
        sender.say(Connected())
        sender.wait_sent(10)
        engine.set_delay("s", 0.3)
        eventually(lambda: of_streamer(engine.stats(STREAMER, "s")).delay_packets_filled > 0, "nothing stands")
        sender.wait_sent(len(sender.sent) + 80)  # behind what stood
        engine.stop(STREAMER, "s")
        over = of_streamer(engine.stats(STREAMER, "s"))
    assert over.delay_seconds == 0.3
    assert (over.delay_packets_skipped, over.video_packets_dropped) == (0, 0)
    for track in (VIDEO, AUDIO):
        times = [packet.dts for packet in sender.sent if packet.track == track]
        assert times == sorted(set(times))
    # No picture between can be written in a fake's stream: there is the keyframe, and 30 frames later it comes again.
    pictures = [packet for packet in sender.sent if packet.track == VIDEO]
    around = [(before, after) for before, after in pairwise(pictures) if after.dts - before.dts > 1]
    assert [(after.dts - before.dts, before.keyframe, after.keyframe) for before, after in around] == [(30, True, True)]


def test_a_reconnection_keeps_the_delay() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        initialize(engine, delay_seconds=0.3, reconnect_initial_ms=10)
        engine.start(STREAMER, "s")
        first = machine.senders.made(1)
        first.say(Connected())
        first.wait_sent(10)
        first.say(Ended(code=FailureCode.RESET))
        second = machine.senders.made(2)
        second.say(Connected())
        packets = second.wait_sent(10)
        assert packets[0].keyframe
        assert packets[0].pts > first.sent[0].pts
        assert of_streamer(engine.stats(STREAMER, "s")).delay_packets_held > 0


def test_a_server_that_closes_during_the_delay_is_not_asked_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ionia.core.live.connection, "IDLE_LEAST_NS", 0)  # whatever time the connection lasted
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, delay_seconds=600, reconnect_initial_ms=10)
        engine.start(STREAMER, "s")
        first = machine.senders.made(1)
        first.say(Connected())
        eventually(lambda: of_streamer(engine.stats(STREAMER, "s")).delay_packets_held > 0, "nothing is held")
        eventually(lambda: first.looks > 0, "nobody asks how far it is")
        first.say(Ended(code=FailureCode.RESET))
        told = events.wait_for(connection(ConnectionState.RECONNECTING))
        engine.set_delay("s", 0)
        machine.senders.made(2)
    assert isinstance(told, ConnectionChanged)
    assert told.delay_ms > 300_000
