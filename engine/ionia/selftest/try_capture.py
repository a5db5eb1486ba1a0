"""The self-test's look at the screen: does it come, how often, does it show what is there, is the pointer in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import Picture
from ionia.core.ports import ScreenSource
from ionia.core.selftest_report import Finding, Outcome, Part
from ionia.core.service import ScreenInfo
from ionia.core.settings import MediaSettings
from ionia.core.sharing import CaptureKey, capture_key
from ionia.core.test_card.pattern import Box
from ionia.selftest.context import SECOND_NS, TEST, SelftestContext
from ionia.selftest.judge import black_screen, judge_capture
from ionia.selftest.judge_av import strips_lit
from ionia.selftest.stage import FlashWindow
from ionia.threads.clock import StopSignal
from ionia.threads.worker import Worker

ASKED_FPS = 60
PAINTED_FPS = 100
"""More often than is asked, so that whenever a picture is taken it is a new one."""

LENGTH_NS = 2 * SECOND_NS
_BLACK = 16
"""Brighter than this is a picture: what is black in limited range."""

_POINTER_PIXELS = 256
"""A pointer is smaller than this; a larger difference is something on the screen that moved."""

_TRIES_NS = SECOND_NS


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Captured:
    """What the later parts need: a picture of the screen, None when none came, and how many a second did."""

    finding: Finding
    picture: Picture | None = None
    delivered_fps: float | None = None


def window_place(screen: ScreenInfo) -> Box:
    """Where the flashing window is: a sixth of the screen wide, above the middle, where no panel or dock is."""
    width, height = screen.width // 6 & ~7, screen.height // 8 & ~7
    left, top = (screen.width - width) // 2 & ~1, screen.height // 4 & ~1
    return Box(left=left, top=top, right=left + width, bottom=top + height)


def run_capture(context: SelftestContext) -> Captured:
    """Raises CancelledError."""
    context.tell(0.0, "Looking at the screen.")
    if context.screen is None:
        return Captured(finding=_no_screen(context))
    try:
        return _capture(context, context.screen)
    except (IoniaError, SourceLost) as error:
        hint = error.hint if isinstance(error, IoniaError) else ""
        return Captured(
            finding=Finding(part=Part.CAPTURE, outcome=Outcome.BAD, title="Screen", found=error.message, advice=hint)
        )


def _no_screen(context: SelftestContext) -> Finding:
    """The test card always works; why the screen isn't there is what opening it says."""
    if context.settings.screen == TEST:
        found, advice = "the test card was asked for", ""
    else:
        found, advice = "there is none that can be captured; the test card takes its place", ""
        try:
            source = context.backends.screen(capture_key(MediaSettings(screen=context.settings.screen)))
            source.open()
            source.close()
        except IoniaError as error:
            found, advice = f"{error.message.rstrip('.')}; the test card takes its place", error.hint
    return Finding(part=Part.CAPTURE, outcome=Outcome.SKIPPED, title="Screen", found=found, advice=advice)


def _capture(context: SelftestContext, screen: ScreenInfo) -> Captured:
    place = window_place(screen)
    rate = None
    with _opened(context, cursor=True) as source:
        picture = _picture(context, source)  # first: a source that gives only changes has everything to give just now
        with shown_window(context, screen) as window:
            if window is not None:
                with _animated(context, window):
                    rate = _measure(context, source, place, window.strips)
    if picture is None:
        raise IoniaError(ErrorKind.CAPTURE_UNAVAILABLE, "The screen opens, but gives no picture.")
    size = (picture.shape[1], picture.shape[0])
    backend = source.backend
    if int(picture[:, :, :3].max()) <= _BLACK and not (rate and rate.seen):
        finding = black_screen(size, backend, window_shown=rate is not None)
        return Captured(finding=finding, picture=None)
    if rate is None:
        finding = Finding(
            part=Part.CAPTURE,
            outcome=Outcome.GOOD,
            title="Screen",
            found=f"{size[0]}x{size[1]} by {backend}; how often it changes could not be tested",
            figures={"width": size[0], "height": size[1], "backend": backend, "black": False},
        )
        return Captured(finding=finding, picture=picture)
    if not rate.seen:
        finding = Finding(
            part=Part.CAPTURE,
            outcome=Outcome.BAD,
            title="Screen",
            found=f"{size[0]}x{size[1]} by {backend}, but our flashing window is not in the picture",
            advice="Another screen is captured than the one that is shown, or an old picture of it. "
            "Choose a screen from `ionia-engine devices`.",
            figures={"width": size[0], "height": size[1], "backend": backend, "black": False},
        )
        return Captured(finding=finding, picture=picture)
    finding = judge_capture(
        size=size,
        backend=backend,
        delivered=rate.delivered,
        asked=rate.asked,
        grab_ms=rate.grab_ms,
        pointer=_pointer_shown(context),
    )
    return Captured(finding=finding, picture=picture, delivered_fps=rate.delivered)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rate:
    delivered: float
    asked: float
    grab_ms: float
    seen: bool


def _measure(context: SelftestContext, source: ScreenSource, place: Box, strips: int) -> _Rate:
    """Take a picture at each of so many instants a second, and count those that show something new."""
    clock = context.clock
    begin_ns = clock.now_ns()
    count = LENGTH_NS * ASKED_FPS // SECOND_NS
    new, spent_ns, last, seen = 0, 0, -1, False
    for number in range(count):
        context.wait_until(begin_ns + number * SECOND_NS // ASKED_FPS)
        before_ns = clock.now_ns()
        frame = source.grab()
        spent_ns += clock.now_ns() - before_ns
        if frame is not None:
            lit = strips_lit(place.of(frame.pixels), strips)
            new += lit != last
            seen = seen or (last >= 0 and lit != last)
            last = lit
    # A source that is too slow takes longer than the instants do.
    seconds = max(LENGTH_NS, clock.now_ns() - begin_ns) / SECOND_NS
    return _Rate(delivered=new / seconds, asked=ASKED_FPS, grab_ms=spent_ns / count / 1e6, seen=seen)


def _picture(context: SelftestContext, source: ScreenSource) -> Picture | None:
    """The screen as it is, of a source that was just opened; it may take a while to begin."""
    give_up_ns = context.clock.now_ns() + _TRIES_NS
    while context.clock.now_ns() < give_up_ns:
        frame = source.grab()
        if frame is not None:
            return frame.pixels.copy()
        context.wait_until(context.clock.now_ns() + SECOND_NS // ASKED_FPS)
    return None


def _pointer_shown(context: SelftestContext) -> bool | None:
    """Whether a picture with the pointer differs from one without it, in an area of a pointer's size."""
    pictures = []
    for cursor in (True, False):
        with _opened(context, cursor=cursor) as source:
            picture = _picture(context, source)
        if picture is None:
            return None
        pictures.append(picture)
    if pictures[0].shape != pictures[1].shape:
        return None
    rows, columns = np.nonzero((pictures[0][:, :, :3] != pictures[1][:, :, :3]).any(axis=2))
    if not len(rows):
        return False
    return True if max(np.ptp(rows), np.ptp(columns)) < _POINTER_PIXELS else None


@contextmanager
def _opened(context: SelftestContext, *, cursor: bool) -> Iterator[ScreenSource]:
    source = context.backends.screen(CaptureKey(screen=context.settings.screen, cursor=cursor, fps=ASKED_FPS))
    try:
        source.open()
        yield source
    finally:
        source.close()


@contextmanager
def shown_window(context: SelftestContext, screen: ScreenInfo) -> Iterator[FlashWindow | None]:
    """The window while inside; None where it can't be shown."""
    tools = context.tools
    try:
        window = tools.show_window(screen, window_place(screen), context.clock) if tools is not None else None
    except IoniaError:
        window = None
    try:
        yield window
    finally:
        if window is not None:
            window.close()


@contextmanager
def _animated(context: SelftestContext, window: FlashWindow) -> Iterator[None]:
    """The window changes all the time while inside. A window is handed over to the thread that paints it, and back."""
    stop = StopSignal(context.clock)

    def paint() -> None:
        begin_ns, number = context.clock.now_ns(), 0
        while not stop.wait_until(begin_ns + number * SECOND_NS // PAINTED_FPS):
            lit = number % (window.strips + 1)
            if lit == window.strips:
                window.darken()
            else:
                window.light(lit)
            number += 1
        window.darken()

    worker = Worker("selftest-paint", paint, lambda _: None)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(2.0)
