"""Parts of files: the right pictures at the right times, sound to the sample, and nothing left of what failed."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import JobResult
from ionia.core.media_request import ClipRequest, CutMode, ProbeRequest
from ionia.sinks.media_files.table import carry_out
from ionia.sinks.mp4_file import Mp4File
from tests.fakes.encoded_clip import encoded_clip, luma_of
from tests.fakes.foreign_clip import write_foreign
from tests.fakes.media_check import decode_luma, decode_sound, file_facts

NOISE = 1e-3
"""AAC's noise is made up by the decoder. A sample's shift of these tones is 0.02 at least."""


def cut(
    path: Path, tmp_path: Path, start: float, end: float | None, mode: CutMode = "keyframe"
) -> tuple[JobResult, Path]:
    output = tmp_path / "clip.mp4"
    told: list[float] = []
    request = ClipRequest(path=str(path), output=str(output), start_seconds=start, end_seconds=end, mode=mode)
    done = carry_out(request, told.append)
    assert done.path == str(output)
    assert done.bytes == output.stat().st_size
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert [entry.name for entry in tmp_path.iterdir()] == ["clip.mp4"]
    return done, output


def shown_pictures(path: Path) -> list[int]:
    """Which picture each is, by its grey, modulo 32."""
    return [round((float(luma.mean()) - 16) / 6) for _, luma in decode_luma(path)]


def numbers(first: int, count: int) -> list[int]:
    return [(luma_of(index) - 16) // 6 for index in range(first, first + count)]


def refused(request: ClipRequest) -> str:
    with pytest.raises(IoniaError) as caught:
        carry_out(request)
    assert caught.value.kind is ErrorKind.MEDIA_FAILED
    return caught.value.message


@pytest.mark.parametrize(
    ("mode", "start", "first"), [("keyframe", 3.1, 60), ("exact", 3.1, 93), ("exact", 2.0, 60), ("exact", 4.9, 147)]
)
def test_a_part_of_a_recording(own: Path, tmp_path: Path, mode: CutMode, start: float, first: int) -> None:
    last = 150
    done, output = cut(own, tmp_path, start, 5.0, mode)
    assert done.start_seconds == pytest.approx(first / 30)
    assert done.duration_seconds == pytest.approx((last - first) / 30)
    facts = file_facts(output)
    assert facts.video.frame_indexes == list(range(last - first))
    assert facts.video.pts[0] == 0
    assert shown_pictures(output) == numbers(first, last - first)
    # The sound is the source's from that very sample on.
    source, sound = decode_sound(own), decode_sound(output)
    at = first * 1600 - source.start
    assert sound.start == 0
    length = min(len(sound.samples), (last - first) * 1600)
    assert np.abs(sound.samples[:length] - source.samples[at : at + length]).max() < NOISE
    assert len(sound.samples) >= (last - first) * 1600


@pytest.mark.parametrize(
    ("mode", "start", "first"), [("keyframe", 1.9, 25), ("exact", 1.9, 47), ("exact", 3.1, 77), ("exact", 1.0, 25)]
)
def test_a_part_of_a_file_with_reordered_pictures(
    foreign: Path, tmp_path: Path, mode: CutMode, start: float, first: int
) -> None:
    last = 80
    done, output = cut(foreign, tmp_path, start, 3.2, mode)
    assert done.start_seconds == pytest.approx(first / 25)
    pictures = decode_luma(output)
    assert [pts for pts, _ in pictures] == [index * 512 for index in range(last - first)]
    assert shown_pictures(output) == numbers(first, last - first)
    source, sound = decode_sound(foreign), decode_sound(output)
    at, length = first * 44_100 // 25 - source.start, (last - first) * 44_100 // 25
    assert np.abs(sound.samples[:length] - source.samples[at : at + length]).max() < NOISE
    assert sound.start == 0


def test_an_exact_part_encodes_again_no_more_than_it_must(own: Path, tmp_path: Path) -> None:
    _, output = cut(own, tmp_path, 3.1, None, "exact")
    before = {luma.tobytes() for _, luma in decode_luma(own)[120:]}
    same = [luma.tobytes() in before for _, luma in decode_luma(output)]
    assert len(same) == 107
    assert all(same[27:])


def test_a_jump_into_a_part_shows_the_same_pictures(own: Path, tmp_path: Path) -> None:
    """The first encoder's parameter sets still hold behind the joint, in whatever order a player reads."""
    import av  # noqa: PLC0415 - this test alone seeks

    _, output = cut(own, tmp_path, 0.5, 6.0, "exact")
    with av.open(str(output)) as container:
        stream = container.streams.video[0]
        found = []
        for index in (100, 10, 160, 50, 0):
            container.seek(index * 512, stream=stream)
            frame = next(frame for frame in container.decode(video=0) if frame.pts == index * 512)
            found.append(round((float(frame.to_ndarray()[:48].mean()) - 16) / 6))
    assert found == [(index + 15) % 32 for index in (100, 10, 160, 50, 0)]


def test_a_part_says_when_it_began_itself(own: Path, tmp_path: Path) -> None:
    _, output = cut(own, tmp_path, 3.1, None)
    facts = carry_out(ProbeRequest(path=str(output))).media
    assert facts is not None
    assert facts.start_utc == "2023-11-14T22:13:22.250Z"


def test_all_sounds_come_along(foreign: Path, tmp_path: Path) -> None:
    import av  # noqa: PLC0415 - this test alone counts streams

    _, output = cut(foreign, tmp_path, 1.0, 2.0)
    with av.open(str(output)) as container:
        assert [stream.type for stream in container.streams] == ["video", "audio", "audio"]


def test_a_file_that_is_still_being_recorded(tmp_path: Path) -> None:
    folder = tmp_path / "takes"
    folder.mkdir()
    clip, path = encoded_clip(200), folder / "take.mp4"
    sink = Mp4File(str(path))
    sink.open(clip.header)
    sink.write(clip.packets[: len(clip.packets) * 3 // 4])
    output = tmp_path / "clip.mp4"
    done = carry_out(ClipRequest(path=str(path), output=str(output), start_seconds=1.5, end_seconds=3.0, mode="exact"))
    assert done.duration_seconds == pytest.approx(1.5)
    assert shown_pictures(output) == numbers(45, 45)
    sink.write(clip.packets[len(clip.packets) * 3 // 4 :])
    sink.close()
    assert file_facts(path).video.frame_indexes == list(range(200))


def test_a_crashed_recording(unfinished: Path, tmp_path: Path) -> None:
    _, output = cut(unfinished, tmp_path, 2.5, None, "exact")
    assert shown_pictures(output) == numbers(75, 15)


@pytest.mark.parametrize(
    ("movflags", "late"),
    [("frag_keyframe+empty_moov+default_base_moof", 2), ("hybrid_fragmented", 2), ("frag_keyframe+delay_moov", 0)],
)
def test_another_programs_fragments(tmp_path: Path, movflags: str, late: int) -> None:
    """Without an edit list its pictures begin as late as they are reordered, and so players show them."""
    folder = tmp_path / "source"
    folder.mkdir()
    write_foreign(folder / "a.mp4", 60, options=movflags)
    output = tmp_path / "clip.mp4"
    carry_out(
        ClipRequest(path=str(folder / "a.mp4"), output=str(output), start_seconds=1.2, end_seconds=2.0, mode="exact")
    )
    assert shown_pictures(output) == numbers(30 - late, 20)


def test_what_can_not_be_cut_is_said(own: Path, tmp_path: Path) -> None:
    output = tmp_path / "clip.mp4"
    assert "6.6" in refused(ClipRequest(path=str(own), output=str(output), start_seconds=7.0))
    assert "end before it begins" in refused(
        ClipRequest(path=str(own), output=str(output), start_seconds=2.0, end_seconds=1.0)
    )
    assert "must end with .mp4" in refused(ClipRequest(path=str(own), output=str(tmp_path / "clip.avi")))
    assert "does not exist" in refused(ClipRequest(path=str(own), output=str(tmp_path / "none" / "clip.mp4")))
    assert "no such file" in refused(ClipRequest(path=str(tmp_path / "none.mp4"), output=str(output)))
    output.write_bytes(b"mine")
    assert "there is a file already" in refused(ClipRequest(path=str(own), output=str(output)))
    assert output.read_bytes() == b"mine"
    carry_out(ClipRequest(path=str(own), output=str(output), overwrite=True))
    assert file_facts(output).video.frame_indexes == list(range(200))
    assert [entry.name for entry in tmp_path.iterdir()] == ["clip.mp4"]


@pytest.mark.ffprobe
def test_ffmpeg_decodes_a_joint_without_a_word(own: Path, foreign: Path, tmp_path: Path) -> None:
    for source in (own, foreign):
        _, output = cut(source, tmp_path, 1.3, 3.3, "exact")
        command = ["ffmpeg", "-v", "warning", "-i", str(output), "-f", "null", "-"]
        result = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=60, stdin=subprocess.DEVNULL
        )
        assert result.stderr == ""
        output.unlink()
