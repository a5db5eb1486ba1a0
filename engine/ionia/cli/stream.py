"""`ionia-engine stream`: go live, and record beside it if wanted, with a live line that tells how the network does.

The address carries the stream key and a process's arguments can be read by others, so `-` asks for it, and
`--ask-key` for the key alone. There is no option for a file or an environment variable on purpose: both outlive the
stream and are read by others.
"""

import argparse
from dataclasses import replace

from ionia.cli.asking import asked_address, asked_key
from ionia.cli.live import SESSION, run_session, saved_line, shared_params
from ionia.cli.options import fitting, given, made
from ionia.cli.own_encodes import with_own
from ionia.cli.progress import LiveLine, clock_text, size_text
from ionia.cli.record import with_separate_tracks
from ionia.core.events import FileChanged
from ionia.core.live.live_url import parse_live_url
from ionia.core.service import EngineService
from ionia.core.settings import SessionKind
from ionia.core.stats import StreamerStats, of_streamer
from ionia.rpc.destination_params import DestinationOption
from ionia.rpc.initialize_params import InitializeRecorder, InitializeStreamer

_OF_RECORDING = ("quality", "max_bitrate", "b_frames")


def stream(options: argparse.Namespace) -> int:
    """Stream until the time is over, Ctrl+C, or a failure; the exit code. Stream and recording outlive each other."""
    asked = [_asked(url, ask_key=options.ask_key) for url in options.urls]
    servers = fitting(lambda: with_own(asked, options.own))
    shown = ", ".join(parse_live_url(one.rtmp_url, one.stream_key).redacted for one in servers)
    line = LiveLine()
    shared = shared_params(options, line)
    recording = None
    if options.record is not None:
        recording = made(InitializeRecorder, {"output_path": options.record, **shared}).settings()
    # A quality is the recording's: what is sent has a constant rate.
    recorded = {name: shared.pop(name) for name in _OF_RECORDING if name in shared}
    if recorded and recording is None:
        line.say("--quality, --max-bitrate and --b-frames are for the recording: name its file with --record.")
        return 2
    streamed = given(options, InitializeStreamer) | shared | {"rtmp_urls": tuple(servers)}
    live = made(
        InitializeStreamer, {name: value for name, value in streamed.items() if name not in recorded}
    ).settings()

    if options.separate_tracks:
        live = replace(live, media=with_separate_tracks(live.media), multitrack_audio=True)
        if recording is not None:
            recording = replace(recording, media=with_separate_tracks(recording.media))

    def begin(engine: EngineService) -> None:
        if recording is not None:
            engine.initialize_recorder(SESSION, recording)
        engine.initialize_streamer(SESSION, live)
        if options.record is not None:
            engine.start(SessionKind.RECORDER, SESSION)
        engine.start(SessionKind.STREAMER, SESSION)

    kinds = [SessionKind.STREAMER] if options.record is None else [SessionKind.STREAMER, SessionKind.RECORDER]
    files: list[FileChanged] = []
    failed, stats = run_session(
        kinds,
        begin,
        line,
        greeting=f"Streaming to {shown}. Ctrl+C ends it.",
        text=lambda stats: streaming_line(of_streamer(stats)),
        seconds=options.seconds,
        files=files,
        several=len(servers) > 1,
    )
    if options.record is not None:
        last = files[-1].next if files else options.record
        line.say(saved_line(files, last, failed=SessionKind.RECORDER in failed))
    unreached = unreached_lines(of_streamer(stats))
    for words in unreached:
        line.say(words)
    return 1 if failed or unreached else 0


def _asked(url: str, *, ask_key: bool) -> DestinationOption:
    address = asked_address() if url == "-" else url
    return DestinationOption(rtmp_url=address, stream_key=asked_key() if ask_key else "")


def unreached_lines(stats: StreamerStats) -> list[str]:
    """What to say at the end of the servers that nothing was streamed to."""
    if not stats.bytes_sent:
        return ["Nothing was streamed: it never connected."]
    unreached = [one.destination for one in stats.destinations if not one.bytes_sent]
    return [f"Destination {name}: Nothing was streamed, it never connected." for name in unreached]


def streaming_line(stats: StreamerStats) -> str:
    """State, bit rate, latency, drops and reconnects of a streamer's stats."""
    ended = stats.state in ("stopping", "stopped")
    state = "live" if stats.connected else "ended" if ended else "not connected"
    connected = sum(one.connected for one in stats.destinations)
    if stats.connected and len(stats.destinations) > 1:
        state = f"live at {connected} of {len(stats.destinations)}"
    to_each = [one.target_bitrate_kbps for one in stats.destinations if one.connected]  # each gets the whole of it
    target_kbps = sum(to_each) or stats.target_bitrate_kbps
    return (
        f"{clock_text(stats.duration_seconds)}  {state}  "
        f"{stats.send_bitrate_kbps / 1000:.1f} of {target_kbps / 1000:.1f} Mbit/s  "
        f"latency {stats.current_latency_ms:.0f} ms  "
        f"{stats.video_packets_dropped} dropped  {stats.reconnect_count} reconnects  "
        f"{size_text(stats.bytes_sent)} sent"
    )
