"""The whole chain in virtual time: a paused recording and a stream over a bad network, of one screen and one sound."""

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from ionia.core.audio.engine import AudioInput
from ionia.core.live.backoff import ReconnectSettings
from ionia.core.live.link import LiveLink
from ionia.core.live.live_settings import LiveSettings
from ionia.core.media import SAMPLE_RATE
from ionia.core.video.pacer import VideoPacer
from tests.core.mp4.test_boxes import HEADER
from tests.fakes.mixed_sound import MixedSound
from tests.fakes.written_mp4 import samples, tracks
from tests.simulation.audio import AudioThread, ScriptedDevice, clicks
from tests.simulation.chain import AudioEncode, EncodedVideo, Feeds, Network, Streamed, VideoEncode
from tests.simulation.loop import MS, Loop, S
from tests.simulation.recorder import Recorder
from tests.simulation.video import ScriptedScreen

EPOCH, FPS, SECONDS = 5 * S + 1, 30, 24
PAUSES = ((100, 165), (300, 321), (400, 460))
RATE = 3_000_000


class Run:
    """Three pauses in the file; a reset and a silent network in the stream."""

    def __init__(self, seed: int) -> None:
        feeds = Feeds(fps=FPS, epoch_ns=EPOCH, now_ns=EPOCH)
        encode = VideoEncode(feeds, FPS, RATE, seed=seed)
        self.sound = AudioEncode(feeds)
        settings = LiveSettings(
            fps=FPS,
            video_bitrate=RATE,
            audio_bitrate=192_000,
            buffer_ns=2 * S,
            adaptive_bitrate=False,
            reconnect=ReconnectSettings(),
        )
        self.network = Network(
            LiveLink(settings, lambda: 0.5),
            encode,
            capacity=lambda _: 3 * RATE,
            resets=(EPOCH + 6 * S,),
            silences=((EPOCH + 11 * S, EPOCH + 17 * S),),
        )
        self.video = EncodedVideo(VideoPacer(epoch_ns=EPOCH, fps=FPS), EPOCH, encode=encode)
        audio = AudioThread(MixedSound(EPOCH, {AudioInput.MIC: 1.0}), self.sound.take)
        self.loop = Loop(now_ns=EPOCH)
        self.loop.machines += [
            audio,
            self.video,
            encode,
            self.network,
            ScriptedScreen(self.video, EPOCH, FPS, seed=seed),
            ScriptedDevice(AudioInput.MIC, audio, EPOCH, clicks(1.0), rate_ppm=150, seed=seed),
        ]
        header = HEADER.with_track(replace(HEADER.video, fps=FPS))
        recorder = Recorder(feeds, header, self.loop, rests=False, seed=seed)
        Streamed(self.network, feeds).begin()
        self.network.start(EPOCH)
        for begin, end in PAUSES:
            self.loop.run(EPOCH + begin * S // FPS)
            recorder.pause()
            self.loop.run(EPOCH + end * S // FPS)
            recorder.resume()
        self.loop.run(EPOCH + SECONDS * S)
        self.figures = recorder.stop()
        (self.file,) = recorder.files


run = lru_cache(Run)


def test_the_file_has_no_gap_and_no_drift_behind_its_pauses() -> None:
    made = run(3)
    picture, sound = tracks(made.file.whole)
    assert made.figures.pauses == len(PAUSES)
    count = len(samples(made.file.whole, picture))
    shown, heard = made.file.of(picture=True), made.file.of(picture=False)
    assert [packet.pts for packet in shown] == list(range(count))
    assert len(heard) == len(samples(made.file.whole, sound))
    assert all(after.pts - before.pts == 1024 for before, after in pairwise(heard))
    # Each second's flash and click lie together in the file, behind every pause as before the first.
    silent = np.zeros(1024, np.float32)
    kept = {int(packet.data): packet.pts for packet in heard}
    frames = {int(packet.data[5:].rstrip(b"\xff")): packet.pts for packet in shown}
    checked = 0
    for second in range(1, SECONDS - 2):
        ticks = range(second * SAMPLE_RATE // 1024 - 2, second * SAMPLE_RATE // 1024 + 3)
        flash = next(frame for frame, instant in enumerate(made.video.shown_ns) if instant >= second * S)
        if flash not in frames or not all(tick in kept for tick in ticks):
            continue  # it happened in a pause
        wave = np.concatenate([made.sound.ticks[tick].samples[:, 0] if tick >= 0 else silent for tick in ticks])
        click = kept[ticks[0]] + int(np.abs(wave).argmax())
        assert abs(click / SAMPLE_RATE - frames[flash] / FPS) < 1 / FPS + 0.0107 + 0.004
        checked += 1
    assert checked >= 12


def test_every_connection_begins_with_a_keyframe_at_once_and_lacks_no_sound() -> None:
    connections = run(3).network.connections
    assert len(connections) >= 3  # the reset, and the silence that the link gave up on
    for connection in connections:
        packets = [packet for _, packet in connection.arrived]
        assert packets[0].track.is_video
        assert packets[0].keyframe
        assert connection.arrived[0][0] - connection.since_ns <= 120 * MS
        heard = [packet.pts for packet in packets if not packet.track.is_video]
        assert all(after - before == 1024 for before, after in pairwise(heard))
        positions = [packet.dts * (SAMPLE_RATE if packet.track.is_video else FPS) for packet in packets]
        assert positions == sorted(positions)
    last = [packet.pts for _, packet in connections[-1].arrived if packet.track.is_video]
    assert last == list(range(last[0], last[0] + len(last)))


def test_same_seed_same_bytes() -> None:
    assert run(3).file.whole == Run(3).file.whole != run(4).file.whole
