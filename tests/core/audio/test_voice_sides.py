import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.audio.voice_sides import MOST_CHANGES, Sides, VoiceSides

BLOCK = 960


def voice(seconds: float, left: float, right: float, noise: float = 0.0) -> npt.NDArray[np.float32]:
    count = round(seconds * 48_000)
    sine = np.sin(np.arange(count) * 2 * np.pi * 200 / 48_000)
    samples = np.stack([sine * left, sine * right], axis=1)
    if noise:
        samples += np.random.default_rng(7).normal(0, noise, (count, 2))
    return samples.astype(np.float32)


def run(sides: VoiceSides, samples: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], list[str]]:
    heard, told = [], []
    for first in range(0, len(samples), BLOCK):
        block, notice = sides.take(samples[first : first + BLOCK])
        heard.append(block)
        told += [notice.code] if notice else []
    return np.concatenate(heard), told


def db(samples: npt.NDArray[np.float32]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(samples))) + 1e-9))


@pytest.mark.parametrize(("left", "right"), [(0.0, 0.3), (0.3, 0.0)])
def test_a_voice_on_one_side_is_on_both_within_a_quarter_second(left: float, right: float) -> None:
    sides = VoiceSides()
    heard, told = run(sides, voice(3.0, left, right))
    assert told == ["mic_one_sided"]
    assert (heard[12_000:, 0] == heard[12_000:, 1]).all()
    assert db(heard[12_000:]) == pytest.approx(db(voice(1.0, 0.3, 0.3)), abs=0.1)
    assert abs(db(heard[:, 0]) - db(heard[:, 1])) <= 1.0


def test_what_is_told_of_one_side_offers_mono() -> None:
    sides = VoiceSides()
    notices = [sides.take(block)[1] for block in np.split(voice(3.0, 0.3, 0.0), 150)]
    (notice,) = [notice for notice in notices if notice is not None]
    assert "mono" in notice.text


def test_a_side_that_only_hisses_is_found_after_a_second() -> None:
    heard, told = run(VoiceSides(), voice(3.0, 0.0, 0.3, noise=0.001))
    assert told == ["mic_one_sided"]
    late = heard[60_000:]
    assert abs(db(late[:, 0]) - db(late[:, 1])) < 0.1


def test_stereo_stays_as_it_is() -> None:
    samples = voice(5.0, 0.03, 0.3, noise=0.0001)
    heard, told = run(VoiceSides(), samples)
    assert not told
    assert (heard == samples).all()


def test_pauses_and_silence_say_nothing_about_sides() -> None:
    _, told = run(VoiceSides(), np.concatenate([voice(10.0, 0.0, 0.001), voice(10.0, 0.0, 0.0)]))
    assert not told


def test_the_other_side_is_heard_at_once_and_stereo_comes_back_when_both_speak() -> None:
    sides = VoiceSides()
    run(sides, voice(2.0, 0.0, 0.3))
    other, told = run(sides, voice(1.0, 0.2, 0.0))
    assert not told
    assert db(other[:, 1]) == pytest.approx(db(voice(1.0, 0.2, 0.2)), abs=0.1)
    heard, told = run(sides, voice(3.0, 0.2, 0.3))
    assert told == ["mic_two_sided"]
    assert sides.sides is Sides.OWN
    assert (heard[-BLOCK:] == voice(3.0, 0.2, 0.3)[-BLOCK:]).all()


def test_the_change_is_without_a_step() -> None:
    heard, _ = run(VoiceSides(), voice(3.0, 0.0, 0.3))
    steepest = float(np.abs(np.diff(voice(1.0, 0.3, 0.3)[:, 0])).max())
    assert float(np.abs(np.diff(heard, axis=0)).max()) < 1.1 * steepest


def test_two_people_on_two_sides_end_up_on_both() -> None:
    sides = VoiceSides()
    told: list[str] = []
    one, both = voice(2.0, 0.0, 0.3), voice(2.0, 0.3, 0.3)
    for _ in range(MOST_CHANGES):  # twice as often as they may change
        told += run(sides, one)[1] + run(sides, both)[1]
    assert len(told) == MOST_CHANGES
    assert sides.sides is Sides.BOTH


def test_large_blocks_are_judged_as_finely_as_small_ones() -> None:
    samples = voice(2.0, 0.0, 0.3)
    whole, notice = VoiceSides().take(samples)
    assert notice is not None
    assert (whole == run(VoiceSides(), samples)[0]).all()
