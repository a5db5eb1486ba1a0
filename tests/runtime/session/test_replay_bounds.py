"""What a replay may take of memory: its bound in bytes is kept, told once, and holds for saves of a slow disk too."""

import threading
from collections.abc import Callable
from queue import Queue
from types import SimpleNamespace
from typing import cast

import pytest

from ionia.core.errors import IoniaError
from ionia.core.events import SavedReplay, SessionWarned
from ionia.core.settings import MediaSettings
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.core.timeline.replay_ring import PACKET_BYTES
from ionia.core.warning import ReplayShort, WarningCode
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.encode.session_picture import VideoSnapshot
from ionia.runtime.encode.sound_tracks import AudioSnapshot
from ionia.runtime.session.replay_output import ReplayOutput, ReplayWishes
from tests.fakes.backends import WAIT_SECONDS, FakeMachine
from tests.fakes.media import HEADER, FakeFile, FakeVideoEncoder, access_unit, video_packet
from tests.runtime.session.test_replay_output import begin, stats_of
from tests.runtime.test_engine import engine_on, warned


def test_the_bound_in_bytes_is_kept_and_told_once() -> None:
    def large(encoder: FakeVideoEncoder) -> None:
        encoder.picture_bytes = 1000

    machine = FakeMachine(prepare_video=large)
    with engine_on(machine) as (engine, events):
        begin(engine, max_bytes=40 * (1000 + PACKET_BYTES))
        event = events.wait_for(warned("replay_shortened"))
        figures = [stats_of(engine)]
        pause = threading.Event()
        while figures[-1].duration_seconds < 1.0:
            figures.append(stats_of(engine))
            pause.wait(0.005)
        told = [event for event in events.all if isinstance(event, SessionWarned)]
    assert isinstance(event, SessionWarned)
    assert isinstance(event.data, ReplayShort)
    assert event.data.seconds_held < 0.4
    assert event.data.seconds_wanted == 30.0
    assert all(figure.bytes_held <= 48_000 for figure in figures)
    assert figures[-1].shortened
    assert [one.code for one in told].count(WarningCode.REPLAY_SHORTENED) == 1


def opened(
    *,
    seconds: float,
    max_bytes: int,
    told: list[str],
    saved: Callable[[SavedReplay], None] = lambda _: None,
    file: Callable[[str], FakeFile] = FakeFile,
) -> ReplayOutput:
    """A replay without a session; `told` gets its warnings."""
    output = ReplayOutput(
        ReplayWishes(seconds=seconds, max_bytes=max_bytes, make_sink=lambda path, _: file(path)),
        warn=lambda _code, message, *_: told.append(message),
        fail=lambda error: told.append(error.message),
        saved=saved,
    )
    feeds = SimpleNamespace(
        capture=SimpleNamespace(epoch_utc=lambda: EpochUtc(utc_ns=0, error_ns=0)),
        hold_bitrate=lambda _: None,
        request_keyframe=lambda: None,
        video_snapshot=lambda _: VideoSnapshot(),
        audio_snapshot=AudioSnapshot,
    )
    output.open(HEADER, cast("SessionFeeds", feeds))
    return output


@pytest.mark.parametrize("room", [1.0, 1.2, 1.4])
def test_a_bound_just_above_the_length_asked_for_is_told_once(room: float) -> None:
    """`room`: bytes, by those of the length asked for. It lets go from keyframe to keyframe, half that length apart."""
    fps = HEADER.video.fps
    told: list[str] = []
    output = opened(seconds=4, max_bytes=round(room * 4 * fps * (1000 + PACKET_BYTES)), told=told)
    for index in range(40 * fps):
        output.deliver([video_packet(index, keyframe=index % (2 * fps) == 0, data=access_unit(b"v" * 995))])
    assert len(told) == 1
    held = float(told[0].removeprefix("The replay holds ").split(" s ")[0])
    assert 2 <= held < 4


def test_a_bit_rate_that_varies_about_the_bound_tells_it_once_too() -> None:
    fps = HEADER.video.fps
    told: list[str] = []
    output = opened(seconds=4, max_bytes=6 * fps * (1000 + PACKET_BYTES), told=told)
    for index in range(100 * fps):
        size = 1100 if index // (10 * fps) % 2 else 900
        output.deliver([video_packet(index, keyframe=index % (2 * fps) == 0, data=access_unit(b"v" * (size - 5)))])
    assert len(told) == 1


def test_saves_of_a_disk_that_stands_still_take_no_more_memory_than_is_allowed() -> None:
    """Each one has another stretch: without a bound sixteen of them would be sixteen replays in memory."""
    gate, most = threading.Event(), 10**6

    def held(path: str) -> FakeFile:
        file = FakeFile(path)
        file.hold = gate
        return file

    output = opened(seconds=1, max_bytes=most, told=[], file=held)
    results: Queue[SavedReplay | IoniaError] = Queue()
    fps, refused, largest = HEADER.video.fps, 0, 0
    for second in range(10):
        for index in range(second * fps, (second + 1) * fps):
            output.deliver([video_packet(index, keyframe=index % fps == 0, data=access_unit(b"v" * 20_000))])
        try:
            output.save(f"{second}.mp4", None, results.put)
        except IoniaError as error:
            assert "hold" in error.message  # noqa: PT017 - those before it are taken
            refused += 1
        largest = max(largest, output._bytes_saving())
    assert 5 <= refused <= 8
    assert most < largest <= 2 * most
    output.forget()
    assert output._bytes_saving() >= largest  # the ring is gone, and what saves hold isn't
    gate.set()
    assert all(isinstance(results.get(timeout=WAIT_SECONDS), SavedReplay) for _ in range(10 - refused))
    output.finish()
    assert output._bytes_saving() == 0


def test_a_listener_that_fails_leaves_no_save_under_way_and_the_caller_is_answered() -> None:
    def fails(_: SavedReplay) -> None:
        raise ZeroDivisionError("a bug")

    output = opened(seconds=4, max_bytes=10**6, told=[], saved=fails)
    output.deliver([video_packet(0, keyframe=True)])
    results: Queue[SavedReplay | IoniaError] = Queue()
    output.save("r.mp4", None, results.put)
    assert isinstance(results.get(timeout=WAIT_SECONDS), SavedReplay)
    output.finish()
    assert not output._saving


@pytest.mark.timeout(60)
def test_a_bound_that_is_smaller_than_a_keyframes_distance_asks_for_keyframes() -> None:
    machine = FakeMachine(prepare_video=lambda encoder: setattr(encoder, "picture_bytes", 1000))
    with engine_on(machine) as (engine, _):
        begin(engine, max_bytes=200_000, media=MediaSettings(fps=100, keyframe_interval_seconds=50))
        pause = threading.Event()
        while sum(keyframe for _, _, keyframe in list(machine.videos[0].calls)) <= 2:
            assert stats_of(engine).bytes_held <= 200_000
            pause.wait(0.005)
