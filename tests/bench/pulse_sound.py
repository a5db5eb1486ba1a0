"""Tones on a real PulseAudio, in bursts and after its sink has slept: in the recorded file, ours and the peer's.

A sink that sleeps gives its listeners nothing at all, as Windows' loopback while nothing plays.
"""

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ionia.core.media import SAMPLE_RATE
from ionia.core.test_card.pattern import DESKTOP_BEEP_HZ
from tests.bench import obs_sound, tracks
from tests.bench.events import FARTHEST
from tests.bench.media import flashes_and_beeps, sound_of
from tests.bench.parts import Form
from tests.bench.recorders import Ours, Peer, Recorder, Stage, stage
from tests.bench.report import PartResult, Row, percentile
from tests.bench.tone import Tone, tone_of, worst_cents, worst_level
from tests.fakes.pulse_beeper import AMPLITUDE, PulseBeeper
from tests.fakes.x11_painter import PainterProcess, painter

MEDIAN_GOAL_MS, P95_GOAL_MS = 10.0, 25.0
CENTS_GOAL, LEVEL_GOAL_DB = 5.0, 1.0
"""What a trained ear may just tell."""

QUIETEST_GOAL_DB = -3.0
"""Of 5 ms in a tone. AAC alone makes -1 dB of a pure tone; a hole of 2 ms makes -4."""

FPS = 30
BURST_MS = 400
MARGIN = 0.05
SETTLE_SECONDS = 2.0
WAKE_SECONDS = 1.5
"""After the sink woke: until it is known again when a sample will be heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Of one real recording: (ms late, tone) before and after the silence; `asked` on each side."""

    before: list[tuple[float, Tone]]
    after: list[tuple[float, Tone]]
    asked: int


def measure(form: Form) -> PartResult:
    """Tones first, then what tracks and one program's sound cost, and OBS's filters."""
    note = (
        f"Tones of {BURST_MS} ms, each with a flash; a hole or a jump shows in the quietest 5 ms (AAC alone: -1 dB). "
        "CPU of tracks is the whole process's, FFmpeg's with its encoder set as ours."
    )
    return PartResult(rows=[*real_rows(form), *tracks.rows(form), *obs_sound.rows(form)], notes=[note])


def real_rows(form: Form) -> list[Row]:
    """Ours, and in the full form the peer."""
    with stage(1280, 720) as where, painter(where.display.display) as paint:
        paint.do("fill 0 0 0")
        own = heard(Ours(), where, paint, form)
        peer = heard(Peer(), where, paint, form) if form.full else None
    silence = silent_seconds(form)
    rows = []
    for what, ours, other in (
        ("sound in bursts on PulseAudio", own.before, peer.before if peer else None),
        (f"sound on PulseAudio after its sink slept for {silence:.0f} s", own.after, peer.after if peer else None),
    ):
        rows += one_side(what, ours, other, own.asked)
    return rows


def one_side(what: str, ours: list[tuple[float, Tone]], peer: list[tuple[float, Tone]] | None, asked: int) -> list[Row]:
    """Before or after the silence."""
    away, tones = [ms for ms, _ in ours], [one for _, one in ours]
    if not ours:
        return [Row(what=what, ours="nothing heard", met=False)]
    cents, level = worst_cents(tones, DESKTOP_BEEP_HZ), worst_level(tones, AMPLITUDE)
    quietest = min(one.quietest_db for one in tones)
    return [
        Row(
            what=f"{what}: A/V offset of {len(ours)} of {asked} tones",
            ours=offset_text(away),
            peer="–" if peer is None else offset_text([ms for ms, _ in peer]),
            goal=f"within ±{MEDIAN_GOAL_MS:.0f} ms, p95 ≤ {P95_GOAL_MS:.0f} ms",
            met=abs(statistics.median(away)) <= MEDIAN_GOAL_MS
            and percentile(map(abs, away), 95) <= P95_GOAL_MS
            and len(ours) == asked,
        ),
        Row(
            what=f"{what}: pitch, level, quietest 5 ms, at worst",
            ours=f"{cents:.2f} cents, {level:+.2f} dB, {quietest:+.1f} dB",
            goal=f"≤ {CENTS_GOAL:.0f} cents, ±{LEVEL_GOAL_DB} dB, ≥ {QUIETEST_GOAL_DB:.0f} dB",
            met=cents <= CENTS_GOAL and abs(level) <= LEVEL_GOAL_DB and quietest >= QUIETEST_GOAL_DB,
        ),
    ]


def offset_text(away: Sequence[float]) -> str:
    """Median, ends and percentile."""
    if not away:
        return "nothing heard"
    p95 = percentile(map(abs, away), 95)
    return f"median {statistics.median(away):+.1f} ms ({min(away):+.1f} to {max(away):+.1f}), p95 {p95:.1f} ms"


def silent_seconds(form: Form) -> float:
    """How long the sink sleeps."""
    return form.of(quick=2.0, full=20.0)


def heard(recorder: Recorder, where: Stage, paint: PainterProcess, form: Form) -> Heard:
    """Tones, a sleeping sink, tones again."""
    tones = form.of(quick=3, full=12)
    path = form.folder / f"sound-{recorder.name}.mp4"
    chance = random.Random(8)  # noqa: S311 - distances, not secrets
    with PulseBeeper(where.environment, "speaker") as beeper, recorder.record(where, path, FPS) as recording:
        time.sleep(SETTLE_SECONDS)
        truths = perform(beeper, paint, tones, chance)
        where.sound.suspend_sink("speaker")
        time.sleep(silent_seconds(form))
        where.sound.resume_sink("speaker")
        time.sleep(WAKE_SECONDS)
        truths += perform(beeper, paint, tones, chance)
        recording.stop()
    found = matched(path, truths)
    path.unlink()
    before, after = ([one for one in side if one is not None] for side in (found[:tones], found[tones:]))
    return Heard(before=before, after=after, asked=tones)


def perform(
    beeper: PulseBeeper, paint: PainterProcess, events: int, chance: random.Random
) -> list[tuple[float, float]]:
    """Flashes and tones at uneven distances: (when it flashed, by how much later the tone was heard), seconds."""
    at, instants = time.monotonic() + 1.0, []
    for _ in range(events):
        instants.append(round(at * 1e9))
        at += chance.uniform(0.75, 1.1)
    for instant in instants:
        beeper.beep(instant, DESKTOP_BEEP_HZ, BURST_MS)
    found = []
    for instant in instants:
        before, after = paint.do(f"flash {instant} 200")
        flashed = (before + after) / 2e9
        found.append((flashed, beeper.heard_ns() / 1e9 - flashed))
    return found


def matched(path: Path, truths: Sequence[tuple[float, float]]) -> list[tuple[float, Tone] | None]:
    """For each event, as far as its tone is in the file: by how many ms it comes too early, and what it sounds like.

    A flash is shown up to half a frame early or late. The picture's clock is therefore taken from all flashes
    together, and each tone is held against that.
    """
    seen = flashes_and_beeps(path)
    origin, samples = sound_of(path)
    if not seen.flashes:
        return [None] * len(truths)
    # A peer may have lost flashes: each is paired with the nearest event, counted from the first.
    begun = seen.flashes[0] - truths[0][0]
    nearest = [(flash, min((at for at, _ in truths), key=lambda at: abs(at + begun - flash))) for flash in seen.flashes]
    begun = statistics.fmean(flash - at for flash, at in nearest if abs(at + begun - flash) < FARTHEST)
    found: list[tuple[float, Tone] | None] = []
    for flashed, beep_after in truths:
        expected = begun + flashed + beep_after
        beep = min(seen.beeps, key=lambda at: abs(at - expected), default=None)
        if beep is None or abs(beep - expected) > FARTHEST:
            found.append(None)
            continue
        first, last = (round((beep + away) * SAMPLE_RATE) - origin for away in (MARGIN, BURST_MS / 1000 - MARGIN))
        heard_as = tone_of(samples[first:last].mean(axis=1), DESKTOP_BEEP_HZ)
        found.append(((expected - beep) * 1000, heard_as))
    return found
