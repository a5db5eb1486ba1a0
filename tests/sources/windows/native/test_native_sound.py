"""Microphone and loopback on real (or Wine's) WASAPI: pitch, level, continuity, instants, and devices that go away."""

import ctypes
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import comtypes
import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.audio.mixer_watch import Fader
from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import AudioBlock
from ionia.core.ports import AudioSource
from ionia.sources.windows import endpoints, sound
from ionia.sources.windows.endpoints import Endpoints, Flow, endpoint_volume

DESKTOP_HZ, MIC_HZ, PEAK = 880.0, 440.0, 0.25
SPEAKERS, MIC_FEED, MIC = "RigSpeakers", "RigMicFeed", "RigMic"
_FADE = 4_800  # the first block can begin in the middle of one

pytestmark = pytest.mark.skipif(
    SPEAKERS not in {device.name for device in sound.list_desktop()}, reason="needs the Windows rig's sound devices"
)


class Clock:
    def now_ns(self) -> int:
        return time.perf_counter_ns()


def test_a_device_that_goes_while_they_are_listed_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    names = endpoints._name

    def name(device: object) -> str:
        if (told := names(device)) == SPEAKERS:
            raise comtypes.COMError(-0x7FFF_FB90, "not found", (None,) * 5)  # 0x80070470
        return told

    listed = [device.name for device in sound.list_desktop()]
    monkeypatch.setattr(endpoints, "_name", name)
    assert [device.name for device in sound.list_desktop()] == [one for one in listed if one != SPEAKERS]
    monkeypatch.setattr(endpoints, "_enumerator", Mock(side_effect=comtypes.COMError(-1, "no service", (None,) * 5)))
    assert sound.list_desktop() == sound.list_microphones() == ()


@pytest.fixture(scope="module")
def tones() -> Iterator[None]:
    """880 Hz on the speakers, 440 Hz into the microphone."""
    player = Path(__file__).with_name("tone_player.py")
    with subprocess.Popen(
        [sys.executable, str(player), f"{SPEAKERS}={DESKTOP_HZ}", f"{MIC_FEED}={MIC_HZ}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as playing:  # fmt: skip
        assert playing.stdout is not None
        assert playing.stdin is not None
        assert playing.stdout.readline().strip() == "playing"
        yield
        playing.stdin.close()


@pytest.fixture
def sources() -> Iterator[list[AudioSource]]:
    opened: list[AudioSource] = []
    yield opened
    for source in opened:
        source.close()


def device_id(which: str) -> str:
    devices = sound.list_microphones() if which == "mic" else sound.list_desktop()
    return next(device.id for device in devices if device.name == (MIC if which == "mic" else SPEAKERS))


def make(which: str, ident: str | None, sources: list[AudioSource]) -> AudioSource:
    opener = sound.open_microphone if which == "mic" else sound.open_desktop
    source = opener(ident, clock=Clock())
    sources.append(source)
    return source


def listen(source: AudioSource, seconds: float, patience: float = 20) -> list[AudioBlock]:
    """Blocks of so many seconds of sound, from the first that isn't silent."""
    blocks: list[AudioBlock] = []
    deadline = time.monotonic() + patience
    while sum(len(block.samples) for block in blocks) < seconds * 48_000:
        assert time.monotonic() < deadline, "too little sound arrived"
        block = source.read(0.5)
        if block is not None and (blocks or np.abs(block.samples).max() > 0.01):
            blocks.append(block)
    return blocks


def joined(blocks: list[AudioBlock]) -> npt.NDArray[np.float32]:
    return np.concatenate([block.samples for block in blocks])


def longest_wave(samples: npt.NDArray[np.float32], hz: float) -> int:
    """Samples of the longest stretch without a break."""
    # A pure sine satisfies x[n-1] + x[n+1] = 2 cos(w) x[n]; whatever is left over is a break.
    error = np.abs(samples[:-2] + samples[2:] - 2 * np.cos(2 * np.pi * hz / 48_000) * samples[1:-1])
    breaks = np.flatnonzero(error > 0.01)
    return int(np.diff(np.concatenate([[0], breaks, [len(samples)]])).max())


def listen_to_wave(source: AudioSource, hz: float, seconds: float) -> list[AudioBlock]:
    """As `listen`, to so much without a break, or to what came at the fourth time.

    Wine's own player stumbles on a busy machine. A break of ours comes again with each block, or with each time that
    clocks are put right.
    """
    blocks = listen(source, seconds)
    for _ in range(3):
        if longest_wave(joined(blocks)[_FADE:, 0], hz) >= seconds * 48_000 - _FADE - 2:
            break
        blocks = listen(source, seconds)
    return blocks


BOTH = pytest.mark.parametrize(("which", "hz"), [("desktop", DESKTOP_HZ), ("mic", MIC_HZ)])


@BOTH
@pytest.mark.parametrize("explicit", [True, False], ids=["by id", "default"])
def test_the_tone_arrives_with_its_pitch_level_and_instants(
    which: str, hz: float, explicit: bool, tones: None, sources: list[AudioSource]
) -> None:
    source = make(which, device_id(which) if explicit else None, sources)
    before_ns = Clock().now_ns()
    assert source.open()
    blocks = listen_to_wave(source, hz, 2.0)
    after_ns = Clock().now_ns()
    samples = joined(blocks)[_FADE:]
    assert samples.dtype == np.float32
    assert samples.shape[1] == 2
    assert abs(float(np.sqrt((samples**2).mean())) - PEAK / np.sqrt(2)) < 0.01
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    assert abs(spectrum.argmax() * 48_000 / len(samples) - hz) < 1.0
    assert np.array_equal(samples[:, 0], samples[:, 1])
    # Never stamped before it was captured; contiguous on the whole, however late single blocks were seen.
    assert before_ns < blocks[0].start_ns < blocks[-1].start_ns < after_ns
    lasted_ns = blocks[-1].start_ns - blocks[0].start_ns
    counted_ns = sum(len(block.samples) for block in blocks[:-1]) * 1_000_000_000 // 48_000
    assert abs(lasted_ns - counted_ns) < 100_000_000


@BOTH
def test_the_wave_has_no_break(which: str, hz: float, tones: None, sources: list[AudioSource]) -> None:
    source = make(which, device_id(which), sources)
    source.open()
    samples = joined(listen_to_wave(source, hz, 1.5))[_FADE:, 0]
    assert longest_wave(samples, hz) > 48_000


def test_both_run_at_once(tones: None, sources: list[AudioSource]) -> None:
    desktop, mic = make("desktop", device_id("desktop"), sources), make("mic", device_id("mic"), sources)
    desktop.open()
    mic.open()
    assert len(joined(listen(desktop, 0.5))) >= 24_000
    assert len(joined(listen(mic, 0.5))) >= 24_000
    desktop.close()
    assert len(joined(listen(mic, 0.5))) >= 24_000


def test_devices_are_listed_with_ids_that_stay_and_one_default() -> None:
    for devices in (sound.list_desktop, sound.list_microphones):
        first = devices()
        assert first == devices()
        assert [device.default for device in first].count(True) == 1
        assert len({device.id for device in first}) == len(first)


@BOTH
def test_an_unknown_id_is_refused(which: str, hz: float, sources: list[AudioSource]) -> None:
    with pytest.raises(IoniaError) as refused:
        make(which, "{none}", sources).open()
    assert refused.value.kind is ErrorKind.AUDIO_UNAVAILABLE


@BOTH
def test_interrupt_ends_a_read_from_another_thread(which: str, hz: float, sources: list[AudioSource]) -> None:
    source = make(which, device_id(which), sources)
    source.open()
    threading.Timer(0.2, source.interrupt).start()
    start = time.monotonic()
    while source.read(60) is not None:
        pass
    assert time.monotonic() - start < 30
    assert source.read(60) is None
    source.close()
    source.close()
    with pytest.raises(SourceLost):
        source.read(0)


def test_a_silent_output_that_gives_nothing_is_no_error(tones: None, sources: list[AudioSource]) -> None:
    """Windows gives no data while nothing plays; a suspended sink does the same."""
    source = make("desktop", device_id("desktop"), sources)
    source.open()
    listen(source, 0.2)
    run_unix("/usr/bin/pactl", "suspend-sink", "rig_speakers", "1")
    try:
        deadline = time.monotonic() + 20
        while source.read(0.5) is not None:
            assert time.monotonic() < deadline, "the sink was not suspended"
        assert source.read(0.5) is None
    finally:
        run_unix("/usr/bin/pactl", "suspend-sink", "rig_speakers", "0")
    assert listen(source, 0.5)


def run_unix(program: str, *arguments: str) -> None:
    """Wine starts Unix programs too, and then has no handle to give, which `subprocess` can't bear."""
    startup = (ctypes.c_byte * 104)()
    startup[0] = 104  # STARTUPINFOW.cb
    line = ctypes.create_unicode_buffer(" ".join([program, *arguments]))
    path = "Z:" + program.replace("/", "\\")
    ctypes.windll.kernel32.CreateProcessW(
        path, line, None, None, 0, 0, None, None, ctypes.byref(startup), ctypes.byref((ctypes.c_byte * 24)())
    )


def test_a_devices_mute_and_volume_are_asked_by_the_right_calls() -> None:
    assert Endpoints(Flow.CAPTURE).fader(device_id("mic")) == Fader()
    assert Endpoints(Flow.CAPTURE).fader("no such device") == Fader()
    # Wine keeps a mute to the object that it was set on; Windows keeps it to the device.
    volume, muted, scalar = endpoint_volume(device_id("mic")), ctypes.c_int(), ctypes.c_float()
    volume.SetMute(1, None)
    volume.GetMute(ctypes.byref(muted))
    volume.SetMute(0, None)
    volume.GetMasterVolumeLevelScalar(ctypes.byref(scalar))
    assert (muted.value, scalar.value) == (1, 1.0)
