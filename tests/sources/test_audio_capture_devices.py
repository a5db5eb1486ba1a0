"""Devices of any rate and form, on a real server: pitch, level, place, no crackle; also when they change in a take."""

import contextlib
import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.media import SAMPLE_RATE, AudioBlock
from ionia.core.sharing import SoundKey
from ionia.core.warning import NO_FACTS
from ionia.runtime.capture.sound_capture import SoundCapture, SoundMessage
from ionia.sources import sound
from ionia.threads.clock import MonotonicClock, StopSignal
from ionia.threads.mailbox import Inbox
from tests.fakes.mixed_sound import MixedSound
from tests.fakes.pulse import PulseServer, pulse_missing
from tests.fakes.pulse_beeper import LEAD_SECONDS, PulseBeeper
from tests.sources.audio_protocol import next_block
from tests.sources.screen_protocol import DEADLINE, RealClock
from tests.sources.test_audio_capture_instants import onsets

pytestmark = [
    pytest.mark.pulse,
    pytest.mark.slow,
    pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed"),
]

SOUND = SoundKey(which=AudioInput.DESKTOP, device=None, offset_ms=None)
HZ = 997.0
LEVEL_DB = -15.05
STEREO = "front-left,front-right"
BEEPS = 3
SPACING_NS = 251_700_000


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    with PulseServer() as server:
        monkeypatch.setenv("PULSE_SERVER", server.address)
        yield server


def sine_in(samples: npt.NDArray[np.float32]) -> tuple[float, float, float]:
    """Of a tone near HZ: pitch against HZ in cents, level in dBFS, and what isn't the tone, in dB below it."""
    signal = samples.astype(np.float64)
    half = len(signal) // 2
    window, places = np.hanning(half), np.arange(len(signal))
    turns = np.exp(-2j * np.pi * HZ * places / SAMPLE_RATE)
    early, late = (np.angle(np.sum((signal * turns)[low : low + half] * window)) for low in (0, half))
    drift = (late - early + np.pi) % (2 * np.pi) - np.pi
    hz = HZ + drift / (2 * np.pi * half / SAMPLE_RATE)
    phase = 2 * np.pi * hz * places / SAMPLE_RATE
    basis = np.stack([np.sin(phase), np.cos(phase)], axis=1)
    tone = basis @ np.linalg.lstsq(basis, signal, rcond=None)[0]
    energy, rest = np.mean(tone**2), np.mean((signal - tone) ** 2)
    return 1200 * np.log2(hz / HZ), 10 * np.log10(energy), 10 * np.log10(energy / (rest + 1e-12))


@pytest.mark.parametrize(
    ("rate", "layout"),
    [(44_100, STEREO), (96_000, STEREO), (192_000, STEREO), (16_000, "mono")],
)
def test_a_devices_own_rate_changes_neither_pitch_nor_level(server: PulseServer, rate: int, layout: str) -> None:
    server.add_sink("device", layout=layout, rate=rate)
    tone = 0.25 * np.sin(2 * np.pi * HZ * np.arange(rate * 10) / rate)
    server.play_channels(
        np.repeat(tone[:, None], len(layout.split(",")), 1).astype(np.float32), "device", layout=layout, rate=rate
    )
    with contextlib.closing(sound.open_desktop("device", RealClock())) as source:
        source.open()
        end = time.monotonic() + DEADLINE
        while np.abs(next_block(source).samples).max() < 0.1:
            assert time.monotonic() < end
        blocks = [next_block(source).samples for _ in range(60)]
    heard = np.concatenate(blocks)[10_000:]
    for side in (0, 1):
        cents, level, purity = sine_in(heard[:, side])
        assert abs(cents) < 0.5
        assert level == pytest.approx(LEVEL_DB, abs=0.1)
        assert purity > 60.0


class Take:
    """Desktop sound of a recording: the real thread, and afterwards what the clock master makes of it."""

    def __init__(self, device: str | None) -> None:
        clock = MonotonicClock()
        self._stop = StopSignal(clock)
        self._inbox: Inbox[SoundMessage] = Inbox(4096, lambda _: None)
        self.warned: list[str] = []
        self._capture = SoundCapture(
            sound.open_desktop(device, clock),
            SOUND,
            required=True,
            inbox=self._inbox,
            clock=clock,
            stop=self._stop,
            warn=lambda code, message, facts=NO_FACTS: self.warned.append(code),
        )
        self._epoch_ns = clock.now_ns()
        self._capture.start()
        self._capture.wait_opened(DEADLINE)

    def end(self) -> AudioBlock:
        """All of it, as one block."""
        self._stop.set()
        assert self._capture.close(DEADLINE)
        mixed = MixedSound(self._epoch_ns, {AudioInput.DESKTOP: 1.0})
        for message in self._inbox.drain():
            if message.block is None:
                mixed.lost(AudioInput.DESKTOP)
            else:
                mixed.push(AudioInput.DESKTOP, message.block)
        now_ns = MonotonicClock().now_ns()
        # The first call sees a machine that stood still, and waits for sound; the second is after that wait.
        ticks = mixed.advance(now_ns) + mixed.advance(now_ns + 1_000_000_000)
        return AudioBlock(start_ns=self._epoch_ns, samples=np.concatenate([tick.samples for tick in ticks]))


def beep_on(server: PulseServer, sink: str) -> list[int]:
    """Beeps on a sink, waited for; when each was heard."""
    with PulseBeeper(server.environment, sink) as beeper:
        first = time.monotonic_ns() + int((LEAD_SECONDS + 0.2) * 1e9)
        for index in range(BEEPS):
            beeper.beep(first + index * SPACING_NS)
        return [beeper.heard_ns() for _ in range(BEEPS)]


A2DP, CALL = "bluez_sink.00_1B_66_A0_01_02.a2dp_sink", "bluez_sink.00_1B_66_A0_01_02.handsfree_head_unit"


@pytest.mark.parametrize(
    ("device", "before", "after"),
    [
        (None, (A2DP, 48_000, STEREO), (CALL, 16_000, "mono")),
        (A2DP, (A2DP, 48_000, STEREO), (CALL, 16_000, "mono")),
        ("card", ("card", 44_100, STEREO), ("card", 96_000, STEREO)),
    ],
    ids=["bluetooth, followed", "bluetooth, by id", "another rate"],
)
def test_a_device_that_changes_its_form_in_a_take_goes_on_in_its_place(
    server: PulseServer, device: str | None, before: tuple[str, int, str], after: tuple[str, int, str]
) -> None:
    name, rate, layout = before
    module = server.add_sink(name, rate=rate, layout=layout)
    server.set_default_sink(name)
    take = Take(device)
    heard = beep_on(server, name)
    server.remove(module)
    name, rate, layout = after
    server.add_sink(name, rate=rate, layout=layout)
    server.set_default_sink(name)
    heard += beep_on(server, name)
    whole = take.end()
    found = onsets([whole])
    assert len(found) == 2 * BEEPS
    errors_ms = (np.array(found) - np.array(heard, dtype=float)) / 1e6
    assert np.abs(errors_ms).max() < 10.0, errors_ms
    # Beeps have half of full scale; a click would stand out of them, or of the silence between them.
    assert np.abs(whole.samples).max() == pytest.approx(0.5, abs=0.05)
    assert "audio_device_changed" in take.warned
