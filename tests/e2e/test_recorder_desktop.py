"""A real X display and a real sound server become a file, whatever happens to them meanwhile."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ionia.core.test_card.pattern import find_beeps, read_flash, read_index
from tests.fakes.engine_process import EngineProcess
from tests.fakes.media_check import decode_luma, decode_pictures, decode_sound, file_facts
from tests.fakes.pulse import PulseServer, pulse_missing
from tests.fakes.pulse_beeper import LEAD_SECONDS, PulseBeeper
from tests.fakes.x11_painter import PainterProcess, painter
from tests.fakes.xvfb import Xvfb, xvfb_missing

pytestmark = [
    pytest.mark.x11,
    pytest.mark.pulse,
    pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed"),
    pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed"),
]

FPS = 30
RATE = 48_000
A440 = 440

HEARD_SECONDS = 2.2
"""A null sink that plays to nobody renders two seconds ahead; what it rendered before we listened is not heard."""


@pytest.fixture
def display() -> Iterator[Xvfb]:
    with Xvfb(640, 480) as server:
        yield server


@pytest.fixture
def sound() -> Iterator[PulseServer]:
    with PulseServer() as server:
        yield server


@pytest.fixture
def paint(display: Xvfb) -> Iterator[PainterProcess]:
    with painter(display.display) as process:
        yield process


@pytest.fixture
def engine(display: Xvfb, sound: PulseServer) -> Iterator[EngineProcess]:
    with EngineProcess({**sound.environment, "DISPLAY": display.display}) as process:
        yield process


def begin(engine: EngineProcess, path: Path, **options: object) -> None:
    settings = {"outputPath": str(path), "fps": FPS, "encoder": "x264", "audioMode": "desktop", **options}
    engine.call("recorder.initialize", settings)
    engine.call("recorder.start")


def reach(engine: EngineProcess, seconds: float) -> None:
    """Wait until the recording is so long."""
    engine.wait_stats("recorder.getStats", "default", lambda stats: stats["durationSeconds"] >= seconds)


def end(engine: EngineProcess, path: Path) -> None:
    """Stop, and check what holds for every recording."""
    assert engine.call("recorder.stop") is True
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert facts.audio is not None
    assert abs(facts.video.end_seconds - facts.audio.end_seconds) <= 1 / FPS


def tone(seconds: float, hz: int = A440, level: float = 0.5) -> np.ndarray:
    """A sine for PulseServer.play."""
    wave = level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave.astype(np.float32)[:, None], 2, axis=1)


def test_pictures_and_sound_of_the_desktop(
    engine: EngineProcess, paint: PainterProcess, sound: PulseServer, tmp_path: Path
) -> None:
    paint.do("fill 200 30 60")
    sound.play(tone(60))
    path = tmp_path / "take.mp4"
    begin(engine, path)
    reach(engine, HEARD_SECONDS + 1.2)
    end(engine, path)
    facts = file_facts(path)
    assert (facts.width, facts.height) == (640, 480)
    picture = decode_pictures(path)[-1][1]
    blue, green, red = (int(value) for value in np.median(picture[100:400, 100:500, :3], axis=(0, 1)))
    assert abs(red - 200) <= 4
    assert abs(green - 30) <= 4
    assert abs(blue - 60) <= 4
    samples = decode_sound(path).samples[-RATE:, 0]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert abs(int(spectrum.argmax()) - A440) <= 1
    assert abs(float(np.sqrt(2 * np.mean(samples**2))) - 0.5) <= 0.02


def test_a_flash_and_a_beep_of_one_instant_stay_together(
    engine: EngineProcess, paint: PainterProcess, sound: PulseServer, tmp_path: Path
) -> None:
    path = tmp_path / "take.mp4"
    events = 8
    with PulseBeeper(sound.environment, "speaker") as beeper:
        paint.do("fill 0 0 0")
        begin(engine, path)
        reach(engine, 1)
        first = time.monotonic_ns() + round((LEAD_SECONDS + 0.3) * 1e9)
        instants = [first + number * 731_000_000 for number in range(events)]  # not a multiple of the frame's length
        for at in instants:  # all at once: a command must not wait for what became of the one before
            beeper.beep(at, milliseconds=100)
        shown = [paint.do(f"flash {at} 200") for at in instants]
        truths = [(beeper.heard_ns() - (before + after) // 2) / 1e9 for before, after in shown]
        end(engine, path)
    pictures = decode_luma(path)
    flashes = [n for n in range(1, len(pictures)) if read_flash(pictures[n][1]) > read_flash(pictures[n - 1][1])]
    beeps = find_beeps(decode_sound(path).samples)
    assert (len(flashes), len(beeps)) == (events, events)
    offsets = [flash / FPS - beep / RATE + truth for flash, beep, truth in zip(flashes, beeps, truths, strict=True)]
    # Each flash is known to a frame; 40 ms is that and the noise of a shared machine. The bench has the real figure.
    assert abs(float(np.median(offsets))) <= 0.040


def test_the_sound_server_dies_and_comes_back(engine: EngineProcess, sound: PulseServer, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    sound.play(tone(60))
    begin(engine, path)
    reach(engine, HEARD_SECONDS + 0.5)
    sound.kill()
    engine.wait_for("session.warning", lambda warning: warning["code"] == "sound_server_lost")
    sound.start()
    engine.wait_for("session.warning", lambda warning: warning["code"] == "audio_device_changed")
    sound.play(tone(60, hz=880))
    length = engine.call("recorder.getCurrentPTSSeconds")
    reach(engine, length + HEARD_SECONDS + 0.5)
    end(engine, path)
    samples = decode_sound(path).samples[:, 0]
    assert float(np.abs(samples[: round(HEARD_SECONDS * RATE)]).max()) > 0.3
    last = samples[-RATE // 2 :]
    assert abs(int(np.abs(np.fft.rfft(last * np.hanning(len(last)))).argmax()) * 2 - 880) <= 4


def test_the_default_device_changes(engine: EngineProcess, sound: PulseServer, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    sound.add_sink("headset")
    sound.play(tone(60, hz=880), "headset")
    begin(engine, path)
    reach(engine, 1)
    sound.set_default_sink("headset")
    engine.wait_for("session.warning", lambda warning: warning["code"] == "audio_device_changed")
    reach(engine, float(engine.call("recorder.getCurrentPTSSeconds")) + HEARD_SECONDS + 0.5)
    end(engine, path)
    last = decode_sound(path).samples[-RATE // 2 :, 0]
    assert abs(int(np.abs(np.fft.rfft(last * np.hanning(len(last)))).argmax()) * 2 - 880) <= 4


def test_a_silent_desktop_that_begins_to_sound_lands_in_time(
    engine: EngineProcess, paint: PainterProcess, sound: PulseServer, tmp_path: Path
) -> None:
    path = tmp_path / "take.mp4"
    sound.suspend_sink("speaker")
    begin(engine, path)
    reach(engine, 3)
    sound.resume_sink("speaker")
    with PulseBeeper(sound.environment, "speaker") as beeper:
        at = time.monotonic_ns() + 800_000_000
        beeper.beep(at, milliseconds=100)
        before, after = paint.do(f"flash {at} 200")
        truth = (beeper.heard_ns() - (before + after) // 2) / 1e9
        end(engine, path)
    pictures = decode_luma(path)
    flash = next(n for n in range(1, len(pictures)) if read_flash(pictures[n][1]) > read_flash(pictures[n - 1][1]))
    beeps = find_beeps(decode_sound(path).samples)
    assert min(abs(flash / FPS - beep / RATE + truth) for beep in beeps) <= 0.060


def test_the_display_disappears_and_returns(
    engine: EngineProcess, display: Xvfb, paint: PainterProcess, tmp_path: Path
) -> None:
    path = tmp_path / "take.mp4"
    paint.do("fill 250 250 250")
    begin(engine, path)
    reach(engine, 1)
    display.kill()
    engine.wait_for("session.warning", lambda warning: warning["code"] == "display_lost")
    length = float(engine.call("recorder.getCurrentPTSSeconds"))
    reach(engine, length + 1)
    display.start(800, 600)
    engine.wait_for("session.warning", lambda warning: warning["code"] == "capture_recovered")
    with painter(display.display) as again:
        again.do("fill 20 20 220")
        reach(engine, float(engine.call("recorder.getCurrentPTSSeconds")) + 1)
        end(engine, path)
    facts = file_facts(path)
    assert (facts.width, facts.height) == (640, 480)
    pictures = decode_pictures(path)
    held = pictures[round((length + 0.8) * FPS)][1]
    assert int(np.median(held)) > 240
    blue, _, red = (int(value) for value in np.median(pictures[-1][1][200:280, 200:400, :3], axis=(0, 1)))
    assert blue > 200
    assert red < 40


def test_no_sound_server_at_all_is_a_warning_and_silence(display: Xvfb, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    nowhere = {"PULSE_SERVER": f"unix:{tmp_path}/nothing", "DISPLAY": display.display}
    with EngineProcess(nowhere) as engine:
        begin(engine, path, audioMode="both")
        engine.wait_for("session.warning", lambda warning: warning["code"] == "mic_audio_unavailable")
        reach(engine, 1)
        end(engine, path)
    assert float(np.abs(decode_sound(path).samples).max()) == 0.0


def test_a_display_of_odd_size(sound: PulseServer, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    with (
        Xvfb(641, 361) as display,
        painter(display.display) as paint,
        EngineProcess({**sound.environment, "DISPLAY": display.display}) as engine,
    ):
        paint.do("index 77")
        begin(engine, path)
        reach(engine, 1)
        end(engine, path)
    facts = file_facts(path)
    assert (facts.width, facts.height) == (640, 360)
    assert read_index(decode_luma(path)[-1][1]) == 77
