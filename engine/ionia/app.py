"""The composition root: the only place that picks the clock, the backends and the encoders."""

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import av

from ionia.core.errors import IoniaError
from ionia.core.mp4.fragment import SAVED_FRAGMENT_SECONDS
from ionia.core.ports import ScreenSource
from ionia.core.selftest_report import SelftestSettings
from ionia.core.service import EngineService, Listener
from ionia.core.settings import VideoEncodeSettings
from ionia.core.sharing import CaptureKey
from ionia.core.video.pushed_layout import is_pushed
from ionia.media.converter import Converter
from ionia.media.encoder_probe import list_encoders
from ionia.media.opening import OpenedVideo, open_audio, open_opus, open_video
from ionia.platform.processes import usable_cores
from ionia.runtime.backends import Backends, Gpu, NoGpu, SelftestRun, Sender
from ionia.runtime.capture.audio_corrections import AudioCorrections
from ionia.runtime.encode.limited_gpu import LimitedGpu
from ionia.runtime.engine import Engine
from ionia.sinks.look_ups import LookUps
from ionia.sinks.mp4_file import Mp4File
from ionia.sinks.output_path import free_bytes
from ionia.sources import screens, sound
from ionia.sources.no_screen import NoScreen
from ionia.sources.pushed import PushedScreens
from ionia.threads.clock import MonotonicClock

log = logging.getLogger(__name__)

T = TypeVar("T")


def _publisher(look_ups: LookUps) -> Sender:
    from ionia.sinks.publisher import Publisher  # noqa: PLC0415 - no start waits for what it doesn't use

    return Publisher(look_ups)


REST_VARIABLE = "IONIA_REST"
"""Environment variable; "0": libx264 encodes each picture, whatever a session asks (decision 0331)."""


def _never_resting(settings: VideoEncodeSettings, width: int, height: int) -> OpenedVideo:
    return open_video(replace(settings, rest=False), width, height)


def make_backends(clock: MonotonicClock | None = None) -> Backends:
    """This platform's sources, libav's encoders, files."""
    screens.be_dpi_aware()  # before anything looks at a screen
    clock = clock or MonotonicClock()
    pushed = PushedScreens()
    gpu = _gpu(clock)

    def screen(key: CaptureKey) -> ScreenSource:
        if not key.picture:
            return NoScreen(clock)
        if key.screen is not None and is_pushed(key.screen):
            return pushed.source(key.screen, clock)
        return screens.open_screen(key.screen, cursor=key.cursor, clock=clock, fps=key.fps, gpu=key.gpu)

    return Backends(
        screen=screen,
        desktop_audio=lambda device: sound.open_desktop(device, clock),
        microphone=lambda device: sound.open_microphone(device, clock),
        application=lambda wish: sound.open_application(wish, clock),
        open_video=_never_resting if os.environ.get(REST_VARIABLE) == "0" else open_video,
        converter=Converter,
        open_audio=open_audio,
        open_opus=open_opus,
        file_sink=Mp4File,
        saved_file=partial(Mp4File, fragment_seconds=SAVED_FRAGMENT_SECONDS),
        list_screens=screens.list_screens,
        list_windows=screens.list_windows,
        list_desktop_audio=lambda: _listed(sound.list_desktop),
        list_microphones=lambda: _listed(sound.list_microphones),
        list_applications=lambda: _listed(sound.list_applications),
        list_encoders=lambda: tuple(replace(one, gpu_proof=gpu.known(one.name)) for one in list_encoders()),
        sender=partial(_publisher, LookUps(clock)),
        free_bytes=free_bytes,
        ffmpeg_version=lambda: av.ffmpeg_version_info,
        pushed=pushed,
        cores=usable_cores,
        gpu=gpu,
        corrections=AudioCorrections(),
    )


def _gpu(clock: MonotonicClock) -> Gpu:
    gpu: Gpu = NoGpu()
    if sys.platform == "win32":
        from ionia.sources.windows.gpu_path import GpuPath  # noqa: PLC0415 - another system lacks its packages

        gpu = LimitedGpu(GpuPath(clock))
    return gpu


def _listed(list_devices: Callable[[], tuple[T, ...]]) -> tuple[T, ...]:
    """A machine without a sound server has no sound devices; whoever opens one learns why."""
    try:
        return list_devices()
    except IoniaError as error:
        log.info("no sound devices: %s", error.message)
        return ()


def _selftest(
    settings: SelftestSettings,
    backends: Backends,
    clock: MonotonicClock,
    make_engine: Callable[[Listener], EngineService],
    emit: Listener,
) -> SelftestRun:
    from ionia.media.recording_reader import read_lumas, read_sound  # noqa: PLC0415 - likewise
    from ionia.selftest.context import SelftestTools  # noqa: PLC0415 - likewise
    from ionia.selftest.run import selftests_with  # noqa: PLC0415 - likewise
    from ionia.selftest.stage import make_beeper, show_window  # noqa: PLC0415 - likewise

    tools = SelftestTools(
        show_window=show_window, make_beeper=make_beeper, read_lumas=read_lumas, read_sound=read_sound
    )
    return selftests_with(tools)(settings, backends, clock, make_engine, emit)


def make_engine(listener: Listener) -> Engine:
    """An engine on this machine. Close it."""
    clock = MonotonicClock()
    return Engine(make_backends(clock), clock, listener, selftest=_selftest)
