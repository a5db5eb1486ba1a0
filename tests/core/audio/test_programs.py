"""Programs and their streams: names, families, what the mixer does to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.audio.mixer_watch import Fader
from ionia.core.audio.programs import (
    Application,
    AppWish,
    Process,
    ProcessTable,
    ProgramStream,
    applications,
    fader_of,
    is_called,
    process_name,
    wish_of_id,
)
from tests.fakes.examples import CHARACTERS

INIT = Process(pid=1, names=("systemd",), started=0)
SHELL = Process(pid=40, names=("gnome-shell",), started=10)
BROWSER = Process(pid=100, names=("chrome",), started=100)
AUDIO = Process(pid=120, names=("chrome",), started=120)


def stream(index: int, *line: Process, title: str = "Chrome", **said: object) -> ProgramStream:
    names = ("chrome", *(line[0].names if line else ()))
    return ProgramStream(**{"index": index, "device": 0, "title": title, "names": names, "line": line, **said})  # type: ignore[arg-type]


def test_a_program_is_the_oldest_process_of_its_name_and_its_streams_are_one() -> None:
    tabs = [stream(4, AUDIO, BROWSER, SHELL, INIT, pid=120, paused=True), stream(9, BROWSER, SHELL, INIT, pid=100)]
    assert applications(tabs) == (Application(id="chrome:100", name="Chrome", process="chrome", pid=100, playing=True),)


def test_a_program_that_pauses_does_not_play() -> None:
    (found,) = applications([stream(4, AUDIO, BROWSER, paused=True)])
    assert not found.playing


def test_what_the_server_hands_on_is_no_program() -> None:
    assert applications([stream(4, title="Loopback", of_server=True)]) == ()


def test_a_program_without_a_process_that_can_be_seen_is_known_by_its_name() -> None:
    (boxed,) = applications([stream(4, pid=2)])
    assert boxed.id == "chrome:2"
    (nameless,) = applications([stream(4)])
    assert nameless.id == "chrome"
    assert nameless.pid == 0


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("chrome:100", AppWish(process="chrome", pid=100)),
        ("chrome", AppWish(process="chrome")),
        ("odd:name", AppWish(process="odd:name")),
        ("odd:name:7", AppWish(process="odd:name", pid=7)),
        (":7", AppWish(process=":7")),
    ],
)
def test_an_id_names_process_and_process_id(text: str, wish: AppWish) -> None:
    assert wish_of_id(text) == wish
    assert wish_of_id(text, exclude=True).exclude


@given(st.text(CHARACTERS, min_size=1).filter(lambda name: ":" not in name), st.integers(min_value=2, max_value=2**32))
def test_the_id_of_a_program_is_a_wish_for_it(name: str, pid: int) -> None:
    one = ProgramStream(index=1, device=0, title="X", names=(name,), pid=pid)
    assert wish_of_id(applications([one])[0].id) == AppWish(process=name, pid=pid)


def test_names_are_the_same_on_every_system() -> None:
    assert is_called(("Firefox.EXE",), "firefox")
    assert is_called(("firefox",), "Firefox.exe")
    assert not is_called(("firefox-esr",), "firefox")
    assert not is_called((), "firefox")


def test_a_loader_is_called_by_what_it_runs() -> None:
    assert process_name("wine64-preloader", "game.exe") == "game.exe"
    assert process_name("firefox", "Firefox") == "firefox"
    assert process_name("", "Radio") == "Radio"
    assert process_name("", "") == "unknown"


def test_together_streams_are_as_the_one_that_is_heard_best() -> None:
    muted, quiet, loud = Fader(muted=True), Fader(gain_db=-30.0), Fader(gain_db=-3.0)
    streams = [stream(n, fader=fader) for n, fader in enumerate((muted, quiet, loud))]
    assert fader_of(streams) == loud
    assert fader_of(streams[:2]) == quiet
    assert fader_of(streams[:1]) == muted
    assert fader_of([stream(1, paused=True, fader=muted)]) is None
    assert fader_of([]) is None


TABLE = ProcessTable([(INIT, 0), (SHELL, 1), (BROWSER, 40), (AUDIO, 100)])


def test_a_line_goes_up_to_the_first_process() -> None:
    assert TABLE.line(120) == (AUDIO, BROWSER, SHELL, INIT)
    assert TABLE.line(7) == ()
    assert TABLE.lives(AUDIO)
    assert not TABLE.lives(Process(pid=120, names=("chrome",), started=121))
    assert TABLE.processes == (INIT, SHELL, BROWSER, AUDIO)


def test_a_parents_number_that_is_anothers_by_now_is_not_believed() -> None:
    younger = Process(pid=40, names=("mail",), started=130)
    assert ProcessTable([(younger, 1), (BROWSER, 40)]).line(100) == (BROWSER,)


def test_processes_that_started_each_other_have_an_end() -> None:
    one, other = (Process(pid=pid, names=("a",), started=0) for pid in (4, 8))
    assert ProcessTable([(one, 8), (other, 4)]).line(4) == (one, other)
    assert ProcessTable([(one, 4)]).line(4) == (one,)


def test_a_program_is_heard_with_what_it_started() -> None:
    assert [found.pid for found in TABLE.called("Chrome.exe")] == [100]
    assert [found.pid for found in TABLE.called("chrome", 120)] == [100, 120]
    (found,) = TABLE.called("chrome")
    assert (found.title, found.line) == ("chrome", (BROWSER, SHELL, INIT))
    assert TABLE.called("mail") == ()


def test_a_process_that_plays_is_a_stream() -> None:
    playing, gone = TABLE.stream(120, paused=False), TABLE.stream(7, paused=False)
    assert gone is None
    assert playing is not None
    assert applications([playing]) == (
        Application(id="chrome:100", name="chrome", process="chrome", pid=100, playing=True),
    )
