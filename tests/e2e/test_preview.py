"""Somebody looks at a real X display through the real engine, before, while and after it is recorded."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ionia.core.test_card.pattern import read_index
from tests.e2e.test_recorder_desktop import display, paint
from tests.fakes.engine_process import EngineProcess
from tests.fakes.media_check import file_facts
from tests.fakes.preview_client import PreviewClient, pixels
from tests.fakes.x11_painter import PainterProcess
from tests.fakes.xvfb import Xvfb, xvfb_missing

__all__ = ["display", "paint"]  # fixtures
pytestmark = [pytest.mark.x11, pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed")]

FPS = 30

READER = """
import sys
from tests.fakes.preview_client import PreviewClient
with PreviewClient({"endpoint": sys.argv[1], "token": sys.argv[2]}) as reader:
    reader.next()
    print("reads", flush=True)
    while True:
        reader.next()
"""


@pytest.fixture
def engine(display: Xvfb) -> Iterator[EngineProcess]:
    with EngineProcess({"DISPLAY": display.display}) as process:
        yield process


def until_shown(reader: PreviewClient, number: int) -> None:
    """Read on until a picture shows this number."""
    while read_index(pixels(reader.next())) != number:
        pass


def test_what_moves_on_the_screen_is_seen_and_recording_it_changes_nothing(
    engine: EngineProcess, paint: PainterProcess, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    paint.do("index 5")
    opened = engine.call("preview.open", {"fps": FPS})
    with PreviewClient(opened) as reader, PreviewClient(engine.call("preview.open", {"maxWidth": 320})) as other:
        until_shown(reader, 5)
        until_shown(other, 5)
        engine.call(
            "recorder.initialize", {"outputPath": str(path), "fps": FPS, "encoder": "x264", "audioMode": "none"}
        )
        engine.call("recorder.start")
        for number in (6, 7):
            paint.do(f"index {number}")
            until_shown(reader, number)
        engine.call("recorder.pause")
        paint.do("index 8")
        until_shown(reader, 8)
        engine.call("recorder.resume")
        paint.do("index 9")
        until_shown(reader, 9)
        until_shown(other, 9)
        engine.call("recorder.stop")
        stats = engine.call("recorder.getStats")
        paint.do("index 10")
        until_shown(reader, 10)
        assert engine.call("preview.close", {"previewId": opened["previewId"]}) is True
        assert reader.ended()
    assert stats["videoFramesSkipped"] == 0
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(len(facts.video.pts)))


def test_a_screen_that_stands_still_is_sent_once(engine: EngineProcess, paint: PainterProcess) -> None:
    paint.do("index 5")
    with PreviewClient(engine.call("preview.open", {"fps": FPS})) as reader:
        until_shown(reader, 5)
        reader.ready()
        assert reader.silent()
        paint.do("index 6")
        while read_index(pixels(reader.picture())) != 6:
            reader.ready()


def test_a_reader_that_is_killed_or_frozen_is_nothing_to_the_engine() -> None:
    with EngineProcess() as engine:
        killed, frozen, other = (engine.call("preview.open", {"screen": "test", "fps": FPS}) for _ in range(3))
        command = [sys.executable, "-c", READER, killed["endpoint"], killed["token"]]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline() == b"reads\n"
                process.send_signal(signal.SIGSTOP)
                with PreviewClient(frozen) as sleeper, PreviewClient(other) as reader:
                    last = sleeper.next()
                    sleeper.ready()
                    seen = [read_index(pixels(reader.next())) for _ in range(FPS)]
                    assert seen == sorted(set(seen))  # each another one
                    # All that waits for the one that slept meanwhile is what it asked for.
                    answer = sleeper.picture()
                    assert answer.sequence == last.sequence + 1
                    assert sleeper.silent()
                    assert sleeper.next().sequence == last.sequence + 2
            finally:
                process.kill()
        with PreviewClient(killed) as reader:
            reader.next()
