"""The test card's pictures and the test tone's beeps, and the readers that find them again in what was recorded.

Both sides of the proof live here so that they cannot drift apart: the card says "this is picture number n" in its
pixels and flashes on every whole second of the clock; the tone beeps at the same instants. Pure: the caller brings
the number, the instant and the samples; nothing here waits, reads a clock or touches a device.
"""

import sys
from dataclasses import dataclass
from itertools import pairwise
from mmap import mmap
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ionia.core.media import SAMPLE_RATE, Picture, Samples
from ionia.core.test_card.text import ADVANCE, GLYPH_HEIGHT, GLYPH_WIDTH, glyph

_T = TypeVar("_T", np.uint8, np.uint32)

SECOND_NS = 1_000_000_000

FLASH_NS = 100_000_000
"""Length of a flash and of a beep. Long enough for three frames at 30 fps, short enough to be one event."""

MIN_SIDE = 64
"""The smallest card: its code blocks are then 4 pixels, two chroma samples, wide."""

DESKTOP_BEEP_HZ = 1000
MIC_BEEP_HZ = 440
"""Both have a whole number of periods in FLASH_NS, so that a beep ends where it began, at zero."""

BEEP_AMPLITUDE = 0.5

BARS_BGR: tuple[tuple[int, int, int], ...] = (
    (191, 191, 191),
    (0, 191, 191),
    (191, 191, 0),
    (0, 191, 0),
    (191, 0, 191),
    (0, 0, 191),
    (191, 0, 0),
)
"""75 % colour bars in the order of SMPTE EG 1-1990: grey, yellow, cyan, green, magenta, red, blue."""

_CODE_COLUMNS, _CODE_ROWS = 16, 2
_INDEX_BITS, _CHECK_BITS = 24, 8
INDEX_LIMIT = 1 << _INDEX_BITS
"""Indexes count modulo this: 77 hours at 60 fps."""

_DARK, _LIGHT = 80, 170
"""What a block's mean must be below or above to count. Luma of black and white is 16 and 235 (BT.709 limited)."""

_BLACK, _WHITE, _INK = 0xFF000000, 0xFFFFFFFF, 0xFFC0C0C0
"""BGRA pixels as little-endian words."""

_TITLE = "IONIA TEST CARD "
_DIGITS = 8
_KEEP = 300
"""For how many paintings unused memory is kept: a machine that is short of time is so for a while."""

_PERIOD = 240
"""The box crosses the card once in so many pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of pixels: columns left..right-1, rows top..bottom-1."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, picture: npt.NDArray[_T]) -> npt.NDArray[_T]:
        """The view of these pixels in a picture of any number of channels."""
        return picture[self.top : self.bottom, self.left : self.right]

    def inner(self) -> "Box":
        """The middle half in both directions, where neighbours' colours did not bleed in; at least one pixel."""
        x, y = (self.right - self.left) // 4, (self.bottom - self.top) // 4
        return Box(left=self.left + x, top=self.top + y, right=self.right - x, bottom=self.bottom - y)


@dataclass(frozen=True, slots=True)
class CardLayout:
    """Where things are on a card of a given size, from top to bottom: flash, bars, text, moving box, code."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < MIN_SIDE or self.height < MIN_SIDE:
            raise ValueError(f"a test card has at least {MIN_SIDE}x{MIN_SIDE} pixels, not {self.width}x{self.height}")

    @property
    def flash(self) -> Box:
        """The whole upper quarter: black, and white during a flash."""
        return Box(left=0, top=0, right=self.width, bottom=self.height // 4)

    @property
    def bars(self) -> tuple[Box, ...]:
        """One box for each of BARS_BGR."""
        edges = [self.width * n // len(BARS_BGR) for n in range(len(BARS_BGR) + 1)]
        top, bottom = self.height // 4, self.height // 2
        return tuple(Box(left=a, top=top, right=b, bottom=bottom) for a, b in pairwise(edges))

    @property
    def text(self) -> Box:
        """The black band of the title and the index in figures; too small cards leave it empty."""
        return Box(left=0, top=self.height // 2, right=self.width, bottom=self.height * 5 // 8)

    @property
    def track(self) -> Box:
        """The band that the box moves through."""
        return Box(left=0, top=self.height * 5 // 8, right=self.width, bottom=self.height - self._code_height)

    def moving_box(self, index: int) -> Box:
        """Where the box is in picture `index`."""
        track = self.track
        side = track.bottom - track.top
        left = (self.width - side) * (index % _PERIOD) // (_PERIOD - 1)
        inset = side // 8
        return Box(left=left, top=track.top + inset, right=left + side - 2 * inset, bottom=track.bottom - inset)

    @property
    def code(self) -> tuple[Box, ...]:
        """The code's blocks, most significant bit first: 24 of the index, 8 of the checksum."""
        top = self.height - self._code_height
        xs = [self.width * n // _CODE_COLUMNS for n in range(_CODE_COLUMNS + 1)]
        ys = [top + self._code_height * n // _CODE_ROWS for n in range(_CODE_ROWS + 1)]
        return tuple(
            Box(left=xs[column], top=ys[row], right=xs[column + 1], bottom=ys[row + 1])
            for row in range(_CODE_ROWS)
            for column in range(_CODE_COLUMNS)
        )

    @property
    def _code_height(self) -> int:
        return self.height // 8


def code_bits(index: int) -> tuple[bool, ...]:
    """What the blocks of CardLayout.code show for `index` (modulo INDEX_LIMIT): True is white."""
    number = index % INDEX_LIMIT
    word = number << _CHECK_BITS | _checksum(number)
    return tuple(bool(word >> shift & 1) for shift in range(_INDEX_BITS + _CHECK_BITS - 1, -1, -1))


def _checksum(number: int) -> int:
    """CRC-8 (polynomial 0x07) over the three bytes, begun with 0xFF: a black and a white picture are no code."""
    crc = 0xFF
    for byte in number.to_bytes(3, "big"):
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc


def in_flash(now_ns: int) -> bool:
    """Whether the card flashes and the tone beeps at this instant of the clock."""
    return now_ns % SECOND_NS < FLASH_NS


@dataclass(slots=True, eq=False)
class _Canvas:
    """One picture's memory, as words of a pixel each, what is painted on it now, and which painting that was."""

    memory: npt.NDArray[np.uint8]
    words: npt.NDArray[np.uint32]
    index: int = 0
    flash: bool = False
    painting: int = 0

    @staticmethod
    def like(words: npt.NDArray[np.uint32]) -> "_Canvas":
        # In pages of its own, which go back to the system: a heap would keep them.
        memory = np.frombuffer(mmap(-1, words.nbytes), np.uint8)
        copied = memory.view(np.uint32).reshape(words.shape)
        np.copyto(copied, words)
        return _Canvas(memory=memory, words=copied)

    def is_free(self) -> bool:
        # Every view of an array, and every view of a view, holds a reference to the first one over the memory. Three
        # are ours: this object's attribute, the words' own and the argument of the call.
        return sys.getrefcount(self.memory) <= 3

    def picture(self) -> Picture:
        height, width = self.words.shape
        return self.memory.reshape(height, width, 4)


class CardPainter:
    """Paints test cards of one size. One thread owns it.

    A picture that was handed out is never painted on again while anybody holds it or a view of it; its memory is
    used again after that, and only what differs is painted (measured: see the decision on the test card). What is not
    needed for a while is given back.
    """

    def __init__(self, width: int, height: int) -> None:
        """Raises ValueError below MIN_SIDE."""
        self.layout = CardLayout(width, height)
        self._scale = min(
            (self.layout.text.bottom - self.layout.text.top) // (GLYPH_HEIGHT + 2),
            width // (ADVANCE * (len(_TITLE) + _DIGITS + 1)),
        )
        self._glyphs = {str(digit): glyph(str(digit), self._scale) for digit in range(10)} if self._scale else {}
        self._base = self._paint_base()
        self._pool: list[_Canvas] = []
        self._paintings = 0

    def paint(self, index: int, *, flash: bool) -> Picture:
        """The card of picture `index` >= 0 (shown modulo INDEX_LIMIT), BGRA, opaque."""
        self._paintings += 1
        canvas = next((canvas for canvas in self._pool if canvas.is_free()), None)
        if canvas is None:
            canvas = _Canvas.like(self._base)
            self._pool.append(canvas)
        canvas.painting = self._paintings
        self._pool = [each for each in self._pool if self._paintings - each.painting < _KEEP or not each.is_free()]
        number = index % INDEX_LIMIT
        if flash != canvas.flash:
            self.layout.flash.of(canvas.words)[...] = _WHITE if flash else _BLACK
            canvas.flash = flash
        self._paint_number(canvas.words, canvas.index, number)
        canvas.index = number
        return canvas.picture()

    def _paint_base(self) -> npt.NDArray[np.uint32]:
        """Picture 0 without a flash."""
        layout = self.layout
        words = np.full((layout.height, layout.width), _BLACK, dtype=np.uint32)
        for box, (blue, green, red) in zip(layout.bars, BARS_BGR, strict=True):
            box.of(words)[...] = _BLACK | red << 16 | green << 8 | blue
        ramp = np.linspace(16, 112, layout.width).astype(np.uint32)
        layout.track.of(words)[...] = _BLACK | ramp * 0x010101
        self._track = layout.track.of(words).copy()
        layout.moving_box(0).of(words)[...] = _INK
        for box, white in zip(layout.code, code_bits(0), strict=True):
            box.of(words)[...] = _WHITE if white else _BLACK
        for place, character in enumerate(_TITLE + "0" * _DIGITS if self._scale else ""):
            self._paint_glyph(words, place, glyph(character, self._scale))
        return words

    def _paint_number(self, words: npt.NDArray[np.uint32], old: int, new: int) -> None:
        layout, track = self.layout, self.layout.track
        box = layout.moving_box(old)
        box.of(words)[...] = self._track[box.top - track.top : box.bottom - track.top, box.left : box.right]
        layout.moving_box(new).of(words)[...] = _INK
        for block, was, white in zip(layout.code, code_bits(old), code_bits(new), strict=True):
            if was != white:
                block.of(words)[...] = _WHITE if white else _BLACK
        if self._scale:
            for place, (was_digit, digit) in enumerate(zip(_figures(old), _figures(new), strict=True)):
                if was_digit != digit:
                    self._paint_glyph(words, len(_TITLE) + place, self._glyphs[digit])

    def _paint_glyph(self, words: npt.NDArray[np.uint32], place: int, dots: npt.NDArray[np.bool_]) -> None:
        text, scale = self.layout.text, self._scale
        length = scale * (ADVANCE * (len(_TITLE) + _DIGITS) - 1)
        left = (self.layout.width - length) // 2 + place * scale * ADVANCE
        top = (text.top + text.bottom - scale * GLYPH_HEIGHT) // 2
        area = words[top : top + scale * GLYPH_HEIGHT, left : left + scale * GLYPH_WIDTH]
        area[...] = np.where(dots, np.uint32(_INK), np.uint32(_BLACK))


def _figures(number: int) -> str:
    return f"{number:0{_DIGITS}d}"


def read_index(picture: npt.NDArray[np.uint8]) -> int | None:
    """The index in a card's pixels, or None where there is no card.

    `picture` is the whole card at any size: BGRA (height, width, 4) or luma (height, width), full or limited range.
    A block that is neither dark nor light, or a wrong checksum, is no card.
    """
    word = 0
    layout = _layout_of(picture)
    if layout is None:
        return None
    for block in layout.code:
        level = _level(picture, block)
        if _DARK < level < _LIGHT:
            return None
        word = word << 1 | (level >= _LIGHT)
    index = word >> _CHECK_BITS
    return index if word & (1 << _CHECK_BITS) - 1 == _checksum(index) else None


def read_flash(picture: npt.NDArray[np.uint8]) -> bool:
    """Whether the card's upper quarter is white. `picture` as in `read_index`; False where it is no card's size."""
    layout = _layout_of(picture)
    return layout is not None and _level(picture, layout.flash) > (_DARK + _LIGHT) / 2


def _layout_of(picture: npt.NDArray[np.uint8]) -> CardLayout | None:
    height, width = picture.shape[:2]
    return CardLayout(width, height) if min(width, height) >= MIN_SIDE else None


def _level(picture: npt.NDArray[np.uint8], box: Box) -> float:
    """Mean of luma, or of green, which stands for it where all is black or white."""
    area = box.inner().of(picture)
    return float((area if area.ndim == 2 else area[:, :, 1]).mean())


def beep_second(hz: int) -> Samples:
    """One second of the tone, beginning at a whole second of the clock: a sine for FLASH_NS, then silence."""
    length = SAMPLE_RATE * FLASH_NS // SECOND_NS
    mono = np.zeros(SAMPLE_RATE, dtype=np.float32)
    mono[:length] = BEEP_AMPLITUDE * np.sin(2 * np.pi * hz * np.arange(length) / SAMPLE_RATE)
    return np.repeat(mono[:, np.newaxis], 2, axis=1)


_HOP = 12
"""Samples per point of the envelope: a quarter of a millisecond, four points to a period of 1 kHz."""
_WINDOW = 80
"""Points of the Hann window, 20 ms: 440 Hz and 1 kHz are more than 60 dB apart behind it."""


def find_beeps(samples: Samples, hz: int = DESKTOP_BEEP_HZ) -> tuple[float, ...]:
    """Where the beeps of pitch `hz` begin, as sample indexes with a fraction; accurate to well below a millisecond.

    `samples` is 48 kHz, shape (n, channels). Both channels are added; other pitches and clicks hardly count. A beep
    that sounds already in the first 10 ms is left out: its beginning is not in the recording.

    Method: the amplitude at `hz` behind a 20 ms Hann window rises from nothing to full as an S that is symmetric about
    the onset, so that it passes one half there, whatever the codec smeared before and after.
    """
    points = len(samples) // _HOP
    if points < _WINDOW:
        return ()
    mono = samples[: points * _HOP].mean(axis=1, dtype=np.float32)
    turn = np.exp(-2j * np.pi * hz / SAMPLE_RATE * np.arange(SAMPLE_RATE)).astype(np.complex64)
    carrier = np.tile(turn, len(mono) // SAMPLE_RATE + 1)[: len(mono)]
    baseband = (mono * carrier).reshape(points, _HOP).mean(axis=1)
    window = np.hanning(_WINDOW + 2)[1:-1]
    envelope = 2 * np.abs(np.convolve(baseband, window / window.sum(), mode="same"))
    return tuple(_onsets(envelope))


def _onsets(envelope: npt.NDArray[np.float64]) -> list[float]:
    loud = envelope > max(float(envelope.max()) / 4, BEEP_AMPLITUDE / 100)
    edges = np.flatnonzero(np.diff(loud.astype(np.int8), prepend=0, append=0))
    shortest = FLASH_NS * SAMPLE_RATE // SECOND_NS // _HOP * 3 // 4
    onsets = []
    for begin, end in edges.reshape(-1, 2):
        if end - begin < shortest:
            continue
        half = float(np.median(envelope[begin:end])) / 2
        above = int(begin + np.argmax(envelope[begin:end] >= half))
        if above < _WINDOW // 2:
            continue
        below, at = float(envelope[above - 1]), float(envelope[above])
        point = above - 1 + (half - below) / (at - below)
        # A point is the middle of its samples, and an even window in `same` mode puts its result half a point late.
        onsets.append(point * _HOP - 0.5)
    return onsets
