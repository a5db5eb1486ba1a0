"""client: conversations as transcripts, in every cutting, and servers that say anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl, parse_rtmp_url
from ionia.core.rtmp.amf0 import Amf, encode
from ionia.core.rtmp.authentication import Login
from ionia.core.rtmp.client import RANDOM, RtmpClient
from ionia.core.rtmp.client_events import Acknowledged, ClientEvent, Failed, LoginAsked, Published
from tests.core.rtmp.pieces import chunked, cut, messages_in
from tests.fakes.amf import decode_amf
from tests.fakes.examples import examples
from tests.fakes.rtmp_server import status

KEY = "SeCrEtKeY"
URL = parse_rtmp_url(f"rtmp://me:pAsSwOrD@h/live/{KEY}")
SHAKEN = b"\x03" + bytes(2 * 1536)
CONNECTED = chunked(20, encode("_result", 1.0, {"fmsVer": "FMS/3,0,1,123"}, status("NetConnection.Connect.Success")))
CREATED = chunked(20, encode("_result", 4.0, None, 5.0))
STARTED = chunked(20, encode("onStatus", 0.0, None, status("NetStream.Publish.Start")), stream=5)
TO_LIVE = SHAKEN + CONNECTED + CREATED + STARTED
TAG = bytes.fromhex("08 000003 000010 00 000000 414243 0000000E")


class Talk:
    """A client and all that it said and told."""

    def __init__(self, url: RtmpUrl = URL, login: Login | None = None, four_cc: str = "") -> None:
        self.client = RtmpClient(url, bytes(range(4)) + bytes(RANDOM - 4), login, four_cc)
        self.events: list[ClientEvent] = []
        self.written = b""
        self.client.begin()

    def hear(self, *pieces: bytes) -> "Talk":
        for piece in pieces:
            heard = self.client.receive(piece)
            self.events += heard.events
            self.written += heard.send
        return self

    @property
    def said(self) -> list[object]:
        """Commands as values, all else as kind and body; without C2."""
        found = messages_in(self.written[1536:])
        return [decode_amf(body) if kind == 20 else (kind, body) for kind, _, _, body in found]

    @property
    def failure(self) -> FailureCode:
        last = self.events[-1]
        assert isinstance(last, Failed)
        return last.code


def refusal(number: float, code: str, description: str = "", **more: Amf) -> bytes:
    return chunked(20, encode("_error", number, None, {**status(code, "error"), "description": description, **more}))


def test_a_publication() -> None:
    talk = Talk().hear(SHAKEN)
    assert talk.written[:1536] == bytes(1536)
    assert talk.said[0][:2] == ["connect", 1.0]  # type: ignore[index]
    talk.hear(CONNECTED)
    assert talk.said[1:] == [
        (1, b"\0\0\x10\0"),
        ["releaseStream", 2.0, None, KEY],
        ["FCPublish", 3.0, None, KEY],
        ["createStream", 4.0, None],
    ]
    talk.hear(CREATED)
    assert talk.said[5:] == [["publish", 5.0, None, KEY, "live"]]
    assert talk.events == []
    talk.hear(STARTED)
    assert talk.events == [Published()]
    talk.written += talk.client.publish(TAG) + talk.client.media(9, b"DE", 40)
    talk.written += talk.client.goodbye()
    assert messages_in(talk.written[1536:])[6:8] == [(8, 16, 5, b"ABC"), (9, 40, 5, b"DE")]
    assert talk.said[8:] == [["FCUnpublish", 6.0, None, KEY], ["deleteStream", 7.0, None, 5.0]]
    assert talk.client.goodbye() == b""
    assert talk.hear(STARTED, b"").events == [Published()]


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ({}, [Published(promised=False)]),
        ({"fourCcList": ["hvc1"]}, [Published(promised=True)]),
        ({"videoFourCcInfoMap": {"av01": 1.0}}, [FailureCode.CODEC]),
    ],
)
def test_a_codec_that_is_asked_for(told: dict[str, Amf], events: list[object]) -> None:
    talk = Talk(four_cc="hvc1")
    success = status("NetConnection.Connect.Success")
    talk.hear(SHAKEN, chunked(20, encode("_result", 1.0, {"fmsVer": "FMS/3,0", **told}, success)), CREATED, STARTED)
    assert [one.code if isinstance(one, Failed) else one for one in talk.events] == events
    (_, _, connect) = talk.said[0]  # type: ignore[misc]
    assert list(connect)[4:] == ["fourCcList", "videoFourCcInfoMap"]


def test_media_has_its_time() -> None:
    talk = Talk()
    with pytest.raises(ValueError, match="handshake"):
        talk.client.publish(TAG)
    with pytest.raises(ValueError, match="handshake"):
        talk.client.media(9, b"", 0)
    assert talk.client.goodbye() == b""
    with pytest.raises(ValueError, match="over"):
        talk.client.publish(TAG)


@given(st.lists(st.integers(0, len(TO_LIVE)), max_size=8))
@examples(40)
def test_any_pieces_give_the_same(places: list[int]) -> None:
    once, often = Talk().hear(TO_LIVE), Talk().hear(*cut(TO_LIVE, places))
    assert (once.events, once.written) == (often.events, often.written)
    assert once.events == [Published()]


@pytest.mark.parametrize(
    ("heard", "published", "before"),
    [
        (b"", FailureCode.RESET, FailureCode.HUNG_UP),
        (chunked(20, encode("close", 0.0, None)), FailureCode.RESET, FailureCode.HUNG_UP),
        (b"\xc9", FailureCode.RESET, FailureCode.NOT_RTMP),
        (chunked(20, b"\x07"), FailureCode.RESET, FailureCode.NOT_RTMP),
        (refusal(5.0, "NetStream.Failed"), FailureCode.RESET, FailureCode.REJECTED),
        (refusal(99.0, "NetStream.Publish.BadName"), FailureCode.REJECTED, FailureCode.REJECTED),
        (
            chunked(20, encode("onStatus", 0.0, None, status("NetStream.Publish.BadName", "error"))),
            FailureCode.REJECTED,
            FailureCode.REJECTED,
        ),
    ],
)
def test_ends(heard: bytes, published: FailureCode, before: FailureCode) -> None:
    assert Talk().hear(TO_LIVE, heard).failure is published
    assert Talk().hear(SHAKEN, heard).failure is before
    assert Talk().hear(SHAKEN, heard, heard, CONNECTED).events == Talk().hear(SHAKEN, heard).events


def test_something_that_is_no_rtmp() -> None:
    assert Talk().hear(b"HTTP/1.1 400 Bad Request\r\n").failure is FailureCode.NOT_RTMP
    assert Talk().hear(SHAKEN + CONNECTED, chunked(20, encode("_result", 4.0, None))).failure is FailureCode.NOT_RTMP


def test_a_redirection_is_told_and_not_shown() -> None:
    where = f"rtmp://other/live/{KEY}"
    talk = Talk().hear(SHAKEN, refusal(1.0, "NetConnection.Connect.Rejected", ex={"code": 302.0, "redirect": where}))
    (failed,) = talk.events
    assert isinstance(failed, Failed)
    assert (failed.code, failed.redirect) == (FailureCode.REDIRECTED, where)
    assert KEY not in repr(failed)


def test_what_old_servers_know_and_others_refuse() -> None:
    talk = Talk().hear(SHAKEN, CONNECTED, refusal(2.0, "x"), refusal(3.0, "x"), CREATED, STARTED)
    assert talk.events == [Published()]


def test_answers_out_of_turn_change_nothing() -> None:
    again = CONNECTED + CREATED + STARTED + chunked(20, encode("_result", 77.0, None, 3.0)) + chunked(20, b"")
    talk = Talk().hear(TO_LIVE, again + again)
    assert talk.events == [Published()]
    assert talk.said == Talk().hear(TO_LIVE).said


def test_pings_are_answered() -> None:
    talk = Talk().hear(TO_LIVE, chunked(4, b"\0\x06\x01\x02\x03\x04", csid=2), chunked(4, b"\0\0\0\0\0\x05", csid=2))
    assert talk.said[6:] == [(4, b"\0\x07\x01\x02\x03\x04")]


def test_the_bandwidth_check_of_old_servers() -> None:
    asked = chunked(20, encode("onBWDone", 0.0, None))
    talk = Talk().hear(TO_LIVE, asked, asked, refusal(6.0, "x"))
    assert talk.said[6:] == [["_checkbw", 6.0, None]]
    assert talk.events == [Published()]


def test_commands_in_the_form_of_amf3() -> None:
    body = b"\0" + encode("_result", 1.0, None, status("NetConnection.Connect.Success"))
    assert len(Talk().hear(SHAKEN, chunked(17, body)).said) == 5


@pytest.mark.parametrize(("window", "acknowledged"), [(1, [16, 32]), (60, [32]), (64, []), (2**32 - 1, [])])
def test_acknowledgements(window: int, acknowledged: list[int]) -> None:
    """Of what came behind the handshake, as soon as it is more than half of a window."""
    asked = chunked(5, window.to_bytes(4, "big"), csid=2)
    talk = Talk().hear(SHAKEN, asked, chunked(3, b"\0\0\x01\0", csid=2))
    assert talk.said[1:] == [(3, total.to_bytes(4, "big")) for total in acknowledged]
    assert talk.events == [Acknowledged(total=256)]


def test_a_window_of_nothing_is_one_of_a_byte() -> None:
    assert Talk().hear(SHAKEN, chunked(5, bytes(4), csid=2)).said[1:] == [(3, b"\0\0\0\x10")]


def test_a_login_in_two_steps() -> None:
    who = "[ AccessManager.Reject ] : [ code=403 need auth; authmod=adobe ] :"
    first = Talk().hear(SHAKEN, refusal(1.0, "NetConnection.Connect.Rejected", who)).events[-1]
    assert isinstance(first, LoginAsked)
    talk = Talk(login=first.login).hear(SHAKEN)
    assert talk.said[0][2]["app"] == "live?authmod=adobe&user=me"  # type: ignore[index]
    prove = "authmod=adobe ] : ?reason=needauth&user=me&salt=s&challenge=c"
    second = talk.hear(refusal(1.0, "NetConnection.Connect.Rejected", prove)).events[-1]
    assert isinstance(second, LoginAsked)
    assert "challenge=00010203&response=" in second.login.arguments
    refused = Talk(login=second.login).hear(SHAKEN, refusal(1.0, "x", "authmod=adobe ] : ?reason=authfailed"))
    assert refused.failure is FailureCode.LOGIN


def test_a_server_that_has_the_stream_asks_for_no_login_any_more() -> None:
    talk = Talk().hear(TO_LIVE, refusal(1.0, "NetConnection.Connect.Rejected", "[ code=403 need auth; authmod=adobe ]"))
    assert talk.failure is FailureCode.LOGIN


@pytest.mark.parametrize("padding", [0, 270, 280, 290])
def test_no_secret_is_in_what_is_told(padding: int) -> None:
    words = "." * padding + f"{KEY} pAsSwOrD {KEY}"
    failed = Talk().hear(SHAKEN, refusal(1.0, "NetConnection.Connect.Rejected", words)).events[-1]
    assert isinstance(failed, Failed)
    assert len(failed.detail) <= 300
    assert not any(secret[:4] in failed.detail for secret in (KEY, "pAsSwOrD"))
    shown = repr([failed, Talk().hear(TO_LIVE).client.receive(b"x"), Login(arguments=KEY), LoginAsked(login=Login())])
    assert KEY not in shown


piece = st.sampled_from((SHAKEN, CONNECTED, CREATED, STARTED, refusal(1.0, "authmod=adobe"), b"\x02\0\0")) | st.binary(
    max_size=40
)


@given(st.lists(piece, max_size=8))
@examples(80)
def test_whatever_a_server_says_it_neither_fails_nor_talks_more_than_it_is_talked_to(pieces: list[bytes]) -> None:
    talk = Talk().hear(*(one for one in pieces if one))
    assert len(talk.written) <= 1536 + 1024 + sum(map(len, pieces))
    assert sum(isinstance(event, Failed | LoginAsked) for event in talk.events) <= 1
    assert all(not isinstance(event, Failed | LoginAsked) for event in talk.events[:-1])
