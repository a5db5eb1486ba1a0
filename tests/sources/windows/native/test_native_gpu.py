"""Pictures that stay on the graphics card: Direct3D's real surfaces, and a stand-in for the card's encoder."""

import os
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import NoReturn

import av
import numpy as np
import pytest

from ionia.app import make_backends
from ionia.core.events import Event, SessionWarned
from ionia.core.preview.request import PreviewRequest, PreviewShape
from ionia.core.settings import AudioMode, MediaSettings, RecorderSettings, SessionKind, VideoEncodeSettings
from ionia.core.stats import SessionStats
from ionia.media.card_uses import FILE_NAME as USES
from ionia.media.card_uses import CardUses
from ionia.media.expendable import EndedError
from ionia.media.proof_memory import ProofMemory
from ionia.runtime.engine import Engine
from ionia.selftest.run import selftests_with
from ionia.sources.windows import card_surface, dxgi
from ionia.sources.windows.gpu_duplication import GpuDuplication
from ionia.sources.windows.gpu_path import GpuPath
from ionia.sources.windows.gpu_proof import Ask, ask_a_process
from ionia.threads.clock import MonotonicClock
from ionia.threads.limited import NoAnswerError
from tests.fakes.surfaces import SPEC, CardEncoder
from tests.sources.windows.native.test_native_screens import inject, needs_faults, paint

MEDIA = MediaSettings(fps=5, audio_mode=AudioMode.NONE, cursor=False)
RECORDER = SessionKind.RECORDER
RED, GREEN, BLUE = (0, 0, 255), (0, 255, 0), (255, 0, 0)


class Recorder:
    """An engine whose graphics card is the stand-in, and what it told."""

    def __init__(self, folder: Path, most_ms: float = 1e9) -> None:
        self.folder = folder
        self.told: list[Event] = []
        clock = MonotonicClock()
        self.gpu = GpuPath(
            clock,
            lambda _: SPEC,
            memory=ProofMemory(folder),
            uses=CardUses(folder),
            open_encoder=CardEncoder,
            most_ms=most_ms,
            ask=lambda call, _: call(),
        )
        backends = replace(make_backends(clock), gpu=self.gpu)
        self.engine = Engine(backends, clock, self.told.append, selftest=selftests_with(None))

    def record(self, session: str, media: MediaSettings = MEDIA) -> Path:
        path = self.folder / f"{session}.mp4"
        self.engine.initialize_recorder(session, RecorderSettings(output_path=str(path), media=media))
        assert self.engine.start(RECORDER, session)
        return path

    def stats(self, session: str = "whole") -> SessionStats:
        stats = self.engine.stats(RECORDER, session)
        assert isinstance(stats, SessionStats)
        return stats

    def wait(self, what: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, self.warnings
            time.sleep(0.02)

    def show(self, colour: tuple[int, int, int]) -> None:
        """Until pictures of it are in the take, however slow that is: something beside it moves."""
        blue, green, red = colour
        paint(blue << 16 | green << 8 | red, 0, 0, 1000, 600)
        begun = self.stats().video_frames_unique

        def seen() -> bool:
            paint(0x010101 * (time.monotonic_ns() >> 24 & 0xFF), 1100, 620, 1200, 700)
            return self.stats().video_frames_unique >= begun + 3

        self.wait(seen)

    def looks_red(self) -> bool:
        """In a small picture of the capture that runs, which the card made smaller."""
        small = self.engine.thumbnail(None, 160)
        with av.open(BytesIO(b64decode(small.data)), format="mjpeg") as file:
            pixels = next(file.decode(video=0)).to_ndarray(format="bgr24")
        off = np.abs(pixels[small.height // 3, small.width // 3].astype(int) - RED)
        return (small.width, pixels.shape[1], int(off.max()) < 16) == (160, 160, True)

    @property
    def warnings(self) -> list[tuple[str, str]]:
        return [(one.code.value, one.message) for one in self.told if isinstance(one, SessionWarned)]


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(tmp_path)
    try:
        yield recorder
    finally:
        inject("secure off", "mode real", wait=False)
        recorder.engine.close()


def colours(path: Path) -> list[int]:
    """Of each picture, which of the three is seen, -1 for another one."""
    found = []
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            pixels = frame.to_ndarray(format="bgra", src_colorspace=int(frame.colorspace))
            seen = pixels[pixels.shape[0] // 3, pixels.shape[1] // 3, :3].astype(int)
            off = [int(np.abs(seen - colour).max()) for colour in (RED, GREEN, BLUE)]
            found.append(off.index(min(off)) if min(off) < 16 else -1)
    return found


@needs_faults
def test_a_take_on_the_card_goes_on_whatever_becomes_of_it(recorder: Recorder) -> None:
    paint(0x0000FF, 0, 0, 1000, 600)
    preview = recorder.engine.open_preview(PreviewRequest(shape=PreviewShape()))  # as the window shows beforehand
    whole = recorder.record("whole")
    assert recorder.engine.close_preview(preview.preview_id)
    small = recorder.record("small", replace(MEDIA, width=640, height=360))
    assert (recorder.stats().readback, recorder.stats("small").readback) == (False, True)
    recorder.show(RED)
    assert recorder.looks_red()
    assert {recorder.stats(one).capture_backend for one in ("whole", "small")} == {"ddagrab"}
    inject("acquire ACCESS_LOST")
    recorder.wait(lambda: any(code == "capture_recovered" for code, _ in recorder.warnings))
    recorder.show(GREEN)
    assert (recorder.stats().readback, recorder.stats().capture_backend) == (False, "ddagrab")
    inject("secure on")
    recorder.wait(lambda: recorder.stats().readback)  # the slate of a locked screen is in main memory
    inject("secure off")
    recorder.wait(lambda: sum(code == "capture_recovered" for code, _ in recorder.warnings) == 4)
    recorder.show(BLUE)
    assert (recorder.stats().readback, recorder.stats().capture_backend) == (False, "ddagrab")
    used = recorder.folder / USES
    for session in ("whole", "small"):
        assert recorder.engine.stop(RECORDER, session)
    recorder.wait(lambda: used.read_text() == "{}")
    codes = [code for code, _ in recorder.warnings]
    assert codes.count("gpu_fallback") == codes.count("gpu_recovered") == 1
    for session, path in (("whole", whole), ("small", small)):
        assert [one for one, _ in groupby(one for one in colours(path) if one >= 0)] == [0, 1, 2]
        with av.open(str(path)) as file:
            times = [packet.pts for packet in file.demux(video=0) if packet.pts is not None]
        missing, stats = int((np.diff(times) // np.diff(times).min() - 1).sum()), recorder.stats(session)
        # None where the machine has time; and else not one that isn't told.
        assert stats.video_frames_skipped <= missing <= stats.video_frames_skipped + stats.video_frames_lagged


def test_a_card_that_is_not_right_is_told_and_not_used(tmp_path: Path) -> None:
    memory = ProofMemory(tmp_path)
    nvenc, uses = replace(SPEC, name="h264_nvenc"), CardUses(tmp_path)
    slow = GpuPath(
        MonotonicClock(),
        lambda _: nvenc,
        memory=memory,
        uses=uses,
        open_encoder=CardEncoder,
        most_ms=0.0,
        ask=lambda call, _: call(),
    )
    opened, why = slow.open(VideoEncodeSettings(), None)
    assert (opened, "ms for a picture" in why) == (None, True)
    kept = ProofMemory(tmp_path).newest("h264_nvenc")
    assert kept is not None
    assert "ms for a picture" in kept.wrong
    assert kept.until_s is not None  # a busy machine's is tried again
    assert slow.open(VideoEncodeSettings(), "window:10") == (None, "")


def test_the_trial_is_a_process_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # pytest's own; an engine's process needs none

    def path(folder: str, ask: Ask) -> tuple[GpuPath, ProofMemory]:
        memory = ProofMemory(tmp_path / folder)
        gpu = GpuPath(
            MonotonicClock(),
            lambda _: SPEC,
            memory=memory,
            uses=CardUses(tmp_path),
            open_encoder=CardEncoder,
            most_ms=1e9,
            ask=ask,
        )
        return gpu, memory

    gpu, _ = path("right", ask_a_process)
    right, figures = gpu.figures()
    assert (right, "dB" in figures) == (True, True), figures
    assert gpu.known("libx264") in figures
    assert gpu.needs_screen(VideoEncodeSettings(), None)
    with monkeypatch.context() as patched:  # a screen that is turned, or another adapter's
        patched.setattr(dxgi, "first_adapters_output", lambda _: None)
        assert not gpu.needs_screen(VideoEncodeSettings(), None)
    for error, told in ((NoAnswerError(), "did not answer within 30 s"), (EndedError("SIGABRT"), "(SIGABRT)")):

        def fails(*_: object, error: Exception = error) -> NoReturn:
            with pytest.raises(OSError, match="another engine"):  # which is at it just now
                ProofMemory(tmp_path / type(error).__name__, turn_s=0).found_out("x", pytest.fail)
            raise error

        gpu, memory = path(type(error).__name__, fails)
        _, words = gpu.figures()
        kept = memory.newest("libx264")
        assert kept is not None
        assert (words, told in words) == (f"libx264: {kept.wrong}", True)
        assert kept.until_s is not None  # somebody may have ended it, and so it is tried again


def test_pictures_are_made_smaller_on_the_card() -> None:
    source = GpuDuplication(None, cursor=False, clock=MonotonicClock())
    source.open()
    surface = source.sample()
    width, height = surface.width, surface.height
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 4), np.uint8)
    card_surface.write(card_surface.texture_of(surface.frame), pixels)
    source.close()  # what was given out stays readable
    for halvings in (0, 1, 2, 1, 0):
        side = 1 << halvings
        read = surface.read_small(width // side - 3, height // side - 3)
        assert read.shape == (height // side, width // side, 4)
        means = pixels.reshape(height // side, side, width // side, side, 4).mean((1, 3))
        assert np.abs(read[:, :, :3] - means[:, :, :3]).max() <= halvings
    assert np.array_equal(surface.read()[:, :, :3], pixels[:, :, :3])


def test_without_a_card_nothing_is_said() -> None:
    assert GpuPath(MonotonicClock()).open(VideoEncodeSettings(), None) == (None, "")
