"""`ionia-engine record`: the recorder for people, with a live line, ended by time or by Ctrl+C."""

import argparse
import queue

from ionia.app import make_engine
from ionia.cli.live import Happenings, follow, pipeline_settings, stop_signals
from ionia.cli.progress import LiveLine, recording_line, size_text
from ionia.core.settings import RecorderSettings, SessionKind

SESSION = "record"
RECORDER = SessionKind.RECORDER


def record(options: argparse.Namespace) -> int:
    """Record until the time is over, Ctrl+C, or a failure; the exit code."""
    line = LiveLine()
    happenings: Happenings = queue.SimpleQueue()
    settings = RecorderSettings(output_path=options.output, pipeline=pipeline_settings(options, line))
    engine = make_engine(happenings.put)
    with stop_signals(happenings):
        try:
            engine.initialize_recorder(SESSION, settings)
            engine.start(RECORDER, SESSION)
            line.say(f"Recording to {options.output}. Ctrl+C ends it.")
            failed = follow(
                happenings,
                line,
                position=lambda: engine.pts_seconds(RECORDER, SESSION),
                text=lambda: recording_line(engine.stats(RECORDER, SESSION)),
                seconds=options.seconds,
            )
            engine.stop(RECORDER, SESSION)
            stats = engine.stats(RECORDER, SESSION)
        finally:
            engine.close()
    line.say(recording_line(stats))
    size = size_text(float(stats.get("totalBytes") or 0))
    line.say(f"{'Kept what was recorded in' if failed else 'Saved'} {options.output} ({size}).")
    return 1 if failed else 0
