"""What one program plays, and all but that, as Windows gives it or, below Wine, the rig (shims/mmdevapi.c)."""

import ctypes
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import comtypes
import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.audio.programs import AppWish
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import SAMPLE_RATE, AudioBlock
from ionia.core.ports import AudioSource
from ionia.core.warning import WarningCode
from ionia.platform.windows_processes import process_table
from ionia.sources.windows import audio_sessions, com, process_loopback, sound
from ionia.sources.windows.process_loopback import FIRST_BUILD, ProcessLoopbacks, activate, activate_process
from tests.fakes.tones import PIECE, has_only

SPEAKERS = "{E6327CAD-DCEC-4949-AE8A-991E976A79D2}"
"""DEVINTERFACE_AUDIO_RENDER, mmdeviceapi.h: the default output."""
PLAYER = Path(__file__).with_name("tone_player.py")
PROGRAM = "ionia-tone"
HZ, BESIDE_HZ = 880.0, 440.0
S = 1_000_000_000
IN_THE_RIG = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")
FAULT = Path(r"C:\windows-rig\loopback.fault")
rig_only = pytest.mark.skipif(not IN_THE_RIG, reason="Windows makes no faults on demand")
pytestmark = pytest.mark.skipif(not sound.can_record_programs(FIRST_BUILD), reason="this Windows can't")


class Clock:
    def now_ns(self) -> int:
        return time.perf_counter_ns()


CLOCK = Clock()


@contextmanager
def plays(executable: str, what: float | str) -> Iterator[int]:
    """A process that plays on the default output; its id."""
    names = [device.name for device in sound.list_desktop() if device.default]
    if not names:
        pytest.skip("there is no sound output")
    with subprocess.Popen(
        [executable, str(PLAYER), f"{names[0]}={what}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as playing:
        assert playing.stdout is not None
        assert playing.stdin is not None
        assert playing.stdout.readline().strip() == "playing"
        yield playing.pid
        playing.stdin.close()


@pytest.fixture(scope="module")
def program() -> Iterator[str]:
    """An executable that no other process runs."""
    executable = Path(sys.executable).with_name(f"{PROGRAM}.exe")
    try:
        shutil.copy2(sys.executable, executable)
    except PermissionError:
        pytest.skip("a second python.exe can't be put beside this one")
    yield str(executable)
    executable.unlink()


@pytest.fixture(scope="module")
def beside() -> Iterator[int]:
    """The process id of what plays a tone all the time."""
    with plays(sys.executable, BESIDE_HZ) as pid:
        yield pid


class Recording:
    """Reads a source on a thread of its own."""

    def __init__(self, source: AudioSource) -> None:
        self.source = source
        self.blocks: list[AudioBlock] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self.source.open()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.source.close()

    def _read(self) -> None:
        while not self._over.is_set():
            block = self.source.read(0.1)
            if block is not None:
                self.blocks.append(block)

    def second(self, end_ns: int) -> npt.NDArray[np.float32]:
        return self.between(end_ns - S, end_ns)

    def between(self, start_ns: int, end_ns: int) -> npt.NDArray[np.float32]:
        """The left channel, each block where it says that it was; zeros where there is none."""
        line = np.zeros(max(0, end_ns - start_ns) * SAMPLE_RATE // S, dtype=np.float32)
        for block in list(self.blocks):
            at = round((block.start_ns - start_ns) * SAMPLE_RATE / S)
            piece = block.samples[max(0, -at) : max(0, len(line) - at), 0]
            line[max(0, at) : max(0, at) + len(piece)] = piece
        return line


def application(**wish: Any) -> AudioSource:
    return sound.open_application(AppWish(**wish), clock=CLOCK)


def offset_ms(heard: npt.NDArray[np.float32], reference: npt.NDArray[np.float32]) -> float:
    """How much later the same is in `heard`, 50 ms at most either way, in tenths of a second that are whole in both. Of
    these the latest: a device's sound is never said to be earlier than it was, and later on a busy machine."""
    room, found = PIECE // 2, [-99.0]
    for start in range(room, len(heard) - PIECE - room, PIECE):
        piece, around = heard[start : start + PIECE], reference[start - room : start + PIECE + room]
        alike = np.correlate(around, piece) / (piece @ piece + 1e-9)
        found += [(room - int(alike.argmax())) * 1000 / SAMPLE_RATE] if alike.max() > 0.7 else []
    return max(found)


def soon(is_so: Callable[[int], bool]) -> bool:
    """Whether it is so within a while; handed up to when all has arrived. A busy machine plays and hears gaps, in which
    nothing can be measured."""
    deadline = time.monotonic() + 15
    while not (found := is_so(CLOCK.now_ns() - S * 3 // 10)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def test_a_child_descends_from_us() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        table = process_table()
        line = table.line(child.pid)
        assert [process.pid for process in line[:2]] == [child.pid, os.getpid()]
        assert line[0].names == (Path(sys.executable).name,)
        assert line[0].started >= line[1].started > 0
        assert table.lives(line[0])
        child.communicate()
    assert not process_table().lives(line[0])


def test_one_program_is_heard_without_the_others_and_they_without_it(program: str, beside: int) -> None:
    del beside  # it plays
    alone, others = (Recording(application(process=PROGRAM, exclude=exclude)) for exclude in (False, True))
    with plays(program, HZ), alone, others:
        assert soon(lambda end_ns: has_only(alone.second(end_ns), [HZ], [BESIDE_HZ]))
        assert soon(lambda end_ns: has_only(others.second(end_ns), [BESIDE_HZ], [HZ]))


def test_one_that_is_started_again_is_heard_again_at_its_instants_and_nothing_else_meanwhile(
    program: str, beside: int
) -> None:
    del beside
    with Recording(application(process=PROGRAM)) as alone, Recording(sound.open_desktop(None, clock=CLOCK)) as all_:
        with plays(program, HZ):
            assert soon(lambda end_ns: has_only(alone.second(end_ns), [HZ], []))
        ended_ns = CLOCK.now_ns()
        with plays(program, "noise"):
            playing_ns = CLOCK.now_ns()
            assert soon(lambda end_ns: offset_ms(alone.second(end_ns), all_.second(end_ns)) > -10)
            end_ns = CLOCK.now_ns() - S * 3 // 10
        assert offset_ms(alone.second(end_ns), all_.second(end_ns)) < 10
        heard = np.abs(alone.between(ended_ns + S // 5, playing_ns + S))  # what was on its way when it ended is before
        again_ns = ended_ns + S // 5 + int(np.flatnonzero(heard > 1e-4)[0]) * S // SAMPLE_RATE
        assert playing_ns - S // 2 < again_ns < playing_ns + S // 2
        codes = [notice.code for notice in alone.source.take_notices()]
    assert codes[0] is WarningCode.APP_NOT_RUNNING
    assert codes[-1] is WarningCode.APP_HEARD


def test_what_windows_says_of_no_such_loopback_is_not_asked(beside: int) -> None:
    del beside  # there is an output
    client = activate_process(os.getpid(), exclude=False)
    for method in ("GetMixFormat", "GetStreamLatency", "GetDevicePeriod"):
        with pytest.raises(comtypes.COMError) as caught:
            getattr(client, method)()
        assert com.hresult(caught.value) == 0x8000_4001  # E_NOTIMPL


@pytest.fixture
def fault() -> Iterator[Path]:
    yield FAULT
    FAULT.unlink(missing_ok=True)


@rig_only
@pytest.mark.parametrize("word", ["unstamped", "quiet"])
def test_instants_and_silence_may_be_lacking(word: str, fault: Path, beside: int) -> None:
    fault.write_text(word)
    with Recording(application(process=Path(sys.executable).name, pid=beside)) as alone:
        assert soon(lambda end_ns: has_only(alone.between(end_ns - S // 2, end_ns), [BESIDE_HZ], []))


@rig_only
def test_a_loopback_that_ends_is_opened_again_and_what_is_refused_is_told(fault: Path, beside: int) -> None:
    with Recording(application(process=Path(sys.executable).name, pid=beside)) as alone:
        assert soon(lambda end_ns: has_only(alone.between(end_ns - S // 5, end_ns), [BESIDE_HZ], []))
        fault.write_text("gone")
        time.sleep(0.5)
        fault.unlink()
        back_ns = CLOCK.now_ns()
        assert soon(lambda end_ns: has_only(alone.between(max(back_ns, end_ns - S), end_ns), [BESIDE_HZ], []))
        fault.write_text("refuse")
        with pytest.raises(IoniaError, match="Windows refuses the sound of python") as caught:
            application(process=Path(sys.executable).name, pid=beside).open()
    assert caught.value.kind is ErrorKind.AUDIO_UNAVAILABLE


@rig_only
def test_nothing_of_it_is_left() -> None:
    assert ctypes.WinDLL("mmdevapi").rig_loopback_live() == 0


def test_an_older_windows_refuses_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound, "can_record_programs", lambda _: False)
    with pytest.raises(IoniaError, match="can't be recorded on this version of Windows") as caught:
        application(process=PROGRAM)
    assert caught.value.kind is ErrorKind.AUDIO_UNAVAILABLE
    assert sound.list_applications() == ()


def test_what_plays_is_listed_as_an_application(beside: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wine lists a process' own sessions only, and all of them as expired."""
    del beside  # it plays
    if IN_THE_RIG:
        monkeypatch.setattr(audio_sessions, "_EXPIRED", 9)
        loopbacks = ProcessLoopbacks(CLOCK)
        heard = process_loopback.ProcessLoopback(activate(SPEAKERS), loopbacks._event.handle, CLOCK)
    (found,) = [each for each in sound.list_applications() if each.process == Path(sys.executable).name]
    assert found.id == f"{found.process}:{found.pid}"
    assert found.playing is not IN_THE_RIG
    if IN_THE_RIG:
        heard.close()
