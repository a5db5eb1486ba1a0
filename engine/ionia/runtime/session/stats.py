"""The figures of one session: the encodes' counters since the session began, frozen when it ends."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

from ionia.core.audio.engine import AudioInput
from ionia.core.frame_rate import frames_seconds, rate_number
from ionia.core.ports import Clock
from ionia.core.session_state import SessionState
from ionia.core.stats import SessionStats
from ionia.core.timebase import NS_PER_S
from ionia.core.video.stage_times import NONE
from ionia.platform.processes import own_cpu_seconds, own_memory_bytes
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.encode.session_picture import VideoMark, VideoSnapshot
from ionia.runtime.encode.sound_tracks import AudioSnapshot


class ProcessUsage:
    """CPU and memory of the engine's process. `measure` on the monitor's thread, the rest anywhere."""

    def __init__(self, clock: Clock, cpu_seconds: Callable[[], float] = own_cpu_seconds) -> None:
        """`cpu_seconds` gives the CPU time used so far, that of jobs' processes included."""
        self._clock = clock
        self._cpu_seconds = cpu_seconds
        self._measured = (clock.now_ns(), cpu_seconds())
        self.cpu_percent = 0.0

    def measure(self) -> None:
        """CPU use since the last call, in percent of one core."""
        (since_ns, used), self._measured = self._measured, (self._clock.now_ns(), self._cpu_seconds())
        now_ns, now_used = self._measured
        if now_ns > since_ns:
            # Never below 0: on Windows the time of a process is gone with it.
            self.cpu_percent = max(0.0, now_used - used) * NS_PER_S / (now_ns - since_ns) * 100

    @property
    def rss_bytes(self) -> int:
        """Resident memory of the engine's own process now."""
        return own_memory_bytes()


class SessionCounters:
    """`begin` at start, `began` with the first keyframe, `end` at stop, `freeze` when the feeds go. Read on any thread.

    It counts from a frame to a frame, whenever it is told of them: so what became of the frames adds up to them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._video0: VideoSnapshot | None = None  # before the first frame; protected by _lock
        self._audio0: AudioSnapshot | None = None  # protected by _lock
        self._begun = False  # whether the first frame is known, and not only expected; protected by _lock
        self._until: VideoMark | None = None  # where it is paused or has ended; protected by _lock
        self._audio1: AudioSnapshot | None = None  # likewise; protected by _lock
        self._gaps: list[tuple[VideoMark, VideoMark]] = []  # the newest pauses that are over; protected by _lock
        self._gone = VideoSnapshot()  # in all others that are over; protected by _lock
        self._given_up = (0, 0)  # protected by _lock
        self._settled: int | None = None  # protected by _lock
        self._unsaid = 0  # frames of the files that no count has; below 0: that no file has; protected by _lock
        self._frozen = _NOTHING  # protected by _lock
        self._frozen_seconds = 0.0  # protected by _lock

    def begin(self, feeds: SessionFeeds) -> None:
        """Count from now on, until it is known from which frame on."""
        with self._lock:
            self._video0 = self._video0 or feeds.video_snapshot()
            self._audio0 = self._audio0 or feeds.audio_snapshot()

    def begin_in_past(self, video: VideoSnapshot, audio: AudioSnapshot) -> None:
        """Count from an earlier frame on, before which these were the counters."""
        with self._lock:
            self._video0, self._audio0, self._begun = video, audio, True

    def began(self, feeds: SessionFeeds, index: int) -> None:
        """The session began with frame `index`. On an encoder's thread; nothing waits."""
        with self._lock:
            if self._begun:
                return
            before = feeds.video_snapshot(index)
            expected = before if self._video0 is None else self._video0
            self._video0, self._begun = replace(before, skipped=expected.skipped), True

    def pause(self, feeds: SessionFeeds, index: int) -> None:
        """Count nothing from frame `index` on."""
        with self._lock:
            self._until, self._audio1 = feeds.video_mark(index), feeds.audio_snapshot()

    def resume(self, feeds: SessionFeeds, index: int) -> None:
        """Count again from frame `index` on, as if nothing had been in between."""
        with self._lock:
            if self._until is None or self._audio1 is None:
                return
            self._fold(feeds)
            self._gaps.append((self._until, feeds.video_mark(index)))
            self._audio0 = _later_audio(self._audio0 or self._audio1, self._audio1, feeds.audio_snapshot())
            self._until = self._audio1 = None

    def end(self, feeds: SessionFeeds) -> int:
        """Stop counting: the frame index before which the session ends, at least one frame after it began."""
        with self._lock:
            reached = feeds.video_snapshot().frames.next_index
            begun = self._video0.frames.next_index if self._video0 is not None and self._begun else reached
            end = max(reached if self._until is None else self._until.frames.index, begun + 1)
            if self._until is None or self._until.frames.index != end:
                self._until = feeds.video_mark(end)
            self._audio1 = self._audio1 or feeds.audio_snapshot()
            return end

    def settle(self, feeds: SessionFeeds, placed: int, missing: int) -> int:
        """Files last `placed` frames, and so many before the end have not come; how many of those no pause left out.

        A pause ends with the keyframe that came, which may be later than was asked; and what was only paused is its one
        picture, which is of the pause.
        """
        with self._lock:
            counted = self._counted(feeds).frames.next_index
            missing = min(missing, max(0, counted - placed))
            self._settled = placed + missing
            self._unsaid = self._settled - counted
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
        with self._lock:
            return frames_seconds(self._frames(self._counted(feeds)), feeds.settings.fps)

    def stats(self, feeds: SessionFeeds | None, usage: ProcessUsage, state: SessionState) -> SessionStats:
        """What sessions of every kind have."""
        figures = self._frozen if feeds is None else self._figures(feeds)
        return replace(figures, state=state.value, cpu_percent=round(usage.cpu_percent, 1), rss_bytes=usage.rss_bytes)

    def _frames(self, counted: VideoSnapshot) -> int:
        return counted.frames.next_index if self._settled is None else self._settled

    def _counted(self, feeds: SessionFeeds) -> VideoSnapshot:
        """What has passed between the frames that count, `frames.next_index` as their number. The lock is held."""
        if self._video0 is None:
            return VideoSnapshot()
        until = feeds.video_snapshot() if self._until is None else feeds.video_at(self._until)
        counted = until.later(self._video0) - self._video0
        for gap in self._gaps:
            counted -= self._left_out(feeds, gap)
        return counted - self._gone

    def _left_out(self, feeds: SessionFeeds, gap: tuple[VideoMark, VideoMark]) -> VideoSnapshot:
        """In a pause, as far as the session had begun."""
        base = self._video0 or VideoSnapshot()
        since, until = (feeds.video_at(mark).later(base) for mark in gap)
        return until - since

    def _fold(self, feeds: SessionFeeds) -> None:
        """A hundred pauses take no more room than one, once all their frames have passed."""
        if not self._begun:
            return
        gaps, self._gaps = self._gaps, []
        for gap in gaps:
            if gap[0].passed and gap[1].passed:
                self._gone += self._left_out(feeds, gap)
            else:
                self._gaps.append(gap)

    def _figures(self, feeds: SessionFeeds) -> SessionStats:
        """Everything but the state and what the process uses."""
        with self._lock:
            video = self._counted(feeds)
            frames = self._frames(video)
            audio = self._audio1 or feeds.audio_snapshot()
            audio0 = self._audio0 or audio
            frames_given_up, samples_given_up = self._given_up
            unsaid = self._unsaid
        seconds = round(frames_seconds(frames, feeds.settings.fps), 3)
        if not feeds.settings.picture:
            video, frames, frames_given_up, unsaid = VideoSnapshot(), 0, 0, 0
        counts = video.frames
        repeated = max(0, counts.duplicated + min(0, unsaid))
        unique = counts.unique + unsaid + counts.duplicated - repeated
        return replace(
            _NOTHING,
            duration_seconds=seconds,
            video_frames_captured=frames,
            video_frames_unique=unique,
            video_frames_duplicated=repeated,
            video_frames_lagged=counts.lagged + counts.lost,
            video_frames_missed=counts.missed,
            # Not the sum: most of what is given up repeats pictures that were counted when they found no room.
            video_frames_skipped=max(video.skipped, frames_given_up),
            audio_silence_samples=audio.silence - audio0.silence,
            audio_samples_lost=audio.lost - audio0.lost + samples_given_up,
            audio_drift_ppm=round(_largest(audio.drift_ppm.values()), 1),
            desktop_silence_samples=_input_silence(audio, audio0, AudioInput.DESKTOP),
            mic_silence_samples=_input_silence(audio, audio0, AudioInput.MIC),
            capture_backend=feeds.capture_backend,
            audio_backend=feeds.audio_backend,
            codec=feeds.codec,
            readback=feeds.settings.picture and feeds.video.reads_back,
            width=feeds.header.video.width,
            height=feeds.header.video.height,
            fps=rate_number(feeds.settings.fps),
            **_picture_times(feeds),
        )


def _picture_times(feeds: SessionFeeds) -> dict[str, Any]:
    """Where a picture's time goes; nothing of sound alone, whose frames only count time."""
    if not feeds.settings.picture:
        return {}
    return {
        "encode_ms_avg": round(feeds.video.encode_ms, 2),
        "capture_ms": feeds.capture.times.figures(),
        "convert_ms": feeds.video.convert_times.figures(),
        "encode_ms": feeds.video.encode_times.figures(),
        "pictures_waiting": feeds.video.pictures_waiting,
    }


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
    video_frames_missed=0,
    video_frames_skipped=0,
    audio_silence_samples=0,
    audio_samples_lost=0,
    audio_drift_ppm=0.0,
    desktop_silence_samples=0,
    mic_silence_samples=0,
    capture_backend="none",
    audio_backend="none",
    codec="none",
    readback=False,
    width=0,
    height=0,
    fps=0,
    encode_ms_avg=0.0,
    capture_ms=NONE,
    convert_ms=NONE,
    encode_ms=NONE,
    pictures_waiting=0,
    cpu_percent=0.0,
    rss_bytes=0,
)
"""Of a session that has nothing open yet."""


def _later_audio(base: AudioSnapshot, since: AudioSnapshot, until: AudioSnapshot) -> AudioSnapshot:
    """`base`, moved by what was counted from `since` to `until`. Where it began stays."""
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
