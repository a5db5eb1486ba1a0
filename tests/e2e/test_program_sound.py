"""One program's sound in a recording and in a stream that come from one engine: that program, and nothing else."""

import os
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.audio.codeccontext import AudioCodecContext

from tests.e2e.test_recorder_desktop import tone
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import CARD, stream_stats
from tests.fakes.media_check import decode_sound
from tests.fakes.pulse import PulseServer, pulse_missing
from tests.fakes.rtmp_server import Publication, rtmp_server

pytestmark = [pytest.mark.pulse, pytest.mark.skipif(pulse_missing(), reason="PulseAudio is not installed")]

GAME, MUSIC = (f"{name}-{os.getpid()}" for name in ("game", "music"))  # processes are the whole machine's
GAME_HZ, MUSIC_HZ, LEVEL = 440, 1000, 0.1
PART = 24_000


def streamed(publication: Publication) -> npt.NDArray[np.float32]:
    """The left side of a stream's sound, decoded."""
    decoder = av.CodecContext.create("aac", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.extradata = next(one.body[2:] for one in publication.media if one.kind == 8 and one.is_sequence_header)
    packets = [av.Packet(one.body[2:]) for one in publication.of(8)]
    return np.concatenate([frame.to_ndarray()[0] for packet in packets for frame in decoder.decode(packet)])


def loudest(sound: npt.NDArray[np.float32], hertz: int) -> float:
    """Of a tone, against the one that is played: in the half second that has most of it, if the server had no time."""
    parts = sound[: sound.size // PART * PART].reshape(-1, PART)
    waves = np.hanning(PART) * np.exp(-2j * np.pi * hertz * np.arange(PART) / 48_000)
    return float((np.abs(parts @ waves) * 2 / np.hanning(PART).sum() / LEVEL).max())


def test_a_recording_and_a_stream_have_the_sound_of_one_program(stack: ExitStack, tmp_path: Path) -> None:
    path = tmp_path / "take.m4a"
    sounds = {"sounds": [{"name": "game", "kind": "app", "app": {"process": GAME}}]}
    server = stack.enter_context(PulseServer())
    publisher = stack.enter_context(rtmp_server())
    server.play_as(GAME, tone(60, GAME_HZ, LEVEL))
    server.play_as(MUSIC, tone(60, MUSIC_HZ, LEVEL))
    engine = stack.enter_context(EngineProcess(server.environment))
    without = {name: value for name, value in CARD.items() if name not in {"desktopAudio", "audioMode"}}
    engine.call("recorder.initialize", {"outputPath": str(path), "video": "none", **sounds})
    engine.call("streamer.initialize", {"rtmpUrl": publisher.url(), "fps": 10, **without, **sounds})
    engine.call("recorder.start")
    assert engine.call("streamer.start") is True
    engine.wait_for("streamer.connection", lambda one: one["state"] == "connected")
    engine.wait_stats("streamer.getStats", "default", lambda stats: stats.get("audioPackets", 0) >= 60)
    assert stream_stats(engine)["audioPacketsDropped"] == 0
    engine.call("streamer.stop")
    engine.call("recorder.stop")
    publisher.wait_for(lambda: publisher.publications[0].over)
    for sound in (streamed(publisher.publications[0]), decode_sound(path).samples[:, 0]):
        assert loudest(sound, GAME_HZ) == pytest.approx(1, abs=0.12)
        assert loudest(sound, MUSIC_HZ) < 0.01
