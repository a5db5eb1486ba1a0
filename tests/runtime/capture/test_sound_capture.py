"""What the thread of a sound source does with its blocks and with what it has to tell."""

from collections.abc import Iterator

import numpy as np
import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.audio.notices import SoundNotice
from ionia.core.media import AudioBlock
from ionia.core.sharing import SoundKey
from ionia.core.timebase import NS_PER_S
from ionia.core.warning import NO_FACTS, WarningCode
from ionia.runtime.capture.sound_capture import SoundCapture, SoundMessage
from ionia.threads.clock import MonotonicClock, StopSignal
from ionia.threads.mailbox import Inbox
from tests.fakes.backends import WAIT_SECONDS
from tests.fakes.media import FakeSound

RIGHT_ONLY = np.repeat(np.array([[0.0, 0.3]], np.float32), 960, axis=0)


class Rig:
    """A capture of one input from a fake device."""

    def __init__(self, which: AudioInput, clock: MonotonicClock | None = None) -> None:
        clock = clock or MonotonicClock()
        self.stop = StopSignal(clock)
        self.source = FakeSound()
        self.inbox: Inbox[SoundMessage] = Inbox(100, lambda _: None)
        self.warned: list[tuple[str, str]] = []
        self.capture = SoundCapture(
            self.source,
            SoundKey(which=which, device=None, offset_ms=None),
            required=False,
            inbox=self.inbox,
            clock=clock,
            stop=self.stop,
            warn=lambda code, message, facts=NO_FACTS: self.warned.append((code, message)),
        )

    def run(self, blocks: int) -> list[AudioBlock]:
        """Start, give so many blocks with sound on the right alone, and end when all of them came through."""
        self.capture.start()
        for n in range(blocks):
            self.source.give(AudioBlock(start_ns=n * 20_000_000, samples=RIGHT_ONLY))
        heard: list[AudioBlock] = []
        clock = MonotonicClock()
        give_up_ns = clock.now_ns() + round(WAIT_SECONDS * 1e9)
        while len(heard) < blocks and clock.now_ns() < give_up_ns:
            heard += [message.block for message in self.inbox.drain() if message.block is not None]
        return heard

    def close(self) -> None:
        self.stop.set()
        assert self.capture.close(WAIT_SECONDS)


@pytest.fixture
def mic() -> Iterator[Rig]:
    rig = Rig(AudioInput.MIC)
    yield rig
    rig.close()


@pytest.fixture
def desktop() -> Iterator[Rig]:
    rig = Rig(AudioInput.DESKTOP)
    yield rig
    rig.close()


def test_what_the_source_has_to_tell_is_a_warning(desktop: Rig) -> None:
    desktop.source.say(SoundNotice(code=WarningCode.AUDIO_DEVICE_MUTED, message="It is muted.", hint="Unmute it."))
    desktop.run(1)
    assert desktop.warned == [("audio_device_muted", "It is muted. Unmute it.")]


def test_a_microphone_on_one_side_is_heard_on_both_and_told(mic: Rig) -> None:
    heard = mic.run(40)
    assert (heard[0].samples == RIGHT_ONLY).all()
    assert heard[-1].samples == pytest.approx(np.full((960, 2), 0.3), abs=1e-6)
    assert heard[-1].start_ns == 39 * 20_000_000
    assert [code for code, _ in mic.warned] == ["mic_one_sided"]


def test_desktop_sound_keeps_its_sides(desktop: Rig) -> None:
    heard = desktop.run(40)
    assert all((block.samples == RIGHT_ONLY).all() for block in heard)
    assert not desktop.warned


def test_a_mistake_of_a_driver_ends_no_sound(desktop: Rig) -> None:
    desktop.source.give(OSError("stream is not running"))
    assert len(desktop.run(2)) == 2  # opened again, it goes on
    assert desktop.source.opens == 2
    assert [code for code, _ in desktop.warned] == ["audio_failed", "audio_device_changed"]
    assert "stream is not running" in desktop.warned[0][1]


def test_a_driver_that_refuses_in_its_own_words_is_a_warning_and_silence(desktop: Rig) -> None:
    desktop.source.refuse = OSError("invalid number of channels")
    desktop.capture.start()
    desktop.capture.wait_opened(WAIT_SECONDS)
    assert [code for code, _ in desktop.warned] == ["desktop_audio_unavailable"]
    assert "invalid number of channels" in desktop.warned[0][1]


class SlowToOpen(MonotonicClock):
    """A clock on which opening takes eleven seconds."""

    def __init__(self) -> None:
        self.looks = 0

    def now_ns(self) -> int:
        self.looks += 1
        return self.looks * 11 * NS_PER_S


def test_a_device_that_took_long_to_open_is_told_once_it_is_there() -> None:
    rig = Rig(AudioInput.DESKTOP, SlowToOpen())
    rig.capture.start()
    rig.capture.wait_opened(WAIT_SECONDS)
    rig.close()
    assert rig.warned == [("audio_device_changed", "Desktop sound now comes from fake device 1.")]
