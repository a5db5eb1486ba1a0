"""The self-test listens: to what the desktop plays and to the microphone, at the same time."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ionia.core.audio.notices import SoundNotice
from ionia.core.audio.voice_sides import VoiceSides
from ionia.core.errors import IoniaError, SourceLost
from ionia.core.media import SAMPLE_RATE, Samples
from ionia.core.ports import AudioSource
from ionia.core.selftest_report import Finding, Outcome, Part
from ionia.selftest.context import SECOND_NS, SelftestContext
from ionia.selftest.judge_sound import CLIPPED_LEVEL, CLIPPED_RUN, Heard, judge_desktop, judge_microphone
from ionia.threads.worker import Worker

LENGTH_NS = 3 * SECOND_NS
_READ_S = 0.1
_JOIN_S = 3.0


@dataclass(slots=True, kw_only=True)
class _Listening:
    """Written by its worker, read after that has ended."""

    name: str = ""
    problem: IoniaError | SourceLost | None = None
    blocks: "list[Samples] | None" = None
    notices: tuple[SoundNotice, ...] = ()


def run_sound(context: SelftestContext, *, beeps_db: float | None) -> list[Finding]:
    """Raises CancelledError."""
    settings, backends = context.settings, context.backends
    desktop, mic = _Listening(), _Listening()
    until_ns = context.clock.now_ns() + LENGTH_NS
    workers = [
        _listen(context, "desktop", lambda: backends.desktop_audio(settings.desktop_audio), desktop, until_ns),
        _listen(context, "mic", lambda: backends.microphone(settings.microphone), mic, until_ns),
    ]
    try:
        steps = 6
        for step in range(1, steps + 1):
            context.tell((step - 1) / steps, "Listening. Say something, as loud as you will.")
            context.wait_until(until_ns - LENGTH_NS + LENGTH_NS * step // steps)
    finally:
        for worker in workers:
            worker.join(_JOIN_S)
    players, mics = bool(backends.list_desktop_audio()), bool(backends.list_microphones())
    return [
        _missing("Desktop sound", desktop, absent=mics and not players)
        or judge_desktop(_heard(desktop), beeps_db=beeps_db),
        _missing("Microphone", mic, absent=players and not mics) or judge_microphone(_heard(mic)),
    ]


def _listen(
    context: SelftestContext, name: str, make: Callable[[], AudioSource], result: _Listening, until_ns: int
) -> Worker:
    def body() -> None:
        try:
            source = make()
            with contextlib.closing(source):
                result.name = source.open()
                blocks: list[Samples] = []
                while context.clock.now_ns() < until_ns and not context.cancelled():
                    block = source.read(_READ_S)
                    if block is not None:
                        blocks.append(block.samples)
                result.notices = (*source.take_notices(), *_sides_of(blocks if name == "mic" else []))
                result.blocks = blocks
        except (IoniaError, SourceLost) as error:
            result.problem = error

    worker = Worker(f"selftest-{name}", body, lambda _: None)
    worker.start()
    return worker


def _sides_of(blocks: list[Samples]) -> list[SoundNotice]:
    """What a recording of this microphone would tell about its sides."""
    sides = VoiceSides()
    return [notice for notice in (sides.take(block)[1] for block in blocks) if notice is not None]


def _missing(title: str, listening: _Listening, *, absent: bool) -> Finding | None:
    """No device is no failure: silence is recorded in its place, and many machines have no microphone."""
    problem = listening.problem
    if problem is None and listening.blocks is not None:
        return None
    if absent:
        return Finding(
            part=Part.SOUND,
            outcome=Outcome.SKIPPED,
            title=title,
            found="there is none on this machine; silence is recorded in its place",
        )
    hint = problem.hint if isinstance(problem, IoniaError) else ""
    return Finding(
        part=Part.SOUND,
        outcome=Outcome.SKIPPED,
        title=title,
        found=problem.message if problem is not None else "The device does not answer.",
        advice=f"{hint} Until then silence is recorded in its place.".strip(),
    )


def _heard(listening: _Listening) -> Heard:
    blocks = listening.blocks or []
    samples = np.concatenate(blocks) if blocks else np.zeros((0, 2), np.float32)
    return Heard(
        name=listening.name,
        seconds=len(samples) / SAMPLE_RATE,
        peak=float(np.abs(samples).max(initial=0.0)),
        rms=float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0,
        clipped=_clipped(samples),
        notices=listening.notices,
    )


def _clipped(samples: Samples) -> int:
    """How often so many samples in a row are at full scale, in either channel."""
    full = (np.abs(samples) >= CLIPPED_LEVEL).any(axis=1).astype(np.int8)
    edges = np.flatnonzero(np.diff(full, prepend=0, append=0)).reshape(-1, 2)
    return int(((edges[:, 1] - edges[:, 0]) >= CLIPPED_RUN).sum())
