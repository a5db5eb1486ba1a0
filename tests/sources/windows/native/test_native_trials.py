"""Encoders are tried in a process that Windows starts and that libav answers in."""

import os
import sys
from pathlib import Path

import pytest

from ionia.core.codec.encoder_proof import LEAST_PSNR
from ionia.core.settings import VideoEncodeSettings
from ionia.media import trials
from ionia.media.card_uses import CardUses
from ionia.media.encoder_specs import SPECS
from ionia.media.trials import Trials
from ionia.platform.graphics_devices import NVIDIA, GraphicsDevice, graphics_devices


def test_an_encoder_is_tried_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "graphics_devices", lambda: (GraphicsDevice(vendor=NVIDIA, driver="32.0"),))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # pytest's own; an engine's process needs none
    with Trials(CardUses(tmp_path)) as ours:
        tried = ours.tried(SPECS[0], VideoEncodeSettings(), 640, 360, least_psnr=LEAST_PSNR)
        assert tried == ("", "no NVIDIA driver is installed, or this container isn't given the GPU")
        process = ours._process.process
        assert process is not None  # which nothing has ended
        process.kill()  # as a driver may
        assert ours.tried(SPECS[0], VideoEncodeSettings(), 640, 360, least_psnr=LEAST_PSNR)[1] == (
            "its driver ended the process that tried it (exit code 1)"
        )


def test_the_registry_has_the_devices_that_a_driver_is_installed_for() -> None:
    assert all(one.vendor and one.driver for one in graphics_devices())
