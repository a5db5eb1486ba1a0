"""`ionia-engine record`: the recorder for people, with a live line, ended by time or by Ctrl+C."""

import argparse

from ionia.cli.live import SESSION, run_session, shared_params
from ionia.cli.options import given
from ionia.cli.progress import LiveLine, recording_line, size_text
from ionia.core.service import EngineService
from ionia.core.settings import SessionKind
from ionia.core.stats import of_recorder
from ionia.rpc.params import InitializeRecorder


def record(options: argparse.Namespace) -> int:
    """Record until the time is over, Ctrl+C, or a failure; the exit code."""
    line = LiveLine()
    params = given(options, InitializeRecorder) | shared_params(options, line)
    settings = InitializeRecorder(output_path=options.output, **params).settings()

    def begin(engine: EngineService) -> None:
        engine.initialize_recorder(SESSION, settings)
        engine.start(SessionKind.RECORDER, SESSION)

    failed, stats = run_session(
        [SessionKind.RECORDER],
        begin,
        line,
        greeting=f"Recording to {options.output}. Ctrl+C ends it.",
        text=lambda stats: recording_line(of_recorder(stats)),
        seconds=options.seconds,
    )
    size = size_text(of_recorder(stats).total_bytes)
    line.say(f"{'Kept what was recorded in' if failed else 'Saved'} {options.output} ({size}).")
    return 1 if failed else 0
