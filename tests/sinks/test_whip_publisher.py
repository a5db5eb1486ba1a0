"""The WHIP sender against aiortc's peer: media, sessions, refusals. Loopback only."""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.sender_events import KeyframeWanted
from ionia.core.live.whip_url import parse_whip_url
from ionia.core.media import AUDIO, VIDEO, MediaHeader
from ionia.media.opus_encoder import OpusEncoder
from ionia.sinks.whip_publisher import WhipPublisher
from tests.fakes.certificates import fingerprint, make_certificate
from tests.fakes.encoded_clip import EncodedClip, encoded_clip, luma_of, seconds
from tests.fakes.rtmp_server import server_context
from tests.fakes.sender_events import PATIENCE, SenderEvents
from tests.fakes.whip_server import whip_server

TOKEN = "SeCrEtToKeN"


@lru_cache
def clip(frames: int = 60) -> EncodedClip:
    """Pictures of the clip that others have, and a second of Opus for each thirty."""
    pictures = [packet for packet in encoded_clip(frames).packets if packet.track == VIDEO]
    sound = OpusEncoder(128_000)
    packets = list(pictures)
    for tick in range(frames * 48_000 // 30 // 1024):
        packets += sound.encode(np.full((1024, 2), 0.1, np.float32), tick * 1024)
    packets.sort(key=lambda packet: seconds(packet, 30))
    header = MediaHeader(tracks=(encoded_clip(frames).header.video, sound.info))
    return EncodedClip(header=header, packets=[packet for packet in packets if packet.dts >= 0])


@pytest.fixture
def sender() -> Iterator[WhipPublisher]:
    publisher = WhipPublisher()
    yield publisher
    publisher.kill()
    assert publisher.wait(PATIENCE)


def test_pictures_and_sound_arrive_and_the_session_ends(sender: WhipPublisher) -> None:
    events = SenderEvents()
    with whip_server(token=TOKEN) as server:
        sender.connect(parse_whip_url(server.url("/whip/room?a=b"), TOKEN), clip().header, events)
        events.connected()
        sender.send(clip().packets)
        last = events.delivered(len(clip().packets))
        server.wait_for(lambda: len(server.sessions[0].pictures) >= 55)
        server.wait_for(lambda: server.sessions[0].sound_samples >= 40 * 960)
        assert sender.close(PATIENCE)
        assert events.ended().code is None
        (session,) = server.sessions
        server.wait_for(lambda: session.ended)
    assert session.authorization == f"Bearer {TOKEN}"
    assert session.target == "/whip/room?a=b"
    assert [luma for luma, _ in session.pictures][:30] == pytest.approx([luma_of(index) for index in range(30)], abs=2)
    assert last.sent_bytes > sum(len(packet.data) for packet in clip().packets if packet.track == AUDIO)


def test_who_begins_to_watch_asks_for_a_keyframe(sender: WhipPublisher) -> None:
    events = SenderEvents()
    with whip_server() as server:
        sender.connect(parse_whip_url(server.url()), clip().header, events)
        events.connected()
        sender.send(clip().packets[:20])
        server.wait_for(lambda: bool(server.sessions[0].pictures))
        server.want_keyframe()
        events.until(lambda event: isinstance(event, KeyframeWanted))


def test_a_peer_that_goes_ends_the_connection(sender: WhipPublisher) -> None:
    events = SenderEvents()
    with whip_server() as server:
        sender.connect(parse_whip_url(server.url()), clip().header, events)
        events.connected()
        server.drop()
        assert events.ended().code in (FailureCode.RESET, FailureCode.SILENT)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, FailureCode.TOKEN),
        (404, FailureCode.NOT_WHIP),
        (307, FailureCode.REDIRECTED),
        (503, FailureCode.UNWILLING),
    ],
)
def test_refusals(sender: WhipPublisher, status: int, code: FailureCode) -> None:
    events = SenderEvents()
    with whip_server(status=status) as server:
        sender.connect(parse_whip_url(server.url(), TOKEN), clip().header, events)
        end = events.ended()
    assert end.code is code
    assert TOKEN not in repr(end)


def test_nobody_listens_there(sender: WhipPublisher) -> None:
    with whip_server() as server:
        url = server.url()
    events = SenderEvents()
    sender.connect(parse_whip_url(url), clip().header, events)
    assert events.ended().code is FailureCode.REFUSED


def test_a_certificate_that_nobody_signed_gets_no_token(sender: WhipPublisher, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    events = SenderEvents()
    with whip_server(token=TOKEN, tls=server_context(certificate)) as server:
        sender.connect(parse_whip_url(server.url(), TOKEN), clip().header, events)
        assert events.ended().code is FailureCode.SELF_SIGNED
        assert not server.sessions


@pytest.mark.parametrize("pinned", [False, True])
def test_one_of_ones_own_is_trusted(sender: WhipPublisher, tmp_path: Path, pinned: bool) -> None:
    certificate = make_certificate(tmp_path)
    trusted = fingerprint(certificate) if pinned else str(certificate)
    events = SenderEvents()
    with whip_server(token=TOKEN, tls=server_context(certificate)) as server:
        sender.connect(parse_whip_url(server.url(), TOKEN), clip().header, events, ca_file=trusted)
        events.connected()


def test_another_certificate_than_the_one_named_gets_no_token(sender: WhipPublisher, tmp_path: Path) -> None:
    events = SenderEvents()
    with whip_server(token=TOKEN, tls=server_context(make_certificate(tmp_path))) as server:
        url = parse_whip_url(server.url(), TOKEN)
        sender.connect(url, clip().header, events, ca_file="sha256:" + "0" * 64)
        assert events.ended().code is FailureCode.OTHER_CERTIFICATE
        assert not server.sessions


def test_killing_ends_the_session_too(sender: WhipPublisher) -> None:
    events = SenderEvents()
    with whip_server() as server:
        sender.connect(parse_whip_url(server.url()), clip().header, events)
        events.connected()
        begun = time.monotonic()
        sender.kill()
        assert events.ended().code is FailureCode.BROKEN
        assert time.monotonic() - begun < PATIENCE
        server.wait_for(lambda: server.sessions[0].ended)


def test_without_sound(sender: WhipPublisher) -> None:
    events = SenderEvents()
    header = clip().header.only(VIDEO)
    with whip_server() as server:
        sender.connect(parse_whip_url(server.url()), replace(header), events)
        events.connected()
        pictures = [packet for packet in clip().packets if packet.track == VIDEO]
        sender.send(pictures)
        events.delivered(len(pictures))
        server.wait_for(lambda: len(server.sessions[0].pictures) >= 50)
