"""That no encoder keeps the machine to itself: SVT-AV1 would, where it may."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from ionia.core.media import VideoFrame
from ionia.core.settings import VideoEncodeSettings
from ionia.media.encoder_specs import AV1_SPECS
from ionia.media.thread_priority import usual_priority
from ionia.media.video_encoder import LibavVideoEncoder
from tests.fakes.pictures import yuv

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there a thread's policy is changed and put back")


def threads() -> set[int]:
    return {int(one.name) for one in Path("/proc/self/task").iterdir()}


def policies(before: set[int]) -> set[int]:
    """Of this thread and of all that began since."""
    return {os.sched_getscheduler(thread) for thread in (0, *(threads() - before))}


def test_av1_is_encoded_at_the_priority_of_any_other_thread() -> None:
    before = threads()
    assert policies(before) == {os.SCHED_OTHER}
    encoder = LibavVideoEncoder(AV1_SPECS[-1], VideoEncodeSettings(codec="av1"), 64, 64)
    black = yuv(encoder, VideoFrame(captured_ns=0, pixels=np.zeros((64, 64, 4), np.uint8)))
    packets = [packet for index in range(3) for packet in encoder.encode(black, index)]
    assert policies(before) == {os.SCHED_OTHER}
    packets += encoder.flush()
    encoder.close()
    assert [packet.pts for packet in packets] == [0, 1, 2]
    assert policies(before) == {os.SCHED_OTHER}


def test_whoever_had_another_policy_keeps_it() -> None:
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    try:
        with usual_priority():
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
        assert os.sched_getscheduler(0) == os.SCHED_BATCH
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
