"""How a param is given on the command line: a note at the param's field, beside its limits and its description.

`ionia.cli.options` makes arguments of these. A param without one can't be given there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from msgspec.structs import FieldInfo


class Unit(Enum):
    """What a number counts, where people write it otherwise than the wire or have to be told."""

    PLAIN = "plain"
    BIT_RATE = "bit rate"
    """Bits per second, also as 5M or 800k."""
    MILLISECONDS = "milliseconds"
    SECONDS = "seconds"
    REGION = "X,Y,WxH"
    SIZE = "WxH"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOption:
    """One option. `help` may name the default as {default}. `metavar` stands for the value, where its name doesn't."""

    name: str
    help: str
    metavar: str | None = None
    unit: Unit = Unit.PLAIN
    least: float | None = None
    """Other limits than the wire's: what is surely a slip of the hand."""
    most: float | None = None
    also: str = ""
    """Of a size: the field that its height becomes; its own is the width."""
    read: Callable[[str], object] | None = None
    """What the wire has for a text, where that is another value: of a param with words and more than those."""


def command_option(field: FieldInfo) -> CommandOption | None:
    """The note at a params struct's field. A flag's name says what it makes of the default."""
    notes: tuple[Any, ...] = getattr(field.type, "__metadata__", ())
    return next((note for note in notes if isinstance(note, CommandOption)), None)
