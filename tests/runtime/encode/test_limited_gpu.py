"""A graphics driver that does not answer holds nobody up for long, and nothing that comes late is kept."""

import threading
from types import SimpleNamespace
from typing import Any

from ionia.core.settings import VideoEncodeSettings
from ionia.runtime.encode.limited_gpu import LimitedGpu
from tests.fakes.backends import WAIT_SECONDS


class SlowGpu:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.let, self.closed = threading.Event(), threading.Event()
        self.asked = 0

    def open(self, settings: VideoEncodeSettings, screen: str | None) -> tuple[Any, str]:
        del settings, screen
        self.asked += 1
        assert self.let.wait(WAIT_SECONDS)
        return SimpleNamespace(encoder=SimpleNamespace(close=self.closed.set)), ""

    def figures(self) -> tuple[bool, str]:
        return True, "45 dB"

    def known(self, encoder: str) -> str:
        return encoder


def test_a_driver_that_does_not_answer_is_given_up_and_asked_again_once_it_did() -> None:
    slow = SlowGpu()
    gpu = LimitedGpu(slow, limit_s=0.05)
    why = "the graphics driver did not answer within 0.05 s"
    assert gpu.open(VideoEncodeSettings(), None) == (None, why)
    assert (gpu.figures(), gpu.known("a")) == ((False, why), "a")  # at once
    slow.let.set()
    assert slow.closed.wait(WAIT_SECONDS)
    gpu._limit_s = WAIT_SECONDS
    assert gpu.figures() == (True, "45 dB")
    assert gpu.open(VideoEncodeSettings(), None)[0] is not None
    assert slow.asked == 2
