"""joined_figures: what several destinations counted, as one stream's."""

from dataclasses import replace

from ionia.core.live.joined_figures import joined
from ionia.core.live.link import LiveFigures

ONE = LiveFigures(
    connected=True,
    backpressure=False,
    reconnects=1,
    latency_ns=20,
    max_latency_ns=300,
    video_packets=100,
    audio_packets=150,
    video_dropped=0,
    video_unsent=0,
    bytes_sent=5000,
    send_bitrate=5_000_000,
    target_bitrate=5_000_000,
)
SLOW = replace(
    ONE,
    connected=False,
    backpressure=True,
    latency_ns=900,
    max_latency_ns=950,
    video_dropped=7,
    video_unsent=3,
    target_bitrate=2_000_000,
)


def test_one_is_itself() -> None:
    assert joined([ONE]) == ONE


def test_losses_add_up_and_the_worst_wait_is_shown() -> None:
    both = joined([ONE, SLOW])
    assert (both.connected, both.backpressure) == (True, True)
    assert (both.latency_ns, both.max_latency_ns) == (900, 950)
    assert (both.reconnects, both.video_packets, both.audio_packets, both.video_dropped) == (2, 200, 300, 7)
    assert (both.bytes_sent, both.send_bitrate, both.target_bitrate) == (10_000, 10_000_000, 5_000_000)


def test_what_was_removed_counts_on_and_is_in_no_state() -> None:
    gone = joined([SLOW])
    rest = joined([ONE], gone)
    assert rest.video_unsent == 3
    assert (rest.video_dropped, rest.bytes_sent, rest.max_latency_ns) == (7, 10_000, 950)
    assert (rest.backpressure, rest.latency_ns, rest.send_bitrate) == (False, 20, 5_000_000)
    assert joined([], gone).video_packets == 100
