"""The built-in sound device: beeps at the instants at which the test card flashes. A product, tested as one."""

import threading

from ionia.core.audio.notices import SoundNotice
from ionia.core.media import SAMPLE_RATE, AudioBlock
from ionia.core.ports import Clock
from ionia.core.test_card.pattern import DESKTOP_BEEP_HZ, SECOND_NS, beep_second

BLOCK_SAMPLES = 480
"""10 ms, the period of a usual sound device, and a whole number of nanoseconds: every start is exact."""

_BLOCK_NS = BLOCK_SAMPLES * SECOND_NS // SAMPLE_RATE
_BUFFERED_BLOCKS = 2 * SECOND_NS // _BLOCK_NS
"""What a late reader finds: two seconds, as in a device's ring buffer. What is older is gone."""


class ToneSource:
    """An AudioSource that beeps for 100 ms from every whole second of the clock on, and is silent between.

    Samples lie on a grid of the clock itself (sample k of a second at k/48000 s), so that two tones, or a tone and
    the card, agree without knowing of each other. As with a real device a block can be read when it is over.
    """

    backend = "test-tone"

    def __init__(self, *, clock: Clock, hz: int = DESKTOP_BEEP_HZ) -> None:
        """`hz` is the pitch: DESKTOP_BEEP_HZ or MIC_BEEP_HZ."""
        self._clock = clock
        self._hz = hz
        self._second = beep_second(hz)
        self._second.flags.writeable = False
        self._interrupted = threading.Event()
        self._next_block: int | None = None

    def open(self) -> str:
        """Begin at the next whole 10 ms of the clock."""
        self._next_block = -(-self._clock.now_ns() // _BLOCK_NS)
        return f"Test tone {self._hz} Hz"

    def read(self, timeout: float) -> AudioBlock | None:
        """The next block, after waiting for its end; a late reader gets the blocks it missed one after the other.

        None if it isn't over within `timeout` seconds of the clock's and the machine's time, or after `interrupt`.
        """
        if self._next_block is None:
            raise RuntimeError("the test tone is not open")
        due_ns = (self._next_block + 1) * _BLOCK_NS
        left = timeout
        while not self._interrupted.is_set():
            now_ns = self._clock.now_ns()
            if now_ns >= due_ns:
                return self._take(self._next_block, now_ns)
            if left <= 0:
                return None
            # Counted in what was waited for, not by the clock: a clock that stands still must not hold the reader.
            wait = min(left, (due_ns - now_ns) / SECOND_NS)
            left -= wait
            self._interrupted.wait(wait)
        return None

    def take_notices(self) -> tuple[SoundNotice, ...]:
        """A tone is never muted."""
        return ()

    def interrupt(self) -> None:
        """Any thread: the read under way and all later ones return None."""
        self._interrupted.set()

    def close(self) -> None:
        """Nothing to free; it must be opened before it is read again."""
        self._next_block = None

    def _take(self, next_block: int, now_ns: int) -> AudioBlock:
        block = max(next_block, now_ns // _BLOCK_NS - _BUFFERED_BLOCKS)
        self._next_block = block + 1
        start_ns = block * _BLOCK_NS
        first = block * BLOCK_SAMPLES % SAMPLE_RATE
        return AudioBlock(start_ns=start_ns, samples=self._second[first : first + BLOCK_SAMPLES])
