"""Devices with other channels than two, on a real server: nothing is silent, and levels are right."""

import contextlib
import time
from collections.abc import Iterator

import numpy as np
import pytest

from ionia.core.media import Samples
from ionia.core.ports import AudioSource
from ionia.sources import sound
from tests.fakes.pulse import PulseServer, pulse_missing
from tests.sources.audio_protocol import next_block
from tests.sources.screen_protocol import RealClock

pytestmark = [pytest.mark.pulse, pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed")]

TONE_DB = -15.05
NOTHING = -120.0
FIVE_ONE = "front-left,front-right,rear-left,rear-right,front-center,lfe"
AUX4 = "aux0,aux1,aux2,aux3"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    with PulseServer() as server:
        monkeypatch.setenv("PULSE_SERVER", server.address)
        yield server


def sides_db(server: PulseServer, source: AudioSource, layout: str, channels: list[int]) -> tuple[float, float]:
    """Left and right, in dBFS, of a tone at TONE_DB in these of a device's channels, once it is there."""
    samples = np.zeros((48_000 * 20, len(layout.split(","))), np.float32)
    samples[:, channels] = (0.25 * np.sin(np.arange(len(samples)) * 2 * np.pi * 440 / 48_000))[:, None]
    player = server.play_channels(samples, "wide", layout=layout)
    end = time.monotonic() + 10
    blocks: list[Samples] = []
    # From 0.2 s after it began, 0.2 s of it; LFE and silence never begin.
    while len(blocks) < 20 and time.monotonic() < end:
        block = source.read(0.5)
        if block is not None and (blocks or np.abs(block.samples).max() > 0.01 or time.monotonic() > end - 8):
            blocks.append(block.samples)
    player.kill()
    heard = np.concatenate(blocks[10:])
    left, right = 20 * np.log10(np.sqrt(np.mean(np.square(heard), axis=0)) + 1e-6)
    while np.abs(next_block(source).samples).max() > 0.001:
        pass
    return float(left), float(right)


def test_surround_is_mixed_by_us_with_the_centre_three_decibels_below(server: PulseServer) -> None:
    server.add_sink("wide", layout=FIVE_ONE)
    with contextlib.closing(sound.open_desktop("wide", RealClock())) as source:
        source.open()
        expected = {
            0: (TONE_DB, NOTHING),
            1: (NOTHING, TONE_DB),
            2: (TONE_DB - 3, NOTHING),
            4: (TONE_DB - 3, TONE_DB - 3),
            5: (NOTHING, NOTHING),
        }
        for channel, sides in expected.items():
            assert sides_db(server, source, FIVE_ONE, [channel]) == pytest.approx(sides, abs=0.5), channel
        assert not source.take_notices()


def test_every_input_of_an_interface_is_heard_on_both_sides(server: PulseServer) -> None:
    server.add_sink("wide", layout=AUX4)
    with contextlib.closing(sound.open_microphone("wide.monitor", RealClock())) as source:
        source.open()
        assert [notice.code for notice in source.take_notices()] == ["mic_inputs_mixed"]
        for channel in (0, 3):
            assert sides_db(server, source, AUX4, [channel]) == pytest.approx((TONE_DB, TONE_DB), abs=0.5), channel


def test_what_plays_on_outputs_without_a_place_is_in_stereo(server: PulseServer) -> None:
    server.add_sink("wide", layout=AUX4)
    with contextlib.closing(sound.open_desktop("wide", RealClock())) as source:
        source.open()
        assert sides_db(server, source, AUX4, [1]) == pytest.approx((NOTHING, TONE_DB), abs=0.5)


def test_a_mono_microphone_is_heard_on_both_sides_at_its_level(server: PulseServer) -> None:
    server.add_sink("wide", layout="mono")
    with contextlib.closing(sound.open_microphone("wide.monitor", RealClock())) as source:
        source.open()
        assert sides_db(server, source, "mono", [0]) == pytest.approx((TONE_DB, TONE_DB), abs=0.5)
        assert not source.take_notices()
