"""`ionia-engine record`: the recorder for people, with a live line, ended by time or by Ctrl+C."""

import argparse
import queue
import signal

from ionia.app import make_backends, make_engine
from ionia.cli.progress import LiveLine, recording_line, size_text
from ionia.core.events import Event, SessionFailed, SessionWarned
from ionia.core.service import EngineService
from ionia.core.settings import AudioMode, EncoderChoice, PipelineSettings, RecorderSettings, SessionKind

SESSION = "record"
REFRESH_SECONDS = 0.25
TEST = "test"


class StopAsked:
    """In the queue of events: the user wants to end."""


Happenings = queue.SimpleQueue[Event | StopAsked]


def record(options: argparse.Namespace) -> int:
    """Record until the time is over, Ctrl+C, or a failure; the exit code."""
    line = LiveLine()
    happenings: Happenings = queue.SimpleQueue()
    settings = pipeline_settings(options, line)
    engine = make_engine(happenings.put)
    handlers = {number: signal.signal(number, lambda *_: happenings.put(StopAsked())) for number in stop_signals()}
    try:
        engine.initialize_recorder(SESSION, RecorderSettings(output_path=options.output, pipeline=settings))
        engine.start(SessionKind.RECORDER, SESSION)
        line.say(f"Recording to {options.output}. Ctrl+C ends it.")
        failed = _follow(engine, happenings, line, options.seconds)
        engine.stop(SessionKind.RECORDER, SESSION)
        stats = engine.stats(SessionKind.RECORDER, SESSION)
    finally:
        engine.close()
        for number, handler in handlers.items():
            signal.signal(number, handler)
    line.say(recording_line(stats))
    size = size_text(float(stats.get("totalBytes") or 0))
    line.say(f"{'Kept what was recorded in' if failed else 'Saved'} {options.output} ({size}).")
    return 1 if failed else 0


def stop_signals() -> tuple[signal.Signals, ...]:
    """The signals that end a recording properly."""
    extra = getattr(signal, "SIGBREAK", None)
    return (signal.SIGINT, signal.SIGTERM, *([extra] if extra is not None else []))


def pipeline_settings(options: argparse.Namespace, line: LiveLine) -> PipelineSettings:
    """What the options ask for, with the test card and tone where this machine has no screen or no sound."""
    backends = make_backends()
    screen, desktop, mode = options.screen, options.desktop_audio, AudioMode(options.audio or AudioMode.BOTH)
    if screen is None and not backends.list_screens():
        line.say("No screen can be captured here: recording the built-in test card.")
        screen = TEST
    asked = desktop is not None or options.microphone is not None or mode is AudioMode.NONE
    if not asked and not backends.list_desktop_audio() and not backends.list_microphones():
        line.say("No sound server was found here: recording the built-in test tone.")
        desktop, mode = TEST, AudioMode.DESKTOP
    return PipelineSettings(
        screen=screen,
        cursor=not options.no_cursor,
        fps=options.fps,
        video_bitrate=options.bitrate,
        encoder=EncoderChoice(options.encoder),
        audio_mode=mode,
        desktop_audio=desktop,
        microphone=options.microphone,
    )


def _follow(engine: EngineService, happenings: Happenings, line: LiveLine, seconds: float | None) -> bool:
    """Show the recording until it is over; True if it failed."""
    while True:
        position = engine.pts_seconds(SessionKind.RECORDER, SESSION)
        if seconds is not None and position >= seconds:
            return False
        line.show(recording_line(engine.stats(SessionKind.RECORDER, SESSION)), position)
        try:
            happened = happenings.get(
                timeout=REFRESH_SECONDS if seconds is None else min(REFRESH_SECONDS, seconds - position)
            )
        except queue.Empty:
            continue
        if isinstance(happened, StopAsked):
            return False
        if isinstance(happened, SessionWarned | SessionFailed):
            line.say(happened.message)
        if isinstance(happened, SessionFailed):
            return True
