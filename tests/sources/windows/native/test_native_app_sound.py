"""The loopback of a process as far as a system has it: Wine lacks that device alone; the speakers take its place."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ionia.core.audio.programs import AppWish
from ionia.platform.windows_processes import process_table
from ionia.sources.windows import audio_sessions, process_loopback, sound
from ionia.sources.windows.app_capture import AppCapture
from ionia.sources.windows.process_loopback import FIRST_BUILD, ProcessLoopback, ProcessLoopbacks, activate

SPEAKERS = "{E6327CAD-DCEC-4949-AE8A-991E976A79D2}"
"""DEVINTERFACE_AUDIO_RENDER, mmdeviceapi.h: the default output."""
PACKET_NS = 50_000_000
HZ = 880.0
HAS_IT = sys.getwindowsversion().build >= FIRST_BUILD


class Clock:
    def now_ns(self) -> int:
        return time.perf_counter_ns()


@pytest.fixture(scope="module")
def player() -> Iterator[int]:
    """The process id of what plays a tone."""
    script = Path(__file__).with_name("tone_player.py")
    names = [device.name for device in sound.list_desktop() if device.default]
    if not names:
        pytest.skip("there is no sound output")
    with subprocess.Popen(
        [sys.executable, str(script), f"{names[0]}={HZ}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as playing:
        assert playing.stdout is not None
        assert playing.stdin is not None
        assert playing.stdout.readline().strip() == "playing"
        yield playing.pid
        playing.stdin.close()


def capture(wish: AppWish) -> AppCapture:
    clock = Clock()
    return AppCapture(
        wish, loopbacks=ProcessLoopbacks(clock), processes=process_table, own_pid=os.getpid(), clock=clock
    )


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


def test_the_sound_of_a_program_has_its_pitch_and_instants(player: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, bool]] = []

    def speakers(pid: int, *, exclude: bool) -> Any:
        asked.append((pid, exclude))
        return activate(SPEAKERS)

    if not HAS_IT:
        monkeypatch.setattr(process_loopback, "activate_process", speakers)
    source = capture(AppWish(process=Path(sys.executable).name, pid=player))
    before_ns = Clock().now_ns()
    source.open()
    try:
        blocks = []
        deadline = time.monotonic() + 20
        while sum(len(block.samples) for block in blocks) < 48_000:
            assert time.monotonic() < deadline, "too little sound arrived"
            block = source.read(0.5)
            if block is not None and (blocks or np.abs(block.samples).max() > 0.01):
                blocks.append(block)
    finally:
        source.close()
    assert HAS_IT or asked[0] == (player, False)
    samples = np.concatenate([block.samples for block in blocks])[4_800:, 0]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert abs(spectrum.argmax() * 48_000 / len(samples) - HZ) < 2.0
    # A packet's instant is that of its first sample, which may have been there when the source was opened.
    assert before_ns - PACKET_NS < blocks[0].start_ns < blocks[-1].start_ns < Clock().now_ns()


@pytest.mark.skipif(HAS_IT, reason="this Windows can record one program")
def test_a_windows_without_it_refuses() -> None:
    with pytest.raises(OSError, match="0x8"):
        ProcessLoopbacks(Clock()).open(os.getpid(), exclude=False)


def test_what_plays_is_listed_as_an_application(player: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wine lists a process' own sessions only, and all of them as expired."""
    del player  # it plays
    if not HAS_IT:
        monkeypatch.setattr(sound, "can_record_programs", lambda _: True)
        monkeypatch.setattr(audio_sessions, "_EXPIRED", 9)
        loopbacks = ProcessLoopbacks(Clock())
        heard = ProcessLoopback(activate(SPEAKERS), loopbacks._event.handle, Clock())
    (found,) = [each for each in sound.list_applications() if each.process == Path(sys.executable).name]
    assert found.id == f"{found.process}:{found.pid}"
    assert found.playing is HAS_IT
    if not HAS_IT:
        heard.close()
