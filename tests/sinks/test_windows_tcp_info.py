"""What Windows answers to SIO_TCP_INFO, as bytes; and that a system which doesn't know it isn't asked in vain."""

import socket
import sys

from ionia.core.live.sent_bytes import TcpFigures
from ionia.sinks.windows_tcp_info import figures_of, tcp_figures

ANSWER = bytes.fromhex(
    "04000000"  # State: established
    "b4050000"  # Mss
    "7856341200000000"  # ConnectionTimeMs
    "01000000"  # TimestampsEnabled, padding
    "60ea0000"  # RttUs
    "50c30000"  # MinRttUs
    "10270000"  # BytesInFlight
    "40420f00"  # Cwnd
    "ffff0000"  # SndWnd
    "00000400"  # RcvWnd
    "00000800"  # RcvBuf
    "0100000001000000"  # BytesOut
    "dc05000000000000"  # BytesIn
    "00000000"  # BytesReordered
    "680b0000"  # BytesRetrans
    "01000000"  # FastRetrans
    "03000000"  # DupAcksIn
    "00000000"  # TimeoutEpisodes
    "00000000"  # SynRetrans, padding
)


def test_the_fields_lie_where_mstcpip_h_has_them() -> None:
    assert figures_of(ANSWER) == TcpFigures(
        segment=1460, in_flight=10_000, window=65_535, out=(1 << 32) + 1, again=2920
    )


def test_another_answer_is_none() -> None:
    assert figures_of(b"") is None
    assert figures_of(ANSWER[:-8]) is None


def test_a_system_without_it_tells_nothing() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert tcp_figures(ours) is None or sys.platform == "win32"
