"""A streamer session on fake senders: connecting, losing, reconnecting, adapting, stopping."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ionia.core.codec.h264 import parameter_set_id, parameter_sets
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import (
    BackpressureChanged,
    ConnectionChanged,
    ConnectionState,
    SessionFailed,
    SessionStateChanged,
    SessionWarned,
)
from ionia.core.failure import LiveKind
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.live.sender_events import Connected, Ended, Progress
from ionia.core.live.silence import SILENT_TRACK
from ionia.core.media import AUDIO, VIDEO, EncodedPacket, VideoFrame
from ionia.core.settings import AudioMode, Destination, MediaSettings, RecorderSettings, SessionKind, StreamerSettings
from ionia.core.warning import WarningCode
from ionia.media.guarded_encoder import GuardedVideoEncoder
from ionia.runtime.engine import Engine
from ionia.threads.worker import Worker
from tests.fakes.backends import FakeMachine, FakeSender
from tests.fakes.encoded_clip import HEIGHT, WIDTH
from tests.fakes.failing_encoder import SETTINGS as CARD_SETTINGS
from tests.fakes.failing_encoder import FailingEncoder
from tests.fakes.media import EXTRADATA, FakeVideoEncoder
from tests.fakes.pictures import yuv
from tests.runtime.test_engine import engine_on

STREAMER = SessionKind.STREAMER
SETTINGS = MediaSettings(fps=100)
SECRET = "live_very_secret_key"
URL = f"rtmp://example.test/app/{SECRET}"


def initialize(engine: Engine, **options: object) -> None:
    engine.initialize_streamer("s", StreamerSettings(rtmp_url=URL, media=SETTINGS, **options))  # type: ignore[arg-type]


def connection(state: ConnectionState) -> "type[object]":
    return lambda event: isinstance(event, ConnectionChanged) and event.state is state  # type: ignore[return-value]


def delivered(sender: FakeSender, count: int) -> None:
    """Say that the first `count` packets arrived."""
    size = sum(len(packet.data) for packet in sender.sent[:count])
    sender.say(Progress(muxed=count, delivered=count, sent_bytes=size, delivered_bytes=size, exact=True))


def test_a_stream_from_start_to_stop() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine)
        assert engine.is_connected("s") is False
        assert engine.start(STREAMER, "s") is True
        sender = machine.senders.made(1)
        events.wait_for(connection(ConnectionState.CONNECTING))
        sender.say(Connected())
        events.wait_for(connection(ConnectionState.CONNECTED))
        packets = sender.wait_sent(30)
        delivered(sender, 20)
        assert engine.is_connected("s") is True
        assert engine.stop(STREAMER, "s") is True
        stats = engine.stats(STREAMER, "s")
        assert engine.is_connected("s") is False
    first = next(packet for packet in packets if packet.track == VIDEO)
    assert first.keyframe
    assert packets[0] == first
    video = [packet.pts for packet in sender.sent if packet.track == VIDEO]
    assert video == list(range(video[0], video[0] + len(video)))
    assert sender.url == parse_rtmp_url(URL)
    assert sender.closed
    assert stats.video_packets == len(video)
    assert (stats.video_packets_dropped, stats.audio_packets_dropped, stats.reconnect_count) == (0, 0, 0)
    assert stats.rtmp_url == "rtmp://example.test/app/****"
    assert not any(SECRET in repr(event) for event in events.all)
    assert events.wait_for(connection(ConnectionState.CLOSED))


def test_a_server_that_does_not_promise_the_codec_is_told_of_once() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, reconnect_initial_ms=10)
        engine.start(STREAMER, "s")
        for number in (1, 2):
            sender = machine.senders.made(number)
            sender.say(Connected(promised=False))
            sender.wait_sent(5)
            sender.say(Ended(code=FailureCode.RESET))
        machine.senders.made(3)
        engine.stop(STREAMER, "s")
    told = [one for one in events.all if isinstance(one, SessionWarned) and one.code == WarningCode.CODEC_NOT_PROMISED]
    assert len(told) == 1
    assert told[0].message.startswith("Destination 1: the server doesn't say whether")


def test_a_lost_connection_begins_again_at_now_with_a_keyframe() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, reconnect_initial_ms=10)
        engine.start(STREAMER, "s")
        first = machine.senders.made(1)
        first.say(Connected())
        first.wait_sent(10)
        first.say(Ended(code=FailureCode.RESET))
        lost = events.wait_for(connection(ConnectionState.RECONNECTING))
        assert isinstance(lost, ConnectionChanged)
        assert (lost.reason, lost.kind) == (FailureCode.RESET.value.reason, LiveKind.SERVER_CLOSED)
        second = machine.senders.made(2)
        assert engine.stats(STREAMER, "s").destinations[0].reason == lost.reason
        second.say(Connected())
        packets = second.wait_sent(20)
        assert not engine.stats(STREAMER, "s").destinations[0].reason
        assert packets[0].track == VIDEO
        assert packets[0].keyframe
        assert packets[0].pts > first.sent[-1].pts or first.sent[-1].track == AUDIO
        engine.stop(STREAMER, "s")
        assert engine.stats(STREAMER, "s").reconnect_count == 1


def test_an_attempt_that_cannot_be_started_is_told_and_made_again() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, reconnect_initial_ms=10)
        engine.start(STREAMER, "s")
        first = machine.senders.made(1)
        first.say(Connected())
        first.wait_sent(10)
        machine.senders.refused = [FailureCode.NO_ROOM] * 3
        first.say(Ended(code=FailureCode.RESET))
        second = machine.senders.made(2)
        second.say(Connected())
        assert second.wait_sent(20)[0].keyframe
        engine.stop(STREAMER, "s")
        assert engine.stats(STREAMER, "s").reconnect_count == 1
    told = [event.reason for event in events.all if isinstance(event, ConnectionChanged)]
    assert told.count(FailureCode.NO_ROOM.value.reason) == 3


def test_a_required_connection_for_which_there_is_no_room_is_the_error_of_start() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _events):
        initialize(engine, require_connection=True)
        machine.senders.refused = [FailureCode.NO_ROOM]
        with pytest.raises(IoniaError, match="no room for another connection"):
            engine.start(STREAMER, "s")


def test_a_stream_without_a_thread_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_thread(_: Worker) -> None:
        raise RuntimeError("can't start new thread")

    machine = FakeMachine()
    with engine_on(machine) as (engine, _events):
        initialize(engine)
        with monkeypatch.context() as patched:
            patched.setattr(Worker, "start", no_thread)
            with pytest.raises(IoniaError, match="can't start another thread") as caught:
                engine.start(STREAMER, "s")
        assert caught.value.kind is ErrorKind.CONNECT_FAILED
        assert not engine.is_running(STREAMER, "s")


def test_what_a_dead_sender_says_late_changes_nothing() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _events):
        initialize(engine, reconnect_initial_ms=10)
        engine.start(STREAMER, "s")
        first = machine.senders.made(1)
        first.say(Connected())
        first.wait_sent(5)
        first.say(Ended(code=FailureCode.RESET))
        second = machine.senders.made(2)
        second.say(Connected())
        second.wait_sent(5)
        delivered(first, 5)
        first.say(Ended(code=FailureCode.RESET))
        second.wait_sent(len(second.sent) + 10)
        assert engine.is_connected("s")
        engine.stop(STREAMER, "s")


def test_a_required_connection_that_fails_is_the_error_of_start() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _events):
        initialize(engine, require_connection=True)
        machine.senders.refused = [FailureCode.REFUSED]
        with pytest.raises(IoniaError, match="refuses connections") as caught:
            engine.start(STREAMER, "s")
        assert (caught.value.kind, caught.value.live_kind) == (ErrorKind.CONNECT_FAILED, LiveKind.REFUSED)
        assert caught.value.hint
        assert SECRET not in caught.value.message
        assert not engine.is_running(STREAMER, "s")


def test_the_end_of_the_engine_does_not_wait_for_a_required_connection() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _events), ThreadPoolExecutor(1) as other:
        initialize(engine, require_connection=True)
        started = other.submit(engine.start, STREAMER, "s")
        machine.senders.made(1)
        engine.close()
        with pytest.raises(IoniaError, match="before there was a connection"):
            started.result(10)


@pytest.mark.parametrize("end", ["stop", "dispose"])
def test_a_stop_does_not_wait_for_a_required_connection(end: str) -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events), ThreadPoolExecutor(1) as other:
        initialize(engine, require_connection=True)
        started = other.submit(engine.start, STREAMER, "s")
        sender = machine.senders.made(1)
        assert engine.stop(STREAMER, "s") is True if end == "stop" else engine.dispose(STREAMER, "s") is None
        with pytest.raises(IoniaError, match="before there was a connection") as caught:
            started.result(10)
        assert caught.value.kind is ErrorKind.CONNECT_FAILED
        assert sender.killed.is_set()
        assert not engine.is_running(STREAMER, "s")
        events.wait_for(connection(ConnectionState.CLOSED))
        initialize(engine, require_connection=True)
        started = other.submit(engine.start, STREAMER, "s")
        machine.senders.made(2).say(Connected())
        assert started.result(10) is True
        engine.stop(STREAMER, "s")


def test_a_new_connection_announces_the_parameter_sets_of_the_encoder_that_took_over() -> None:
    machine = FakeMachine(prepare_video=lambda video: lose_the_card(video, at=20))
    with engine_on(machine) as (engine, _events):
        initialize(engine, reconnect_initial_ms=10)
        engine.start(STREAMER, "s")
        first = machine.senders.made(1)
        assert first.header is not None
        assert first.header.video.extradata == EXTRADATA
        first.say(Connected())
        while not any(packet.pts >= first.sent[0].pts + 20 and packet.track == VIDEO for packet in first.sent):
            first.wait_sent(len(first.sent) + 1)
            delivered(first, len(first.sent))
        first.say(Ended(code=FailureCode.RESET))
        second = machine.senders.made(2)
        second.say(Connected())
        header = second.header
        assert header is not None
        assert {parameter_set_id(one) for part in parameter_sets(header.video.extradata) for one in part} == {31}
        engine.stop(STREAMER, "s")


def lose_the_card(video: FakeVideoEncoder, *, at: int) -> None:
    """Put an encoder in its place that fails at a picture."""
    guarded = GuardedVideoEncoder(FailingEncoder(lost=at), CARD_SETTINGS)
    picture = yuv(guarded, VideoFrame(captured_ns=0, pixels=np.zeros((HEIGHT, WIDTH, 4), np.uint8)))

    def encode(index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        return guarded.encode(picture, index, keyframe=keyframe)

    video.encode = lambda _, index, *, keyframe=False: encode(index, keyframe=keyframe)  # type: ignore[method-assign]
    video.repeat = encode  # type: ignore[method-assign]
    video.flush = guarded.flush  # type: ignore[method-assign]
    video.close = guarded.close  # type: ignore[method-assign]


@pytest.mark.parametrize(("codec", "follows"), [("libx264", True), ("h264_amf", False)])
def test_an_encoder_that_keeps_its_bit_rate_is_not_believed_to_lower_it(codec: str, follows: bool) -> None:
    def name(video: FakeVideoEncoder) -> None:
        video.codec, video.follows_bitrate = codec, follows

    machine = FakeMachine(prepare_video=name)
    settings = replace(SETTINGS, video_bitrate=100_000)
    with engine_on(machine) as (engine, events):
        engine.initialize_streamer("s", StreamerSettings(rtmp_url=URL, media=settings))
        engine.start(STREAMER, "s")
        sender = machine.senders.made(1)
        sender.say(Connected())
        sent = 0
        while True:  # a link that carries a little, always half a second late
            count = len(sender.wait_sent(sent + 1))
            if count > sent + 80:
                sent += 1
                delivered(sender, sent)
            stats = engine.stats(STREAMER, "s")
            warned = any(isinstance(one, SessionWarned) and one.code == "bitrate_fixed" for one in events.all)
            if warned or stats.target_bitrate_kbps != 100:
                break
        engine.stop(STREAMER, "s")
    assert warned is not follows
    assert (stats.target_bitrate_kbps == 100) is not follows


def test_giving_up_fails_the_session() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, max_reconnect_seconds=0.0)
        engine.start(STREAMER, "s")
        machine.senders.made(1).say(Ended(code=FailureCode.NO_SUCH_HOST))
        failure = events.wait_for(lambda event: isinstance(event, SessionFailed))
        assert isinstance(failure, SessionFailed)
        assert (failure.kind, failure.live_kind) == (ErrorKind.CONNECT_FAILED, LiveKind.NO_SUCH_HOST)
        events.wait_for(lambda event: isinstance(event, SessionStateChanged) and event.state == "failed")


def test_a_link_that_delivers_nothing_gives_backpressure_and_drops_pictures_only() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, buffer_ms=200, adaptive_bitrate=False)
        engine.start(STREAMER, "s")
        sender = machine.senders.made(1)
        sender.say(Connected())
        event = events.wait_for(lambda event: isinstance(event, BackpressureChanged) and event.active)
        assert isinstance(event, BackpressureChanged)
        assert engine.is_backpressure("s")
        stats = engine.stats(STREAMER, "s")
        assert int(stats.current_latency_ms or 0) >= 50
        assert stats.audio_packets_dropped == 0
        engine.stop(STREAMER, "s")


def test_a_recorder_and_a_streamer_share_one_encode() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _):
        engine.initialize_recorder("r", RecorderSettings(output_path="r.mp4", media=SETTINGS))
        initialize(engine)
        assert (len(machine.screens), len(machine.videos)) == (1, 1)
        engine.start(SessionKind.RECORDER, "r")
        engine.start(STREAMER, "s")
        sender = machine.senders.made(1)
        sender.say(Connected())
        sender.wait_sent(20)
        engine.stop(STREAMER, "s")
        assert engine.is_running(SessionKind.RECORDER, "r")
        engine.stop(SessionKind.RECORDER, "r")
    video = [packet.pts for packet in machine.files[0].packets if packet.track == VIDEO]
    assert video == list(range(video[0], video[0] + len(video)))


def test_a_bad_address_opens_nothing() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _), pytest.raises(IoniaError) as caught:
        engine.initialize_streamer("s", StreamerSettings(rtmp_url="http://example.test/x", media=SETTINGS))
    assert caught.value.kind is ErrorKind.BAD_URL
    assert machine.screens == []


def test_a_stream_without_sound() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, _events):
        settings = MediaSettings(fps=100, audio_mode=AudioMode.NONE)
        engine.initialize_streamer("s", StreamerSettings(rtmp_url=URL, media=settings))
        engine.start(STREAMER, "s")
        sender = machine.senders.made(1)
        sender.say(Connected())
        assert {packet.track for packet in sender.wait_sent(50)} == {VIDEO, AUDIO}
        assert sender.header is not None
        assert sender.header.sounds == (SILENT_TRACK,)
        engine.stop(STREAMER, "s")


def test_a_file_of_certificates_that_is_no_good_is_said_at_once(tmp_path: Path) -> None:
    machine = FakeMachine()
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    for path, reason in ((tmp_path / "missing.pem", "is not there"), (broken, "has none that can be read")):
        with engine_on(machine) as (engine, _), pytest.raises(IoniaError, match=reason) as caught:
            initialize(engine, ca_file=str(path))
        assert (caught.value.kind, caught.value.live_kind) == (ErrorKind.CONNECT_FAILED, LiveKind.CERTIFICATE)
        assert caught.value.hint
    assert machine.screens == []


def test_a_certificate_of_ones_own_is_trusted_at_one_server_alone() -> None:
    machine, own, alls = FakeMachine(), "sha256:" + "0" * 64, "sha256:" + "1" * 64
    with engine_on(machine) as (engine, _):
        initialize(engine, ca_file=alls, more=(Destination(name="2", rtmp_url=URL + "2", ca_file=own),))
        engine.start(STREAMER, "s")
        senders = machine.senders.made(1), machine.senders.made(2)
        engine.stop(STREAMER, "s")
    assert {sender.url.key: sender.ca_file for sender in senders if sender.url} == {SECRET: alls, SECRET + "2": own}


def test_a_variable_that_names_no_good_file_is_told_and_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/bundle.pem")
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        settings = StreamerSettings(rtmp_url=URL.replace("rtmp:", "rtmps:"), media=SETTINGS)
        engine.initialize_streamer("s", settings)
        engine.start(STREAMER, "s")
        warned = events.wait_for(lambda event: isinstance(event, SessionWarned))
        engine.stop(STREAMER, "s")
    assert isinstance(warned, SessionWarned)
    assert warned.code is WarningCode.CA_FILE_IGNORED
    assert "SSL_CERT_FILE" in warned.message
