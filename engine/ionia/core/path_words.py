"""What was meant by a path in a form that a shell or a browser understands and the engine doesn't."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

MOST_NAME_UNITS = 255
"""Of a file's name: UTF-16 units on Windows, bytes elsewhere (NAME_MAX of every usual file system)."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_FILE_URL = re.compile(r"file:(?://[^/\\]*)?", re.IGNORECASE)
_HOME = re.compile(r"~[^/\\]*(?=[/\\]|$)")
_VARIABLE = re.compile(r"%(?P<percent>[A-Za-z_][A-Za-z0-9_()]*)%|\$\{(?P<braced>\w+)\}|\$(?P<plain>\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """A path that would be read as something else than was meant. `meant` is the path to give, if that is clear."""

    problem: str
    meant: str = ""

    @property
    def hint(self) -> str:
        """One line, or empty."""
        return f"Did you mean {self.meant}?" if self.meant else ""


def misread(path: str, *, home: str, environment: Mapping[str, str], windows: bool) -> Misread | None:
    """Judge only a path whose folder does not exist: every one of these forms is also a legal name."""
    if found := _FILE_URL.match(path):
        rest = unquote(path[found.end() :])
        if windows and re.match(r"/[A-Za-z]:", rest):
            rest = rest[1:]
        return Misread(problem="it is the address of a file, not a path", meant=rest)
    if found := _SCHEME.match(path):
        return Misread(problem=f"it is an address ({found.group(1)}://…), not a path")
    if found := _HOME.match(path):
        own = found.group() == "~" and home
        return Misread(problem="~ isn't expanded here", meant=home + path[1:] if own else "")
    if found := _VARIABLE.match(path):
        name = found.group("percent") or found.group("braced") or found.group("plain")
        value = environment.get(name, "")
        return Misread(
            problem=f"{found.group()} isn't expanded here", meant=value + path[found.end() :] if value else ""
        )
    return None


def name_problem(name: str, *, windows: bool) -> str:
    """Whether a file's name is longer than any file system takes; empty if it isn't."""
    if windows:
        count, units = len(name.encode("utf-16-le", "surrogatepass")) // 2, "characters"
    else:
        count, units = len(name.encode("utf-8", "surrogatepass")), "bytes"
    return (
        f"the name is too long: {count} {units}, and {MOST_NAME_UNITS} is the most" if count > MOST_NAME_UNITS else ""
    )


def one_spelling(name: str) -> str:
    """The same for all names that a folder without upper and lower case takes for one: Windows', most USB sticks'.

    Letter by letter, as NTFS does: there ß is not SS.
    """
    return "".join(_plain(_plain(letter, str.upper), str.lower) for letter in name)


def _plain(letter: str, change: Callable[[str], str]) -> str:
    changed = change(letter)
    return changed if len(changed) == 1 else letter


def numbered_name(name: str, number: int, *, windows: bool) -> str:
    """take-2.mp4 for take.mp4; of a name that is full the end makes room for the number."""
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    tail = f"-{number}{dot}{suffix}"
    while len(stem) > 1 and name_problem(stem + tail, windows=windows):
        stem = stem[:-1]
    return stem + tail
