"""What is promised of a screen's pictures, however late a busy machine looks at it and closes its frames.

A picture that stood on the screen for PROMISED_FRAMES (`fakes/screen_promise.py`) is in the recording, or what kept it
from there is counted; none comes back that another one has followed; and the last one stays. The tests of real screens
ask for exactly that.
"""

from itertools import accumulate
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from ionia.core.media import VideoFrame
from ionia.core.timebase import NS_PER_S
from ionia.core.video.grab_timing import GrabTiming
from ionia.core.video.pacer import VideoPacer
from tests.fakes.screen_promise import kept_from

FPS = 30
FRAME_NS = NS_PER_S // FPS
late = st.integers(0, FRAME_NS // 4) | st.integers(0, 6 * FRAME_NS)
SETTLED_FRAMES = 60
"""In the end looks and ticks come in time, as they must for a last picture to be seen at all."""


@given(
    st.lists(st.integers(FRAME_NS // 2, 8 * FRAME_NS), min_size=1, max_size=12),
    st.lists(st.tuples(late, late, late), max_size=60),
    st.lists(late, max_size=60),
)
def test_what_stood_on_the_screen_is_recorded_or_counted(
    stood: list[int], looks: list[tuple[int, int, int]], ticks: list[int]
) -> None:
    """Of a look: how late it begins, how long after that its picture is of, and how long until it is over."""
    changes = [0, *accumulate(stood)]
    pacer, timing = VideoPacer(epoch_ns=0, fps=FPS), GrabTiming(epoch_ns=0, fps=FPS)
    shown: list[int] = []
    waiting: VideoFrame | None = None
    looked_ns = over_ns = ticked_ns = 0
    known = -1
    # It begins with a picture; before the very first one there is nothing to be late against.
    looking, ticking = iter([(0, 0, 0), *looks]), iter([0, *ticks])
    begun_ns = taken_ns = 0

    def look() -> None:
        nonlocal begun_ns, taken_ns, over_ns
        begins, takes, ends = next(looking, (0, 0, 0))
        begun_ns = timing.next_ns(over_ns) + begins
        taken_ns = begun_ns + takes
        over_ns = taken_ns + ends
        timing.took(over_ns - begun_ns)

    look()
    end_ns = max(changes[-1], (len(looks) + len(ticks)) * FRAME_NS) + SETTLED_FRAMES * FRAME_NS
    while ticked_ns < end_ns:
        ticked_ns = max(pacer.next_deadline_ns, ticked_ns) + next(ticking, 0)
        while over_ns <= ticked_ns:
            picture = sum(at <= taken_ns for at in changes) - 1
            if picture != known:
                known = picture
                waiting = VideoFrame(captured_ns=begun_ns, pixels=cast(Any, picture))
            looked_ns = begun_ns
            look()
        if waiting is None and not shown:
            pacer.wait(ticked_ns)
            continue
        spans = pacer.tick(ticked_ns, waiting, looked_ns=looked_ns)
        waiting = None
        shown += [cast(int, span.picture.pixels) for span in spans if span.picture is not None]
    counted = pacer.counted()
    assert shown == sorted(set(shown))
    assert shown[-1] == len(changes) - 1
    lacking = kept_from(shown, [(at, at) for at in changes], FPS)
    assert len(lacking) <= counted.lagged + counted.missed + counted.lost
