import numpy as np

from ionia.core.audio.drift import DeviceClock, Playhead
from ionia.core.audio.resampler import Planes
from ionia.core.audio.runs import FADE_SAMPLES, Run, envelope
from ionia.core.media import Samples

TICK = 1024


def playhead(offset: float = 0.0) -> Playhead:
    clock = DeviceClock()
    clock.observe(0, offset)
    return Playhead(clock)


def ramp(begin: int, count: int) -> Samples:
    """Sample n has the value n / 10000."""
    values = np.arange(begin, begin + count, dtype=np.float32) / 10_000
    return np.stack([values, -values], axis=1)


def filled(count: int, head: Playhead, block: int = 100) -> Run:
    run = Run(0, head)
    for begin in range(0, count, block):
        run.append(ramp(begin, min(block, count - begin)))
    return run


def heard(run: Run, tick_start: int) -> Planes:
    planes = run.read(tick_start)
    assert planes is not None
    return planes


def test_reads_blocks_as_one():
    run = filled(3000, playhead())
    tick = heard(run, 0)
    assert np.array_equal(tick.T, ramp(0, TICK))
    assert np.array_equal(heard(run, TICK).T, ramp(TICK, TICK))


def test_zeros_where_there_is_nothing():
    run = filled(500, playhead(offset=200.0))
    tick = heard(run, 0)
    assert not tick[:, :200].any()
    assert np.array_equal(tick[:, 200:700].T, ramp(0, 500))
    assert not tick[:, 700:].any()


def test_reading_may_begin_late():
    assert np.array_equal(heard(filled(5000, playhead()), 2 * TICK).T, ramp(2 * TICK, TICK))


def test_digital_silence_is_zeros():
    run = Run(0, playhead())
    run.append(np.zeros((2000, 2), dtype=np.float32))
    assert run.read(0) is None


def test_blocks_are_freed_as_ticks_pass():
    run = filled(5000, playhead())
    assert run.held == 5000
    heard(run, 0)
    assert run.held == 4100
    heard(run, TICK)
    heard(run, 2 * TICK)
    assert run.held == 2000
    assert Run(0, playhead()).held == 0


def test_a_split_shares_out_every_sample():
    run = filled(1000, playhead())
    tail = run.split(350, playhead(offset=0.0))
    assert (run.begin, run.end, run.sealed) == (0, 350, True)
    assert (tail.begin, tail.end, tail.sealed) == (350, 1000, False)
    assert np.array_equal(heard(run, 0)[:, :350].T, ramp(0, 350))
    assert np.array_equal(heard(tail, 0)[:, 350:1000].T, ramp(350, 650))
    assert not heard(tail, 0)[:, :350].any()


def test_fades_add_up_to_one_and_end_at_zero():
    out = envelope(-5000, 700, 0)
    into = envelope(700 - FADE_SAMPLES, 9_000_000, 0)
    assert np.allclose(out + into, 1.0, atol=1e-6)
    assert out[699] == 0.0
    assert not out[700:].any()
    assert not into[: 700 - FADE_SAMPLES].any()
    assert np.abs(np.diff(out)).max() < 1.01 / FADE_SAMPLES


def test_a_fade_goes_on_in_the_next_tick():
    whole = np.concatenate([envelope(1000, 5000, 0), envelope(1000, 5000, TICK)])
    assert np.abs(np.diff(whole)).max() < 1.01 / FADE_SAMPLES
    assert whole[1000 + FADE_SAMPLES] == 1.0
