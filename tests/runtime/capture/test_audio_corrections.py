"""A device's offset is kept in the user's folder and moves its sound in every later recording."""

from pathlib import Path

import numpy as np
import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.notices import SoundNotice
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import AudioBlock
from ionia.core.sharing import SoundKey
from ionia.runtime.capture.audio_corrections import FILE_NAME, AudioCorrections
from ionia.runtime.capture.sound_capture import SoundCapture, SoundMessage
from ionia.threads.clock import MonotonicClock, StopSignal
from ionia.threads.mailbox import Inbox
from tests.fakes.backends import WAIT_SECONDS


class OneBlock:
    """A device that gives a single block."""

    backend = "fake"

    def __init__(self) -> None:
        self._given = False
        self._stop = StopSignal(MonotonicClock())

    def open(self) -> str:
        return "Speakers"

    def read(self, timeout: float) -> AudioBlock | None:
        if not self._given:
            self._given = True
            return AudioBlock(start_ns=1_000_000_000, samples=np.zeros((480, 2), np.float32))
        self._stop.wait_until(MonotonicClock().now_ns() + round(timeout * 1e9))
        return None

    def take_notices(self) -> tuple[SoundNotice, ...]:
        return ()

    def interrupt(self) -> None:
        self._stop.set()

    def close(self) -> None:
        """Nothing to free."""


def test_offsets_are_remembered_by_device_and_use(tmp_path: Path) -> None:
    corrections = AudioCorrections(tmp_path / "new" / "folder")
    assert corrections.offset_ms(AudioInput.DESKTOP, "Speakers") == 0.0
    corrections.remember(AudioInput.DESKTOP, "Speakers", 35.0)
    again = AudioCorrections(tmp_path / "new" / "folder")
    assert again.offset_ms(AudioInput.DESKTOP, "Speakers") == 35.0
    assert again.offset_ms(AudioInput.MIC, "Speakers") == 0.0
    again.remember(AudioInput.DESKTOP, "Speakers", None)
    assert corrections.all() == {}


def test_a_file_that_is_no_text_corrects_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"\xff\xfe\x00")
    assert AudioCorrections(tmp_path).all() == {}


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(IoniaError, match="can't be kept"):
        AudioCorrections(tmp_path / "file").remember(AudioInput.MIC, "A", 5.0)


def test_a_user_without_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ionia.runtime.capture.audio_corrections.config_folder", lambda _: None)
    corrections = AudioCorrections()
    assert corrections.offset_ms(AudioInput.DESKTOP, "Speakers") == 0.0
    with pytest.raises(IoniaError, match="no folder for settings") as failed:
        corrections.remember(AudioInput.DESKTOP, "Speakers", 35.0)
    assert failed.value.kind is ErrorKind.OUTPUT_FAILED


def test_blocks_are_moved_by_the_devices_offset() -> None:
    clock = MonotonicClock()
    stop = StopSignal(clock)
    inbox: Inbox[SoundMessage] = Inbox(10, lambda _: None)
    sound = SoundCapture(
        OneBlock(),
        SoundKey(which=AudioInput.DESKTOP, device=None, offset_ms=None, remembered=(("desktop: Speakers", -20.0),)),
        required=False,
        inbox=inbox,
        clock=clock,
        stop=stop,
        warn=lambda code, message: None,
    )
    sound.start()
    deadline = clock.now_ns() + round(WAIT_SECONDS * 1e9)
    messages: list[SoundMessage] = []
    while not messages and not stop.wait_until(min(deadline, clock.now_ns() + 1_000_000)):
        messages = list(inbox.drain())
        assert clock.now_ns() < deadline
    stop.set()
    assert sound.close(WAIT_SECONDS)
    assert messages[0].block is not None
    assert messages[0].block.start_ns == 980_000_000
