"""rtmp_wire: every message survives the pipe, whatever the pieces; nonsense is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec.codec import AAC, H264
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.media import VIDEO, AudioTrack, EncodedPacket, MediaHeader, TrackId, TrackKind, VideoTrack
from ionia.sinks.rtmp_wire import (
    MAX_BODY,
    Close,
    Connected,
    Ended,
    FrameReader,
    Message,
    Open,
    Progress,
    Ready,
    encode,
)

URL = parse_rtmp_url("rtmps://me:SeCrEt@[::1]:444/a/SeCrEt?x=\u00e9")
HEADER = MediaHeader(
    tracks=(
        VideoTrack(codec=H264, extradata=b"\0\0\0\1g", width=1920, height=1080, fps=30, bitrate=5_000_000),
        AudioTrack(codec=AAC, extradata=b"\x11\x90", bitrate=192_000, name="mic é"),
    )
)

_integers = st.integers(-(2**63), 2**63 - 1)
_totals = st.integers(0, 2**64 - 1)
_messages = st.one_of(
    st.builds(Open, url=st.just(URL), header=st.sampled_from((HEADER, HEADER.only(VIDEO))), ca_file=st.text()),
    st.builds(
        EncodedPacket,
        track=st.builds(TrackId, kind=st.sampled_from(TrackKind), index=st.integers(0, 255)),
        pts=_integers,
        dts=_integers,
        duration=_integers,
        keyframe=st.booleans(),
        data=st.binary(),
    ),
    st.just(Close()),
    st.builds(Ready, version=st.integers(0, 255)),
    st.just(Connected()),
    st.builds(
        Progress,
        muxed=_totals,
        delivered=_totals,
        sent_bytes=_totals,
        delivered_bytes=_totals,
        exact=st.booleans(),
        zero_window=st.booleans(),
    ),
    st.builds(Ended, code=st.one_of(st.none(), st.sampled_from(FailureCode)), detail=st.text()),
)


@given(st.lists(_messages, max_size=5), st.integers(1, 50))
def test_round_trip_in_pieces_of_any_size(messages: list[Message], piece: int) -> None:
    data = b"".join(encode(message) for message in messages)
    reader = FrameReader()
    assert [m for at in range(0, len(data), piece) for m in reader.feed(data[at : at + piece])] == messages


@pytest.mark.parametrize(
    ("kind", "body"),
    [(99, b""), (2, b"short"), (18, b""), (16, b""), (19, b"[1, 2, 3]"), (19, b'["NO", ""]'), (1, b"")],
)
def test_nonsense_is_refused(kind: int, body: bytes) -> None:
    with pytest.raises(ValueError, match="frame"):
        FrameReader().feed(bytes([kind]) + len(body).to_bytes(4, "big") + body)


def test_a_length_beyond_reason_is_refused_before_it_is_waited_for() -> None:
    with pytest.raises(ValueError, match="bytes"):
        FrameReader().feed(b"\x02" + (MAX_BODY + 1).to_bytes(4, "big"))


def test_the_address_is_not_in_the_repr() -> None:
    assert "SeCrEt" not in repr(Open(url=URL, header=HEADER))
