"""Whether a sample's instant is the one at which it was heard: beeps whose instant the player knows."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from ionia.core.media import AudioBlock
from ionia.core.ports import AudioSource
from ionia.sources import sound
from tests.fakes.pulse import PulseServer, pulse_missing
from tests.fakes.pulse_beeper import LEAD_SECONDS, PulseBeeper
from tests.sources.audio_protocol import next_block
from tests.sources.screen_protocol import DEADLINE, RealClock

pytestmark = [
    pytest.mark.pulse,
    pytest.mark.slow,
    pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed"),
]

BEEPS = 8
SPACING_NS = 250_000_000
TOLERANCE_MS = 3.0
"""Of the median; a quiet machine shows 0.1 (decision 0040)."""

AUDIBLE = 0.02


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    with PulseServer() as server:
        monkeypatch.setenv("PULSE_SERVER", server.address)
        yield server


@pytest.fixture
def source(server: PulseServer) -> Iterator[AudioSource]:
    source = sound.open_desktop(None, RealClock())
    yield source
    source.close()


def onsets(blocks: list[AudioBlock]) -> list[float]:
    """Instants at which sound begins after 100 ms of silence."""
    found: list[float] = []
    last = float("-inf")
    for block in blocks:
        for index in np.flatnonzero(np.abs(block.samples[:, 0]) > AUDIBLE):
            instant = block.start_ns + index * 1e9 / 48_000
            if instant - last > 100_000_000:
                found.append(instant)
            last = instant
    return found


def read_until(source: AudioSource, instant_ns: int) -> list[AudioBlock]:
    """All blocks up to the first that begins after the instant."""
    blocks = [next_block(source)]
    end = time.monotonic() + DEADLINE
    while blocks[-1].start_ns < instant_ns:
        assert time.monotonic() < end
        blocks.append(next_block(source))
    return blocks


def command_beeps(beeper: PulseBeeper) -> list[int]:
    """Command the beeps; the instants they were asked for."""
    first = time.monotonic_ns() + int((LEAD_SECONDS + 0.3) * 1e9)
    # Not in step with blocks: 1.7 ms further each time.
    asked = [first + index * (SPACING_NS + 1_700_000) for index in range(BEEPS)]
    for instant in asked:
        beeper.beep(instant)
    return asked


def assert_dated_right(blocks: list[AudioBlock], heard: list[int]) -> None:
    found = onsets(blocks)
    assert len(found) == BEEPS
    errors = np.array(found) - np.array(heard, dtype=float)
    assert abs(float(np.median(errors))) / 1e6 < TOLERANCE_MS, errors / 1e6


def test_beeps_are_dated_when_they_are_heard(server: PulseServer, source: AudioSource) -> None:
    source.open()
    with PulseBeeper(server.environment) as beeper:
        asked = command_beeps(beeper)
        blocks = read_until(source, asked[-1] + SPACING_NS)
        heard = [beeper.heard_ns() for _ in asked]
    assert_dated_right(blocks, heard)


def test_what_was_captured_while_nobody_read_is_kept_with_its_instants(
    server: PulseServer, source: AudioSource
) -> None:
    source.open()
    with PulseBeeper(server.environment) as beeper:
        read_until(source, time.perf_counter_ns() + 500_000_000)
        asked = command_beeps(beeper)
        # Nobody turns the connection meanwhile: to the server this is a process that was stopped.
        heard = [beeper.heard_ns() for _ in asked]
        blocks = read_until(source, asked[-1] + SPACING_NS)
    assert_dated_right(blocks, heard)
