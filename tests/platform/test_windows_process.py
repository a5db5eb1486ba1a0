"""Counting recordings: set up by the first, undone by the last. What Windows does about it is tested natively."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ionia.platform import windows_process
from ionia.platform.windows_process import RecordingProcess, tick_thread
from ionia.sources.screens import be_dpi_aware


def test_the_first_recording_asks_and_the_last_gives_back(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    @contextmanager
    def grant(name: str) -> Iterator[None]:
        said.append(f"+{name}")
        yield
        said.append(f"-{name}")

    monkeypatch.setattr(windows_process, "_grants", lambda: (grant("timer"), grant("power")))
    process = RecordingProcess()
    with process.recording():
        assert said == ["+timer", "+power"]
        process.begin()
        assert said == ["+timer", "+power"]
    assert said == ["+timer", "+power"]
    process.end()
    assert said == ["+timer", "+power", "-power", "-timer"]
    with process.recording():
        assert said[4:] == ["+timer", "+power"]


def test_it_works_on_every_system() -> None:
    be_dpi_aware()
    with RecordingProcess().recording(), tick_thread("Pro Audio"):
        pass
