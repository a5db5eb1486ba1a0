"""`ionia-engine replay`: the last seconds held in memory, and saved by a key as often as anybody likes."""

import argparse

from ionia.cli.keys import gives_keys
from ionia.cli.live import SESSION, Keys, run_session, shared_params
from ionia.cli.options import given, made
from ionia.cli.players import with_players
from ionia.cli.progress import LiveLine, clock_text, lost_text, size_text
from ionia.cli.replay_saves import ReplaySaves
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.service import EngineService
from ionia.core.settings import SessionKind
from ionia.core.stats import ReplayStats, of_replay
from ionia.rpc.initialize_params import InitializeReplay


def replay(options: argparse.Namespace) -> int:
    """Hold until the time is over, Ctrl+C, or a failure; the exit code, also of a save that came to nothing."""
    line = LiveLine()
    if not gives_keys():
        raise IoniaError(
            ErrorKind.OUTPUT_FAILED,
            "Nothing could ever be saved: a key saves, and stdin is no terminal that gives any.",
            "Run it in the foreground of a terminal; programs use the methods replay.*.",
        )
    settings = made(InitializeReplay, given(options, InitializeReplay) | shared_params(options, line)).settings()
    saving = ReplaySaves(options.output)
    keys: Keys = {"r": saving.save, "\r": saving.save, "\n": saving.save}

    def begin(engine: EngineService) -> None:
        engine.initialize_replay(SESSION, settings)
        engine.start(SessionKind.REPLAY, SESSION)

    failed, stats = run_session(
        [SessionKind.REPLAY],
        begin,
        line,
        greeting=with_players(f"Holding the last {settings.seconds:g} s. Ctrl+C ends it.", settings.media.codec),
        text=lambda stats: holding_line(of_replay(stats)),
        seconds=options.seconds_long,
        keys=keys,
        keys_words="r saves them.",
    )
    saves = of_replay(stats).saves
    line.say(f"{saves} saved." if saves else "Nothing was saved.")
    return 1 if failed or saving.failed else 0


def holding_line(stats: ReplayStats) -> str:
    """Elapsed, what is held and lost frames of a replay's stats."""
    return (
        f"{clock_text(stats.duration_seconds)}  holds {stats.seconds_held:.1f} of {stats.seconds_wanted:g} s  "
        f"{size_text(stats.bytes_held)}  {stats.saves} saved  "
        f"lost: {lost_text(stats)}"
    )
