"""A scripted screen, and the engine's video tick, as machines of the loop."""

import random
from dataclasses import dataclass, field

import numpy as np

from ionia.core.media import VideoFrame
from ionia.core.video.pacer import VideoPacer
from tests.simulation.loop import Loop, S


@dataclass
class VideoThread:
    """Serves the pacer and notes which picture each frame index shows: its capture instant, ns since the epoch."""

    pacer: VideoPacer
    epoch_ns: int
    newest: VideoFrame | None = None
    shown_ns: list[int] = field(default_factory=list)

    def next_ns(self) -> int:
        return self.pacer.next_deadline_ns

    def serve(self, now_ns: int, loop: Loop) -> None:
        spans = self.pacer.tick(now_ns, self.newest)
        self.newest = None if spans else self.newest
        for span in spans:
            picture_ns = self.shown_ns[-1] if span.picture is None else span.picture.captured_ns - self.epoch_ns
            loop.log(f"video {span.first_index} x{span.count} {picture_ns}")
            self.shown_ns += [picture_ns] * span.count


@dataclass
class ScriptedScreen:
    """Grabs in the middle of every frame's interval, late by up to `jitter_ns`; the picture is that instant's."""

    thread: VideoThread
    epoch_ns: int
    fps: int
    jitter_ns: int = 8_000_000
    seed: int = 1
    _frame: int = 0
    _at_ns: int = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a seeded model, not a secret
        self._plan()

    def next_ns(self) -> int:
        return self._at_ns

    def serve(self, now_ns: int, loop: Loop) -> None:
        pixels = np.zeros((1, 1, 4), dtype=np.uint8)
        self.thread.newest = VideoFrame(captured_ns=now_ns, pixels=pixels)
        self._frame = max(self._frame + 1, (now_ns - self.epoch_ns) * self.fps // S)
        self._plan()

    def _plan(self) -> None:
        middle_ns = self.epoch_ns + (2 * self._frame + 1) * S // (2 * self.fps)
        self._at_ns = middle_ns + round(self._random.uniform(0, self.jitter_ns))
