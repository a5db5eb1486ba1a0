"""The figures of one session: the encodes' counters since the session began, frozen when it ends."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

import psutil

from ionia.core.audio.engine import AudioInput
from ionia.core.ports import Clock
from ionia.core.session_state import SessionState
from ionia.core.stats import SessionStats
from ionia.core.timebase import NS_PER_S
from ionia.core.timeline.packet_order import PacketWindow
from ionia.platform.processes import own_cpu_seconds
from ionia.runtime.encode.audio_encode import AudioSnapshot
from ionia.runtime.encode.session_feeds import SessionFeeds, VideoSnapshot


class ProcessUsage:
    """CPU and memory of the engine's process. `measure` on the monitor's thread, the rest anywhere."""

    def __init__(self, clock: Clock, cpu_seconds: Callable[[], float] = own_cpu_seconds) -> None:
        """`cpu_seconds` gives the CPU time used so far, the sender processes' included."""
        self._process = psutil.Process()
        self._clock = clock
        self._cpu_seconds = cpu_seconds
        self._measured = (clock.now_ns(), cpu_seconds())
        self.cpu_percent = 0.0

    def measure(self) -> None:
        """CPU use since the last call, in percent of one core."""
        (since_ns, used), self._measured = self._measured, (self._clock.now_ns(), self._cpu_seconds())
        now_ns, now_used = self._measured
        if now_ns > since_ns:
            # Never below 0: on Windows the time of a sender is gone with it.
            self.cpu_percent = max(0.0, now_used - used) * NS_PER_S / (now_ns - since_ns) * 100

    @property
    def rss_bytes(self) -> int:
        """Resident memory of the engine's own process now."""
        return int(self._process.memory_info().rss)


class SessionCounters:
    """`begin` and `follow` at start, `end` at stop, `freeze` when the feeds go. Reading: any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._video0: VideoSnapshot | None = None  # protected by _lock
        self._audio0: AudioSnapshot | None = None  # protected by _lock
        self._window: PacketWindow | None = None  # protected by _lock
        self._ended: tuple[VideoSnapshot, AudioSnapshot] | None = None  # protected by _lock
        self._paused_at: int | None = None  # protected by _lock
        self._pauses: list[tuple[int, int]] = []  # before anybody knew where it began; protected by _lock
        self._paused_frames = 0  # of all others that are over; protected by _lock
        self._end_index: int | None = None  # protected by _lock
        self._given_up = (0, 0)  # protected by _lock
        self._settled: int | None = None  # protected by _lock
        self._frozen = _NOTHING  # protected by _lock
        self._frozen_seconds = 0.0  # protected by _lock

    def begin(self, feeds: SessionFeeds) -> None:
        """Count from now on."""
        with self._lock:
            self._video0 = feeds.video_snapshot()
            self._audio0 = feeds.audio_snapshot()

    def begin_in_past(self, video: VideoSnapshot, audio: AudioSnapshot) -> None:
        """Count from an earlier moment on, when these were the counters."""
        with self._lock:
            self._video0, self._audio0 = video, audio

    def follow(self, window: PacketWindow) -> None:
        """The window tells which frame the session really began with."""
        with self._lock:
            self._window = window

    def pause(self, feeds: SessionFeeds, index: int) -> None:
        """Count nothing from frame `index` on."""
        with self._lock:
            self._paused_at = index
            self._ended = (feeds.video_snapshot(), feeds.audio_snapshot())

    def resume(self, feeds: SessionFeeds, index: int) -> None:
        """Count again from frame `index` on, as if nothing had been in between."""
        with self._lock:
            if self._ended is None or self._paused_at is None:
                return
            video, audio = self._ended
            begun = self._window.first_index if self._window is not None else None
            if begun is None:
                self._pauses.append((self._paused_at, index))
            else:
                self._paused_frames += max(0, index - max(self._paused_at, begun))
            self._video0 = _later(self._video0 or video, video, feeds.video_snapshot())
            self._audio0 = _later_audio(self._audio0 or audio, audio, feeds.audio_snapshot())
            self._ended = self._paused_at = None

    def end(self, feeds: SessionFeeds) -> int:
        """Stop counting: the frame index before which the session ends, at least one frame after it began."""
        with self._lock:
            video = feeds.video_snapshot()
            self._ended = self._ended or (video, feeds.audio_snapshot())
            begun = self._window.first_index if self._window is not None else None
            end = video.next_index if self._paused_at is None else self._paused_at
            self._end_index = max(end, (video.next_index if begun is None else begun) + 1)
            return self._end_index

    def settle(self, feeds: SessionFeeds, placed: int, missing: int) -> int:
        """Files last `placed` frames, and so many before the end have not come; how many of those no pause left out.

        A pause ends with the keyframe that came, which may be later than was asked.
        """
        missing = min(missing, max(0, self._frames(feeds) - placed))
        with self._lock:
            self._settled = placed + missing
        return missing

    def give_up(self, frames: int, samples: int) -> None:
        """So much of what was captured is left out at the end: no encoder had the time for it."""
        with self._lock:
            self._given_up = (frames, samples)

    def freeze(self, feeds: SessionFeeds | None) -> None:
        """Keep the figures as they are: the feeds go away."""
        if feeds is None:
            return
        stats, seconds = self._figures(feeds), self.seconds(feeds)
        with self._lock:
            self._frozen, self._frozen_seconds = stats, seconds

    def seconds(self, feeds: SessionFeeds | None) -> float:
        """Length of the session's timeline so far."""
        if feeds is None:
            return self._frozen_seconds
        return self._frames(feeds) / feeds.settings.fps

    def stats(self, feeds: SessionFeeds | None, usage: ProcessUsage, state: SessionState) -> SessionStats:
        """What sessions of every kind have."""
        figures = self._frozen if feeds is None else self._figures(feeds)
        return replace(figures, state=state.value, cpu_percent=round(usage.cpu_percent, 1), rss_bytes=usage.rss_bytes)

    def _first_index(self, video: VideoSnapshot) -> int:
        window_first = self._window.first_index if self._window is not None else None
        if window_first is not None:
            return window_first
        return self._video0.next_index if self._video0 is not None else video.next_index

    def _frames(self, feeds: SessionFeeds) -> int:
        with self._lock:
            if self._settled is not None:
                return self._settled
            video = self._ended[0] if self._ended is not None else feeds.video_snapshot()
            end = video.next_index if self._end_index is None else self._end_index
            end = end if self._paused_at is None else self._paused_at
            first = self._first_index(video)
            early = sum(max(0, until - max(since, first)) for since, until in self._pauses)
            frames = end - first - early - self._paused_frames
            return max(0, frames) if self._video0 is not None else 0

    def _figures(self, feeds: SessionFeeds) -> SessionStats:
        """Everything but the state and what the process uses."""
        frames = self._frames(feeds)
        with self._lock:
            video, audio = self._ended or (feeds.video_snapshot(), feeds.audio_snapshot())
            video0, audio0 = self._video0 or video, self._audio0 or audio
            frames_given_up, samples_given_up = self._given_up
        return replace(
            _NOTHING,
            duration_seconds=round(frames / feeds.settings.fps, 3),
            video_frames_captured=frames,
            video_frames_unique=video.unique - video0.unique,
            video_frames_duplicated=video.duplicated - video0.duplicated,
            video_frames_lagged=video.lagged - video0.lagged,
            # Not the sum: most of what is given up repeats pictures that were counted when they found no room.
            video_frames_skipped=max(video.skipped - video0.skipped, frames_given_up),
            audio_silence_samples=audio.silence - audio0.silence,
            audio_samples_lost=audio.lost - audio0.lost + samples_given_up,
            audio_drift_ppm=round(_largest(audio.drift_ppm.values()), 1),
            desktop_silence_samples=_input_silence(audio, audio0, AudioInput.DESKTOP),
            mic_silence_samples=_input_silence(audio, audio0, AudioInput.MIC),
            capture_backend=feeds.capture_backend,
            audio_backend=feeds.audio_backend,
            codec=feeds.codec,
            width=feeds.header.video.width,
            height=feeds.header.video.height,
            fps=feeds.settings.fps,
            encode_ms_avg=round(feeds.video.encode_ms, 2),
        )


def fields_of(stats: SessionStats) -> dict[str, Any]:
    """What sessions of every kind have, by the names of the fields, for an output that adds its own."""
    return {field.name: getattr(stats, field.name) for field in fields(SessionStats)}


_NOTHING = SessionStats(
    state=SessionState.CREATED.value,
    duration_seconds=0.0,
    video_frames_captured=0,
    video_frames_unique=0,
    video_frames_duplicated=0,
    video_frames_lagged=0,
    video_frames_skipped=0,
    audio_silence_samples=0,
    audio_samples_lost=0,
    audio_drift_ppm=0.0,
    desktop_silence_samples=0,
    mic_silence_samples=0,
    capture_backend="none",
    audio_backend="none",
    codec="none",
    width=0,
    height=0,
    fps=0,
    encode_ms_avg=0.0,
    cpu_percent=0.0,
    rss_bytes=0,
)
"""Of a session that has nothing open yet."""


def _later(base: VideoSnapshot, since: VideoSnapshot, until: VideoSnapshot) -> VideoSnapshot:
    """`base`, moved by what was counted from `since` to `until`. Where it began stays."""
    return replace(
        base,
        unique=base.unique + until.unique - since.unique,
        duplicated=base.duplicated + until.duplicated - since.duplicated,
        lagged=base.lagged + until.lagged - since.lagged,
        skipped=base.skipped + until.skipped - since.skipped,
    )


def _later_audio(base: AudioSnapshot, since: AudioSnapshot, until: AudioSnapshot) -> AudioSnapshot:
    """Likewise, for sound."""
    inputs = {
        which: count - since.input_silence.get(which, 0) + base.input_silence.get(which, 0)
        for which, count in until.input_silence.items()
    }
    return replace(
        base,
        silence=base.silence + until.silence - since.silence,
        lost=base.lost + until.lost - since.lost,
        input_silence=inputs,
    )


def _input_silence(audio: AudioSnapshot, audio0: AudioSnapshot, which: AudioInput) -> int:
    return audio.input_silence.get(which, 0) - audio0.input_silence.get(which, 0)


def _largest(values: Iterable[float]) -> float:
    """The one furthest from zero, with its sign; 0 when there is none."""
    return max(values, key=abs, default=0.0)
