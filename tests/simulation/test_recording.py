"""Picture and sound together in virtual time: both lie where they were captured, and end together."""

import numpy as np
import pytest

from ionia.core.audio.engine import LATENCY_NS, AudioInput
from ionia.core.media import SAMPLE_RATE
from ionia.core.video.pacer import VideoPacer
from tests.fakes.mixed_sound import MixedSound, MixedTick
from tests.simulation.audio import AudioThread, ScriptedDevice, clicks
from tests.simulation.loop import MS, Loop, S
from tests.simulation.video import ScriptedScreen, VideoThread

EPOCH = 5 * S + 1
FPS = 30


def record(seconds: int, stall: tuple[int, int] | None, seed: int = 3) -> tuple[list[int], list[MixedTick], Loop]:
    """A screen, and a microphone that hears a click each second through a clock 150 ppm fast."""
    ticks: list[MixedTick] = []
    engine = MixedSound(EPOCH, {AudioInput.MIC: 1.0})
    sound = AudioThread(engine, lambda _, tick: ticks.append(tick))
    video = VideoThread(VideoPacer(epoch_ns=EPOCH, fps=FPS), EPOCH)
    loop = Loop(now_ns=EPOCH, stalls=[(EPOCH + stall[0], EPOCH + stall[1])] if stall else [])
    loop.machines += [
        sound,
        video,
        ScriptedScreen(video, EPOCH, FPS, seed=seed),
        ScriptedDevice(AudioInput.MIC, sound, EPOCH, clicks(1.0), rate_ppm=150, seed=seed),
    ]
    loop.run(EPOCH + seconds * S)
    ticks += engine.advance(loop.now_ns + LATENCY_NS)
    return video.shown_ns, ticks, loop


@pytest.mark.parametrize("stall", [None, (20 * S + 300 * MS, 23 * S + 300 * MS)])
def test_flash_and_click_lie_together_and_both_tracks_end_together(stall: tuple[int, int] | None):
    shown, ticks, _ = record(40, stall)
    assert len(shown) == 40 * FPS
    assert abs(len(ticks) * 1024 / SAMPLE_RATE - len(shown) / FPS) < 1 / FPS
    sound = np.concatenate([tick.samples[:, 0] for tick in ticks])
    for second in range(1, 39):
        heard = int(np.abs(sound[second * SAMPLE_RATE - 2400 : second * SAMPLE_RATE + 2400]).argmax()) - 2400
        assert abs(heard) < 0.004 * SAMPLE_RATE
        if stall and stall[0] - S < second * S < stall[1] + S:
            continue
        flash = next(frame for frame, instant in enumerate(shown) if instant >= second * S)
        assert flash in (second * FPS, second * FPS + 1)


def test_same_seed_same_transcript():
    stall = (2 * S, 4 * S)
    assert record(6, stall)[2].transcript == record(6, stall)[2].transcript
    assert record(6, stall)[2].transcript != record(6, stall, seed=4)[2].transcript
