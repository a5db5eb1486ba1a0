"""`ionia-engine record`: the recorder for people, with a live line, ended by time or by Ctrl+C."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ionia.cli.live import SESSION, Keys, run_session, saved_line, shared_params
from ionia.cli.options import fitting, given, made
from ionia.cli.players import with_players
from ionia.cli.progress import LiveLine, RecordingLine, clock_text
from ionia.cli.replay_saves import ReplaySaves
from ionia.core.audio.filters import Compressor, Gate, Limiter, NoiseSuppression, SoundFilter
from ionia.core.audio.wishes import TrackWish, separate_tracks
from ionia.core.errors import IoniaError
from ionia.core.events import FileChanged
from ionia.core.service import EngineService
from ionia.core.settings import MediaSettings, RecorderSettings, ReplaySettings, SessionKind
from ionia.core.stats import of_recorder
from ionia.rpc.initialize_params import InitializeRecorder
from ionia.sinks.output_path import shown_path

Tell = Callable[[str], None]


def _toggle_pause(engine: EngineService, _: Tell) -> str:
    try:
        return "Paused." if engine.toggle_pause(SESSION) else "Recording again."
    except IoniaError as error:
        return error.message


def _mark(engine: EngineService, _: Tell) -> str:
    try:
        mark = engine.mark(SESSION, "")
    except IoniaError as error:
        return error.message
    # Named, since the line above counts what all files of the recording have.
    return f"Mark {mark.index + 1} at {clock_text(mark.file_seconds)} of {shown_path(Path(mark.path).name)}."


def _split(engine: EngineService, _: Tell) -> str:
    try:
        engine.split(SESSION)
        paused = engine.stats(SessionKind.RECORDER, SESSION).state == "paused"
    except IoniaError as error:
        return error.message
    return "Another file begins with Space." if paused else ""  # else it is told when the file is complete


_KEYS: Keys = {" ": _toggle_pause, "m": _mark, "s": _split}


def with_separate_tracks(media: MediaSettings) -> MediaSettings:
    """The same with a track for each sound beside the mix."""
    tracks = tuple(
        TrackWish(name=name, sounds=sounds, bitrate=media.audio_bitrate)
        for name, sounds in separate_tracks([sound.name for sound in media.all_sounds])
    )
    return replace(media, tracks=tracks or None)


FILTERS: Mapping[str, SoundFilter] = {one.type: one for one in (NoiseSuppression(), Gate(), Compressor(), Limiter())}
"""By their names, with their defaults."""


def named_filter(text: str) -> tuple[str, SoundFilter]:
    """A sound's name and a filter, as mic=gate. Raises ArgumentTypeError, which says what it may be."""
    sound, _, name = text.partition("=")
    if not sound or name not in FILTERS:
        raise argparse.ArgumentTypeError(f"{text!r} is not mic or desktop, = and one of {', '.join(FILTERS)}")
    return sound, FILTERS[name]


def with_filters(settings: RecorderSettings, asked: Sequence[tuple[str, SoundFilter]]) -> RecorderSettings:
    """The same with filters for the sounds of these names. Raises ValueError for what can't be."""
    sounds = {sound.name: sound for sound in settings.media.all_sounds}
    for name, one in asked:
        if name not in sounds:
            raise ValueError(f"--filter {name}={one.type}: what is recorded has no such sound, but {', '.join(sounds)}")
        sounds[name] = replace(sounds[name], filters=(*sounds[name].filters, one))
        if len({asked.type for asked in sounds[name].filters}) < len(sounds[name].filters):
            raise ValueError(f"--filter {name}={one.type} is there twice")
    return replace(settings, media=replace(settings.media, sounds=tuple(sounds.values()) or None))


def record(options: argparse.Namespace) -> int:
    """Record until the time is over, Ctrl+C, or a failure; the exit code, which is the recording's alone."""
    line = LiveLine()
    params = given(options, InitializeRecorder) | shared_params(options, line)
    settings = made(InitializeRecorder, {"output_path": options.output, **params}).settings()
    if options.filters:
        settings = fitting(partial(with_filters, settings, options.filters))
    if options.separate_tracks:
        settings = replace(settings, media=with_separate_tracks(settings.media))
    keys, keys_words, no_keys_words = _KEYS, "Space pauses, m marks, s begins another file.", ""
    if options.replay is not None:
        keys = {**_KEYS, "r": ReplaySaves(options.output).save}
        keys_words = f"{keys_words} r saves the last {options.replay:g} s."
        no_keys_words = "The replay can't be saved: a key saves it, and stdin is no terminal that gives any."

    def begin(engine: EngineService) -> None:
        engine.initialize_recorder(SESSION, settings)
        if options.replay is not None:
            engine.initialize_replay(SESSION, ReplaySettings(media=settings.media, seconds=options.replay))
            engine.start(SessionKind.REPLAY, SESSION)
        engine.start(SessionKind.RECORDER, SESSION)

    files: list[FileChanged] = []
    shown = RecordingLine()
    failed, stats = run_session(
        [SessionKind.RECORDER],
        begin,
        line,
        greeting=with_players(f"Recording to {options.output}. Ctrl+C ends it.", settings.media.codec),
        text=lambda stats: shown.text(of_recorder(stats)),
        seconds=options.seconds,
        keys=keys,
        keys_words=keys_words,
        no_keys_words=no_keys_words,
        files=files,
    )
    last = of_recorder(stats)
    path = options.output if last.output_path == str(Path(options.output).resolve()) else last.output_path
    lost = SessionKind.RECORDER in failed
    line.say(saved_line(files, path, last.total_bytes, failed=lost))
    return 1 if lost else 0
