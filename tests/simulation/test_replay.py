"""Replays in virtual time, of a screen and a sound: what is saved, and recordings that begin in what is held.

The whole way is the engine's own: pacer, AudioEngine, mix, feeds, joins, ring, saves, take, writer. What should be in a
file is said anew here, from the keyframes that came.
"""

import random
from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise
from math import ceil

import pytest

from ionia.core.audio.engine import AudioInput
from ionia.core.media import SAMPLE_RATE
from ionia.core.mp4.movie import opened
from ionia.core.mp4.reader import read_with, scan
from ionia.core.timebase import NS_PER_S
from ionia.core.utc_text import utc_text
from ionia.core.video.pacer import VideoPacer
from ionia.runtime.session.origin import Origin
from tests.core.mp4.test_boxes import HEADER
from tests.fakes.mixed_sound import MixedSound
from tests.simulation.audio import AudioThread, ScriptedDevice, silence
from tests.simulation.chain import AudioEncode, EncodedVideo, Feeds, VideoEncode
from tests.simulation.loop import MS, Loop, S
from tests.simulation.recorder import MemoryFile, Recorder
from tests.simulation.replay import Replay
from tests.simulation.video import ScriptedScreen

SECONDS = 14
PLENTY = 10**9
SCARCE = 150_000
"""Less than three seconds of these pictures: the bound in bytes is what counts."""

MOST_BESIDE = 513
"""Half a packet of sound, and the sample to which places are rounded."""


class Run:
    """A replay that is saved at any moment, and from the eighth second on a recording that begins in it."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 - a seeded plan, not a secret
        self.fps = fps = draw.choice([24, 30, 60])
        self.epoch = epoch = 5 * S + draw.randrange(S)
        feeds, loop = Feeds(fps=fps, epoch_ns=epoch, now_ns=epoch), Loop(now_ns=epoch)
        encode = VideoEncode(feeds, fps, 400_000, seed=seed, costs=draw.choice([(2 * MS, 5 * MS), (5 * MS, 14 * MS)]))
        self.sound = AudioEncode(feeds)
        video = EncodedVideo(VideoPacer(epoch_ns=epoch, fps=fps), epoch, encode=encode)
        audio = AudioThread(MixedSound(epoch, {AudioInput.MIC: 1.0}), self.sound.take, checksums=False)
        loop.machines += [
            audio,
            video,
            encode,
            ScriptedScreen(video, epoch, fps, seed=seed),
            ScriptedDevice(AudioInput.MIC, audio, epoch, silence, rate_ppm=150, seed=seed),
        ]
        header = HEADER.with_track(replace(HEADER.video, fps=fps))
        self.scarce = seed % 3 == 2
        self.wanted = draw.uniform(2, 5)
        loop.run(epoch + draw.randrange(S))
        self.replay = Replay(feeds, header, seconds=self.wanted, max_bytes=SCARCE if self.scarce else PLENTY)
        self.replay.save(None)  # nothing is held yet
        begins, end = epoch + 8 * S, epoch + SECONDS * S
        while loop.now_ns < begins:
            loop.run(min(begins, loop.now_ns + round(draw.expovariate(0.7) * S)))
            feeds.now_ns = loop.now_ns
            self.replay.save(draw.choice([None, draw.uniform(0.5, self.wanted)]))
        self.seconds = draw.choice([None, draw.uniform(0.5, self.wanted)])
        self.asked = feeds.index_now
        self.short: list[str] = []
        origin = Origin(replay=self.replay, seconds=self.seconds, warn=lambda code, *_: self.short.append(str(code)))
        recorder = Recorder(feeds, header, loop, rests=False, seed=seed, origin=origin)
        loop.run(end)
        self.figures = recorder.stop()
        (self.recorded,) = recorder.files

    def first(self, seconds: float | None, end: int, pictures: int) -> int:
        """The frame that a stretch begins with which reaches so far back from frame `end`, when so many had come."""
        came = self.replay.pictures[:pictures]
        keys = [packet.pts for packet in came if packet.keyframe]
        back = end - ceil((self.wanted if seconds is None else seconds) * self.fps)
        return keys[max(0, bisect_right(keys, back) - 1)]


@pytest.fixture(scope="module", params=range(6))
def run(request: pytest.FixtureRequest) -> Run:
    return Run(request.param)


def shown(file: MemoryFile) -> list[int]:
    """Which frames, by the encoder's count."""
    return [int(packet.data[5:].rstrip(b"\xff")) for packet in file.of(picture=True)]


def check(run: Run, file: MemoryFile) -> None:
    """It plays from its first picture on: each frame once, the sound without a gap and at its place."""
    frames = shown(file)
    assert file.of(picture=True)[0].keyframe
    assert frames == list(range(frames[0], frames[0] + len(frames)))
    heard = [int(packet.data) for packet in file.of(picture=False)]
    assert heard == list(range(heard[0], heard[0] + len(heard)))
    movie = opened(read_with(scan(len(file.whole)), lambda span: file.whole[span.offset : span.offset + span.size]))
    (video,), (sound,) = movie.videos, movie.sounds
    assert movie.lost == 0
    assert len(video.table.times) == len(frames)
    assert len(sound.table.times) == len(heard)
    zero = frames[0] * SAMPLE_RATE / run.fps
    assert video.table.times[0] == 0
    for packet, tick in zip(file.of(picture=False), heard, strict=True):
        at = packet.pts - file.of(picture=True)[0].pts * SAMPLE_RATE / run.fps
        assert abs(at - (tick * 1024 - zero)) <= MOST_BESIDE
    # The sound begins no later than the picture, and ends with it.
    assert heard[0] * 1024 <= zero
    last, end = (index * SAMPLE_RATE / run.fps for index in (frames[-1], frames[-1] + 1))
    assert last - 1024 <= (heard[-1] + 1) * 1024 <= end + 1024


def test_what_is_saved_is_what_was_asked_for(run: Run) -> None:
    assert [error.message for error in run.replay.refused] == ["The replay holds nothing yet."]
    assert run.replay.saves
    for save in run.replay.saves:
        check(run, save.file)
        frames = shown(save.file)
        newest = run.replay.pictures[save.pictures - 1].pts
        assert frames[-1] == newest
        first = run.first(save.seconds, newest + 1, save.pictures)
        assert frames[0] == first or (run.scarce and frames[0] > first)
        assert save.told.duration_seconds == round(len(frames) / run.fps, 3)
        began = 1_798_761_600 * NS_PER_S + run.epoch + (2 * frames[0] + 1) * NS_PER_S // (2 * run.fps)
        assert save.told.start_utc == utc_text(began)


def test_a_recording_begins_in_what_is_held_without_a_seam(run: Run) -> None:
    check(run, run.recorded)
    frames = shown(run.recorded)
    first = run.first(run.seconds, run.asked, len(run.replay.pictures))
    if run.scarce:
        assert first <= frames[0] <= run.asked
        assert bool(run.short) == (run.seconds is not None and frames[0] > run.asked - run.seconds * run.fps)
    else:
        assert frames[0] == first
        assert run.short == []
    places = [packet.pts for packet in run.recorded.of(picture=True)]
    assert places == list(range(len(places)))
    assert frames[-1] >= (SECONDS - 1) * run.fps
    ticks = [packet.pts for packet in run.recorded.of(picture=False)]
    assert all(after - before == 1024 for before, after in pairwise(ticks))
    assert run.figures.counted.video_written == len(frames)


def test_memory_has_its_bound(run: Run) -> None:
    assert run.replay.most_bytes <= (SCARCE if run.scarce else PLENTY)
    assert run.replay.warnings == (["replay_shortened"] if run.scarce else [])
