"""A screen of the recording's own rate, at every phase: what a real X server does with both sides, in virtual time.

It serves one at a time. Who looks while a picture is painted waits for it, and so takes longer; looks that take longer
are begun earlier, until they come before the paint and are short again. That kept them on the edge (decision 0469).
"""

import numpy as np
import pytest

from ionia.core.timebase import NS_PER_S
from ionia.core.video.grab_timing import GrabTiming
from ionia.core.video.judder import LONGS, RUNS

SETTLED_SECONDS, SECONDS = 4, 10
LEFT = LONGS / RUNS
"""Where fewer are repeated, looks stay where they are: every third without any of this."""
PHASES = 24


def seen(fps: int, rate: float, phase_ns: float, *, late: float) -> list[int]:
    """The number of the picture that each look sees. `rate`: pictures painted a second; `late`: of painter and looks,
    about, in frames."""
    frame_ns = NS_PER_S // fps
    random, timing = np.random.default_rng(round(phase_ns)), GrabTiming(epoch_ns=0, fps=fps)

    def delay_ns() -> int:
        return int(abs(random.normal(0, late * frame_ns)))

    paint_ns, take_ns = frame_ns // 8, frame_ns // 6
    numbers: list[int] = []
    over_ns = free_ns = 0
    painted, due_ns = 0, phase_ns + delay_ns()
    for _ in range((SETTLED_SECONDS + SECONDS) * fps):
        begun_ns = timing.next_ns(over_ns) + delay_ns()
        while due_ns <= begun_ns:
            free_ns = max(free_ns, int(due_ns)) + paint_ns
            painted += 1
            due_ns = phase_ns + painted * NS_PER_S / rate + delay_ns()
        free_ns = over_ns = max(begun_ns, free_ns) + take_ns
        changed = not numbers or painted != numbers[-1]
        numbers.append(painted)
        timing.looked(changed=changed)
        if changed:
            timing.took(over_ns - begun_ns)
    return numbers[SETTLED_SECONDS * fps :]


@pytest.mark.parametrize("fps", [30, 60])
@pytest.mark.parametrize("late", [0.002, 0.02])
def test_each_picture_is_seen_once_whatever_the_phase(fps: int, late: float) -> None:
    for phase in range(PHASES):
        numbers = seen(fps, fps, phase * NS_PER_S / fps / PHASES, late=late)
        assert len(set(numbers)) >= (1 - LEFT) * len(numbers), phase


def test_each_picture_of_half_the_rate_is_seen_twice_whatever_the_phase() -> None:
    for phase in range(PHASES):
        numbers = seen(60, 30, phase * NS_PER_S / 30 / PHASES, late=0.01)
        assert sum(numbers.count(number) != 2 for number in set(numbers[1:-1])) <= 6, phase
