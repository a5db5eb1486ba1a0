"""A driver that hangs with Python's lock, or ends the process it is in, does so to a process that is there for it.

NVIDIA's driver is a library that does either as soon as it is loaded, in libav's own opening of h264_nvenc.
"""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ionia.core.codec.encoder_proof import LEAST_PSNR
from ionia.core.settings import VideoEncodeSettings
from ionia.media import encoder_trial, expendable, trials
from ionia.media.card_uses import CardUses
from ionia.media.encoder_specs import SPECS, X264, EncoderSpec
from ionia.media.encoder_trial import NO_ANSWER
from ionia.media.trials import Trials
from ionia.platform.graphics_devices import NVIDIA, GraphicsDevice

NVENC = SPECS[0]
SETTINGS = VideoEncodeSettings()
needs_gcc = pytest.mark.skipif(sys.platform != "linux" or shutil.which("gcc") is None, reason="no C compiler here")


@pytest.fixture(autouse=True)
def nvidia(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(trials, "graphics_devices", lambda: (GraphicsDevice(vendor=NVIDIA, driver="570.1"),))
    monkeypatch.setattr(trials, "_failed", {})
    return


@pytest.fixture(params=["for (;;) pause();", "abort();"], ids=["hangs", "crashes"])
def driver(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    body: str = request.param
    source = tmp_path / "driver.c"
    source.write_text(
        f"#include <stdlib.h>\n#include <unistd.h>\n__attribute__((constructor)) static void load(void) {{ {body} }}\n"
    )
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", tmp_path / "libcuda.so.1", source], check=True)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))  # for a process that is started now
    return body


@needs_gcc
def test_a_driver_harms_nobody_and_is_left_alone(driver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder_trial, "LIMIT_S", 0.5)
    monkeypatch.setattr(trials, "_SPARE_S", 0.0)
    longest, over = [0.0], threading.Event()

    def others() -> None:
        """Another session: how long it stands still at the most."""
        last = time.monotonic()
        while not over.wait(0.005):
            now = time.monotonic()
            longest[0], last = max(longest[0], now - last), now

    thread = threading.Thread(target=others)
    thread.start()
    with Trials(CardUses(tmp_path)) as ours:
        reason = tried(ours)
        process = ours._process.process
    over.set()
    thread.join()
    hangs = "pause" in driver
    assert reason == (NO_ANSWER if hangs else "its driver ended the process that tried it (SIGABRT)")
    assert process is None  # it is gone
    assert longest[0] < 0.4
    monkeypatch.setattr(expendable, "start_own", None)  # not asked again by this process
    assert tried(Trials(CardUses(tmp_path))) == reason
    CardUses(tmp_path).failed("trial of h264_nvenc 570.1")  # as another engine found out
    monkeypatch.setattr(trials, "_failed", {})
    assert "its driver failed the last 2 times" in tried(Trials(CardUses(tmp_path)))


def test_several_trials_have_one_process_that_says_what_libav_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    with Trials(CardUses(tmp_path)) as ours:
        first = tried(ours), ours._process.process
        monkeypatch.setattr(expendable, "start_own", None)
        assert first == (tried(ours), ours._process.process)
        assert "NVIDIA" in first[0]
        assert first[1] is not None
    assert first[1].returncode is not None


def test_without_a_device_or_a_process_it_is_tried_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here: list[str] = []

    def tried_here(spec: EncoderSpec, *_: object, **__: object) -> tuple[str, str]:
        here.append(spec.name)
        return "", "no"

    def no_process(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(encoder_trial, "tried", tried_here)
    monkeypatch.setattr(expendable, "start_own", no_process)
    ours = Trials(CardUses(tmp_path))
    for spec in (NVENC, SPECS[2], X264):
        assert tried(ours, spec) == "no"
    assert here == ["h264_nvenc", "h264_amf", "libx264"]


def tried(ours: Trials, spec: EncoderSpec = NVENC) -> str:
    proof, reason = ours.tried(spec, SETTINGS, 640, 360, least_psnr=LEAST_PSNR)
    assert proof == ""
    return reason
