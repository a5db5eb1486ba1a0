"""How many frames a second has: a whole number, or exactly the fraction that is meant by 29.97. Pure."""

from fractions import Fraction
from math import lcm

FrameRate = int | Fraction
"""Frames per second, in lowest terms; a whole one is an int, so that equal rates are equal in every way."""

LEAST, MOST = 1, 240

_SOUND = 48_000
_MOST_UNITS = 0x7FFF_FFFF
"""A file counts time in units of which frames and samples last whole numbers; so many a second can be written, and read
by those who read a sign there (FFmpeg's mov.c)."""

_LARGEST_DENOMINATOR = 1001
_NEAR = Fraction(1, 200)
"""How far from n × 1000/1001 a decimal may be that means it: 23.98 is written for 23.976…"""


def frame_rate(asked: float | str) -> FrameRate:
    """What a number or a text such as "30000/1001" stands for. Raises ValueError with words for people.

    A decimal such as 29.97, 23.976 or 59.94 means n × 1000/1001.
    """
    text = asked.strip() if isinstance(asked, str) else repr(asked)
    parts = text.split("/")
    if len(parts) > 2 or not text.isascii() or not all(_is_plain(part, whole=len(parts) == 2) for part in parts):
        raise ValueError(f"{text!r} is no frame rate: say a number such as 30, or a fraction such as 30000/1001")
    if len(parts) == 2 and int(parts[1]) == 0:
        raise ValueError(f"{text!r} is no frame rate: it divides by 0")
    exact = Fraction(text)
    if len(parts) == 1:
        exact = _meant(exact)
    if not LEAST <= exact <= MOST:
        raise ValueError(f"a frame rate is from {LEAST} to {MOST}, and not {text}")
    if exact.denominator > _LARGEST_DENOMINATOR or lcm(_SOUND, exact.numerator) > _MOST_UNITS:
        raise ValueError(f"no file can count {text} frames a second exactly; 30000/1001 is what 29.97 stands for")
    return exact.numerator if exact.denominator == 1 else exact


def frames_seconds(frames: int, fps: FrameRate) -> float:
    """How long so many frames last, for displays."""
    return frames * fps.denominator / fps.numerator


def rate_number(fps: FrameRate) -> int | float:
    """As stats have it: 30, or 29.97003."""
    return fps if isinstance(fps, int) else round(float(fps), 6)


def rate_text(fps: FrameRate) -> str:
    """As people read it: 30, or 29.97."""
    return f"{float(fps):.5g}"


def _is_plain(text: str, *, whole: bool) -> bool:
    """Digits, with one point where it need not be whole; Python reads more than that."""
    digits = text if whole else text.replace(".", "", 1)
    return digits.isdecimal() and len(text) <= 12


def _meant(decimal: Fraction) -> Fraction:
    whole = round(decimal * 1001 / 1000)
    television = Fraction(whole * 1000, 1001)
    near = decimal.denominator != 1 and abs(decimal - television) < _NEAR
    return television if near else decimal
