"""Filters in ticks: in place to the sample, at work once for all who want the same, let go when nobody does."""

import numpy as np
import pytest

from ionia.core.audio.filter_bank import KEPT_TICKS, FilterBank, FilterChain, Filters
from ionia.core.audio.filters import Compressor, Gate, Limiter, NoiseSuppression
from ionia.core.audio.input import Rendered
from ionia.core.audio.resampler import Planes

TICK = 1024
ALL: Filters = (NoiseSuppression(), Gate(), Compressor(), Limiter())


def noise(ticks: int) -> Planes:
    return np.random.default_rng(5).standard_normal((2, ticks * TICK)).astype(np.float32) * np.float32(1e-4)


def parts(sound: Planes, index: int) -> dict[str, Rendered]:
    planes = sound[:, index * TICK : (index + 1) * TICK]
    return {"mic": Rendered(planes=planes, covered=((0, TICK),))}


@pytest.mark.parametrize("filters", [(one,) for one in ALL] + [(ALL[3], ALL[0]), ALL])
def test_a_click_comes_out_in_its_place_a_tick_later(filters: Filters) -> None:
    chain, sound = FilterChain(filters), noise(40)
    sound[:, 30_000 : 30_000 + 96] = 0.4  # so long that a gate has begun to open
    sound[:, 30_090] = 0.9
    ticks = [chain.push(sound[:, at : at + TICK]) for at in range(0, sound.shape[1], TICK)]
    assert ticks[0] is None
    assert int(np.abs(np.concatenate(ticks[1:], axis=1)[0]).argmax()) == 30_090  # type: ignore[arg-type]


def test_silence_goes_in_as_silence() -> None:
    chain = FilterChain(ALL)
    given = [chain.push(None) for _ in range(5)]
    assert [None if one is None else float(np.abs(one).max()) for one in given] == [None, 0, 0, 0, 0]


class Counted(FilterChain):
    made: list[Filters] = []  # noqa: RUF012 - of this file's tests

    def __init__(self, filters: Filters) -> None:
        self.made.append(filters)
        super().__init__(filters)


def test_a_chain_is_at_work_once_and_as_long_as_somebody_asks() -> None:
    Counted.made.clear()
    bank: FilterBank[str] = FilterBank(Counted)
    sound, limiter, gate = noise(8), (Limiter(),), (Gate(),)
    bank.take(parts(sound, 0))
    for index in range(1, 4):
        bank.take(parts(sound, index))
        first = bank.before("mic", limiter)
        assert first is not None
        assert first is bank.before("mic", limiter)
        assert np.array_equal(first, sound[:, (index - 1) * TICK : index * TICK])
        bank.before("mic", gate)
    bank.take(parts(sound, 4))
    bank.before("mic", gate)
    bank.take(parts(sound, 5))
    assert bank.chains == 1
    assert Counted.made == [limiter, gate]


def test_new_filters_have_heard_what_was_before() -> None:
    sound = noise(KEPT_TICKS)
    sound[:, -6 * TICK :] = 0.3
    bank: FilterBank[str] = FilterBank()
    for index in range(KEPT_TICKS):
        bank.take(parts(sound, index))
    opened = bank.before("mic", (Gate(),))
    assert opened is not None
    assert np.array_equal(opened, sound[:, -2 * TICK : -TICK])  # it is open by now


def test_without_filters_it_is_the_tick_before() -> None:
    bank: FilterBank[str] = FilterBank()
    sound = noise(2)
    bank.take(parts(sound, 0))
    bank.take({})
    found = bank.before("mic", ())
    assert found is not None
    assert np.array_equal(found, sound[:, :TICK])
    assert bank.before("desktop", ()) is None
    assert bank.chains == 0


def test_filters_that_need_more_than_a_tick_are_refused() -> None:
    with pytest.raises(ValueError, match="a tick has room for 545"):
        FilterChain((NoiseSuppression(), NoiseSuppression()))
