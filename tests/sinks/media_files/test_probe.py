"""What is in a file, told without decoding it."""

import os
import shutil
import sys
from fractions import Fraction
from pathlib import Path

import av
import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.events import JobResult
from ionia.core.media_request import (
    REQUESTS,
    ClipRequest,
    ConcatRequest,
    FinalizeRequest,
    GifRequest,
    MediaFacts,
    MediaRequest,
    ProbeRequest,
    RemuxRequest,
    SpritesRequest,
    ThumbnailRequest,
)
from ionia.sinks.media_files.table import carry_out
from ionia.sinks.mp4_file import Mp4File
from ionia.sinks.output_path import resolve_output
from tests.fakes.encoded_clip import encoded_clip

_MS = Fraction(1, 1000)


def probed(path: Path) -> tuple[JobResult, MediaFacts]:
    done = carry_out(ProbeRequest(path=str(path)))
    assert done.media is not None
    assert not done.changed
    return done, done.media


def test_a_recording(own: Path) -> None:
    done, facts = probed(own)
    assert (facts.state, facts.fragmented, facts.index_first, facts.lost_bytes) == ("finished", False, False, 0)
    assert done.bytes == own.stat().st_size
    video, audio = facts.tracks
    assert (video.kind, video.codec, video.width, video.height, video.fps) == ("video", "h264", 64, 48, 30.0)
    assert (video.samples, video.keyframes, video.duration_seconds) == (200, 4, pytest.approx(200 / 30))
    assert (audio.kind, audio.codec, audio.sample_rate, audio.channels) == ("audio", "aac", 48_000, 2)
    assert facts.start_utc == "2023-11-14T22:13:20.250Z"


def test_a_foreign_file(foreign: Path, tmp_path: Path) -> None:
    done, facts = probed(foreign)
    assert (facts.tracks[0].duration_seconds, done.duration_seconds) == (4.0, pytest.approx(4.0, abs=1024 / 44_100))
    assert [(track.kind, track.codec) for track in facts.tracks] == [("video", "h264"), *[("audio", "aac")] * 2]
    assert facts.tracks[1].sample_rate == 44_100
    assert facts.tags["encoder"].startswith("Lavf")
    output = tmp_path / "front.mp4"
    carry_out(RemuxRequest(path=str(foreign), output=str(output)))
    assert probed(output)[1].index_first


def test_each_state_of_a_file(unfinished: Path, own: Path, tmp_path: Path) -> None:
    done, facts = probed(unfinished)
    assert (facts.state, facts.fragmented, done.duration_seconds) == ("unfinished", True, pytest.approx(3.0, abs=0.03))
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(unfinished.read_bytes()[:-100])
    _, facts = probed(torn)
    assert facts.state == "unfinished"
    assert facts.lost_bytes > 0
    carry_out(RemuxRequest(path=str(own), output=str(tmp_path / "whole.mp4")))
    cut = tmp_path / "cut.mp4"
    cut.write_bytes((tmp_path / "whole.mp4").read_bytes()[:-5000])
    _, facts = probed(cut)
    assert (facts.state, facts.lost_bytes >= 5000) == ("damaged", True)
    clip, path = encoded_clip(), tmp_path / "take.mp4"
    sink = Mp4File(str(path))
    sink.open(clip.header)
    sink.write(clip.packets)
    done, facts = probed(path)
    assert (facts.state, done.duration_seconds) == ("recording", pytest.approx(3.0, abs=0.03))
    sink.close()
    assert probed(path)[1].state == "finished"


def test_chapters_and_tags(own: Path, tmp_path: Path) -> None:
    source, path = tmp_path / "source.mp4", tmp_path / "chapters.mp4"
    shutil.copyfile(own, source)
    with av.open(str(source)) as given, av.open(str(path), "w") as made:
        made.metadata["title"] = "Round 3"
        made.set_chapters(
            [{"id": 1, "start": 0, "end": 2000, "time_base": _MS, "metadata": {"title": "Warm-up"}}]  # type: ignore[typeddict-item]
        )
        streams = {stream.index: made.add_stream_from_template(stream) for stream in given.streams}
        for packet in given.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                made.mux(packet)
    _, facts = probed(path)
    assert facts.tags["title"] == "Round 3"
    assert [(one.title, one.start_seconds, one.end_seconds) for one in facts.chapters] == [("Warm-up", 0.0, 2.0)]


def test_what_is_no_mp4_is_said(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"RIFF    WAVE    ")
    with pytest.raises(IoniaError, match="it is not an MP4 file"):
        probed(path)
    with pytest.raises(IoniaError, match="no such file"):
        probed(tmp_path / "none.mp4")
    with pytest.raises(IoniaError, match=r"directory|denied"):
        probed(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows' pipes have no place among files")
def test_what_is_no_file_is_refused_at_once_by_every_job(own: Path, tmp_path: Path) -> None:
    """Whoever opens a pipe waits for somebody at its other end."""
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    path, output = str(pipe), str(tmp_path / "out.mp4")
    jobs: list[MediaRequest] = [
        ProbeRequest(path=path),
        FinalizeRequest(path=path),
        RemuxRequest(path=path, output=None),
        ClipRequest(path=path, output=output),
        ConcatRequest(paths=(str(own), path), output=output),
        ThumbnailRequest(path=path, output=str(tmp_path / "out.png")),
        SpritesRequest(path=path, output=str(tmp_path / "out.png")),
        GifRequest(path=path, output=str(tmp_path / "out.gif")),
    ]
    assert {type(job) for job in jobs} == set(REQUESTS.values())
    for job in jobs:
        with pytest.raises(IoniaError, match="it is a pipe, not a file") as refused:
            carry_out(job)
        assert refused.value.kind is ErrorKind.MEDIA_FAILED
    if sys.platform == "linux":  # as a shell gives what it pipes
        ends = os.pipe()
        with pytest.raises(IoniaError, match="it is a pipe, not a file"):
            probed(Path(f"/dev/fd/{ends[0]}"))
        with pytest.raises(IoniaError, match="it is an open file"):
            resolve_output(f"/dev/fd/{ends[1]}")
        for end in ends:
            os.close(end)
    for device in ("/dev/zero", "/dev/null"):
        with pytest.raises(IoniaError, match="it is a device, not a file"):
            probed(Path(device))
    assert sorted(tmp_path.iterdir()) == [pipe]


def test_a_name_that_no_file_can_have_is_said() -> None:
    for job in (ProbeRequest(path="a\0.mp4"), FinalizeRequest(path="a\0.mp4")):
        with pytest.raises(IoniaError, match="null") as refused:
            carry_out(job)
        assert refused.value.kind is ErrorKind.MEDIA_FAILED
