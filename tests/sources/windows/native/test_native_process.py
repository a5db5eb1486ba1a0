"""What Windows is asked for while recording is really granted, and given back."""

import ctypes
import time
from pathlib import Path

from ionia.platform.windows_process import RecordingProcess, tick_thread
from ionia.platform.windows_surroundings import complete_surroundings
from ionia.sources.screens import be_dpi_aware


def _sleep_ms() -> float:
    shortest = 1e9
    for _ in range(20):
        start = time.perf_counter()
        ctypes.windll.kernel32.Sleep(1)
        shortest = min(shortest, time.perf_counter() - start)
    return shortest * 1e3


def test_waits_are_fine_while_recording() -> None:
    with RecordingProcess().recording():
        assert _sleep_ms() < 5  # 15.6 without asking


def test_everything_can_be_asked_for_and_given_back_repeatedly() -> None:
    be_dpi_aware()
    for _ in range(3):
        with RecordingProcess().recording(), tick_thread("Pro Audio"), tick_thread("Capture"):
            pass


def test_a_process_without_systemroot_gets_it() -> None:
    environment: dict[str, str] = {}
    complete_surroundings(environment)
    assert Path(environment["SystemRoot"]).is_dir()
    complete_surroundings(environment := {"SystemRoot": "D:\\else"})
    assert environment == {"SystemRoot": "D:\\else"}
