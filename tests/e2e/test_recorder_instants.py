"""What is counted in frames and milliseconds of a whole recording, and so wants the machine for itself."""

import random
import signal
import subprocess
from pathlib import Path

from ionia.core.test_card.pattern import FLASH_NS, find_beeps, read_flash, read_index
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import CARD
from tests.fakes.media_check import decode_luma, decode_sound, file_facts, top_level_boxes


def test_a_recording_is_exact_from_first_to_last_frame(engine: EngineProcess, tmp_path: Path) -> None:
    path = tmp_path / "Aufnahme – 1 ü.mp4"
    engine.call("recorder.initialize", {"outputPath": str(path), "fps": 30, **CARD})
    assert engine.call("recorder.start") is True
    engine.wait_stats("recorder.getStats", "default", lambda stats: stats["videoFramesCaptured"] >= 75)
    assert engine.call("recorder.stop") is True
    stats = engine.call("recorder.getStats")
    facts = file_facts(path)
    count = len(facts.video.pts)
    assert facts.video.frame_indexes == list(range(count))
    assert count == stats["videoFramesCaptured"] == stats["videoPacketsMuxed"]
    assert [pts // facts.video.durations[0] for pts in facts.video.keyframes] == list(range(0, count, 60))
    assert facts.audio is not None
    assert abs(facts.video.end_seconds - facts.audio.end_seconds) <= 1 / 30
    assert next(iter(top_level_boxes(path.read_bytes())))[0] == "ftyp"
    assert "moof" not in [name for name, _ in top_level_boxes(path.read_bytes())]
    assert stats["totalBytes"] == path.stat().st_size
    assert stats["codec"] == "libx264"

    pictures = decode_luma(path)
    indexes = [read_index(luma) for _, luma in pictures]
    assert None not in indexes
    assert indexes == sorted(indexes, key=lambda index: index or 0)

    # The card flashes and the tone beeps at the same instants of the clock; frames are one thirtieth of a second.
    samples = decode_sound(path).samples
    whole = int((len(samples) / 48000 - FLASH_NS / 1e9) * 30)  # a beep that the end cuts off may not be found
    flashes = [n for n in range(1, whole) if read_flash(pictures[n][1]) and not read_flash(pictures[n - 1][1])]
    beeps = find_beeps(samples)
    assert flashes
    for flash in flashes:
        nearest = min(beeps, key=lambda beep: abs(beep / 48000 - flash / 30))
        assert abs(nearest / 48000 - flash / 30) <= 0.025


def test_a_killed_engine_loses_at_most_a_second(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    frames = random.randrange(60, 120)  # noqa: S311 - any moment will do
    with EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
        engine.call("recorder.start")
        seen = engine.wait_stats("recorder.getStats", "default", lambda s: s["videoFramesCaptured"] >= frames)
        engine.process.kill()
        engine.process.wait()
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert len(facts.video.pts) >= seen["videoFramesCaptured"] - 30
    assert facts.audio is not None
    assert abs(facts.video.end_seconds - facts.audio.end_seconds) <= 0.1


def test_a_machine_that_stands_still_keeps_length_and_sync(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    with EngineProcess() as engine:
        engine.call("recorder.initialize", {"outputPath": str(path), **CARD})
        engine.call("recorder.start")
        engine.wait_stats("recorder.getStats", "default", lambda stats: stats["videoFramesCaptured"] >= 30)
        engine.process.send_signal(signal.SIGSTOP)
        subprocess.run(["sleep", "3"], check=True)
        engine.process.send_signal(signal.SIGCONT)
        engine.wait_for("session.warning", lambda warning: warning["code"] == "stalled")
        engine.wait_for("session.stats", lambda stats: stats["videoFramesCaptured"] >= 180)
        engine.call("recorder.stop")
        stats = engine.call("recorder.getStats")
    assert stats["videoFramesLagged"] >= 85
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
    assert facts.audio is not None
    assert abs(facts.video.end_seconds - facts.audio.end_seconds) <= 1 / 30
    pictures = decode_luma(path)
    beeps = find_beeps(decode_sound(path).samples)
    flashes = [n for n in range(1, len(pictures)) if read_flash(pictures[n][1]) and not read_flash(pictures[n - 1][1])]
    after = [flash / 30 for flash in flashes if flash >= 120]  # the picture of one may have come late, not of all
    assert min(abs(beep / 48000 - flash) for beep in beeps for flash in after) <= 0.025
