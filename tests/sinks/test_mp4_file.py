"""Recordings reopened with libav: exact times while recording and after closing."""

import json
import subprocess
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media import AUDIO, EncodedPacket, MediaHeader
from ionia.core.mp4.tags import Chapter, FileTags
from ionia.core.warning import WarningCode
from ionia.sinks.mp4_file import Mp4File
from ionia.sinks.output_file import OutputFile
from tests.fakes.encoded_clip import EncodedClip, encoded_clip, luma_of
from tests.fakes.media_check import decode_luma, decode_sound, file_facts, onsets, top_level_boxes


def record(path: Path, header: MediaHeader, packets: list[EncodedPacket], *, batch: int = 7) -> Mp4File:
    """An open sink that has been given all packets."""
    sink = Mp4File(str(path))
    sink.open(header)
    for at in range(0, len(packets), batch):
        sink.write(packets[at : at + batch])
    return sink


def assert_pictures(path: Path, first: int, count: int) -> None:
    """Every picture is the right one at the right time."""
    unit = file_facts(path).video.durations[0]
    pictures = decode_luma(path)
    assert [pts for pts, _ in pictures] == [unit * index for index in range(count)]
    for index, (_, luma) in enumerate(pictures):
        assert abs(float(np.median(luma)) - luma_of(first + index)) <= 2


def test_closed_file_is_an_ordinary_exact_mp4(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    clip = encoded_clip()
    sink = record(path, clip.header, clip.packets)
    sink.close()
    sink.close()
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "mdat", "moov"]
    assert sink.bytes_written == path.stat().st_size
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(100))
    assert facts.video.deltas == {512}
    assert [pts // 512 for pts in facts.video.keyframes] == [0, 60]
    assert facts.video.end_seconds == Fraction(100, 30)
    assert facts.audio
    assert facts.audio.deltas == {1024}
    assert facts.audio.pts[0] == 0
    assert abs(facts.audio.end_seconds - facts.video.end_seconds) <= Fraction(1, 30)
    assert_pictures(path, 0, 100)
    assert onsets(decode_sound(path)) == pytest.approx([0, 48_000, 96_000, 144_000], abs=8)
    assert list(tmp_path.iterdir()) == [path]


def test_with_room_in_front_the_index_gets_there_and_the_file_is_whole_between_all_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, plain, path = encoded_clip(), tmp_path / "plain.mp4", tmp_path / "front.mp4"
    record(plain, clip.header, clip.packets).close()
    steps: list[bytes] = []

    def kept(name: str) -> None:
        real = getattr(OutputFile, name)

        def step(self: OutputFile, *given: object) -> None:
            real(self, *given)
            if path.exists():
                steps.append(path.read_bytes())

        monkeypatch.setattr(OutputFile, name, step)

    for name in ("append", "patch", "cut"):
        kept(name)
    sink = Mp4File(str(path), front_seconds=60)
    sink.open(clip.header)
    sink.write(clip.packets)
    sink.close()
    ends = steps[-4:]  # from the patch that makes of fragments an ordinary file
    for number, data in enumerate(ends):
        copy = tmp_path / f"{number}.mp4"
        copy.write_bytes(data)
        assert_same(copy, plain)
    assert [[kind for kind, _ in top_level_boxes(data) if kind not in ("moof", "mdat")] for data in ends] == [
        ["ftyp", "free", "moov"],
        ["ftyp", "free", "moov"],
        ["ftyp", "moov", "free", "moov"],
        ["ftyp", "moov", "free"],
    ]
    assert path.read_bytes() == ends[-1]
    assert sink.bytes_written == path.stat().st_size


def assert_same(path: Path, other: Path) -> None:
    """The same pictures and sound at the same times."""
    one, two = file_facts(path), file_facts(other)
    assert one.audio is not None
    assert two.audio is not None
    assert (one.video.pts, one.audio.pts) == (two.video.pts, two.audio.pts)
    assert onsets(decode_sound(path)) == onsets(decode_sound(other))


def test_a_file_that_outgrew_its_room_has_its_index_behind_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ionia.core.mp4.front._ROOM_BASE", 100)
    path, told, clip = tmp_path / "a.mp4", [], encoded_clip()
    sink = Mp4File(str(path), lambda code, *_: told.append(code), front_seconds=0.5)
    sink.open(clip.header)
    sink.write(clip.packets)
    sink.close()
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())] == ["ftyp", "free", "mdat", "moov"]
    assert told == [WarningCode.INDEX_BEHIND]


def test_file_without_close_plays_up_to_the_last_fragment(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    clip = encoded_clip()
    sink = record(path, clip.header, clip.packets)
    assert [kind for kind, _ in top_level_boxes(path.read_bytes())][:3] == ["ftyp", "free", "moov"]
    assert_pictures(path, 0, 90)
    assert onsets(decode_sound(path)) == pytest.approx([0, 48_000, 96_000], abs=8)
    sink.close()


def test_what_waits_for_its_fragment_is_written_when_nothing_more_comes(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    clip = encoded_clip()
    sink = record(path, clip.header, clip.packets[:20])
    sink.look()  # something has come since the last one
    assert not path.exists()
    sink.look()
    pictures = sum(packet.track.is_video for packet in clip.packets[:20])
    assert_pictures(path, 0, pictures)
    sink.write(clip.packets[20:])
    sink.close()
    assert_pictures(path, 0, 100)


@pytest.mark.parametrize("closed", [False, True])
def test_beginning_in_the_middle_keeps_sound_in_its_place(tmp_path: Path, closed: bool) -> None:
    path = tmp_path / "a.mp4"
    clip = encoded_clip(100, keyframes=(37,))
    sink = record(path, clip.header, clip.since(37))
    if closed:
        sink.close()
    facts = file_facts(path)
    assert facts.video.frame_indexes[0] == 0
    assert_pictures(path, 37, 63 if closed else 60)
    sound = decode_sound(path)
    assert onsets(sound)[0] == pytest.approx(48_000 - 37 * 1600 + 48_000, abs=8)
    if closed:
        assert sound.start == 0
    sink.close()


def test_sound_at_the_cut_is_the_sound_of_the_whole_recording(tmp_path: Path) -> None:
    clip = encoded_clip(100, keyframes=(31,))
    whole, cut = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    record(whole, clip.header, clip.packets).close()
    record(cut, clip.header, clip.since(31)).close()
    full, part = decode_sound(whole).samples, decode_sound(cut).samples
    # Frame 31 is 1.033 s, in the middle of a beep: with its preroll the decoder gives the very same samples.
    assert np.abs(full[31 * 1600 :][: len(part)] - part).max() < 1e-4


@pytest.mark.parametrize("fps", [7, 24, 60])
def test_other_frame_rates_are_as_exact(tmp_path: Path, fps: int) -> None:
    path = tmp_path / "a.mp4"
    clip = encoded_clip(2 * fps, fps=fps)
    record(path, clip.header, clip.packets).close()
    facts = file_facts(path)
    assert facts.video.frame_indexes == list(range(2 * fps))
    assert facts.video.end_seconds == 2


def test_without_sound_there_is_one_track(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    clip = encoded_clip(40, audio=False)
    record(path, clip.header, clip.packets).close()
    facts = file_facts(path)
    assert facts.audio is None
    assert facts.video.frame_indexes == list(range(40))


def test_filler_does_not_reach_the_file(tmp_path: Path) -> None:
    clip = encoded_clip(100)
    sent = sum(len(packet.data) for packet in clip.packets)
    path = tmp_path / "a.mp4"
    record(path, clip.header, clip.packets).close()
    assert path.stat().st_size < sent / 2


@pytest.mark.ffprobe
def test_ffprobe_reads_it_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    clip = encoded_clip()
    sink = record(path, clip.header, clip.packets)
    for close in (False, True):
        if close:
            sink.close()
        command = ["ffmpeg", "-v", "warning", "-i", str(path), "-f", "null", "-"]
        result = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=60, stdin=subprocess.DEVNULL
        )
        assert result.stderr == ""
    colour = "color_range,color_space,color_transfer,color_primaries"
    fields = f"stream=profile,pix_fmt,{colour},has_b_frames,start_time,nb_frames"
    command = ["ffprobe", "-v", "warning", "-show_entries", fields, "-of", "default=nk=0", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    lines = set(result.stdout.split())
    assert {"profile=High", "pix_fmt=yuv420p", "color_range=tv", "color_space=bt709", "has_b_frames=0"} <= lines
    assert {"color_transfer=bt709", "color_primaries=bt709", "start_time=0.000000", "nb_frames=100"} <= lines
    assert "start_time=-0.021333" not in lines


@pytest.mark.ffprobe
def test_the_file_says_when_it_began_and_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    clip = encoded_clip()
    sink = Mp4File(str(path))
    sink.open(clip.header)
    tags = FileTags(
        start_utc_ns=1_800_000_000_750_400_000,
        utc_error_ns=2_500_000,
        metadata=(("title", "Spiel 1 – Ü"), ("match", "7"), ("comment", "two\nlines")),
    )
    sink.describe(tags)
    sink.write(clip.packets)
    for close in (False, True):
        if close:
            sink.describe(tags.with_chapters([Chapter(seconds=0.5, title="goal"), Chapter(seconds=2, title="x" * 300)]))
            sink.close()
        command = [
            "ffprobe",
            "-v",
            "error",
            "-show_format",
            "-show_streams",
            "-show_chapters",
            "-of",
            "json",
            str(path),
        ]
        told = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
        said = told["format"]["tags"]
        assert said["creation_time"] == "2027-01-15T08:00:00.000000Z"
        assert said["date"] == said["startUtc"] == "2027-01-15T08:00:00.750Z"
        assert (said["utcErrorMs"], said["title"], said["match"]) == ("2.500", "Spiel 1 – Ü", "7")
        assert said["comment"] == "two\nlines"
        assert {stream["tags"]["creation_time"] for stream in told["streams"]} == {said["creation_time"]}
    chapters = [(float(one["start_time"]), one["tags"]["title"]) for one in told["chapters"]]
    assert chapters == [(0.5, "goal"), (2.0, "x" * 255)]
    assert float(told["chapters"][1]["end_time"]) == pytest.approx(100 / 30, abs=0.03)


def test_an_existing_recording_is_replaced_by_the_first_fragment(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    clip = encoded_clip()
    sink = Mp4File(str(path))
    sink.open(clip.header)
    sink.write(clip.packets[:20])
    assert path.read_bytes() == b"old"
    assert not sink.published
    sink.write(clip.packets[20:])
    assert sink.published
    assert file_facts(path).video.frame_indexes[0] == 0
    sink.close()


def test_nothing_recorded_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    clip = encoded_clip()
    sink = Mp4File(str(path))
    sink.close()
    sink = Mp4File(str(path))
    sink.open(clip.header)
    sink.write([packet for packet in clip.packets if packet.track == AUDIO][:40])
    sink.close()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_one_frame_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    clip = encoded_clip()
    record(path, clip.header, clip.packets[:3]).close()
    assert file_facts(path).video.frame_indexes == [0]


def test_write_before_open_and_after_close_is_an_error(tmp_path: Path) -> None:
    sink = Mp4File(str(tmp_path / "a.mp4"))
    with pytest.raises(IoniaError) as caught:
        sink.write([])
    assert caught.value.kind is ErrorKind.INTERNAL


def test_unusable_parameter_sets_are_refused_before_the_path_is_touched(tmp_path: Path) -> None:
    clip: EncodedClip = encoded_clip()
    sink = Mp4File(str(tmp_path / "a.mp4"))
    with pytest.raises(ValueError, match="SPS"):
        sink.open(clip.header.with_track(replace(clip.header.video, extradata=b"")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("refused", ["patch", "publish"])
def test_what_a_look_could_not_finish_is_in_the_file_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    path = tmp_path / "a.mp4"
    clip = encoded_clip()
    sink = record(path, clip.header, clip.packets[:20])
    sink.look()

    def refuse(*_: object) -> None:
        raise IoniaError(ErrorKind.OUTPUT_FAILED, "the disk said no")

    with monkeypatch.context() as once:
        once.setattr(sink._output, refused, refuse)
        sink.look()
    sink.write(clip.packets[20:])
    sink.close()
    assert file_facts(path).video.frame_indexes == list(range(100))
    assert_pictures(path, 0, 100)
