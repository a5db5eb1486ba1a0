"""Bytes that arrived, whatever Windows means by those that it sent."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.live.sent_bytes import SentBytes, TcpFigures

SEGMENT = 1460


def figures(out: int, in_flight: int = 0, again: int = 0, window: int = 65_535) -> TcpFigures:
    return TcpFigures(segment=SEGMENT, in_flight=in_flight, window=window, out=out, again=again)


def test_what_is_under_way_or_not_sent_has_not_arrived() -> None:
    sent = SentBytes()
    assert sent.observe(figures(0), 0).waiting == 0
    assert sent.observe(figures(10_000, in_flight=4_000), 12_000).waiting == 6_000
    assert sent.observe(figures(12_000), 12_000).waiting == 0


def test_a_window_without_room_for_a_segment_is_closed_while_more_waits_than_it_takes() -> None:
    sent = SentBytes()
    assert sent.observe(figures(10_000, window=1_000), 12_000).zero_window
    assert not sent.observe(figures(10_000, window=SEGMENT), 20_000).zero_window
    assert not sent.observe(figures(12_000, window=0), 12_000).zero_window


def test_into_a_dead_link_nothing_arrives_by_either_reading() -> None:
    for counted in (False, True):
        sent = SentBytes()
        before = sent.observe(figures(50_000, in_flight=20_000), 60_000).waiting
        for times in range(1, 6):
            again = times * SEGMENT
            now = sent.observe(figures(50_000 + again * counted, in_flight=20_000, again=again), 60_000)
            assert now.waiting == before


def test_a_lost_packet_is_no_wait_for_ever_by_either_reading() -> None:
    for counted in (False, True):
        sent, again = SentBytes(), 3 * SEGMENT
        waiting = [
            sent.observe(figures(written + again * counted, again=again), written).waiting
            for written in range(100_000, 108_000, 1_000)
        ]
        assert waiting[-1] == 0, f"counted: {counted}"


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 5000), st.integers(0, 3000))),
    st.booleans(),
)
def test_never_more_arrives_than_did_and_it_never_falls(steps: list[tuple[int, int, int, int]], counted: bool) -> None:
    """Each step writes, sends, has acknowledged and sends again so much, as far as that is there."""
    sent, written, out, arrived, again, before = SentBytes(), 0, 0, 0, 0, 0
    for write, send, acknowledge, repeat in steps:
        written += write
        out = min(written, out + send)
        arrived = min(out, arrived + acknowledge)
        again += min(repeat, out - arrived)
        told = figures(out + again * counted, in_flight=out - arrived, again=again)
        now = written - sent.observe(told, written).waiting
        assert before <= now <= arrived
        before = now
