"""`ionia-engine stream`: go live, and record beside it if wanted, with a live line that tells how the network does.

The address carries the stream key and a process's arguments can be read by others, so `-` asks for it. There is no
option for a file or an environment variable on purpose: both outlive the stream and are read by others.
"""

import argparse
import getpass
import sys

from ionia.cli.live import SESSION, media_settings, run_session
from ionia.cli.progress import LiveLine, clock_text, size_text
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.service import EngineService
from ionia.core.settings import RecorderSettings, SessionKind, StreamerSettings
from ionia.core.stats import StreamerStats, of_streamer


def stream(options: argparse.Namespace) -> int:
    """Stream until the time is over, Ctrl+C, or a failure; the exit code. Stream and recording outlive each other."""
    url = options.url if options.url != "-" else _asked_address()
    shown = parse_rtmp_url(url).redacted
    line = LiveLine()
    media = media_settings(options, line)

    def begin(engine: EngineService) -> None:
        if options.record is not None:
            engine.initialize_recorder(SESSION, RecorderSettings(output_path=options.record, media=media))
        engine.initialize_streamer(SESSION, StreamerSettings(rtmp_url=url, media=media))
        if options.record is not None:
            engine.start(SessionKind.RECORDER, SESSION)
        engine.start(SessionKind.STREAMER, SESSION)

    kinds = [SessionKind.STREAMER] if options.record is None else [SessionKind.STREAMER, SessionKind.RECORDER]
    failed, stats = run_session(
        kinds,
        begin,
        line,
        greeting=f"Streaming to {shown}. Ctrl+C ends it.",
        text=lambda stats: streaming_line(of_streamer(stats)),
        seconds=options.seconds,
    )
    if options.record is not None:
        line.say(f"{'Kept what was recorded in' if SessionKind.RECORDER in failed else 'Saved'} {options.record}.")
    if not of_streamer(stats).bytes_sent:
        line.say("Nothing was streamed: it never connected.")
        return 1
    return 1 if failed else 0


def _asked_address() -> str:
    """From a terminal without showing it, else the first line of stdin."""
    if sys.stdin.isatty():
        return getpass.getpass("Address (not shown): ").strip()
    return sys.stdin.readline().strip()


def streaming_line(stats: StreamerStats) -> str:
    """State, bit rate, latency, drops and reconnects of a streamer's stats."""
    state = "live" if stats.connected else "not connected"
    return (
        f"{clock_text(stats.duration_seconds)}  {state}  "
        f"{stats.send_bitrate_kbps / 1000:.1f} of {stats.target_bitrate_kbps / 1000:.1f} Mbit/s  "
        f"latency {stats.current_latency_ms:.0f} ms  "
        f"{stats.video_packets_dropped} dropped  {stats.reconnect_count} reconnects  "
        f"{size_text(stats.bytes_sent)} sent"
    )
