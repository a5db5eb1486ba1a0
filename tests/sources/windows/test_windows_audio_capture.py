"""AudioCapture on a fake PortAudio and a hand-turned clock: instants, formats, and every way to lose a device."""

import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from ionia.core.audio.mixer_watch import Fader
from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.sources.windows import audio_capture
from ionia.sources.windows.audio_capture import AudioCapture, Endpoint
from ionia.sources.windows.portaudio import SoundHost
from tests.fakes.windows_portaudio import FakeSystem

SECOND = 1_000_000_000
ORIGIN = 5 * SECOND  # the engine's clock when the stream's says 0


class Clock:
    """The system's clock, seen from the engine; it stands still unless a test moves it."""

    def __init__(self, system: FakeSystem) -> None:
        self._system = system

    def now_ns(self) -> int:
        return ORIGIN + round(self._system.now_s * SECOND)


class Directory:
    def __init__(self) -> None:
        self.endpoints = [Endpoint(id="a", name="Mic", nth=0), Endpoint(id="b", name="Headset", nth=0)]
        self.default: str | None = "a"
        self.inactive: set[str] = set()
        self.faders: dict[str, Fader] = {}

    def all(self) -> list[Endpoint]:
        return self.endpoints

    def default_id(self) -> str | None:
        return self.default

    def is_active(self, endpoint_id: str) -> bool:
        return endpoint_id not in self.inactive

    def fader(self, endpoint_id: str) -> Fader:
        return self.faders.get(endpoint_id, Fader())


class Bench:
    """A system with two microphones, and sources made on it."""

    def __init__(self) -> None:
        self.system = FakeSystem(["Mic", "Headset", "Mic [Loopback]"], rate=48_000.0)
        self.directory = Directory()
        self.host = SoundHost(self.system.create)
        self.sources: list[AudioCapture] = []

    def source(self, device_id: str | None = None, *, loopback: bool = False) -> AudioCapture:
        source = AudioCapture(
            device_id, loopback=loopback, directory=self.directory, host=self.host, clock=Clock(self.system)
        )
        self.sources.append(source)
        return source

    def feed(self, samples: npt.NDArray[np.float32], *, waiting_s: float = 0.0) -> None:
        self.system.streams[-1].feed(samples.tobytes(), len(samples), waiting_s=waiting_s)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    for source in bench.sources:
        source.close()


def ramp(frames: int, channels: int = 2) -> npt.NDArray[np.float32]:
    return np.linspace(-1, 1, frames * channels, dtype=np.float32).reshape(frames, channels)


def lost_code(source: AudioCapture) -> tuple[str, bool]:
    with pytest.raises(SourceLost) as lost:
        source.read(0)
    return lost.value.code, lost.value.retry_at_once


def test_a_block_carries_the_instant_of_its_first_sample(bench: Bench) -> None:
    source = bench.source()
    assert source.open() == "Mic"
    bench.system.now_s = 1.0
    bench.feed(ramp(480))
    block = source.read(0)
    assert block is not None
    assert block.start_ns == ORIGIN + SECOND - 10_000_000
    assert np.array_equal(block.samples, ramp(480))
    assert source.read(0) is None


def test_frames_still_waiting_make_a_block_older(bench: Bench) -> None:
    source = bench.source()
    source.open()
    bench.system.now_s = 1.0
    bench.feed(ramp(480), waiting_s=0.03)
    block = source.read(0)
    assert block is not None
    assert block.start_ns == ORIGIN + SECOND - 30_000_000


def test_no_data_is_no_block_and_no_error(bench: Bench) -> None:
    source = bench.source(loopback=True)
    source.open()
    bench.system.streams[-1].feed(None, 0)
    assert source.read(0) is None
    bench.system.now_s = 60.0
    assert source.read(0) is None


def test_another_rate_is_resampled_and_keeps_its_instants(bench: Bench) -> None:
    bench.system.rate = 44_100.0
    source = bench.source()
    source.open()
    time_s = np.arange(44_100) / 44_100
    tone = np.repeat(np.sin(2 * np.pi * 440 * time_s)[:, np.newaxis], 2, axis=1).astype(np.float32)
    heard: list[tuple[int, npt.NDArray[np.float32]]] = []
    for chunk in range(100):
        bench.system.now_s = 1.0 + (chunk + 1) * 0.01
        bench.feed(tone[chunk * 441 : (chunk + 1) * 441])
        if (block := source.read(0)) is not None:
            heard.append((block.start_ns, block.samples))
    samples = np.concatenate([part for _, part in heard])
    assert 0.9 * 48_000 < len(samples) <= 48_000
    at = heard[0][0]
    for start_ns, part in heard:  # contiguous, each where the one before ended
        assert abs(start_ns - at) < 50_000
        at += len(part) * SECOND // 48_000
    expected = np.sin(2 * np.pi * 440 * ((heard[0][0] - ORIGIN - SECOND) / SECOND + np.arange(len(samples)) / 48_000))
    middle = slice(4_800, len(samples) - 4_800)
    assert np.abs(samples[middle, 0] - expected[middle]).max() < 0.01


def test_a_gap_begins_the_resampler_anew(bench: Bench) -> None:
    bench.system.rate = 44_100.0
    source = bench.source()
    source.open()
    starts = []
    for now_s in (0.01, 0.02, 0.03, 0.04, 5.01, 5.02, 5.03, 5.04):
        bench.system.now_s = now_s
        bench.feed(ramp(441))
        if (block := source.read(0)) is not None:
            starts.append(block.start_ns)
    after = [start for start in starts if start > ORIGIN + 4 * SECOND]
    assert after
    assert abs(after[0] - (ORIGIN + 5 * SECOND)) < 1_000_000


def test_surround_becomes_stereo(bench: Bench) -> None:
    bench.system.channels = 6
    source = bench.source(loopback=True)
    source.open()
    bench.feed(np.ones((480, 6), np.float32) * 0.1)
    block = source.read(0)
    assert block is not None
    assert block.samples == pytest.approx(np.full((480, 2), 0.1 * (1 + 2 * 0.7071)), abs=1e-4)
    assert not source.take_notices()


def test_whichever_input_of_an_interface_is_spoken_into_it_is_heard_on_both_sides_and_told(bench: Bench) -> None:
    bench.system.channels = 4
    source = bench.source()
    source.open()
    assert [notice.code for notice in source.take_notices()] == ["mic_inputs_mixed"]
    voice = np.zeros((960, 4), np.float32)
    voice[:, 3] = 0.25
    bench.feed(voice)
    block = source.read(0)
    assert block is not None
    assert block.samples[480:] == pytest.approx(np.full((480, 2), 0.25), abs=1e-3)


def test_a_muted_microphone_is_told_at_the_start_and_in_mid_take(bench: Bench) -> None:
    source = bench.source()
    bench.directory.faders["a"] = Fader(muted=True)
    source.open()
    assert [notice.code for notice in source.take_notices()] == ["audio_device_muted"]
    told = []
    for half_seconds, fader in enumerate((Fader(), Fader(), Fader(gain_db=-40.0), Fader(gain_db=-40.0)), start=1):
        bench.directory.faders["a"] = fader
        bench.system.now_s = half_seconds / 2
        bench.feed(ramp(480))
        source.read(0)
        told += [notice.code for notice in source.take_notices()]
    assert told == ["audio_device_audible", "audio_device_quiet"]


def test_what_plays_the_desktops_sound_may_be_muted(bench: Bench) -> None:
    bench.directory.faders["a"] = Fader(muted=True)
    source = bench.source(loopback=True)
    source.open()
    assert not source.take_notices()


def test_interrupt_wakes_a_read_and_stays(bench: Bench) -> None:
    source = bench.source()
    source.open()
    waker = threading.Timer(0.05, source.interrupt)
    waker.start()
    assert source.read(60) is None
    waker.join()
    assert source.read(60) is None


def test_the_default_device_is_followed(bench: Bench) -> None:
    source = bench.source()
    source.open()
    bench.directory.default = "b"
    bench.system.now_s = 1.0
    assert lost_code(source) == ("default_device_changed", True)
    assert source.open() == "Headset"


def test_a_device_asked_for_by_id_is_kept(bench: Bench) -> None:
    source = bench.source("a")
    source.open()
    bench.directory.default = "b"
    bench.system.now_s = 1.0
    assert source.read(0) is None


@pytest.mark.parametrize("way", ["unplugged", "ended"])
def test_a_device_that_goes_away_is_told(bench: Bench, way: str) -> None:
    source = bench.source()
    source.open()
    if way == "unplugged":
        bench.directory.inactive.add("a")
    else:
        bench.system.streams[-1].active = False
    bench.system.now_s = 1.0
    assert lost_code(source) == ("audio_device_lost", False)
    assert bench.system.streams[-1].closed


def test_a_silent_microphone_is_broken_a_silent_output_is_not(bench: Bench) -> None:
    microphone, output = bench.source(), bench.source(loopback=True)
    microphone.open()
    output.open()
    bench.system.now_s = 3.0
    assert lost_code(microphone) == ("audio_device_stalled", False)
    assert output.read(0) is None


def test_streams_give_way_when_the_devices_are_read_anew(bench: Bench) -> None:
    output = bench.source(loopback=True)
    output.open()
    bench.system.names.append("New")
    bench.directory.endpoints.append(Endpoint(id="c", name="New", nth=0))
    opened: list[str] = []
    wanted = bench.source("c")
    opening = threading.Thread(target=lambda: opened.append(wanted.open()))
    opening.start()
    with pytest.raises(SourceLost) as lost:
        read_until_lost(output)
    assert (lost.value.code, lost.value.retry_at_once) == ("audio_devices_changed", True)
    output.open()
    opening.join()
    assert opened == ["New"]


def read_until_lost(source: AudioCapture) -> None:
    while True:
        source.read(0.05)


def test_reading_a_source_that_is_not_open_asks_to_open_it(bench: Bench) -> None:
    assert lost_code(bench.source()) == ("audio_closed", True)


@pytest.mark.parametrize(("loopback", "what"), [(True, "sound output"), (False, "microphone")])
def test_missing_devices_are_named(bench: Bench, loopback: bool, what: str) -> None:
    bench.directory.default = None
    with pytest.raises(IoniaError, match=f"no {what}"):
        bench.source(loopback=loopback).open()
    with pytest.raises(IoniaError, match="id nope"):
        bench.source("nope", loopback=loopback).open()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(-9985, "Device unavailable"), "exclusively"),
        (OSError(-9997, "Invalid sample rate"), "sample rate"),
        (OSError(-9999, "Unanticipated host error"), "Unanticipated"),
    ],
)
def test_refusals_say_why(bench: Bench, error: OSError, words: str) -> None:
    def refuse(**_: object) -> None:
        raise error

    bench.system.on_open = refuse
    with pytest.raises(IoniaError, match=words) as refused:
        bench.source().open()
    assert refused.value.kind is ErrorKind.AUDIO_UNAVAILABLE


def test_the_queue_is_bounded(bench: Bench) -> None:
    source = bench.source()
    source.open()
    for _ in range(audio_capture._QUEUE_BLOCKS + 10):
        bench.feed(ramp(4))
    blocks = 0
    while source.read(0) is not None:
        blocks += 1
    assert blocks == audio_capture._QUEUE_BLOCKS
