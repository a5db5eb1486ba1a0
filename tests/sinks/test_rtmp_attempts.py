"""A sender's attempts from their first look-up to the end: killed in any state, without room, with logins."""

import errno
import gc
import socket
import sys
import threading
from urllib.parse import unquote

import psutil
import pytest

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.live.sender_events import Connected, Progress
from ionia.sinks import look_ups, rtmp_publisher
from ionia.sinks.rtmp_publisher import RtmpPublisher
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.rtmp_server import Act, Misbehaviour, Stage, rtmp_server
from tests.fakes.sender_events import PATIENCE, SenderEvents, open_publisher

KEY = "SeCrEtKey"
NOBODY = parse_rtmp_url("rtmp://127.0.0.1:1/live/key")


@pytest.mark.skipif(sys.platform == "win32", reason="counts descriptors")
def test_attempt_after_attempt_leaves_nothing() -> None:
    clip, us = encoded_clip(), psutil.Process()
    with rtmp_server(misbehaviour=Misbehaviour(stage=Stage.MEDIA, act=Act.RESET, after_messages=3)) as server:
        url = parse_rtmp_url(server.url(KEY))

        def attempt() -> None:
            publisher, events = RtmpPublisher(), SenderEvents()
            publisher.connect(url, clip.header, events)
            publisher.send(clip.live)
            assert events.ended().code is FailureCode.RESET
            assert publisher.wait(PATIENCE)

        attempt()
        server.wait_for(lambda: server.publications[-1].over)
        descriptors, threads = us.num_fds(), set(threading.enumerate())
        for _ in range(20):
            attempt()
        server.wait_for(lambda: all(publication.over for publication in server.publications))
        assert us.num_fds() <= descriptors
        assert not [
            thread for thread in threading.enumerate() if thread.name.startswith("rtmp") and thread not in threads
        ]


@pytest.mark.parametrize("stage", [Stage.ACCEPTED, Stage.HANDSHAKEN, Stage.CONNECT, Stage.PUBLISH, Stage.MEDIA])
def test_killed_in_any_state_it_is_gone_and_says_so_once(stage: Stage) -> None:
    clip, events = encoded_clip(), SenderEvents()
    with rtmp_server(misbehaviour=Misbehaviour(stage=stage, act=Act.STALL)) as server, open_publisher() as publisher:
        publisher.connect(parse_rtmp_url(server.url(KEY)), clip.header, events)
        publisher.send(clip.live)
        server.wait_for(lambda: server.publications)
        publisher.kill()
        publisher.kill()
        assert events.ended().code is FailureCode.BROKEN
        assert publisher.wait(PATIENCE)
        assert events.queue.empty()
        publisher.send(clip.live)
        assert publisher.close(0)


def test_killed_before_it_was_used() -> None:
    events = SenderEvents()
    with open_publisher() as publisher:
        publisher.kill()
        assert publisher.wait(0)
        publisher.connect(NOBODY, encoded_clip().header, events)
        assert events.ended().code is FailureCode.BROKEN


def test_killed_while_a_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    looking, over, real = threading.Event(), threading.Event(), socket.getaddrinfo

    def slow(host: str, port: int, **more: int) -> object:
        if not more.get("flags"):
            looking.set()
            over.wait()
        return real(host, port, **more)

    monkeypatch.setattr(look_ups.socket, "getaddrinfo", slow)
    events = SenderEvents()
    try:
        with open_publisher() as publisher:
            publisher.connect(parse_rtmp_url("rtmp://nobody.invalid/live/key"), encoded_clip().header, events)
            assert looking.wait(PATIENCE)
            publisher.kill()
            assert publisher.wait(PATIENCE)
            assert events.ended().code is FailureCode.BROKEN
    finally:
        over.set()


def test_no_room_for_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> object:
        raise OSError(errno.EMFILE, "too many")

    monkeypatch.setattr(rtmp_publisher, "SocketWait", none)
    events = SenderEvents()
    publisher = RtmpPublisher()
    publisher.connect(NOBODY, encoded_clip().header, events)
    assert events.ended().code is FailureCode.NO_ROOM
    assert not publisher.alive


@pytest.mark.skipif(sys.platform == "win32", reason="counts descriptors")
def test_no_room_for_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    gc.collect()  # what other tests left
    descriptors = psutil.Process().num_fds()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", none)
        events, publisher = SenderEvents(), RtmpPublisher()
        publisher.connect(NOBODY, encoded_clip().header, events)
        assert events.ended().code is FailureCode.NO_ROOM
        assert publisher.wait(0)
        publisher.kill()
    assert psutil.Process().num_fds() <= descriptors


def test_a_flood_ends_it() -> None:
    clip, events = encoded_clip(), SenderEvents()
    with (
        rtmp_server(misbehaviour=Misbehaviour(stage=Stage.CONNECT, act=Act.STALL)) as server,
        open_publisher() as publisher,
    ):
        publisher.connect(parse_rtmp_url(server.url(KEY)), clip.header, events)
        publisher.send(clip.flood(17 * 1024 * 1024 // len(clip.live[0].data)))
        assert events.ended().code is FailureCode.BROKEN


@pytest.mark.parametrize("login", ["a%3Ab:p", "a:p%2Fw", "a:p%3Fw", "a%23%26:p"])
def test_a_login_that_ffmpeg_would_cut_arrives(login: str) -> None:
    user, _, password = login.partition(":")
    events = SenderEvents()
    with rtmp_server(login=(unquote(user), unquote(password))) as server, open_publisher() as publisher:
        url = parse_rtmp_url(server.url(KEY).replace("://", f"://{login}@"))
        publisher.connect(url, encoded_clip().header, events)
        events.connected()
        assert publisher.close(PATIENCE)


def test_a_wrong_password_is_told() -> None:
    events = SenderEvents()
    with rtmp_server(login=("me", "right")) as server, open_publisher() as publisher:
        url = parse_rtmp_url(server.url(KEY).replace("://", "://me:wRoNgOnE@"))
        publisher.connect(url, encoded_clip().header, events)
        end = events.ended()
        assert end.code is FailureCode.LOGIN
        assert "wRoNgOnE" not in end.detail


def test_what_is_counted_is_what_the_server_read() -> None:
    clip, events = encoded_clip(), SenderEvents()
    with rtmp_server() as server, open_publisher() as publisher:
        publisher.connect(parse_rtmp_url(server.url(KEY)), clip.header, events)
        publisher.send(clip.live)
        assert publisher.close(PATIENCE)
        assert events.ended().code is None
        (publication,) = server.publications
        server.wait_for(lambda: publication.over)
    told = [event for event in events.seen if isinstance(event, Progress)]
    assert any(isinstance(event, Connected) for event in events.seen)
    assert (told[-1].muxed, told[-1].delivered) == (len(clip.live), len(clip.live))
    assert told[-1].sent_bytes == told[-1].delivered_bytes == publication.bytes_read
