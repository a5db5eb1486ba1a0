"""Devices of several rates and forms, in virtual time: pitch, level, place and purity, beside FFmpeg's conversion."""

import subprocess
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ionia.core.media import SAMPLE_RATE
from tests.bench.machine import ffmpeg_program
from tests.bench.pulse_sound import CENTS_GOAL, LEVEL_GOAL_DB
from tests.bench.report import Row
from tests.sources.test_audio_capture_devices import LEVEL_DB, sine_in
from tests.sources.windows.test_any_device import BEGINS_S, SECONDS, Take, tone_in
from tests.sources.windows.test_windows_audio_capture import Bench

FORMS = ((16_000, 1), (44_100, 2), (48_000, 6), (96_000, 8), (192_000, 2))
PLACE_GOAL_MS = 10.0
HEARD = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Of one device, or at worst: cents, dB and ms off, and by how many dB all else is below the tone."""

    cents: float
    level: float
    late: float
    purity: float

    @property
    def text(self) -> str:
        """For the table."""
        return f"{self.cents:.2f} cents, {self.level:+.2f} dB, {self.late:.1f} ms, {self.purity:.0f} dB"


def rows() -> list[Row]:
    """Ours, and FFmpeg's of the same samples."""
    ours, peers = [], []
    for rate, channels in FORMS:
        tone = tone_in(0, rate, channels, SECONDS, BEGINS_S)
        ours.append(_measured(_recorded(tone, rate, channels)))
        peers.append(_measured(_converted(tone, rate, channels)))
    own, other = _worst(ours), _worst(peers)
    forms = ", ".join(f"{rate / 1000:g} kHz × {channels}" for rate, channels in FORMS)
    return [
        Row(
            what=f"any device ({forms}): pitch, level, place, all else below the tone, at worst",
            ours=own.text,
            peer=other.text,
            goal=f"≤ {CENTS_GOAL:.0f} cents, ±{LEVEL_GOAL_DB:.0f} dB, ≤ {PLACE_GOAL_MS:.0f} ms, ≥ 60 dB",
            met=own.cents <= CENTS_GOAL
            and abs(own.level) <= LEVEL_GOAL_DB
            and own.late <= PLACE_GOAL_MS
            and own.purity >= 60,
        )
    ]


def _recorded(tone: npt.NDArray[np.float32], rate: int, channels: int) -> npt.NDArray[np.float32]:
    bench = Bench()
    try:
        take = Take(bench, loopback=True)
        take.plug(rate, channels)
        take.hear(tone, rate, 0.0)
        return take.end()[:, 0]
    finally:
        for source in bench.sources:
            source.close()


def _converted(tone: npt.NDArray[np.float32], rate: int, channels: int) -> npt.NDArray[np.float32]:
    given, wanted = ["-ar", str(rate), "-ac", str(channels)], ["-ar", str(SAMPLE_RATE), "-ac", "2"]
    command = [ffmpeg_program(), "-v", "error", "-f", "f32le", *given, "-i", "-", "-f", "f32le", *wanted, "-"]
    done = subprocess.run(command, input=tone.tobytes(), capture_output=True, check=True)
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)[:, 0]


def _measured(sound: npt.NDArray[np.float32]) -> Heard:
    first = int(np.flatnonzero(np.abs(sound) > HEARD)[0])
    start = round((BEGINS_S + 0.2) * SAMPLE_RATE)
    cents, level, purity = sine_in(sound[start : start + SAMPLE_RATE])
    return Heard(
        cents=abs(cents), level=level - LEVEL_DB, late=1000 * abs(first / SAMPLE_RATE - BEGINS_S), purity=purity
    )


def _worst(of: list[Heard]) -> Heard:
    return Heard(
        cents=max(one.cents for one in of),
        level=max((one.level for one in of), key=abs),
        late=max(one.late for one in of),
        purity=min(one.purity for one in of),
    )
