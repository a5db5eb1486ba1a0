"""A recording in several files: nothing lost or doubled, each an ordinary one, and what is told of them."""

import threading
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import FileChanged, FinishedFile
from ionia.core.media import VIDEO, EncodedPacket
from ionia.core.settings import MediaSettings, RecorderSettings, SessionKind
from ionia.core.size_limit import size_limit
from ionia.core.stats import of_recorder
from ionia.core.timeline.file_timeline import EpochUtc
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.engine import Engine
from ionia.runtime.session.file_output import FileOutput
from ionia.runtime.session.file_wishes import FileTellers, FileWishes
from ionia.sinks.mp4_file import Mp4File
from ionia.sinks.output_path import part_path
from tests.fakes.backends import WAIT_SECONDS, FakeMachine
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.file_output import FEEDS, QuietFeeds, ended, output_to, part_of, split, take_of
from tests.fakes.media import HEADER, FakeFile, video_packet
from tests.fakes.media_check import file_facts, top_level_boxes
from tests.runtime.session.test_pause import pictures, recording
from tests.runtime.test_engine import FAST, engine_on, initialize, recorded_for, warned

RECORDER = SessionKind.RECORDER


class Scripted:
    """What a file asks of its media; a test says which frame is under way."""

    index_now = 0

    def hold_bitrate(self, _: object) -> None:
        """Nothing."""

    def leave_bitrate(self, _: object) -> None:
        """Nothing."""

    def request_keyframe(self, _: int) -> None:
        """The clip has its own."""

    def epoch_utc(self) -> EpochUtc:
        return EpochUtc(utc_ns=1_800_000_000 * 10**9, error_ns=1000)


def recorded(path: Path, keyframes: Sequence[int], splits: Sequence[int]) -> tuple[list[Path], list[FinishedFile]]:
    """The clip in a file, split at these frames; the files, and what was told of those that were finished."""
    clip, feeds, told = encoded_clip(100, keyframes=tuple(keyframes)), Scripted(), list[FinishedFile]()
    paths = [path]

    def changed(finished: FinishedFile, after: str) -> None:
        told.append(finished)
        paths.append(Path(after))

    def fail(error: IoniaError) -> None:
        raise error

    output = FileOutput(
        FileWishes(make_sink=lambda number: Mp4File(part_path(str(path), number)), bytes_per_second=1e5),
        FileTellers(warn=lambda *_: None, fail=fail, changed=changed, later=lambda task: task()),
        free_bytes=lambda _: 10**12,
    )
    output.open(clip.header, cast(SessionFeeds, feeds))
    left = list(splits)
    waiting: list[threading.Thread] = []
    for packet in clip.packets:
        if left and packet.track.is_video and packet.pts == left[0]:
            feeds.index_now = left.pop(0)
            take = take_of(output)
            with take.lock:
                before = take.next
            waiting.append(threading.Thread(target=output.split))
            waiting[-1].start()
            while take.next is before or take.timeline._split is None:
                threading.Event().wait(0.001)
        output.deliver([packet])
    output.complete()
    output.finish()
    for thread in waiting:
        thread.join(WAIT_SECONDS)
    output.abandon()
    return paths, told


def packets_of(path: Path) -> tuple[list[bytes], list[bytes]]:
    """Pictures and sound that are to be seen and heard: without what only prepares the decoder."""
    with av.open(str(path)) as file:
        found: tuple[list[bytes], list[bytes]] = ([], [])
        for packet in file.demux():
            if packet.size:
                found[packet.stream.type == "audio"].append(bytes(packet))
    return found


def test_the_parts_together_are_what_one_file_would_have_been(tmp_path: Path) -> None:
    keyframes = (0, 31, 60, 61)
    (whole,), _ = recorded(tmp_path / "whole.mp4", keyframes, [])
    parts, told = recorded(tmp_path / "take.mp4", keyframes, [31, 50, 61])
    assert [path.name for path in parts] == ["take.mp4", "take-2.mp4", "take-3.mp4", "take-4.mp4"]
    assert sorted(tmp_path.iterdir()) == sorted([whole, *parts])
    pictures = [data for part in parts for data in packets_of(part)[0]]
    assert pictures == packets_of(whole)[0]
    sounds = packets_of(whole)[1]
    heard: list[bytes] = []
    for part in parts:
        own = packets_of(part)[1]
        overlap = max(count for count in range(4) if not count or heard[-count:] == own[:count])
        heard += own[overlap:]
    assert heard == sounds
    assert [file.duration_seconds for file in told] == [round(31 / 30, 3), round(29 / 30, 3), round(1 / 30, 3)]
    assert [file.path for file in told] == [str(path) for path in parts[:3]]
    assert [file.start_utc[17:23] for file in told] == ["00.017", "01.050", "02.017"]
    for part, file in zip(parts, told, strict=False):
        assert file.bytes == part.stat().st_size
    for part in parts:
        assert [kind for kind, _ in top_level_boxes(part.read_bytes())] == ["ftyp", "mdat", "moov"]
        facts = file_facts(part)
        assert facts.video.frame_indexes == list(range(len(facts.video.pts)))
        assert facts.video.keyframes[0] == 0
        assert facts.audio is not None
        assert abs(facts.audio.end_seconds - facts.video.end_seconds) <= Fraction(1, 30)


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "take-2.mp4").write_bytes(b"somebody's")
    assert part_path(str(tmp_path / "take.mp4"), 0) == str(tmp_path / "take.mp4")
    assert part_path(str(tmp_path / "take.mp4"), 1) == str(tmp_path / "take-3.mp4")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link.mp4").symlink_to(tmp_path / "take.mp4")
    assert part_path(str(tmp_path / "folder" / "link.mp4"), 1) == str(tmp_path / "take-3.mp4")
    (tmp_path / "take-3.mp4").symlink_to(tmp_path / "unplugged" / "x.mp4")  # leads nowhere just now
    assert part_path(str(tmp_path / "take.mp4"), 1) == str(tmp_path / "take-4.mp4")
    assert part_path(str(tmp_path / "no extension"), 2) == str(tmp_path / "no extension-3")


def all_pictures(files: Sequence[FakeFile]) -> list[list[EncodedPacket]]:
    return [[packet for packet in file.packets if packet.track == VIDEO] for file in files]


def test_a_split_answers_with_the_finished_file_and_the_recording_goes_on(tmp_path: Path) -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine)
        with pytest.raises(IoniaError, match="not running"):
            engine.split("a")
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.2)
        answer = engine.split("a")
        assert machine.files[0].closed.is_set()
        assert not machine.files[1].closed.is_set()
        event = events.wait_for(lambda event: isinstance(event, FileChanged))
        assert isinstance(event, FileChanged)
        assert (event.finished, event.next) == (answer.finished, answer.next)
        recorded_for(engine, 0.6)
        engine.stop(RECORDER, "a")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    first, second = all_pictures(machine.files)
    assert answer.finished.path == "a.mp4"
    assert stats.output_path == answer.next == machine.files[1].path
    assert first[0].keyframe
    assert second[0].keyframe
    assert [packet.pts for packet in second] == list(range(len(second)))
    assert answer.finished.duration_seconds == len(first) / 100
    assert len(first) + len(second) == stats.video_frames_captured == stats.video_packets_muxed


def by_seconds(engine: Engine, seconds: float) -> None:
    settings = RecorderSettings(output_path="a.mp4", media=FAST, split_seconds=seconds)
    engine.initialize_recorder("a", settings)


def test_by_seconds_every_file_but_the_last_has_that_length() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        by_seconds(engine, 2.0)
        engine.start(RECORDER, "a")
        events.wait_for(lambda event: isinstance(event, FileChanged))
        engine.stop(RECORDER, "a")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    parts = [pictures(file) for file in machine.files]
    assert all(part == list(range(len(part))) for part in parts)
    assert len(parts[0]) >= 200
    assert sum(map(len, parts)) == stats.video_frames_captured


def test_the_four_gibibytes_of_a_fat_disk_are_not_met_and_nobody_has_to_ask() -> None:
    fat = size_limit(file_system="vfat", of_process=None)
    assert fat is not None
    near = fat.most_bytes - (16 << 20)

    def on_a_fat_disk(file: FakeFile) -> None:
        file.limit = fat
        file.on_write = lambda: setattr(file, "index_bytes", near if len(file.packets) > 30 else 0)

    machine = FakeMachine()
    machine.prepare_file = on_a_fat_disk
    with engine_on(machine) as (engine, events):
        initialize(engine)
        engine.start(RECORDER, "a")
        event = events.wait_for(lambda event: isinstance(event, FileChanged))
        engine.stop(RECORDER, "a")
    assert isinstance(event, FileChanged)
    assert (event.finished.path, event.next) == ("a.mp4", machine.files[1].path)


def test_a_file_that_cannot_be_created_leaves_the_recording_in_its_own() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        by_seconds(engine, 0.6)
        refused = IoniaError(ErrorKind.OUTPUT_FAILED, "no room for another file")
        machine.prepare_file = lambda file: setattr(file, "refuse_open", refused)
        engine.start(RECORDER, "a")
        events.wait_for(warned("file_not_split"))
        with pytest.raises(IoniaError, match="no room"):
            engine.split("a")
        recorded_for(engine, 0.8)
        engine.stop(RECORDER, "a")
    assert pictures(machine.files[0])[-1] >= 79
    assert all(not file.packets for file in machine.files[1:])


def test_a_split_in_a_pause_happens_where_it_goes_on() -> None:
    machine = FakeMachine()
    with engine_on(machine) as (engine, events):
        initialize(engine, settings=MediaSettings(fps=100))
        engine.start(RECORDER, "a")
        recorded_for(engine, 0.2)
        engine.pause("a")
        answer = engine.split("a")
        assert answer.next == machine.files[1].path
        engine.resume("a")
        events.wait_for(lambda event: isinstance(event, FileChanged))
        recorded_for(engine, 0.4)
        engine.stop(RECORDER, "a")
        stats = of_recorder(engine.stats(RECORDER, "a"))
    assert sum(len(pictures(file)) for file in machine.files) == stats.video_frames_captured


def test_a_split_that_nothing_follows_leaves_no_file() -> None:
    with recording("a") as (machine, engine, _):
        engine.pause("a")
        engine.split("a")
        engine.stop(RECORDER, "a")
    assert machine.files[1].packets == []
    assert machine.files[1].closed.is_set()


def test_a_split_before_the_first_picture_asks_for_the_keyframe_it_needs() -> None:
    feeds = QuietFeeds()
    output, _ = output_to(FakeFile())
    output.open(HEADER, cast(SessionFeeds, feeds))
    split(output)
    output.deliver([video_packet(4, keyframe=True)])
    assert feeds.asked == [5]
    output.deliver([video_packet(5, keyframe=True)])
    assert part_of(output).number == 1
    ended(output)


def test_a_recording_that_was_paused_before_its_first_picture_has_no_file_to_finish() -> None:
    output, _ = output_to(FakeFile())
    output.open(HEADER, FEEDS)
    output.pause_at(3)
    output.deliver([video_packet(3, keyframe=True)])
    with pytest.raises(IoniaError, match="before its first picture"):
        output.split()
    output.resume_at(5)
    output.deliver([video_packet(5, keyframe=True), video_packet(6, keyframe=True)])
    ended(output)
    (picture, _) = part_of(output).sink.packets  # type: ignore[attr-defined]
    assert (part_of(output).number, picture.pts) == (0, 0)


def test_a_split_in_a_pause_waits_for_what_the_encoder_had_before() -> None:
    output, _ = output_to(FakeFile(), after=lambda: FakeFile("take-2.mp4"))
    output.open(HEADER, FEEDS)
    output.pause_at(2)
    answers: list[tuple[FinishedFile, str]] = []
    splitting = threading.Thread(target=lambda: answers.append(output.split()))
    splitting.start()
    output.deliver([video_packet(0, keyframe=True), video_packet(1)])
    splitting.join(WAIT_SECONDS)
    ((finished, after),) = answers
    assert (finished.path, finished.duration_seconds, after) == ("take.mp4", 0.067, "take-2.mp4")
    assert finished.start_utc
    ended(output)


def test_a_split_that_a_stop_overtakes_says_so() -> None:
    output, _ = output_to(FakeFile())
    output.open(HEADER, FEEDS)
    output.deliver([video_packet(0, keyframe=True)])
    output.interrupt()
    output.interrupt()
    with pytest.raises(IoniaError, match="ends before it went on in another file"):
        output.split()
    ended(output)
