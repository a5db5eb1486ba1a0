"""The self-test's recording: flashes and beeps of known instants go through the engine as everything does, into a file.

Where there is no screen or no sound, the built-in card and tone take their place: that proves the engine, not the
devices, and is said so.
"""

import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ionia.core.audio.engine import AudioInput
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import SAMPLE_RATE, Samples
from ionia.core.selftest_report import Correction, Finding, Outcome, Part
from ionia.core.service import EngineService, ScreenInfo
from ionia.core.settings import AudioMode, MediaSettings, RecorderSettings, SessionKind
from ionia.core.stats import RecorderStats, of_recorder
from ionia.core.test_card.pattern import DESKTOP_BEEP_HZ, FLASH_NS, Box, beep_second, find_beeps, read_flash
from ionia.selftest.context import SECOND_NS, TEST, SelftestContext, SelftestTools
from ionia.selftest.judge import judge_recording
from ionia.selftest.judge_av import (
    LIMITS,
    R37_STAGE_EARLY_MS,
    R37_STAGE_LATE_MS,
    AvMeasure,
    AvSample,
    StagedEvent,
    card_samples,
    judge_av,
    measure,
    staged_samples,
    strips_lit,
)
from ionia.selftest.judge_sound import decibels
from ionia.selftest.stage import FlashWindow
from ionia.selftest.try_capture import shown_window, window_place
from ionia.threads.worker import Worker

EVENTS = 15
SPACING_NS = 597_000_000
"""Not a multiple of a frame, so that every phase against the frame clock comes up; below three flashes a second, which
WCAG 2.2 (success criterion 2.3.1) calls safe for everybody."""

SETTLE_NS = 3 * SECOND_NS // 2
"""From the start of the recording to the first event: the encodes settle, and the drift servo finds its place."""

LIT_NS = 200_000_000
CARD_NS = 8 * SECOND_NS
_CARD_TITLE = "Card and tone"
_BEEP_GAIN = 0.5
"""-12 dBFS: heard, and not a fright."""

SEEN = " A small window flashes and beeps."
"""Told once the window is there, a second and a half before it does: not where nothing can be shown."""

_OPEN_NS = 4 * SECOND_NS
_JOIN_S = 4.0
_TAIL_NS = SECOND_NS // 2
SESSION = "selftest"
RECORDER = SessionKind.RECORDER


@dataclass(frozen=True, slots=True, kw_only=True)
class AvResult:
    """`beeps_db` is how loud the beeps came back; None when none were played on a real device."""

    findings: list[Finding]
    correction: Correction | None = None
    beeps_db: float | None = None


class _NoStageError(Exception):
    """Flashes and beeps can't be shown and played here; the text says why, as the end of a sentence."""


def run_av(context: SelftestContext) -> AvResult:
    """Raises CancelledError."""
    tools = context.tools
    if tools is None:
        return AvResult(findings=[_finding(Outcome.SKIPPED, "this engine has nothing to read recordings with")])
    try:
        return _on_stage(context, tools)
    except _NoStageError as error:
        problem = str(error)
    except IoniaError as error:
        problem = error.message.rstrip(".")
    context.check()
    try:
        return _on_card(context, tools, problem)
    except IoniaError as error:
        return AvResult(findings=[_finding(Outcome.BAD, error.message, error.hint)])


def _workplace() -> tempfile.TemporaryDirectory[str]:
    """Raises IoniaError."""
    try:
        return tempfile.TemporaryDirectory(prefix="ionia-selftest-")
    except OSError as error:
        raise IoniaError(
            ErrorKind.OUTPUT_FAILED,
            f"No folder takes temporary files: {(error.strerror or type(error).__name__).lower()}",
            "Name one that can be written to in TMPDIR (TEMP on Windows).",
        ) from error


@dataclass(slots=True, kw_only=True)
class _Take:
    """A recording under way, and what became of it."""

    engine: EngineService
    epoch_ns: int


def _on_stage(context: SelftestContext, tools: SelftestTools) -> AvResult:
    settings, screen = context.settings, context.screen
    if screen is None:
        raise _NoStageError("there is no screen to flash on")
    if settings.desktop_audio == TEST or not context.backends.list_desktop_audio():
        raise _NoStageError("there is no sound device to beep on")
    media = MediaSettings(
        screen=settings.screen,
        fps=settings.fps,
        video_bitrate=settings.video_bitrate,
        audio_mode=AudioMode.DESKTOP,
        desktop_audio=settings.desktop_audio,
    )
    with _workplace() as folder, shown_window(context, screen) as window:
        if window is None:
            raise _NoStageError("the flashing window can't be shown")
        path = str(Path(folder) / "selftest.mp4")
        with _beeping(context, tools) as beeps, _recording(context, path, media, SEEN) as take:
            first_ns = context.clock.now_ns() + SETTLE_NS
            instants = [first_ns + number * SPACING_NS for number in range(EVENTS)]
            beeps.asked.set_result(instants)
            lit = [_flash(context, window, instant, number) for number, instant in enumerate(instants)]
            heard = beeps.heard.result(_JOIN_S)
            context.wait_until(context.clock.now_ns() + _TAIL_NS)
            stats = _stop(take)
        context.tell(0.9, "Comparing what was shown with what was recorded.")
        place = window_place(screen)
        seen = [
            strips_lit(area, window.strips)
            for area in tools.read_lumas(path, lambda width, height: _scaled(place, screen, width, height))
            if not context.cancelled()
        ]
        sound = tools.read_sound(path)
    context.check()
    events = [StagedEvent(lit_ns=a, heard_ns=b) for a, b in zip(lit, heard, strict=True) if b is not None]
    found = find_beeps(sound, DESKTOP_BEEP_HZ)
    samples = staged_samples(
        events, seen, [beep / SAMPLE_RATE for beep in found], fps=settings.fps, epoch_ns=take.epoch_ns
    )
    step_ms = 1000 / settings.fps / window.strips
    measured = measure(samples, uncertainty_ms=step_ms / 2)
    recorded = judge_recording(stats)
    beeps_db = _level(sound, found)
    if measured is None:
        return AvResult(findings=[recorded, _unmeasured(samples, any(seen), bool(found))], beeps_db=beeps_db)
    finding, correction = _judged(context, measured)
    return AvResult(findings=[recorded, finding], correction=correction, beeps_db=beeps_db)


def _on_card(context: SelftestContext, tools: SelftestTools, problem: str) -> AvResult:
    settings = context.settings
    media = MediaSettings(
        screen=TEST,
        desktop_audio=TEST,
        audio_mode=AudioMode.DESKTOP,
        fps=settings.fps,
        video_bitrate=settings.video_bitrate,
    )
    with _workplace() as folder:
        path = str(Path(folder) / "selftest.mp4")
        with _recording(context, path, media) as take:
            begin_ns = context.clock.now_ns()
            steps = CARD_NS // SECOND_NS
            for step in range(1, steps + 1):
                context.tell(0.9 * (step - 1) / steps, "Recording the test card and tone.")
                context.wait_until(begin_ns + step * SECOND_NS)
            stats = _stop(take)
        context.tell(0.9, "Comparing what was shown with what was recorded.")
        lumas = tools.read_lumas(path, lambda width, height: Box(left=0, top=0, right=width, bottom=height))
        flashing = [read_flash(luma) for luma in lumas if not context.cancelled()]
        beeps = [beep / SAMPLE_RATE for beep in find_beeps(tools.read_sound(path), DESKTOP_BEEP_HZ)]
    context.check()
    measured = measure(card_samples(flashing, beeps, fps=settings.fps), uncertainty_ms=500 / settings.fps)
    recorded = judge_recording(stats)
    skipped = _finding(Outcome.SKIPPED, f"not with this machine's own screen and sound: {problem}")
    if measured is None:
        unmeasured = replace(_unmeasured([], any(flashing), bool(beeps)), title=_CARD_TITLE)
        return AvResult(findings=[recorded, unmeasured, skipped])
    verdict = judge_av(measured, correctable=False)
    finding = replace(
        _finding(verdict.outcome, verdict.found, verdict.advice, measured),
        title=_CARD_TITLE,
    )
    return AvResult(findings=[recorded, finding, skipped])


def _judged(context: SelftestContext, measured: AvMeasure) -> tuple[Finding, Correction | None]:
    device = _device_name(context)
    now_ms = context.backends.corrections.offset_ms(AudioInput.DESKTOP, device)
    verdict = judge_av(measured, correctable=True)
    found = verdict.found if not now_ms else f"{verdict.found}, with the correction of {now_ms:+.0f} ms that is set"
    finding = _finding(verdict.outcome, found, verdict.advice, measured, correction_ms=now_ms)
    if verdict.correct_by_ms is None:
        return finding, None
    wanted = now_ms + verdict.correct_by_ms
    # What is left without any correction may be within what a stage may have: then none is better.
    needed = not -R37_STAGE_LATE_MS <= wanted <= R37_STAGE_EARLY_MS
    return finding, Correction(device=device, offset_ms=round(wanted, 1) if needed else 0.0)


def _device_name(context: SelftestContext) -> str:
    """The name of the device that beeped, as the source says it when it opens."""
    wanted = context.settings.desktop_audio
    devices = context.backends.list_desktop_audio()
    return next((one.name for one in devices if one.id == wanted or (wanted is None and one.default)), devices[0].name)


def _finding(
    outcome: Outcome, found: str, advice: str = "", measured: AvMeasure | None = None, *, correction_ms: float = 0.0
) -> Finding:
    return Finding(
        part=Part.AV,
        outcome=outcome,
        title="Sound and picture",
        found=found,
        advice=advice,
        note="" if measured is None else LIMITS,
        figures={}
        if measured is None
        else {
            "offsetMs": round(measured.offset_ms, 2),
            "offsetUncertaintyMs": round(measured.uncertainty_ms, 2),
            "jitterMs": round(measured.jitter_ms, 2),
            "driftMsPerMinute": round(measured.drift_ms_per_min, 2),
            "driftUncertaintyMsPerMinute": round(measured.drift_uncertainty, 2),
            "events": measured.events,
            "correctionMs": correction_ms,
        },
    )


def _unmeasured(samples: list[AvSample], flashes: bool, beeps: bool) -> Finding:
    if not flashes:
        return _finding(
            Outcome.BAD,
            "none of our flashes is in the recording",
            "Another screen is recorded than the one that is shown. Choose one from `ionia-engine devices`.",
        )
    if not beeps:
        return _finding(
            Outcome.FAIR,
            "none of our beeps is in the recording",
            "Is the sound muted, or very low? Turn it up and test again.",
        )
    return _finding(
        Outcome.FAIR,
        f"only {len(samples)} of {EVENTS} flashes and beeps were found together",
        "Stop what plays or moves, and test again.",
    )


def _flash(context: SelftestContext, window: FlashWindow, instant_ns: int, number: int) -> tuple[int, ...]:
    """Light the strips one after the other, over the length of a frame; when each was lit."""
    context.tell(0.1 + 0.8 * number / EVENTS, f"Flash and beep {number + 1} of {EVENTS}.")
    lit = []
    for strip in range(window.strips):
        context.wait_until(instant_ns + SECOND_NS * strip // (context.settings.fps * window.strips))
        lit.append(window.light(strip))
    context.wait_until(instant_ns + LIT_NS)
    window.darken()
    return tuple(lit)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beeps:
    """What is between the test and the thread that owns the player."""

    asked: "Future[list[int]]"
    heard: "Future[list[int | None]]"


@contextmanager
def _beeping(context: SelftestContext, tools: SelftestTools) -> Iterator[_Beeps]:
    """A player that is ready. Raises IoniaError where there is none."""
    ready: Future[None] = Future()
    beeps = _Beeps(asked=Future(), heard=Future())
    length = SAMPLE_RATE * FLASH_NS // SECOND_NS
    beep = beep_second(DESKTOP_BEEP_HZ)[:length] * np.float32(_BEEP_GAIN)

    def body() -> None:
        beeper = tools.make_beeper(context.settings.desktop_audio, context.clock)
        try:
            beeper.open(context.cancelled, _OPEN_NS)
            ready.set_result(None)
            # Silence goes on while the recording opens: what sleeps when nothing plays stays awake.
            beeps.heard.set_result(
                beeper.play(beep, lambda: beeps.asked.result() if beeps.asked.done() else None, context.cancelled)
            )
        finally:
            beeper.close()

    def failed(error: BaseException) -> None:
        for future in (ready, beeps.heard):
            if not future.done():
                future.set_exception(error)

    worker = Worker("selftest-beep", body, failed)
    worker.start()
    try:
        ready.result()
        context.check()
        yield beeps
    finally:
        beeps.asked.cancel()
        worker.join(_JOIN_S)


@contextmanager
def _recording(context: SelftestContext, path: str, media: MediaSettings, seen: str = "") -> Iterator[_Take]:
    context.tell(0.0, f"Starting to record.{seen}")
    engine = context.make_engine(lambda _: None)
    try:
        engine.initialize_recorder(SESSION, RecorderSettings(output_path=path, media=media))
        before_ns = context.clock.now_ns()
        engine.start(RECORDER, SESSION)
        yield _Take(engine=engine, epoch_ns=(before_ns + context.clock.now_ns()) // 2)
    finally:
        engine.close()


def _stop(take: _Take) -> RecorderStats:
    take.engine.stop(RECORDER, SESSION)
    return of_recorder(take.engine.stats(RECORDER, SESSION))


def _scaled(place: Box, screen: ScreenInfo, width: int, height: int) -> Box:
    """Where the window is in a picture of another size than the screen's."""
    across, down = width / screen.width, height / screen.height
    return Box(
        left=round(place.left * across),
        top=round(place.top * down),
        right=round(place.right * across),
        bottom=round(place.bottom * down),
    )


def _level(sound: Samples, beeps: tuple[float, ...]) -> float | None:
    """Peak of the beeps in dBFS; None when there are none."""
    hundredth = SAMPLE_RATE // 100
    peaks = [
        float(np.abs(sound[round(beep) + hundredth : round(beep) + 8 * hundredth]).max(initial=0)) for beep in beeps
    ]
    return decibels(float(np.median(peaks))) if peaks else None
