"""The live line of `stream`."""

from dataclasses import replace

from ionia.cli.stream import streaming_line, unreached_lines
from tests.fakes.stats import DESTINATION_STATS, streamer_stats


def test_what_goes_to_several_servers_is_measured_by_what_they_get_together() -> None:
    there, away = DESTINATION_STATS, replace(DESTINATION_STATS, connected=False)
    figures = {"connected": True, "send_bitrate_kbps": 10_100.0, "target_bitrate_kbps": 5000.0}
    line = streaming_line(streamer_stats(**figures, destinations=(there, there, away)))
    assert "live at 2 of 3  10.1 of 10.0 Mbit/s" in line
    line = streaming_line(streamer_stats(**figures, destinations=(there,)))
    assert "live  10.1 of 5.0 Mbit/s" in line
    figures = {**figures, "connected": False, "send_bitrate_kbps": 0.0}
    line = streaming_line(streamer_stats(**figures, destinations=(away,)))
    assert "not connected  0.0 of 5.0 Mbit/s" in line
    assert "  ended  0.0 of" in streaming_line(streamer_stats(**figures, state="stopped", destinations=(away,)))


def test_whom_nothing_was_streamed_to_is_told_at_the_end() -> None:
    there, away = replace(DESTINATION_STATS, bytes_sent=1), replace(DESTINATION_STATS, destination="2", bytes_sent=0)
    assert unreached_lines(streamer_stats(bytes_sent=0, destinations=(away,))) == [
        "Nothing was streamed: it never connected."
    ]
    assert unreached_lines(streamer_stats(bytes_sent=1, destinations=(there, away))) == [
        "Destination 2: Nothing was streamed, it never connected."
    ]
    assert unreached_lines(streamer_stats(bytes_sent=1, destinations=(there,))) == []
