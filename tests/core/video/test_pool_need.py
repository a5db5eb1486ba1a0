"""When a pool has more memory than is needed."""

from ionia.core.video.pool_need import WINDOW, PoolNeed


def anew(need: PoolNeed, held: int, windows: int = 1) -> list[int]:
    """At which of so many pictures the pool was to be made anew."""
    return [index for index in range(1, windows * WINDOW + 1) if need.gives(held)]


def test_calm_times_make_nothing_anew() -> None:
    assert anew(PoolNeed(), 2, windows=5) == []


def test_what_a_hiccup_needed_goes_after_a_whole_window_without() -> None:
    need = PoolNeed()
    assert anew(need, 2) == []
    assert not need.gives(7)
    assert anew(need, 2, windows=4) == [2 * WINDOW - 1]


def test_what_is_needed_now_and_then_stays() -> None:
    need = PoolNeed()
    assert not any(need.gives(3 if index % (WINDOW // 2) == 0 else 2) for index in range(5 * WINDOW))
