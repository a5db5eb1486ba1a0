"""What `record` and `stream` share: signals, the choice of sources, and a session from its begin to its end."""

import argparse
import os
import queue
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ionia.app import make_backends, make_engine
from ionia.cli.keys import Typed, pressed_keys
from ionia.cli.options import given
from ionia.cli.progress import LiveLine, size_text
from ionia.core.events import (
    BackpressureChanged,
    ConnectionChanged,
    ConnectionState,
    Event,
    FileChanged,
    ReplaySaved,
    SessionFailed,
    SessionStateChanged,
    SessionWarned,
)
from ionia.core.service import EngineService
from ionia.core.session_state import SessionState
from ionia.core.settings import AudioMode, SessionKind
from ionia.core.stats import Stats
from ionia.platform.parent_process import outlives_its_parent
from ionia.platform.windows_session import session_end
from ionia.rpc.initialize_base import Initialize
from ionia.runtime.backends import Backends

REFRESH_SECONDS = 0.25
SESSION = "live"
"""The one session of a command; a recorder and a streamer of the same id are two."""

TEST = "test"


class StopAsked:
    """Among the happenings: the user wants to end."""


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """Among the happenings: a key of the terminal."""

    key: str


@dataclass(frozen=True, slots=True)
class Said:
    """Among the happenings: a line for people, about something that a key began."""

    line: str


Keys = Mapping[str, Callable[[EngineService, Callable[[str], None]], str]]
"""What keys do while it runs, and the line that tells of it; an empty one tells nothing.

They get what to tell lines by that come later, from any thread.
"""


Happenings = queue.SimpleQueue[Event | StopAsked | KeyPressed | Said]

DESKTOPS = ("DISPLAY", "WAYLAND_DISPLAY")
"""Where one of these is set there is a desktop, whether or not it can be captured."""


@contextmanager
def stop_signals(happenings: Happenings) -> Iterator[None]:
    """While inside, Ctrl+C and its likes are a `StopAsked`, a closed terminal too unless `nohup` says otherwise.

    So is a console of Windows' that is closed, then and later: Windows waits for what is still to be finished. Main
    thread only.
    """
    session_end.listen(lambda: happenings.put(StopAsked()))
    names = ["SIGINT", "SIGTERM", "SIGBREAK"] + ([] if outlives_its_parent() else ["SIGHUP"])
    numbers = [number for name in names if isinstance(number := getattr(signal, name, None), signal.Signals)]
    handlers = {number: signal.signal(number, lambda *_: happenings.put(StopAsked())) for number in numbers}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def shared_params(options: argparse.Namespace, line: LiveLine) -> dict[str, Any]:
    """What the options ask of a session of any kind, as params of its `initialize` by field name.

    Where there is no desktop the test card takes its place, and the tone that of sound. Not so on a desktop that can't
    be captured: its user wants to hear why, and not to find a test card in the take.
    """
    params = given(options, Initialize)
    backends = make_backends()
    if getattr(options, "video", None) == "none":
        return params | _tone(params, backends, line)
    if "screen" not in params and not any(os.environ.get(name) for name in DESKTOPS) and not backends.list_screens():
        line.say("No screen can be captured here: the built-in test card takes its place.")
        params["screen"] = TEST
    return params if params.get("screen") != TEST else params | _tone(params, backends, line)


def _tone(params: Mapping[str, Any], backends: Backends, line: LiveLine) -> dict[str, Any]:
    """The test tone, where nothing else was asked for and there is nothing to be heard."""
    asked = params.keys() & {"desktop_audio", "microphone"} or params.get("audio_mode") == AudioMode.NONE.value
    if asked or backends.list_desktop_audio() or backends.list_microphones():
        return {}
    line.say("No sound server was found here: the built-in test tone takes its place.")
    return {"desktop_audio": TEST, "audio_mode": AudioMode.DESKTOP.value}


def run_session(
    kinds: Sequence[SessionKind],
    begin: Callable[[EngineService], None],
    line: LiveLine,
    *,
    greeting: str,
    text: Callable[[Stats], str],
    seconds: float | None,
    keys: Keys | None = None,
    keys_words: str = "",
    no_keys_words: str = "",
    files: list[FileChanged] | None = None,
    several: bool = False,
) -> tuple[set[SessionKind], Stats]:
    """Run an engine of its own: `begin` initializes and starts SESSION of each kind; it lasts until the time is over,
    the user ends it, or nothing runs any more. Returns which kinds failed, and the last stats of the first kind. `text`
    is the live line for those stats. `keys_words` is said where there is a terminal that gives `keys`, `no_keys_words`
    where there is none. `files` gets each change of the recorder from one file to the next. With
    `several` destinations, each line about one says which.
    """
    happenings: Happenings = queue.SimpleQueue()

    def heard(event: Event) -> None:
        if isinstance(event, FileChanged) and files is not None:
            files.append(event)
        happenings.put(event)

    def tell(text: str) -> None:
        happenings.put(Said(text))

    def press(key: str) -> str:
        return keys[key](engine, tell) if keys is not None and key in keys else ""

    with stop_signals(happenings), _keys(happenings, keys) as typed:
        engine = make_engine(heard)  # not sooner: Ctrl+C would leave it half made
        try:
            begin(engine)
            line.say(f"{greeting} {keys_words if typed is not None else no_keys_words}".rstrip())
            failed = _follow(
                happenings,
                line,
                kinds,
                position=lambda: max(engine.pts_seconds(kind, SESSION) for kind in kinds),
                text=lambda: text(engine.stats(kinds[0], SESSION)),
                seconds=seconds,
                press=press,
                several=several,
            )
            if typed is not None and not failed.issuperset(kinds):
                typed()
                _press_the_last(happenings, line, press)
            engine.stop(kinds[0], SESSION)
            stats = engine.stats(kinds[0], SESSION)
        finally:
            engine.close()
    warned = ""
    while not happenings.empty():
        happened = happenings.get()
        _note(happened, line, failed)  # a file that could not be finished is known only now
        if isinstance(happened, FileChanged | ReplaySaved):
            line.say(_said_of_file(happened))
        elif isinstance(happened, SessionWarned) and (said := _said(happened)) != warned:
            warned = said  # what the end gave up, too: two sessions on one encode say it once
            line.say(said)
        elif isinstance(happened, Said):
            line.say(happened.line)
    line.say(text(stats))
    return failed, stats


@contextmanager
def _keys(happenings: Happenings, keys: Keys | None) -> Iterator[Typed | None]:
    if keys is None:
        yield None
        return
    with pressed_keys(lambda key: happenings.put(KeyPressed(key))) as typed:
        yield typed


def _press_the_last(happenings: Happenings, line: LiveLine, press: Callable[[str], str]) -> None:
    """What was typed just before the end counts, too. All other happenings stay."""
    waiting = []
    while not happenings.empty():
        waiting.append(happenings.get())
    for happened in waiting:
        if not isinstance(happened, KeyPressed):
            happenings.put(happened)
        elif answer := press(happened.key):
            line.say(answer)


def _note(happened: Event | StopAsked | KeyPressed | Said, line: LiveLine, failed: set[SessionKind]) -> None:
    """Say which session failed, and remember it."""
    if isinstance(happened, SessionFailed):
        line.say(happened.message)
        failed.add(happened.session_kind)


def _follow(
    happenings: Happenings,
    line: LiveLine,
    kinds: Sequence[SessionKind],
    *,
    position: Callable[[], float],
    text: Callable[[], str],
    seconds: float | None,
    press: Callable[[str], str],
    several: bool,
) -> set[SessionKind]:
    """Show the live line and what happens until it is over; the kinds that failed. One goes on without the other."""
    told: set[str] = set()
    failed: set[SessionKind] = set()
    while not failed.issuperset(kinds):
        reached = position()
        if seconds is not None and reached >= seconds:
            break
        if reached:
            line.show(text(), reached)
        try:
            happened = happenings.get(
                timeout=REFRESH_SECONDS if seconds is None else min(REFRESH_SECONDS, seconds - reached)
            )
        except queue.Empty:
            continue
        if isinstance(happened, StopAsked):
            break
        if isinstance(happened, Said):
            line.say(happened.line)
            continue
        if isinstance(happened, KeyPressed):
            if answer := press(happened.key):
                line.say(answer)
            continue
        if isinstance(happened, SessionStateChanged) and happened.state == SessionState.STOPPED.value:
            line.say(happened.reason)  # by itself: nobody here has asked yet
            break
        _note(happened, line, failed)
        if (said := _said(happened, several=several)) and said not in told:
            # Two sessions on one capture have the same warnings: said once in a row is enough.
            told = {said}
            line.say(said)
    return failed


def saved_line(files: Sequence[FileChanged], last: str, total_bytes: int | None = None, *, failed: bool) -> str:
    """What there is when it is over: every file of the recording by its path, `last` being the one it ended in."""
    word = "Kept what was recorded in" if failed else "Saved"
    paths = [*(change.finished.path for change in files), last]
    facts = [f"{len(paths)} files"] if len(paths) > 1 else []
    facts += [] if total_bytes is None else [size_text(total_bytes)]
    more = f" ({', '.join(facts)})" if facts else ""
    return f"{word} {', '.join(paths)}{more}."


_CONNECTION: Mapping[ConnectionState, str] = {
    ConnectionState.CONNECTED: "Connected.",
    ConnectionState.RECONNECTING: "Reconnecting",
    ConnectionState.CONNECTING: "Connecting",
}


def _said(happened: Event, *, several: bool = False) -> str:
    """A happening as a line for people; empty for what the live line shows anyway."""
    said = _said_alone(happened)
    if said and several and isinstance(happened, ConnectionChanged | BackpressureChanged):
        return f"Destination {happened.destination}: {said}"
    return said


def _said_alone(happened: Event) -> str:
    match happened:
        case SessionWarned(message=message):
            return message
        case FileChanged() | ReplaySaved():
            return _said_of_file(happened)
        case ConnectionChanged(state=ConnectionState.CONNECTED):
            return _CONNECTION[ConnectionState.CONNECTED]
        case ConnectionChanged(state=state, reason=reason, delay_ms=delay_ms) if reason and state in _CONNECTION:
            wait = f" in {delay_ms / 1000:.1f} s" if delay_ms else ""
            return f"{_CONNECTION[state]}{wait}: {reason}."
        case BackpressureChanged(active=active):
            slow = "The network is too slow: pictures are dropped, sound is not."
            return slow if active else "The network has room again."
        case _:
            return ""


def _said_of_file(happened: FileChanged | ReplaySaved) -> str:
    if isinstance(happened, ReplaySaved):
        return f"Saved the last {happened.saved.duration_seconds:.1f} s in {happened.saved.path}."
    finished = happened.finished
    return f"Saved {finished.path} ({size_text(finished.bytes)}); it goes on in {happened.next}."
