import itertools
import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.audio.channel_mix import (
    InputMix,
    are_separate_inputs,
    mix_by_place,
    mix_of_inputs,
    stereo_matrix,
)
from tests.fakes.examples import examples

STEREO = ("front-left", "front-right")
FIVE_ONE = ("front-left", "front-right", "rear-left", "rear-right", "front-center", "lfe")
AUX = tuple(f"aux{n}" for n in range(8))


def tone(count: int = 9600, level: float = 0.25) -> npt.NDArray[np.float32]:
    return (level * np.sin(np.arange(count) * 2 * np.pi * 440 / 48_000)).astype(np.float32)


def into(channel: int, channels: int, count: int = 9600) -> npt.NDArray[np.float32]:
    samples = np.zeros((count, channels), np.float32)
    samples[:, channel] = tone(count)
    return samples


def db(samples: npt.NDArray[np.float32]) -> float:
    return 20 * math.log10(float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) + 1e-12)


@pytest.mark.parametrize(
    ("channel", "left", "right"),
    [(0, 0, None), (1, None, 0), (2, -3, None), (3, None, -3), (4, -3, -3), (5, None, None)],
)
def test_surround_is_mixed_as_itu_says(channel: int, left: float | None, right: float | None) -> None:
    mixed = mix_by_place(FIVE_ONE)(into(channel, 6))
    for side, gain in ((0, left), (1, right)):
        assert db(mixed[:, side]) == pytest.approx(-240 if gain is None else db(tone()) + gain, abs=0.1)


def test_every_place_of_seven_one_and_more_has_a_weight() -> None:
    layout = (*FIVE_ONE, "side-left", "side-right", "rear-center", "top-center", "top-front-left", "top-rear-right")
    matrix = stereo_matrix(layout)
    assert (matrix.sum(axis=1) > 0.69)[[n for n in range(len(layout)) if n != 5]].all()


def test_a_lone_channel_is_heard_on_both_sides_at_its_level() -> None:
    for layout in (("mono",), ("front-left",), ("aux0",)):
        for mix in (mix_by_place(layout), mix_of_inputs(layout)):
            assert (mix(into(0, 1)) == tone()[:, None]).all()


def test_stereo_goes_through_untouched() -> None:
    samples = into(0, 2)
    assert mix_by_place(STEREO)(samples) is samples
    assert mix_of_inputs(STEREO)(samples) is samples


def test_outputs_without_a_place_alternate() -> None:
    assert stereo_matrix(AUX[:4]).tolist() == [[1, 0], [0, 1], [1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("layout", "separate"),
    [
        (("mono",), False),
        (STEREO, False),
        (("front-center", "lfe"), True),
        (AUX[:2], True),
        (AUX, True),
        (("front-left", "front-right", "rear-left", "rear-right"), True),
    ],
)
def test_which_channels_are_inputs_of_their_own(layout: tuple[str, ...], separate: bool) -> None:
    assert are_separate_inputs(layout) is separate


@examples(20)
@given(channel=st.integers(0, 7), cuts=st.lists(st.integers(1, 2000), min_size=1, max_size=12))
def test_a_voice_keeps_its_level_at_whichever_input(channel: int, cuts: list[int]) -> None:
    samples = into(channel, 8)
    samples += np.random.default_rng(1).normal(0, 1e-4, samples.shape).astype(np.float32)
    mix = InputMix(8)
    edges = [0, *np.cumsum(cuts).tolist(), len(samples)]
    mixed = np.concatenate([mix(samples[low:high]) for low, high in itertools.pairwise(edges) if low < high])
    mixed = mixed[4800:9600]
    assert (mixed[:, 0] == mixed[:, 1]).all()
    assert db(mixed) == pytest.approx(db(tone()), abs=0.2)


def test_capsules_that_hear_the_same_are_not_added_up() -> None:
    mixed = InputMix(4)(np.repeat(tone()[:, None], 4, axis=1))
    assert db(mixed) == pytest.approx(db(tone()), abs=0.2)


def test_the_next_speaker_is_heard_at_once_and_soon_in_full() -> None:
    mix = InputMix(4)
    mix(into(0, 4))
    after = mix(into(2, 4))
    assert db(after[480:960]) > db(tone()) - 6.5
    assert db(after[9600 // 2 :]) == pytest.approx(db(tone()), abs=1.0)


def test_shares_change_without_a_step() -> None:
    mix = InputMix(4)
    whole = np.concatenate([mix(into(0, 4, 4800)), mix(into(1, 4, 4800) * np.float32(0.1)), mix(into(0, 4, 4800))])
    steepest = float(np.abs(np.diff(tone())).max())
    assert float(np.abs(np.diff(whole[:, 0])).max()) < 1.2 * steepest


def test_silence_stays_silence() -> None:
    assert not InputMix(4)(np.zeros((500, 4), np.float32)).any()
    assert InputMix(4)(np.zeros((0, 4), np.float32)).shape == (0, 2)
