"""The figures of one session: the pipeline's counters since the session began, frozen when it ends."""

import threading
from collections.abc import Iterable

import psutil

from ionia.core.audio.engine import AudioInput
from ionia.core.events import EventData
from ionia.core.timeline.packet_order import PacketWindow
from ionia.runtime.encode.audio_chain import AudioSnapshot
from ionia.runtime.encode.pipeline import Pipeline
from ionia.runtime.encode.video_chain import VideoSnapshot


class ProcessUsage:
    """CPU and memory of the engine's process and its children. `measure` on the monitor's thread, the rest anywhere."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._process.cpu_percent()  # the first call only sets the start of the interval
        self.cpu_percent = 0.0

    def measure(self) -> None:
        """CPU use since the last call, in percent of one core."""
        self.cpu_percent = self._process.cpu_percent()

    @property
    def rss_bytes(self) -> int:
        """Resident memory now."""
        return int(self._process.memory_info().rss)


class SessionCounters:
    """`begin` and `follow` at start, `end` at stop, `freeze` when the pipeline goes. Reading: any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._video0: VideoSnapshot | None = None  # protected by _lock
        self._audio0: AudioSnapshot | None = None  # protected by _lock
        self._window: PacketWindow | None = None  # protected by _lock
        self._ended: tuple[VideoSnapshot, AudioSnapshot] | None = None  # protected by _lock
        self._frozen: EventData | None = None  # protected by _lock
        self._frozen_seconds = 0.0  # protected by _lock

    def begin(self, pipeline: Pipeline) -> None:
        """Count from now on."""
        with self._lock:
            self._video0 = pipeline.video.snapshot()
            self._audio0 = pipeline.audio_snapshot()

    def follow(self, window: PacketWindow) -> None:
        """The window tells which frame the session really began with."""
        with self._lock:
            self._window = window

    def end(self, pipeline: Pipeline) -> int:
        """Stop counting: the frame index before which the session ends, at least one frame after it began."""
        with self._lock:
            video = pipeline.video.snapshot()
            self._ended = (video, pipeline.audio_snapshot())
            first = self._first_index(video)
            return max(video.next_index, first + 1)

    def freeze(self, pipeline: Pipeline | None) -> None:
        """Keep the figures as they are: the pipeline goes away."""
        if pipeline is None:
            return
        stats = self._pipeline_stats(pipeline)
        seconds = self.seconds(pipeline)
        with self._lock:
            self._frozen, self._frozen_seconds = stats, seconds

    def seconds(self, pipeline: Pipeline | None) -> float:
        """Length of the session's timeline so far."""
        if pipeline is None:
            return self._frozen_seconds
        return self._frames(pipeline) / pipeline.settings.fps

    def stats(self, pipeline: Pipeline | None, usage: ProcessUsage) -> EventData:
        """The pipeline's part of the stats."""
        figures = self._frozen if pipeline is None else self._pipeline_stats(pipeline)
        return {
            **(figures or {}),
            "cpuPercent": round(usage.cpu_percent, 1),
            "rssBytes": usage.rss_bytes,
        }

    def _first_index(self, video: VideoSnapshot) -> int:
        window_first = self._window.first_index if self._window is not None else None
        if window_first is not None:
            return window_first
        return self._video0.next_index if self._video0 is not None else video.next_index

    def _frames(self, pipeline: Pipeline) -> int:
        with self._lock:
            video = self._ended[0] if self._ended is not None else pipeline.video.snapshot()
            return max(0, video.next_index - self._first_index(video)) if self._video0 is not None else 0

    def _pipeline_stats(self, pipeline: Pipeline) -> EventData:
        frames = self._frames(pipeline)
        with self._lock:
            video, audio = self._ended or (pipeline.video.snapshot(), pipeline.audio_snapshot())
            video0, audio0 = self._video0 or video, self._audio0 or audio
        settings = pipeline.settings
        return {
            "videoFramesCaptured": frames,
            "durationSeconds": round(frames / settings.fps, 3),
            "videoFramesUnique": video.unique - video0.unique,
            "videoFramesDuplicated": video.duplicated - video0.duplicated,
            "videoFramesLagged": video.lagged - video0.lagged,
            "videoFramesSkipped": video.skipped - video0.skipped,
            "audioSilenceSamples": audio.silence - audio0.silence,
            "audioSamplesLost": audio.lost - audio0.lost,
            "audioDriftPpm": round(_largest(audio.drift_ppm.values()), 1),
            "desktopSilenceSamples": _input_silence(audio, audio0, AudioInput.DESKTOP),
            "micSilenceSamples": _input_silence(audio, audio0, AudioInput.MIC),
            "captureBackend": pipeline.capture_backend,
            "audioBackend": pipeline.audio_backend,
            "codec": pipeline.codec,
            "width": pipeline.width,
            "height": pipeline.height,
            "fps": settings.fps,
            "encodeMsAvg": round(pipeline.video.encode_ms, 2),
        }


def _input_silence(audio: AudioSnapshot, audio0: AudioSnapshot, which: AudioInput) -> int:
    return audio.input_silence.get(which, 0) - audio0.input_silence.get(which, 0)


def _largest(values: Iterable[float]) -> float:
    """The one furthest from zero, with its sign; 0 when there is none."""
    return max(values, key=abs, default=0.0)
