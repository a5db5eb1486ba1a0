"""Devices of every rate and form, in virtual time: what goes in comes out at its pitch, level and place.

By the source that converts itself; a sound server does the rates for us (`test_audio_capture_devices`).
"""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.voice_sides import VoiceSides
from ionia.core.media import SAMPLE_RATE, AudioBlock
from ionia.sources.windows.audio_capture import AudioCapture
from tests.fakes.mixed_sound import MixedSound
from tests.sources.test_audio_capture_devices import HZ, LEVEL_DB, sine_in
from tests.sources.windows.test_windows_audio_capture import ORIGIN, SECOND, Bench

SECONDS = 1.6
BEGINS_S = 0.2
"""When the tone begins, by the device's clock."""

NOTHING = -200.0
THIRD = LEVEL_DB - 3.01


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    for source in bench.sources:
        source.close()


class Take:
    """What a recording makes of a source: a voice's sides, and the place of each block."""

    def __init__(self, bench: Bench, *, loopback: bool) -> None:
        self._bench = bench
        self._loopback = loopback
        self._which = AudioInput.DESKTOP if loopback else AudioInput.MIC
        self._mixed = MixedSound(ORIGIN, {self._which: 1.0})
        self._sides = VoiceSides()
        self._ticks: list[npt.NDArray[np.float32]] = []
        self._source: AudioCapture | None = None
        self.told: list[str] = []

    def plug(self, rate: int, channels: int) -> None:
        """A device of this form, in the place of the one before."""
        if self._source is not None:
            self._source.close()
            self._mixed.lost(self._which)
        self._bench.system.rate, self._bench.system.channels = float(rate), channels
        self._source = self._bench.source(loopback=self._loopback)
        self._source.open()
        self._sides = VoiceSides()

    def hear(self, samples: npt.NDArray[np.float32], rate: int, begin_s: float) -> None:
        """The device hears these from `begin_s` on, and gives them in blocks of 10 ms."""
        assert self._source is not None
        size = rate // 100
        for first in range(0, len(samples) - size + 1, size):
            self._bench.system.now_s = begin_s + (first + size) / rate
            self._bench.feed(np.ascontiguousarray(samples[first : first + size]))
            while (block := self._source.read(0)) is not None:
                self._push(block)
            self._ticks += [tick.samples for tick in self._mixed.advance(self._now_ns())]
        self.told += [notice.code.value for notice in self._source.take_notices()]

    def end(self) -> npt.NDArray[np.float32]:
        """All of it, from the beginning of the timeline."""
        self._ticks += [tick.samples for tick in self._mixed.advance(self._now_ns() + SECOND)]
        self._ticks += [tick.samples for tick in self._mixed.advance(self._now_ns() + 2 * SECOND)]
        return np.concatenate(self._ticks)

    def _now_ns(self) -> int:
        return ORIGIN + round(self._bench.system.now_s * SECOND)

    def _push(self, block: AudioBlock) -> None:
        samples = block.samples
        if not self._loopback:
            samples, notice = self._sides.take(samples)
            self.told += [notice.code.value] if notice is not None else []
        self._mixed.push(self._which, AudioBlock(start_ns=block.start_ns, samples=samples))


def tone_in(channel: int | None, rate: int, channels: int, seconds: float, begins_s: float) -> npt.NDArray[np.float32]:
    """A tone in one channel, or in all, from `begins_s` on."""
    times = np.arange(round(seconds * rate)) / rate
    tone = 0.25 * np.sin(2 * np.pi * HZ * (times - begins_s)) * (times >= begins_s)
    samples = np.zeros((len(times), channels), np.float32)
    samples[:, slice(None) if channel is None else channel] = tone[:, None] if channel is None else tone
    return samples


def assert_heard(samples: npt.NDArray[np.float32], begins_s: float, levels: tuple[float, float]) -> None:
    """Of what was heard from `begins_s` on: pitch, level of both sides, place, and nothing but the tone.

    Promised are ±5 cents, ±1 dB, ±10 ms and no crackle: nothing that is louder than a thousandth of the tone.
    """
    for side, level in enumerate(levels):
        sound = samples[:, side]
        if level == NOTHING:
            assert np.abs(sound).max() < 1e-6
            continue
        first = np.flatnonzero(np.abs(sound) > 0.02)[0]
        assert abs(first / SAMPLE_RATE - begins_s) < 0.003
        start = round((begins_s + 0.2) * SAMPLE_RATE)
        cents, heard_db, purity = sine_in(sound[start : start + SAMPLE_RATE])
        assert abs(cents) < 0.5
        assert heard_db == pytest.approx(level, abs=0.2)
        assert purity > 60


PLACES: Mapping[int, tuple[tuple[float, float], ...]] = {
    1: ((LEVEL_DB, LEVEL_DB),),
    2: ((LEVEL_DB, NOTHING), (NOTHING, LEVEL_DB)),
    # Windows' order: front left, front right, centre, LFE, rear or side, left and right.
    6: (
        (LEVEL_DB, NOTHING),
        (NOTHING, LEVEL_DB),
        (THIRD, THIRD),
        (NOTHING, NOTHING),
        (THIRD, NOTHING),
        (NOTHING, THIRD),
    ),
    8: (
        (LEVEL_DB, NOTHING),
        (NOTHING, LEVEL_DB),
        (THIRD, THIRD),
        (NOTHING, NOTHING),
        (THIRD, NOTHING),
        (NOTHING, THIRD),
        (THIRD, NOTHING),
        (NOTHING, THIRD),
    ),
}


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("channels", [1, 2, 6, 8])
def test_what_plays_keeps_pitch_level_and_place_at_any_rate_and_form(bench: Bench, rate: int, channels: int) -> None:
    # Every channel at 48 kHz, one of them at the other rates: where it goes doesn't depend on the rate.
    for channel in range(channels) if rate == SAMPLE_RATE else (min(2, channels - 1),):
        take = Take(bench, loopback=True)
        take.plug(rate, channels)
        take.hear(tone_in(channel, rate, channels, SECONDS, BEGINS_S), rate, 0.0)
        assert_heard(take.end(), BEGINS_S, PLACES[channels][channel])


@pytest.mark.parametrize(
    ("rate", "channels", "channel", "told"),
    [
        (44_100, 1, 0, []),
        (96_000, 2, None, []),
        (48_000, 8, 0, ["mic_inputs_mixed"]),
        (48_000, 8, 2, ["mic_inputs_mixed"]),
        (192_000, 8, 7, ["mic_inputs_mixed"]),
    ],
)
def test_a_microphone_is_heard_on_both_sides_whatever_it_comes_in_by(
    bench: Bench, rate: int, channels: int, channel: int | None, told: list[str]
) -> None:
    take = Take(bench, loopback=False)
    take.plug(rate, channels)
    take.hear(tone_in(channel, rate, channels, SECONDS, BEGINS_S), rate, 0.0)
    assert_heard(take.end(), BEGINS_S, (LEVEL_DB, LEVEL_DB))
    assert take.told == told


@pytest.mark.parametrize("channel", [0, 1])
def test_a_microphone_in_one_channel_of_an_interface_is_soon_heard_on_both_sides_and_told(
    bench: Bench, channel: int
) -> None:
    take = Take(bench, loopback=False)
    take.plug(48_000, 2)
    take.hear(tone_in(channel, 48_000, 2, 2.5, 0.0), 48_000, 0.0)
    assert_heard(take.end()[SAMPLE_RATE:], 0.0, (LEVEL_DB, LEVEL_DB))
    assert take.told == ["mic_one_sided"]


@pytest.mark.parametrize(
    ("before", "after"),
    [((48_000, 2), (16_000, 1)), ((16_000, 1), (48_000, 2)), ((44_100, 2), (96_000, 2)), ((48_000, 2), (48_000, 8))],
    ids=["a call begins", "a call ends", "another rate", "another form"],
)
@pytest.mark.parametrize("loopback", [True, False])
def test_a_device_that_changes_its_form_in_a_take_goes_on_in_its_place(
    bench: Bench, before: tuple[int, int], after: tuple[int, int], loopback: bool
) -> None:
    take, gone_s = Take(bench, loopback=loopback), SECONDS + 0.4
    for (rate, channels), begin_s in ((before, 0.0), (after, gone_s)):
        take.plug(rate, channels)
        channel = None if channels < 3 else 0
        take.hear(tone_in(channel, rate, channels, SECONDS, BEGINS_S), rate, begin_s)
    whole = take.end()
    both = (LEVEL_DB, LEVEL_DB)
    assert_heard(whole, BEGINS_S, both)
    # It ends as smoothly as it was, and so it stays until the next tone: a crackle is a bend that no tone has.
    end = np.diff(
        whole[round((SECONDS - 0.2) * SAMPLE_RATE) : round((gone_s + BEGINS_S - 0.02) * SAMPLE_RATE)], 2, axis=0
    )
    assert np.abs(end).max() < 1.5 * 0.25 * (2 * np.pi * HZ / SAMPLE_RATE) ** 2
    silence = whole[round((SECONDS + 0.02) * SAMPLE_RATE) : round((gone_s + BEGINS_S - 0.02) * SAMPLE_RATE)]
    assert np.abs(silence).max() < 1e-3
    second = whole[round(gone_s * SAMPLE_RATE) :]
    assert_heard(second, BEGINS_S, (LEVEL_DB, NOTHING) if loopback and after[1] == 8 else both)
