"""One program's sound on Windows, against processes and loopbacks that are made up. Time is handed to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from ionia.core.audio.programs import AppWish, Process, ProcessTable
from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import SAMPLE_RATE, AudioBlock
from ionia.core.warning import WarningCode
from ionia.sources.windows.app_capture import LOOK_NS, AppCapture, packet_start_ns

FRAMES = 480
PACKET_NS = 10_000_000
OWN = 4
SHELL = (Process(pid=10, names=("explorer.exe",), started=1), 0)
GAME = (Process(pid=20, names=("Game.exe",), started=20), 10)
HELPER = (Process(pid=21, names=("sound.exe",), started=21), 20)
CHILD = (Process(pid=22, names=("Game.exe",), started=22), 20)
AGAIN = (Process(pid=30, names=("game.exe",), started=30), 10)
BESIDE = (Process(pid=40, names=("game.exe",), started=25), 10)
MUSIC = (Process(pid=50, names=("music.exe",), started=5), 10)


@dataclass
class FakeLoopback:
    target: tuple[int, bool]
    system: "FakeWindows"
    value: float
    closed: bool = False
    broken: bool = False
    next_ns: int = 0

    def take(self) -> AudioBlock | None:
        if self.broken:
            raise OSError("0x88890004")
        if self.next_ns + PACKET_NS > self.system.time_ns:
            return None
        start, self.next_ns = self.next_ns, self.next_ns + PACKET_NS
        return AudioBlock(start_ns=start, samples=np.full((FRAMES, 2), self.value, dtype=np.float32))

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeWindows:
    """Clock, processes and loopbacks; a wait takes the time that was waited for."""

    processes: Sequence[tuple[Process, int]] = (SHELL, GAME, HELPER, CHILD, MUSIC)
    time_ns: int = 10_000_000_000
    loopbacks: list[FakeLoopback] = field(default_factory=list)
    refuses: int = 0
    value: float = 0.25

    def now_ns(self) -> int:
        return self.time_ns

    def open(self, pid: int, *, exclude: bool) -> FakeLoopback:
        if self.refuses:
            self.refuses -= 1
            raise OSError("0x80070005")
        loopback = FakeLoopback((pid, exclude), self, self.value, next_ns=self.time_ns)
        self.loopbacks.append(loopback)
        return loopback

    def wait(self, seconds: float) -> None:
        self.time_ns += max(1_000_000, round(seconds * 1e9))

    def wake(self) -> None:
        """Nobody waits in another thread."""

    @property
    def heard(self) -> list[tuple[int, bool]]:
        return [loopback.target for loopback in self.loopbacks if not loopback.closed]


def source(windows: FakeWindows, wish: AppWish) -> AppCapture:
    return AppCapture(
        wish, loopbacks=windows, processes=lambda: ProcessTable(windows.processes), own_pid=OWN, clock=windows
    )


def read_for(capture: AppCapture, windows: FakeWindows, seconds: float) -> list[AudioBlock]:
    until, blocks = windows.time_ns + round(seconds * 1e9), list[AudioBlock]()
    while windows.time_ns < until:
        block = capture.read(0.05)
        blocks += [] if block is None else [block]
    return blocks


def codes(capture: AppCapture) -> list[WarningCode]:
    return [notice.code for notice in capture.take_notices()]


def test_a_program_is_one_process_with_what_it_started() -> None:
    windows = FakeWindows()
    capture = source(windows, AppWish(process="game"))
    assert capture.open() == "Game"
    assert windows.heard == [(20, False)]
    blocks = read_for(capture, windows, 1)
    assert codes(capture) == []
    samples = np.concatenate([block.samples for block in blocks])
    assert len(samples) == pytest.approx(SAMPLE_RATE, abs=SAMPLE_RATE * 0.15)  # less what the sum waits for
    assert np.abs(samples[2048:] - 0.25).max() < 1e-3
    assert blocks[0].start_ns == pytest.approx(10_000_000_000, abs=100_000_000)
    capture.close()
    assert windows.heard == []


def test_two_that_run_are_summed() -> None:
    windows = FakeWindows((SHELL, GAME, BESIDE))
    capture = source(windows, AppWish(process="game"))
    capture.open()
    assert sorted(windows.heard) == [(20, False), (40, False)]
    samples = np.concatenate([block.samples for block in read_for(capture, windows, 1)])
    assert np.abs(samples[4096:] - 0.5).max() < 1e-3


def test_it_is_followed_when_it_ends_and_is_started_anew() -> None:
    windows = FakeWindows((SHELL, GAME, BESIDE))
    capture = source(windows, AppWish(process="game", pid=20))
    capture.open()
    assert windows.heard == [(20, False)]
    windows.processes = (SHELL, BESIDE)
    read_for(capture, windows, 2)
    assert windows.heard == []  # and not the one that ran beside it
    windows.processes = (SHELL, BESIDE, AGAIN)
    read_for(capture, windows, 1)
    assert windows.heard == [(30, False)]
    assert WarningCode.APP_NOT_RUNNING not in codes(capture)  # another of its name runs


def test_one_that_does_not_run_is_silent_and_told_and_never_everything() -> None:
    windows = FakeWindows((SHELL, MUSIC))
    capture = source(windows, AppWish(process="game"))
    capture.open()
    assert codes(capture) == [WarningCode.APP_NOT_RUNNING]
    assert read_for(capture, windows, 1) == []
    windows.processes = (SHELL, MUSIC, GAME)
    assert read_for(capture, windows, 1.5) != []
    assert windows.heard == [(20, False)]
    assert codes(capture) == [WarningCode.APP_HEARD]


def test_all_but_a_program_that_comes_and_goes() -> None:
    windows = FakeWindows((SHELL, MUSIC))
    capture = source(windows, AppWish(process="game", exclude=True))
    assert capture.open() == "everything but game"
    assert windows.heard == [(OWN, True)]  # which plays nothing
    assert codes(capture) == [WarningCode.APP_NOT_RUNNING]
    windows.processes = (SHELL, MUSIC, GAME, CHILD)
    read_for(capture, windows, 1)
    assert windows.heard == [(20, True)]
    windows.processes = (SHELL, MUSIC)
    read_for(capture, windows, 1)
    assert windows.heard == [(OWN, True)]


def test_of_several_that_run_one_is_left_out_and_that_is_told() -> None:
    windows = FakeWindows((SHELL, GAME, BESIDE))
    capture = source(windows, AppWish(process="game", exclude=True))
    capture.open()
    assert windows.heard == [(20, True)]
    (notice,) = capture.take_notices()
    assert notice.code is WarningCode.APP_AUDIO_UNAVAILABLE
    assert "runs 2 times" in notice.message
    read_for(capture, windows, 2)
    assert codes(capture) == []


def test_a_windows_that_refuses_it_says_so() -> None:
    windows = FakeWindows(refuses=100)
    with pytest.raises(IoniaError, match="Windows refuses the sound of") as caught:
        source(windows, AppWish(process="game")).open()
    assert caught.value.kind is ErrorKind.AUDIO_UNAVAILABLE


def test_a_loopback_that_breaks_is_opened_again_and_refusals_are_told_once() -> None:
    windows = FakeWindows()
    capture = source(windows, AppWish(process="game"))
    capture.open()
    windows.loopbacks[0].broken = True
    read_for(capture, windows, 0.5)
    assert windows.heard == [(20, False)]
    assert codes(capture) == []
    windows.loopbacks[-1].broken, windows.refuses = True, 10
    read_for(capture, windows, 20 * LOOK_NS / 1e9)
    assert windows.heard == [(20, False)]
    assert codes(capture) == [WarningCode.APP_AUDIO_UNAVAILABLE]


def test_an_interrupt_ends_every_read_and_what_is_closed_says_so() -> None:
    windows = FakeWindows()
    capture = source(windows, AppWish(process="game"))
    with pytest.raises(SourceLost):
        capture.read(0.1)
    capture.open()
    capture.interrupt()
    assert capture.read(10) is None
    assert windows.time_ns == 10_000_000_000


@pytest.mark.parametrize(
    ("stated", "start"),
    [(None, 490), (485, 485), (490, 490), (495, 490), (-600, 490)],
    ids=["nothing", "earlier", "now", "not over yet", "nonsense"],
)
def test_when_a_packet_was_captured(stated: int | None, start: int) -> None:
    ms = 1_000_000
    assert packet_start_ns(None if stated is None else stated * ms, 500 * ms, FRAMES) == start * ms
