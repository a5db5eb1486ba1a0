"""Paths in the form of shells and browsers: what was meant, in words."""

import pytest

from ionia.core.path_words import Misread, misread, name_problem

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
