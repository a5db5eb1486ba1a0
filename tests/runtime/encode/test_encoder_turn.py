"""An encoder that does not return: another one goes on in the same files, and nobody waits for the first."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from ionia.app import make_backends
from ionia.core.events import SessionWarned
from ionia.core.media import SAMPLE_RATE, PictureFormat, PixelFormat, YuvPicture
from ionia.core.settings import MediaSettings, RecorderSettings
from ionia.core.test_card.pattern import read_index
from ionia.runtime.encode import encoder_turn, video_encode
from ionia.runtime.encode.encoder_turn import EncoderTurn, GivenUp
from ionia.runtime.engine import Engine
from ionia.runtime.session import ending
from ionia.selftest.run import selftests_with
from ionia.threads.clock import MonotonicClock
from tests.fakes.backends import WAIT_SECONDS, Events
from tests.fakes.media import FakeVideoEncoder
from tests.fakes.media_check import decode_luma, decode_sound, file_facts
from tests.fakes.stuck_encoder import StuckEncoders
from tests.runtime.test_engine import RECORDER, recorded_for, warned

PICTURE = YuvPicture(format=PictureFormat(width=64, height=64, pixels=PixelFormat.YUV420P), planes=())
FPS = 30
TAKEN = 10
"""Pictures that an encoder takes before it gets stuck."""


def test_time_is_counted_in_ticks_of_a_call_that_is_under_way() -> None:
    encoder = FakeVideoEncoder()
    encoder.stuck_at = 1
    turn = EncoderTurn(encoder, 1)
    assert [turn.tick() for _ in range(20)] == [None] * 20  # nobody asks
    assert [packet.pts for packet in turn.encode(PICTURE, 5, keyframe=False)] == [5]
    ended: list[type[BaseException]] = []

    def ask() -> None:
        try:
            turn.repeat(6)
        except BaseException as error:  # noqa: BLE001 - looked at below
            ended.append(type(error))

    asking = threading.Thread(target=ask)
    asking.start()
    while turn._call is None:
        threading.Event().wait(0.001)
    assert [turn.tick() for _ in range(12)] == [None] * 9 + [6] + [None] * 2
    encoder.freed.set()
    asking.join(WAIT_SECONDS)
    assert ended == [GivenUp]
    turn.close()  # before whoever goes on has looked
    assert encoder.closed
    assert EncoderTurn(encoder, 1, after=turn).picture is PICTURE


def test_a_picture_that_two_encoders_did_not_return_from_gives_way_to_a_newer_one() -> None:
    first = EncoderTurn(FakeVideoEncoder(), FPS)
    first.encode(PICTURE, 0, keyframe=False)  # not known to have been given: as one that does not return
    second = EncoderTurn(first.encoder, FPS, after=first)
    third = EncoderTurn(first.encoder, FPS, after=second)
    assert [turn.picture for turn in (second, third)] == [PICTURE] * 2  # a screen that stands still has no other
    assert [turn.tried for turn in (first, second, third)] == [False, False, True]
    second.encode(replace(PICTURE), 1, keyframe=False)
    assert not EncoderTurn(first.encoder, FPS, after=second).tried
    second.fed = 1
    assert not EncoderTurn(first.encoder, FPS, after=second).tried


def test_a_machine_that_is_slow_gets_more_time() -> None:
    encoder = FakeVideoEncoder()
    encoder.stuck_at = 1
    first = EncoderTurn(encoder, 1)
    assert first.patience_seconds == 30
    later = EncoderTurn(encoder, 1, after=first)
    assert [later.patience_seconds, EncoderTurn(encoder, 1, after=later).patience_seconds] == [60, 120]
    first.open(lambda: encoder, 0)
    assert first.patience_seconds == 30  # its first picture is what takes long
    first.encode(PICTURE, 5, keyframe=False)
    assert first.patience_seconds == 10
    first.fed = 5
    assert EncoderTurn(encoder, 1, after=first).patience_seconds == 30
    asking = threading.Thread(target=first.repeat, args=(6,))
    asking.start()
    while first._call is None:
        threading.Event().wait(0.001)
    assert [first.tick() for _ in range(9)] == [None] * 9
    encoder.freed.set()
    asking.join(WAIT_SECONDS)
    assert first.patience_seconds == 18


@contextmanager
def engine_with(encoders: StuckEncoders) -> Iterator[tuple[Engine, Events]]:
    clock, events = MonotonicClock(), Events()
    backends = replace(make_backends(clock), open_video=encoders.open)
    engine = Engine(backends, clock, events, selftest=selftests_with(None))
    try:
        yield engine, events
    finally:
        engine.close()
        encoders.free()


def settings(path: Path, media: MediaSettings) -> RecorderSettings:
    return RecorderSettings(output_path=str(path), media=media)


CARD = MediaSettings(screen="test", desktop_audio="test", microphone="test", width=320, height=180, fps=FPS)


@pytest.mark.parametrize("media", [replace(CARD, b_frames=2), replace(CARD, codec="hevc")], ids=["h264", "hevc"])
def test_both_files_of_a_stuck_encoder_go_on_with_another(
    tmp_path: Path, media: MediaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_turn, "PATIENCE_SECONDS", 0.5)
    encoders = StuckEncoders(TAKEN)
    paths = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    with engine_with(encoders) as (engine, events):
        for path in paths:
            engine.initialize_recorder(path.stem, settings(path, media))
        for path in paths:
            engine.start(RECORDER, path.stem)
        told = events.wait_for(warned("encoder_lost"))
        recorded_for(engine, engine.stats(RECORDER, "a").duration_seconds + 0.3)
        encoders.free()  # what comes late is nobody's
        assert encoders.made[0].closed.wait(WAIT_SECONDS)
        for path in paths:
            engine.stop(RECORDER, path.stem)
        stats = {path: engine.stats(RECORDER, path.stem) for path in paths}
    assert isinstance(told, SessionWarned)
    assert "did not answer" in told.message
    assert len(encoders.made) == 1
    for path in paths:
        facts = file_facts(path)
        frames = sorted(facts.video.frame_indexes)
        shown = [read_index(luma) for _, luma in decode_luma(path)]
        assert len(shown) == len(set(frames)) == len(frames) == stats[path].video_packets_muxed
        assert None not in shown
        behind = [index - frame for index, frame in zip(shown, frames, strict=True)]  # type: ignore[operator]
        # A busy machine shows a picture some frames late; one that was never caught up would be six.
        assert max(behind[-8:]) >= max(behind[:8]) - 3
        assert len(set(shown[TAKEN : TAKEN + 20])) < 20  # it stood still meanwhile
        missing = stats[path].video_frames_captured - len(frames)
        assert 0 <= missing <= min(2 * media.b_frames, stats[path].video_frames_skipped)  # what it held for reordering
        # Each picture of the card differs: a new one that is not in the file was told as skipped.
        assert stats[path].video_frames_unique - len(set(shown)) <= stats[path].video_frames_skipped
        sound = decode_sound(path)
        seconds = stats[path].video_frames_captured / FPS
        assert len(sound.samples) / SAMPLE_RATE == pytest.approx(seconds, abs=0.05)


def test_a_stop_ends_the_file_of_a_stuck_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "PATIENCE_S", 0.02)
    monkeypatch.setattr(ending, "DRAIN_TIMEOUT_S", 0.02)
    monkeypatch.setattr(video_encode, "JOIN_TIMEOUT_S", 0.02)
    encoders = StuckEncoders(TAKEN)
    path = tmp_path / "a.mp4"
    with engine_with(encoders) as (engine, events):
        engine.initialize_recorder("a", settings(path, CARD))
        engine.start(RECORDER, "a")
        assert encoders.made[0].held.wait(WAIT_SECONDS)
        engine.stop(RECORDER, "a")
        events.wait_for(warned("encoder_behind"))
        assert len(decode_luma(path)) == TAKEN
