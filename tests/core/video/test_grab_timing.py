"""Pictures are taken around the middle of their frames, in literal times."""

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.timebase import NS_PER_S, frame_at, frame_middle_ns
from ionia.core.video.grab_timing import GrabTiming

MS = 1_000_000


def test_a_screen_that_takes_no_time_is_looked_at_in_the_middle() -> None:
    timing = GrabTiming(epoch_ns=0, fps=50)
    assert timing.next_ns(0) == 10 * MS
    assert timing.next_ns(10 * MS) == 30 * MS


def test_a_slow_one_is_begun_half_of_its_time_before() -> None:
    timing = GrabTiming(epoch_ns=0, fps=50)
    for _ in range(100):
        timing.took(12 * MS)
    begun = timing.next_ns(7 * MS)
    assert abs(begun - 24 * MS) < 100  # and it is there at 36, before the frame ends at 40
    assert abs(timing.next_ns(begun + 12 * MS) - 44 * MS) < 100


def test_one_that_takes_longer_than_a_frame_begins_with_the_frame() -> None:
    timing = GrabTiming(epoch_ns=0, fps=50)
    for _ in range(200):
        timing.took(35 * MS)
    assert timing.next_ns(5 * MS) == 20 * MS + 1  # that of frame 0 is past
    assert timing.next_ns(20 * MS + 1 + 35 * MS) == 60 * MS + 1


def test_one_hiccup_changes_little() -> None:
    timing = GrabTiming(epoch_ns=0, fps=50)
    timing.took(8 * MS)
    assert timing.next_ns(0) == 9_500_000
    timing.took(10_000 * MS)
    assert 8_000_000 < timing.next_ns(0) < 8_500_000


def test_on_the_edge_of_the_screens_beat_it_goes_a_quarter_of_a_frame_aside_and_back() -> None:
    timing = GrabTiming(epoch_ns=0, fps=50)
    begins = []
    for _ in range(4):
        for look in range(600):
            timing.looked(changed=look % 7 > 0)
        begins.append(timing.next_ns(0))
    # As uneven there as here: it is tried again when what was seen is half a minute old.
    assert begins == [5 * MS, 5 * MS, 10 * MS, 10 * MS]


def _unevenly(timing: GrabTiming, looks: int, *, one_of: int) -> None:
    """So many looks, of which one of `one_of` sees no change."""
    for look in range(looks):
        timing.looked(changed=look % one_of > 0)


def test_where_it_is_less_uneven_it_stays() -> None:
    timing = GrabTiming(epoch_ns=0, fps=50)
    _unevenly(timing, 20, one_of=7)
    assert timing.next_ns(0) == 10 * MS
    _unevenly(timing, 10, one_of=3)
    assert timing.next_ns(0) == 5 * MS
    for look in range(100):
        timing.looked(changed=look % 30 == 29)
    _unevenly(timing, 1300, one_of=20)
    assert timing.next_ns(0) == 5 * MS


def test_a_bad_begin_does_not_keep_it_on_the_edge_that_is_aside() -> None:
    timing = GrabTiming(epoch_ns=0, fps=50)
    _unevenly(timing, 11, one_of=3)
    assert timing.next_ns(0) == 5 * MS
    _unevenly(timing, 150, one_of=4)
    assert timing.next_ns(0) == 10 * MS


def test_when_the_screen_stands_still_it_is_looked_at_in_the_middle_again() -> None:
    timing = GrabTiming(epoch_ns=0, fps=50)
    _unevenly(timing, 20, one_of=7)
    for _ in range(49):
        timing.looked(changed=False)
    timing.looked(changed=True)
    assert timing.next_ns(0) == 10 * MS


@given(
    st.integers(1, 240),
    st.lists(st.tuples(st.integers(0, 10 * NS_PER_S), st.booleans()), max_size=60),
    st.integers(0, 10 * NS_PER_S),
)
def test_each_look_begins_after_now_and_in_the_first_half_of_a_frame(
    fps: int, looks: list[tuple[int, bool]], now: int
) -> None:
    timing = GrabTiming(epoch_ns=7, fps=fps)
    for span, changed in looks:
        timing.took(span)
        timing.looked(changed=changed)
    begun = timing.next_ns(now)
    assert begun > now
    index = frame_at(7, fps, begun)
    assert begun <= frame_middle_ns(7, fps, index)
    assert begun - now <= 2 * NS_PER_S // fps
