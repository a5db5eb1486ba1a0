"""The sender against a server that notes every message and can misbehave; loopback only."""

import select
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.live.sender_events import Connected, Progress
from ionia.core.media import AUDIO, VIDEO, MediaHeader
from ionia.sinks.rtmp_publisher import RtmpPublisher
from tests.fakes.certificates import LATER, LONG_AGO, Authority, fingerprint, make_certificate
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.manual_clock import ManualClock
from tests.fakes.rtmp_server import Act, Misbehaviour, Stage, rtmp_server, server_context
from tests.fakes.sender_events import PATIENCE, SenderEvents, open_publisher

KEY = "SeCrEtKey"


@pytest.fixture
def sender() -> Iterator[RtmpPublisher]:
    with open_publisher() as one:
        yield one


def test_every_packet_arrives_once_in_order_and_on_time(sender: RtmpPublisher) -> None:
    clip = encoded_clip()
    events = SenderEvents()
    with rtmp_server() as server:
        sender.connect(parse_rtmp_url(server.url(f"{KEY}?token=a/b:c&d=[e]|f'g\\h")), clip.header, events)
        events.connected()
        sender.send(clip.live)
        last = events.delivered(len(clip.live))
        assert sender.close(PATIENCE)
        assert events.ended().code is None
        publication = server.publications[0]
        server.wait_for(lambda: publication.over)
    assert (publication.app, publication.key) == ("live", f"{KEY}?token=a/b:c&d=[e]|f'g\\h")
    assert publication.commands[-2:] == ["FCUnpublish", "deleteStream"]
    pictures, sound = publication.of(9), publication.of(8)
    assert [message.is_sequence_header for message in publication.media[:2]] == [True, True]
    first = next(packet.dts for packet in clip.packets if packet.track == VIDEO)
    sent = [packet for packet in clip.packets if packet.track == VIDEO]
    assert [m.timestamp for m in pictures] == pytest.approx([(p.dts - first) * 1000 / 30 for p in sent], abs=2)
    assert [m.is_keyframe for m in pictures] == [p.keyframe for p in sent]
    assert len(sound) >= sum(p.track == AUDIO and p.dts >= 0 for p in clip.packets) - 1
    stamps = [message.timestamp for message in publication.media if not message.is_sequence_header][:-1]
    assert stamps == sorted(set(stamps))
    assert last.exact
    assert last.sent_bytes == last.delivered_bytes


@pytest.mark.parametrize(("abilities", "all_sounds"), [({"capsEx": 2.0}, True), ({}, False)])
def test_several_sounds_go_to_a_server_that_takes_them(
    sender: RtmpPublisher, abilities: dict[str, object], all_sounds: bool
) -> None:
    clip, events = encoded_clip(), SenderEvents()
    second = replace(AUDIO, index=1)
    header = MediaHeader(tracks=(*clip.header.tracks, replace(clip.header.sounds[0], id=second)))
    both = [
        each
        for packet in clip.live
        for each in ((packet,) if packet.track == VIDEO else (packet, replace(packet, track=second)))
    ]
    with rtmp_server() as server:
        server.abilities = abilities
        sender.connect(parse_rtmp_url(server.url(KEY)), header, events)
        assert events.until(lambda event: isinstance(event, Connected)) == Connected(all_sounds=all_sounds)
        sender.send(both)
        events.delivered(len(both))
        assert sender.close(PATIENCE)
        bodies = [message.body for message in server.publications[0].of(8)]
    plain = [body[2:] for body in bodies if body[:2] == b"\xaf\1"]
    beside = [body[7:] for body in bodies if body[:7] == b"\x95\1mp4a\1"]
    assert plain == [packet.data for packet in clip.live if packet.track == AUDIO]
    assert beside == (plain if all_sounds else [])


def test_without_sound(sender: RtmpPublisher) -> None:
    clip = encoded_clip(30, audio=False)
    events = SenderEvents()
    with rtmp_server() as server:
        sender.connect(parse_rtmp_url(server.url()), clip.header, events)
        sender.send(clip.live)
        events.delivered(30)
        sender.close(PATIENCE)
        publication = server.publications[0]
        server.wait_for(lambda: publication.over)
    assert len(publication.of(9)) == 30
    assert not publication.of(8)


def test_a_connection_begins_with_a_keyframe_at_zero(sender: RtmpPublisher) -> None:
    clip = encoded_clip(keyframes=(40,))
    events = SenderEvents()
    with rtmp_server() as server:
        sender.connect(parse_rtmp_url(server.url()), clip.header, events)
        sender.send(rest := clip.since(40, preroll_seconds=0))
        events.delivered(len(rest))
        sender.close(PATIENCE)
        publication = server.publications[0]
        server.wait_for(lambda: publication.over)
    media = [message for message in publication.media if not message.is_sequence_header]
    assert media[0].is_keyframe
    assert media[0].timestamp == 0
    assert len(publication.of(9)) == 60


@pytest.mark.parametrize(
    ("stage", "act", "codes"),
    [
        (Stage.ACCEPTED, Act.CLOSE, {FailureCode.NOT_RTMP, FailureCode.HUNG_UP}),
        (Stage.ACCEPTED, Act.RESET, {FailureCode.NOT_RTMP, FailureCode.HUNG_UP}),
        (Stage.HANDSHAKEN, Act.CLOSE, {FailureCode.HUNG_UP}),
        (Stage.HANDSHAKEN, Act.RESET, {FailureCode.HUNG_UP}),
        (Stage.CONNECT, Act.CLOSE, {FailureCode.HUNG_UP}),
        (Stage.CONNECT, Act.REJECT, {FailureCode.REJECTED}),
        (Stage.CREATE_STREAM, Act.CLOSE, {FailureCode.HUNG_UP}),
        (Stage.PUBLISH, Act.CLOSE, {FailureCode.HUNG_UP}),
        (Stage.PUBLISH, Act.REJECT, {FailureCode.REJECTED}),
        (Stage.MEDIA, Act.CLOSE, {FailureCode.RESET}),
        (Stage.MEDIA, Act.RESET, {FailureCode.RESET}),
    ],
)
def test_a_server_that_hangs_up(sender: RtmpPublisher, stage: Stage, act: Act, codes: set[FailureCode]) -> None:
    clip = encoded_clip()
    events = SenderEvents()
    plan = Misbehaviour(stage=stage, act=act, after_messages=10)
    with rtmp_server(misbehaviour=plan) as server:
        sender.connect(parse_rtmp_url(server.url(KEY)), clip.header, events)
        sender.send(clip.live)
        end = events.ended()
        (publication,) = server.publications  # one attempt; who asks afterwards whether anyone listens says nothing
        assert publication.bytes_read
    assert end.code in codes
    assert KEY not in end.detail


@pytest.mark.parametrize("stage", [Stage.ACCEPTED, Stage.HANDSHAKEN, Stage.CONNECT, Stage.PUBLISH])
def test_a_server_that_never_answers_is_left_by_killing(sender: RtmpPublisher, stage: Stage) -> None:
    events = SenderEvents()
    plan = Misbehaviour(stage=stage, act=Act.STALL)
    with rtmp_server(misbehaviour=plan) as server:
        sender.connect(parse_rtmp_url(server.url(KEY)), encoded_clip().header, events)
        server.wait_for(lambda: server.publications)
        assert sender.alive
        assert not sender.close(0.05)  # it can't say goodbye, and isn't waited for
        assert events.ended().code is FailureCode.BROKEN
        assert not sender.alive


def test_a_stalled_stream_shows_in_the_progress_and_blocks_nobody(sender: RtmpPublisher) -> None:
    clip = encoded_clip()
    events = SenderEvents()
    plan = Misbehaviour(stage=Stage.MEDIA, act=Act.STALL, after_messages=20)
    with rtmp_server(misbehaviour=plan) as server:
        sender.connect(parse_rtmp_url(server.url(KEY)), clip.header, events)
        events.connected()
        for turn in range(200):  # 43 MB, far more than all buffers: the writes must block, and not us
            sender.send(clip.flood(100, first=100 * turn))
            if not sender.alive:
                break
        sender.kill()
        end = events.ended()
    assert end.code is FailureCode.BROKEN
    progress = [event for event in events.seen if isinstance(event, Progress)]
    assert progress[-1].delivered_bytes <= progress[-1].sent_bytes


def test_a_server_that_does_not_read_is_told_from_a_network_that_loses(sender: RtmpPublisher) -> None:
    clip = encoded_clip()
    events = SenderEvents()
    plan = Misbehaviour(stage=Stage.MEDIA, act=Act.STALL, after_messages=20)
    with rtmp_server(misbehaviour=plan) as server:
        sender.connect(parse_rtmp_url(server.url(KEY)), clip.header, events)
        flood = clip.flood(4000)  # 8 MB
        sender.send(flood[:5])
        read = events.until(lambda event: isinstance(event, Progress) and event.delivered_bytes > 0)
        assert isinstance(read, Progress)
        assert not read.zero_window
        sender.send(flood[5:])
        told = events.until(lambda event: isinstance(event, Progress) and event.zero_window)
        assert isinstance(told, Progress)
        assert told.delivered_bytes < told.sent_bytes


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("rtmp://127.0.0.1:1/live/" + KEY, FailureCode.REFUSED),
        ("rtmp://no-such-host.invalid/live/" + KEY, FailureCode.NO_SUCH_HOST),
    ],
)
def test_nobody_there(sender: RtmpPublisher, address: str, code: FailureCode) -> None:
    events = SenderEvents()
    sender.connect(parse_rtmp_url(address), encoded_clip().header, events)
    end = events.ended()
    assert end.code is code
    assert KEY not in end.detail


def test_rtmps_with_a_certificate_that_fits(sender: RtmpPublisher, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    clip = encoded_clip()
    events = SenderEvents()
    with rtmp_server(tls=server_context(certificate)) as server:
        sender.connect(parse_rtmp_url(server.url(KEY)), clip.header, events, ca_file=str(certificate))
        sender.send(clip.live)
        events.delivered(len(clip.live))
        assert sender.close(PATIENCE)
        server.wait_for(lambda: server.publications[0].over)
        assert len(server.publications[0].of(9)) == 100


def certificates(folder: Path, case: str) -> tuple[Path, str]:
    """A server's certificate, and the file with those that the sender trusts."""
    authority, broken = Authority(folder), folder / "broken.pem"
    own, root = make_certificate(folder), str(authority.root)
    broken.write_text("nothing")
    return {
        "good": lambda: (authority.certificate(), root),
        "self-signed": lambda: (own, ""),
        "unknown authority": lambda: (authority.certificate(), ""),
        "leaf only": lambda: (authority.certificate(chain=False), root),
        "wrong host": lambda: (authority.certificate("DNS:example.com"), root),
        "expired": lambda: (authority.certificate(valid=LONG_AGO), root),
        "not yet": lambda: (authority.certificate(valid=LATER), root),
        "another fingerprint": lambda: (own, "sha256:" + "0" * 64),
        "no fingerprint": lambda: (own, "sha256:12"),
        "missing bundle": lambda: (own, str(folder / "missing.pem")),
        "broken bundle": lambda: (own, str(broken)),
        "no bundle": lambda: (own, "/dev/zero"),
    }[case]()


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("self-signed", FailureCode.SELF_SIGNED),
        ("unknown authority", FailureCode.UNKNOWN_AUTHORITY),
        ("leaf only", FailureCode.INCOMPLETE_CHAIN),
        ("wrong host", FailureCode.WRONG_HOST),
        ("expired", FailureCode.EXPIRED),
        ("not yet", FailureCode.NOT_YET_VALID),
        ("another fingerprint", FailureCode.OTHER_CERTIFICATE),
        ("no fingerprint", FailureCode.PIN_BROKEN),
        ("missing bundle", FailureCode.CA_MISSING),
        ("broken bundle", FailureCode.CA_BROKEN),
        ("no bundle", FailureCode.CA_BROKEN),
    ],
)
def test_what_is_wrong_with_a_certificate_is_told_apart(
    sender: RtmpPublisher, tmp_path: Path, case: str, code: FailureCode
) -> None:
    certificate, trusted = certificates(tmp_path, case)
    events = SenderEvents()
    with rtmp_server(tls=server_context(certificate)) as server:
        sender.connect(parse_rtmp_url(server.url(KEY)), encoded_clip().header, events, ca_file=trusted)
        assert events.ended().code is code
        assert not server.publications


def test_an_authority_of_ones_own_is_trusted_when_it_is_named(sender: RtmpPublisher, tmp_path: Path) -> None:
    certificate, trusted = certificates(tmp_path, "good")
    events = SenderEvents()
    with rtmp_server(tls=server_context(certificate)) as server:
        sender.connect(parse_rtmp_url(server.url(KEY)), encoded_clip().header, events, ca_file=trusted)
        events.connected()
        assert sender.close(PATIENCE)


def test_a_certificate_is_trusted_whose_fingerprint_is_named(sender: RtmpPublisher, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, names="DNS:elsewhere.test")
    events = SenderEvents()
    with rtmp_server(tls=server_context(certificate)) as server:
        trusted = fingerprint(certificate)
        sender.connect(parse_rtmp_url(server.url(KEY)), encoded_clip().header, events, ca_file=trusted)
        events.connected()
        assert sender.close(PATIENCE)


@pytest.mark.parametrize(
    ("path", "app", "key"),
    [
        ("mystream", "mystream", ""),
        ("mystream?user=u&pass=p", "mystream?user=u&pass=p", ""),
        ("live?vhost=example.com/s", "live?vhost=example.com", "s"),
        ("live2?backup=1/abcd-efgh", "live2?backup=1", "abcd-efgh"),
        ("app/inst?vhost=x/s", "app/inst?vhost=x", "s"),
        ("app/more/s?sign=a/b&x=1", "app/more", "s?sign=a/b&x=1"),
    ],
)
def test_every_form_of_address_reaches_what_is_meant(sender: RtmpPublisher, path: str, app: str, key: str) -> None:
    clip, events = encoded_clip(), SenderEvents()
    with rtmp_server() as server:
        address = f"rtmp://{server.host}:{server.port}/"
        sender.connect(parse_rtmp_url(address + path), clip.header, events)
        events.connected()
        assert sender.close(PATIENCE)
        (publication,) = server.publications
    assert (publication.app, publication.key) == (app, key)
    assert publication.tc_url == address + app


@pytest.mark.parametrize("password", ["plain", "p@ss:w%C3%B6rd%20100%25", "%40%26%2B%7C%27%5C"])
def test_a_password_arrives_decoded(sender: RtmpPublisher, password: str) -> None:
    clip, events = encoded_clip(), SenderEvents()
    with rtmp_server(login=("me", unquote(password))) as server:
        url = parse_rtmp_url(server.url(KEY).replace("://", f"://me:{password}@"))
        sender.connect(url, clip.header, events)
        events.connected()
        assert sender.close(PATIENCE)
    assert server.publications[-1].key == KEY


def test_a_server_that_talks_without_end_is_made_to_wait() -> None:
    """The clock stands still, so that no second second begins."""
    clip = encoded_clip()
    events = SenderEvents()
    pings = (b"\x02" + bytes(5) + b"\x06\x04" + bytes(4) + b"\x00\x06" + bytes(4)) * 4000
    much = 40 * len(pings)  # six times what is read of it and what the sockets hold
    sender = RtmpPublisher(ManualClock(1))  # type: ignore[arg-type]
    with rtmp_server() as server:
        sender.connect(parse_rtmp_url(server.url(KEY)), clip.header, events)
        events.connected()
        (connection,) = server.sockets
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        said = 0
        while said < much and select.select([], [connection], [], 1)[1]:
            rest = said % len(pings)
            said += connection.send(pings[rest:], socket.MSG_DONTWAIT)
        sender.send(clip.live)
        server.wait_for(lambda: len(server.publications[0].media) > 20)
        sender.kill()
        events.ended()
    assert said < much
