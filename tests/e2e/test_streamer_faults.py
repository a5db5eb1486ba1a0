"""Going live while things go wrong: what the user is told, how fast it comes back, and that stopping always works."""

import resource
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.engine_process import EngineProcess, RpcError
from tests.fakes.live_stream import (
    CARD,
    KEY,
    check_begin,
    connections,
    eventually,
    go_live,
    indexes_of,
    pictures_of,
    sockets,
    stream_stats,
    wait_connected,
    wait_state,
)
from tests.fakes.media_check import file_facts, longest_standstill
from tests.fakes.nginx_rtmp import free_port, nginx_rtmp
from tests.fakes.rtmp_server import Act, Misbehaviour, RtmpServer, Stage, rtmp_server
from tests.fakes.tcp_relay import tcp_relay


def server_that(stack: ExitStack, stage: Stage, act: Act, words: str = "") -> RtmpServer:
    return stack.enter_context(rtmp_server(misbehaviour=Misbehaviour(stage=stage, act=act, words=words)))


def test_a_rejected_key_ends_the_stream_with_advice(engine: EngineProcess, stack: ExitStack) -> None:
    """By an error, and by hanging up after the first picture. Both at once, since three tries take 14 s and 4 s."""
    servers = {
        "refuses": server_that(stack, Stage.PUBLISH, Act.REJECT),
        "hangs up": server_that(stack, Stage.MEDIA, Act.CLOSE),
    }
    for session, server in servers.items():
        go_live(engine, server.url(KEY), session)
    for session, server in servers.items():

        def ours(one: dict[str, Any], session: str = session) -> bool:
            return bool(one["id"] == session)

        failed = engine.wait_for("session.error", ours)
        assert (failed["data"]["kind"], failed["data"]["liveKind"]) == ("connect_failed", "key_rejected")
        assert "stream key" in failed["data"]["hint"]
        assert wait_state(engine, "failed", session)["kind"] == "key_rejected"
        assert len(server.publications) == 3
        engine.wait_for("session.state", lambda one, ours=ours: ours(one) and one["state"] == "failed")
        assert engine.call("streamer.isRunning", [session]) is False


def test_a_session_that_the_server_still_holds_is_waited_out(engine: EngineProcess, stack: ExitStack) -> None:
    server = stack.enter_context(rtmp_server())
    go_live(engine, server.url(KEY))
    server.wait_for(lambda: server.publications and server.publications[0].picture_seconds > 2)  # the key is good
    server.misbehaviour = Misbehaviour(stage=Stage.PUBLISH, act=Act.REJECT)
    server.hang_up()
    engine.wait_for("streamer.connection", lambda one: one["kind"] == "in_use")
    server.misbehaviour = None
    server.wait_for(lambda: len(server.publications[-1].of(9)) >= 30)
    assert stream_stats(engine)["reconnectCount"] == 1


def test_people_are_told_why_there_is_no_connection(engine: EngineProcess, stack: ExitStack) -> None:
    cases = {
        f"rtmp://127.0.0.1:{free_port()}/live/{KEY}": ("refused", "the server refuses connections"),
        f"rtmp://no-such-host.invalid/live/{KEY}": ("no_such_host", "there is no server of this name"),
        server_that(stack, Stage.PUBLISH, Act.REJECT).url(KEY): ("key_rejected", "rejected the stream key"),
        server_that(stack, Stage.CONNECT, Act.REJECT).url(KEY): ("key_rejected", "rejected the stream key"),
        server_that(stack, Stage.PUBLISH, Act.REJECT, "Already publishing").url(KEY): (
            "in_use",
            "with this key already",
        ),
        server_that(stack, Stage.CONNECT, Act.REJECT, "Redirected").url(KEY): ("redirected", "at another address"),
        server_that(stack, Stage.PUBLISH, Act.CLOSE).url(KEY): ("server_closed", "the application may be wrong"),
        server_that(stack, Stage.HANDSHAKEN, Act.RESET).url(KEY): ("server_closed", ""),
    }
    least = {"key_rejected": 4000, "redirected": 4000, "in_use": 3000}

    def check(session: str, kind: str, reason: str) -> None:
        told = engine.wait_for("streamer.connection", lambda one: one["id"] == session and one["kind"] == kind)
        assert told["state"] == "connecting"
        assert reason in told["reason"]
        # 250 ms and 10 % after the first failure; on a busy machine others may have come before this one.
        delay = 275 * 2 ** (told["attempt"] - 2)
        assert least.get(kind, 0) <= told["delayMs"] <= max(least.get(kind, 0), delay)
        assert engine.call("streamer.isConnected", [session]) is False
        assert engine.call("streamer.isRunning", [session]) is True
        assert engine.call("streamer.stop", [session]) is True

    # Two at a time: a slow machine that starts all the senders at once gives none the time to connect.
    silent = server_that(stack, Stage.ACCEPTED, Act.STALL).url(KEY)
    go_live(engine, silent, "silent")
    asked = [(f"s{number}", url, *told) for number, (url, told) in enumerate(cases.items())]
    for first in range(0, len(asked), 2):
        for session, url, _, _ in asked[first : first + 2]:
            go_live(engine, url, session)
        for session, _, kind, reason in asked[first : first + 2]:
            check(session, kind, reason)
    check("silent", "timeout", "no answer from the server")


@pytest.mark.parametrize(
    "url", ["http://a.test/live/key", "rtmp://a.test/live/", "rtmp://", "rtmp://a.test:0/live/key"]
)
def test_a_bad_address_is_refused_by_initialize(engine: EngineProcess, url: str) -> None:
    with pytest.raises(RpcError) as refused:
        engine.call("streamer.initialize", {"rtmpUrl": url, **CARD})
    assert (refused.value.code, refused.value.kind) == (1302, "bad_url")


def test_a_required_connection(engine: EngineProcess, stack: ExitStack) -> None:
    with pytest.raises(RpcError, match="refuses connections") as refused:
        go_live(engine, f"rtmp://127.0.0.1:{free_port()}/live/{KEY}", requireConnection=True)
    assert (refused.value.code, refused.value.kind) == (1303, "connect_failed")
    assert KEY not in str(refused.value)
    assert engine.call("streamer.isRunning") is False
    server = stack.enter_context(rtmp_server())
    go_live(engine, server.url(), requireConnection=True)
    assert engine.call("streamer.isConnected") is True
    assert engine.call("streamer.stop") is True


def test_a_stop_does_not_wait_for_a_required_connection(engine: EngineProcess, stack: ExitStack) -> None:
    server = server_that(stack, Stage.ACCEPTED, Act.STALL)
    engine.call("streamer.initialize", {"rtmpUrl": server.url(), "requireConnection": True, **CARD})
    with ThreadPoolExecutor(1) as other:
        started = other.submit(engine.call, "streamer.start")
        server.wait_for(lambda: server.publications)
        begun = time.monotonic()
        assert engine.call("streamer.stop") is True
        took = time.monotonic() - begun
        with pytest.raises(RpcError) as failed:
            started.result(10)
    assert (failed.value.code, failed.value.kind) == (1303, "connect_failed")
    assert took < 5  # promised is 1 s; a stop that waited for the server would take 6
    assert engine.call("streamer.isRunning") is False


def test_the_end_does_not_wait_for_a_required_connection(stack: ExitStack, tmp_path: Path) -> None:
    server = server_that(stack, Stage.ACCEPTED, Act.STALL)
    path = tmp_path / "take.mp4"
    with EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
        engine.call("recorder.start")
        engine.call("streamer.initialize", {"rtmpUrl": server.url(), "requireConnection": True, **CARD})
        engine.send("streamer.start")
        server.wait_for(lambda: server.publications)
        engine.process.send_signal(signal.SIGTERM)
        assert engine.process.wait(20) == 0
        assert "by force" not in engine.stderr
    assert file_facts(path).video.pts


def test_it_comes_back_at_now_with_a_keyframe(engine: EngineProcess, stack: ExitStack) -> None:
    server = stack.enter_context(rtmp_server())
    go_live(engine, server.url(), keyframeIntervalSeconds=10)
    first = server.publications
    server.wait_for(lambda: first and first[0].picture_seconds > 5)  # the connection has proved itself
    server.hang_up()
    server.wait_for(lambda: len(server.publications) >= 2 and len(server.publications[-1].of(9)) >= 30)
    before, after = server.publications
    check_begin(after.media)
    assert after.of(9)[0].timestamp == 0
    # The keyframe was asked for: the next one that was due lies 4 s ahead and more.
    assert after.of(9)[0].arrived - after.media[0].arrived < 3
    # No backlog: what comes was made after the loss, and doesn't come faster than it is made.
    lost, back = indexes_of(pictures_of(before.media))[-1], indexes_of(pictures_of(after.media))[0]
    assert back > lost
    shown = after.of(9)
    assert shown[-1].arrived - shown[1].arrived > 0.5 * (shown[-1].timestamp - shown[1].timestamp) / 1000
    # On a busy machine the first attempt may take too long, and is told to be followed by another.
    lost_event = next(one for one in connections(engine) if one["state"] == "reconnecting")
    assert (lost_event["attempt"], lost_event["delayMs"]) == (1, 0)
    assert stream_stats(engine)["reconnectCount"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="another process's limit is set")
def test_a_stream_comes_back_when_there_is_room_for_a_sender_again(
    engine: EngineProcess, stack: ExitStack, tmp_path: Path
) -> None:
    server = stack.enter_context(rtmp_server())
    path = tmp_path / "take.mp4"
    engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
    engine.call("recorder.start")
    go_live(engine, server.url())
    wait_connected(engine)
    pid = engine.process.pid
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, limits[1]))
    server.hang_up()
    known = len(server.publications)
    engine.wait_for("streamer.connection", lambda one: "no room for another connection" in one["reason"])
    resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    server.wait_for(lambda: len(server.publications) > known and len(server.publications[-1].of(9)) >= 30)
    check_begin(server.publications[-1].media)
    assert stream_stats(engine)["state"] == "running"
    assert engine.call("streamer.stop") is True
    assert engine.call("recorder.stop") is True
    assert file_facts(path).video.pts


def test_a_recording_does_not_notice_a_server_that_freezes_dies_and_returns(
    engine: EngineProcess, tmp_path: Path
) -> None:
    path = tmp_path / "take.mp4"
    answers = 0
    with nginx_rtmp() as nginx:
        engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
        engine.call("recorder.start")
        go_live(engine, nginx.url(), "live")
        wait_connected(engine, "live")
        engine.wait_stats("streamer.getStats", "live", lambda stats: stats["videoPackets"] >= 30)
        nginx.freeze()

        def noticed() -> bool:
            nonlocal answers
            stream_stats(engine, "live")
            answers += 1
            return any(one["reason"] for one in connections(engine, "live"))

        assert eventually(noticed, "the frozen server was not noticed") < 10
        nginx.thaw()
        nginx.kill()
        engine.wait_for("streamer.connection", lambda one: "refuses" in one["reason"])
        nginx.start()
        wait_connected(engine, "live", times=2)
        done = stream_stats(engine, "live")["videoPackets"] + 30
        engine.wait_stats("streamer.getStats", "live", lambda stats: stats["videoPackets"] >= done)
        engine.call("streamer.stop", ["live"])
    engine.call("recorder.stop")
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    # A frozen server is noticed after 1.2 s and more, and who waits for it stands still for so long.
    assert longest_standstill(path) < 30
    assert answers > 10


def test_stopping_works_at_once_in_any_state_of_the_network(engine: EngineProcess, stack: ExitStack) -> None:
    good = stack.enter_context(rtmp_server())
    relays = [stack.enter_context(tcp_relay(good.port)) for _ in range(2)]
    urls = {
        "connected": good.url(),
        "stalled": f"rtmp://127.0.0.1:{relays[0].port}/live/key",
        "slow": f"rtmp://127.0.0.1:{relays[1].port}/live/key",
        "silent": server_that(stack, Stage.ACCEPTED, Act.STALL).url(),
        "handshaken": server_that(stack, Stage.HANDSHAKEN, Act.STALL).url(),
        "deaf": server_that(stack, Stage.MEDIA, Act.STALL).url(),
        "waiting": f"rtmp://127.0.0.1:{free_port()}/live/key",
    }
    for name, url in urls.items():
        go_live(engine, url, name, **({"reconnectInitialMs": 60_000} if name == "waiting" else {}))
    for name in ("connected", "stalled", "slow", "deaf"):
        wait_connected(engine, name)
    engine.wait_for("streamer.connection", lambda one: one["id"] == "waiting" and one["delayMs"] > 1000)
    relays[0].stall()
    relays[1].throttle(20_000)
    engine.wait_stats("streamer.getStats", "stalled", lambda stats: stats["currentLatencyMs"] > 300)
    engine.wait_for("session.stats", lambda stats: stats["id"] == "slow" and stats["currentLatencyMs"] > 300)
    took = {}
    for name in urls:
        begun = time.monotonic()
        assert engine.call("streamer.stop", [name]) is True
        took[name] = time.monotonic() - begun
        assert wait_state(engine, "closed", name)
    assert max(took.values()) < 5, took  # promised is 1 s; to wait for any of these servers would take 6 and more
    eventually(lambda: not sockets(engine.process.pid), "sockets are left over")
