"""How long a recording becomes, what it says of its end, and a mistake while it is placed."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ionia.core.codec.codec import NO_PICTURE
from ionia.core.errors import ErrorKind
from ionia.core.events import SessionFailed, SessionStateChanged
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.session_state import SessionState
from ionia.core.settings import RecorderSettings, SessionKind
from ionia.core.stats import of_recorder
from ionia.core.timeline.end_watch import EndRule
from ionia.core.warning import WarningCode
from ionia.runtime.session.file_output import FileOutput
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.runtime.session.stats import ProcessUsage, SessionCounters
from ionia.sinks.sidecar import Sidecar
from tests.fakes.backends import Events, FakeMachine
from tests.fakes.file_output import FEEDS, ended, output_to, part_of, split, take_of
from tests.fakes.manual_clock import ManualClock
from tests.fakes.media import HEADER, FakeFile, audio_packet, video_packet
from tests.runtime.session.test_pause import paused_for, pictures
from tests.runtime.session.test_take_marks import begin, lines
from tests.runtime.test_engine import MUTE, engine_on, initialize, recorded_for

RECORDER = SessionKind.RECORDER
STOPPING = SessionState.STOPPING


def test_a_recording_that_was_only_paused_says_when_and_how_long_it_is() -> None:
    output, _ = output_to(FakeFile())
    output.open(HEADER, FEEDS)
    output.pause_at(0)
    output.deliver([video_packet(30, keyframe=True)])
    output.complete()
    facts = part_of(output).facts()
    assert facts.duration_seconds == 0.033
    assert facts.start_utc.startswith("2000-01-01T00:00:01.017")
    ended(output)


def test_sound_alone_that_was_only_paused_has_nothing_and_takes_no_files_place() -> None:
    """The frame that it was paused at shows nothing: the file would be empty, and a good one gone for it."""
    sink = FakeFile()
    output, _ = output_to(sink)
    mute = replace(HEADER.video, codec=NO_PICTURE, extradata=b"")
    output.open(MediaHeader(tracks=(mute, *HEADER.sounds)), FEEDS)
    output.pause_at(0)
    output.deliver([video_packet(30, keyframe=True), audio_packet(48)])
    ended(output)
    assert (output.frames, sink.packets) == (0, [])
    assert not part_of(output).begun


def test_frames_that_were_left_out_count_for_how_long_a_recording_may_be() -> None:
    sink, ends = FakeFile(), list[tuple[str, int]]()
    output = FileOutput(
        FileWishes(make_sink=lambda _: sink, bytes_per_second=1000.0, end=EndRule(seconds=1)),
        FileTellers(
            warn=lambda *_: None,
            fail=lambda error: pytest.fail(str(error)),
            end=lambda why, index: ends.append((why, index)),
        ),
        free_bytes=lambda _: 10**12,
    )
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(100, keyframe=True)])
    output.deliver([video_packet(100 + 28)])
    assert ends == []
    output.deliver([video_packet(100 + 40), video_packet(100 + 41)])  # the machine stood still
    assert ends == [("It is 1 s long (maxDurationSeconds).", 141)]
    ended(output)
    assert output.frames == 41
    assert [packet.pts for packet in sink.packets] == [0, 28, 40]


def test_why_a_recording_ended_stands_in_its_last_file_also_when_that_began_meanwhile(tmp_path: Path) -> None:
    sinks = [FakeFile(str(tmp_path / "one.mp4")), FakeFile(str(tmp_path / "two.mp4"))]
    output = FileOutput(
        FileWishes(make_sink=sinks.__getitem__, bytes_per_second=1000.0, make_sidecar=Sidecar),
        FileTellers(warn=lambda *_: None, fail=lambda error: pytest.fail(str(error))),
        free_bytes=lambda _: 10**12,
    )
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    split(output)
    usage = ProcessUsage(ManualClock())
    output.ending("It was asked to stop.", SessionCounters().stats(None, usage, STOPPING))
    output.deliver([video_packet(1, keyframe=True)])
    ended(output)
    reasons = [
        [line.get("reason") for line in map(json.loads, Path(f"{sink.path}.json").read_text().splitlines())]
        for sink in sinks
    ]
    assert reasons == [[None, "split"], [None, "It was asked to stop."]]


def test_the_end_is_a_sidecars_last_line_whatever_was_told_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    sink = FakeFile(str(path))
    output = FileOutput(
        FileWishes(make_sink=lambda _: sink, bytes_per_second=1000.0, make_sidecar=Sidecar),
        FileTellers(warn=lambda *_: None, fail=lambda error: pytest.fail(str(error))),
        free_bytes=lambda _: 10**12,
    )
    sink.on_close = lambda: output.warned(WarningCode.INDEX_BEHIND, "of the close")
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    output.warned(WarningCode.DISK_LOW, "of the take")
    output.complete()
    part_of(output).wait_closed()
    output.warned(WarningCode.ENCODER_BEHIND, "of the end")
    output.ending("It was asked to stop.", SessionCounters().stats(None, ProcessUsage(ManualClock()), STOPPING))
    output.finish()
    output.abandon()
    told = [line.get("message", line["type"]) for line in lines(path)]
    assert told == ["start", "of the take", "of the close", "of the end", "end"]


def end_of(events: Events) -> str:
    event = events.wait_for(lambda event: isinstance(event, SessionStateChanged) and event.state == "stopped")
    assert isinstance(event, SessionStateChanged)
    return event.reason


def test_a_recording_ends_by_itself_at_the_frame_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        begin(engine, path, max_duration_seconds=0.5)
        engine.pause("a")
        paused_for(engine, 0.3)
        engine.resume("a")
        assert end_of(events) == "It is 0.5 s long (maxDurationSeconds)."
        stats = of_recorder(engine.stats(RECORDER, "a"))
        assert engine.stop(RECORDER, "a") is True
    assert pictures(machine.files[0]) == list(range(50))
    assert stats.video_frames_captured == 50
    assert lines(path)[-1]["reason"] == "It is 0.5 s long (maxDurationSeconds)."


def test_a_recording_ends_before_it_is_too_large(tmp_path: Path) -> None:
    machine = FakeMachine()

    def grow(file: FakeFile) -> None:
        file.on_write = lambda: setattr(file, "index_bytes", 2_400_000 if len(file.packets) > 30 else 0)

    machine.prepare_file = grow
    with engine_on(machine) as (engine, events):
        begin(engine, tmp_path / "take.mp4", max_bytes=2_500_000, media=replace(MUTE, video_bitrate=1_000_000))
        assert end_of(events) == "It has as many bytes as it may have, 2500000 (maxBytes)."
        stats = of_recorder(engine.stats(RECORDER, "a"))
    assert stats.video_frames_captured == len(pictures(machine.files[0]))


def test_the_last_words_of_a_session_say_why() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        engine.initialize_recorder("a", RecorderSettings(output_path="a.mp4", media=MUTE))
        engine.start(RECORDER, "a")
        engine.stop(RECORDER, "a")
        assert end_of(events) == "It was asked to stop."


def test_a_mistake_while_placing_ends_that_recording_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(_: EncodedPacket) -> None:
        raise ZeroDivisionError("a bug")

    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, "b")
        initialize(engine, "a")
        engine.start(RECORDER, "b")
        engine.start(RECORDER, "a")
        output = engine._sessions.require(RECORDER, "b").output
        assert isinstance(output, FileOutput)
        monkeypatch.setattr(take_of(output).timeline, "place", mistaken)
        failure = events.wait_for(lambda event: isinstance(event, SessionFailed))
        assert isinstance(failure, SessionFailed)
        assert (failure.session_id, failure.kind) == ("b", ErrorKind.INTERNAL)
        recorded_for(engine, engine.stats(RECORDER, "a").duration_seconds + 0.1)
        assert engine.is_running(RECORDER, "a")
