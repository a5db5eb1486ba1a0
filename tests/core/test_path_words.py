"""Paths in the form of shells and browsers: what was meant, in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.path_words import Misread, misread, name_problem, numbered_name, one_spelling
from tests.fakes.examples import CHARACTERS

ENVIRONMENT = {"TEMP": r"C:\Temp", "HOME": "/root"}


def judged(path: str, *, windows: bool = False) -> Misread | None:
    return misread(path, home="/root", environment=ENVIRONMENT, windows=windows)


@pytest.mark.parametrize(
    ("path", "problem", "meant"),
    [
        ("~/x.mp4", "~ isn't expanded here", "/root/x.mp4"),
        ("~", "~ isn't expanded here", "/root"),
        ("~bob/x.mp4", "~ isn't expanded here", ""),
        ("file:///home/a%20b/x.mp4", "it is the address of a file, not a path", "/home/a b/x.mp4"),
        ("FILE://localhost/x.mp4", "it is the address of a file, not a path", "/x.mp4"),
        ("file:/x.mp4", "it is the address of a file, not a path", "/x.mp4"),
        ("$HOME/x.mp4", "$HOME isn't expanded here", "/root/x.mp4"),
        ("${HOME}/x.mp4", "${HOME} isn't expanded here", "/root/x.mp4"),
        ("$NOWHERE/x.mp4", "$NOWHERE isn't expanded here", ""),
        (r"%TEMP%\x.mp4", "%TEMP% isn't expanded here", r"C:\Temp\x.mp4"),
        ("rtmp://host/app/KEY", "it is an address (rtmp://…), not a path", ""),
    ],
)
def test_what_was_meant(path: str, problem: str, meant: str) -> None:
    assert judged(path) == Misread(problem=problem, meant=meant)


def test_a_windows_drive_in_an_address() -> None:
    assert judged("file:///C:/Users/me/x.mp4", windows=True) == Misread(
        problem="it is the address of a file, not a path", meant="C:/Users/me/x.mp4"
    )


@pytest.mark.parametrize("path", ["/a/b.mp4", "a~b.mp4", "./~/x", "50% off/x.mp4", "C:\\a\\b.mp4", "100%", "a$b"])
def test_ordinary_paths_are_left_alone(path: str) -> None:
    assert judged(path) is None


def test_names_are_counted_as_their_system_counts() -> None:
    assert name_problem("a" * 255, windows=False) == name_problem("ä" * 255, windows=True) == ""
    assert name_problem("ä" * 128, windows=False) == "the name is too long: 256 bytes, and 255 is the most"
    assert name_problem("🎬" * 128, windows=True) == "the name is too long: 256 characters, and 255 is the most"
    assert name_problem("\ud800", windows=False) == ""


@pytest.mark.parametrize("pair", [("Take.mp4", "TAKE.MP4"), ("Über.mp4", "üBER.mp4"), ("\u03c3", "\u03c2")])
def test_one_spelling_for_what_a_folder_without_case_takes_for_one(pair: tuple[str, str]) -> None:
    assert one_spelling(pair[0]) == one_spelling(pair[1])


@pytest.mark.parametrize("pair", [("straße", "strasse"), ("a.mp4", "b.mp4"), ("é", "e\u0301"), ("\u0130", "i")])
def test_two_spellings_for_what_it_tells_apart(pair: tuple[str, str]) -> None:
    assert one_spelling(pair[0]) != one_spelling(pair[1])


@given(st.text(CHARACTERS))
def test_a_spelling_is_its_own(name: str) -> None:
    assert one_spelling(one_spelling(name)) == one_spelling(name)


@pytest.mark.parametrize(
    ("name", "numbered"),
    [
        ("take.mp4", "take-2.mp4"),
        ("take", "take-2"),
        (".take", ".take-2"),
        ("a.b.mp4", "a.b-2.mp4"),
        ("ä" * 125 + ".mp4", "ä" * 124 + "-2.mp4"),
    ],
)
def test_the_next_files_name_fits(name: str, numbered: str) -> None:
    assert numbered_name(name, 2, windows=False) == numbered
