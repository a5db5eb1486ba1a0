"""Options of a sub-command, made of the params of the method that it stands for: names, words, limits and defaults."""

import argparse
import re
from collections.abc import Callable, Container, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import FieldInfo

from ionia.cli.complaint import complain
from ionia.rpc.command_option import CommandOption, Unit, command_option
from ionia.rpc.validation import InvalidParamsError, check, word_order

P = TypeVar("P", bound=Struct)
T = TypeVar("T")


def add_options(parser: argparse.ArgumentParser, params: type[Struct], *, only: Container[str] | None = None) -> None:
    """Add an option for each param that says how it is given (`only`: of these fields). What isn't given is None."""
    for field in msgspec.structs.fields(params):
        option = command_option(field)
        if option is None or (only is not None and field.name not in only):
            continue
        more: dict[str, Any]
        if isinstance(field.default, bool):
            more = {"action": "store_false" if field.default else "store_true", "default": None}
        else:
            value = partial(_value, field, option)
            if option.unit in _PIXELS:
                value = partial(_pixels, params, field, option)
            more = {"type": value, "metavar": option.metavar or _metavar(option.name)}
            if option.read is None and (words := word_order(field.type)):
                more = {"choices": words}
        parser.add_argument(option.name, dest=field.name, help=option.help.format(default=_default(field)), **more)


def given(options: argparse.Namespace, params: type[Struct]) -> dict[str, Any]:
    """What was given of a struct's params, by field name, as its constructor takes it."""
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(params):
        option = command_option(field)
        if option is None or (value := getattr(options, field.name, None)) is None:
            continue
        if option.also:
            values[field.name], values[option.also] = value
        else:
            values[field.name] = value
    return values


_PIXELS = {
    Unit.REGION: re.compile(r"(?P<x>-?\d{1,5}),(?P<y>-?\d{1,5}),(?P<width>\d{1,5})x(?P<height>\d{1,5})", re.ASCII),
    Unit.SIZE: re.compile(r"(?P<width>\d{1,5})x(?P<height>\d{1,5})", re.ASCII),
}
"""How a region and a size are written."""


def _pixels(params: type[Struct], field: FieldInfo, option: CommandOption, text: str) -> object:
    """A region, or a width and a height. Raises ArgumentTypeError, which says what it may be."""
    match = _PIXELS[option.unit].fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not {option.metavar}, in pixels")
    numbers = {name: int(number) for name, number in match.groupdict().items()}
    try:
        if not option.also:
            return check(field, numbers)
        height = next(one for one in msgspec.structs.fields(params) if one.name == option.also)
        return check(field, numbers["width"]), check(height, numbers["height"])
    except InvalidParamsError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def made(params: type[P], values: Mapping[str, Any]) -> P:
    """The struct of these values. Ends the program, with a line, where they don't fit together."""
    return fitting(lambda: params(**values))


def fitting(make: Callable[[], T]) -> T:
    """What `make` gives. Ends the program, with a line, where it raises ValueError: what was asked doesn't fit."""
    try:
        return make()
    except ValueError as error:
        complain(error)
        raise SystemExit(2) from None


def _metavar(name: str) -> str:
    return name.removeprefix("--").replace("-", "_").upper()


def _default(field: FieldInfo) -> str:
    option = command_option(field)
    if option is not None and option.unit is Unit.BIT_RATE and field.default is not None:
        return _bit_rate_words(field.default)
    return str(field.default)


def _value(field: FieldInfo, option: CommandOption, text: str) -> object:
    """The value that a text stands for. Raises ArgumentTypeError, which says what it may be."""
    schema = _schema(field)
    number: Callable[[str], float] = _bit_rate if option.unit is Unit.BIT_RATE else float
    if option.read is not None or schema.get("type") not in {"integer", "number"}:
        try:
            return check(field, text if option.read is None else option.read(text))
        except (InvalidParamsError, ValueError) as error:
            raise argparse.ArgumentTypeError(str(error)) from None
    least = schema["minimum"] if option.least is None else option.least
    most = schema["maximum"] if option.most is None else option.most
    whole = schema["type"] == "integer"
    try:
        value = number(text)
    except (ValueError, OverflowError):
        value = float("nan")
    # Python also reads 1_0 and other scripts' digits, and a whole number is one without a point.
    counted = whole and option.unit is Unit.PLAIN
    plain = text.isascii() and "_" not in text and (not counted or text.removeprefix("-").isdecimal())
    if not plain or not least <= value <= most or (whole and not value.is_integer()):
        raise argparse.ArgumentTypeError(f"{text!r} is not {_range_words(option.unit, whole, least, most)}")
    return int(value) if whole else value


def _schema(field: FieldInfo) -> dict[str, Any]:
    """The JSON schema of a param's value, without null."""
    schema = msgspec.json.schema(field.type)
    return next((choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"), schema)


def _range_words(unit: Unit, whole: bool, least: float, most: float) -> str:
    match unit:
        case Unit.BIT_RATE:
            return f"a bit rate from {_bit_rate_words(least)} to {_bit_rate_words(most)}"
        case Unit.PLAIN:
            return f"a {'whole ' if whole else ''}number from {least:g} to {most:g}"
        case _:
            return f"a number of {unit.value} from {least:g} to {most:g}"


def _bit_rate(text: str) -> float:
    scale = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower())
    return float(round(float(text[:-1]) * scale)) if scale else float(int(text))


def _bit_rate_words(bits_per_second: float) -> str:
    if bits_per_second >= 1_000_000:
        return f"{bits_per_second / 1_000_000:g}M"
    return f"{bits_per_second / 1_000:g}k"
