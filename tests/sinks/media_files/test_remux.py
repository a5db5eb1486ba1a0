"""The same packets in another file; the old one plays until the new one is whole."""

import os
import shutil
from pathlib import Path

import av
import numpy as np
import pytest

from ionia.core.errors import IoniaError
from ionia.core.media_request import ClipRequest, ConcatRequest, RemuxRequest
from ionia.sinks.media_files import copying
from ionia.sinks.media_files.table import carry_out
from ionia.sinks.mp4_file import Mp4File
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.foreign_clip import write_foreign
from tests.fakes.media_check import decode_luma, decode_sound, file_facts, top_level_boxes


def packets(path: Path) -> list[tuple[int, int | None, int | None, bool, bytes]]:
    """Everything that a player is given."""
    with av.open(str(path)) as container:
        found = [
            (packet.stream.index, packet.pts, packet.dts, packet.is_keyframe, bytes(packet))
            for packet in container.demux()
            if packet.size
        ]
    return sorted(found, key=lambda row: (row[0], row[2] or 0))


def kinds(path: Path) -> list[str]:
    return [kind for kind, _ in top_level_boxes(path.read_bytes())]


def refused(request: RemuxRequest | ConcatRequest) -> str:
    with pytest.raises(IoniaError) as caught:
        carry_out(request)
    return caught.value.message


@pytest.mark.parametrize("which", ["own", "unfinished", "foreign"])
def test_the_index_comes_to_the_front_and_nothing_else_changes(
    which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    source: Path = request.getfixturevalue(which)
    output = tmp_path / "new.mp4"
    done = carry_out(RemuxRequest(path=str(source), output=str(output)))
    assert kinds(output) == ["ftyp", "moov", "mdat"]
    assert packets(output) == packets(source)
    with av.open(str(output)) as container:
        assert done.duration_seconds == pytest.approx(container.duration / 1e6, abs=0.001)
    assert [entry.name for entry in tmp_path.iterdir()] == ["new.mp4"]


def test_in_place_the_file_is_what_it_was_until_it_is_whole(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    shutil.copyfile(own, path)
    path.chmod(0o640)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    before = path.read_bytes()

    def stop(fraction: float) -> None:
        assert path.read_bytes() == before
        if fraction > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(RemuxRequest(path=str(path)), stop)
    assert [entry.name for entry in tmp_path.iterdir()] == ["take.mp4"]
    assert path.read_bytes() == before
    assert carry_out(RemuxRequest(path=str(path))).changed
    assert kinds(path) == ["ftyp", "moov", "mdat"]
    assert packets(path) == packets(own)
    assert (path.stat().st_mode & 0o777, path.stat().st_mtime) == (0o640, 1_700_000_000)
    assert not carry_out(RemuxRequest(path=str(path))).changed


def test_where_the_system_copies_nothing_by_itself(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_BY_SYSTEM", 1)
    carry_out(RemuxRequest(path=str(own), output=str(tmp_path / "a.mp4")))

    def refuse(*_: object) -> int:
        raise OSError("not across file systems")

    monkeypatch.setattr(os, "copy_file_range", refuse)
    carry_out(RemuxRequest(path=str(own), output=str(tmp_path / "b.mp4")))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_what_can_not_be_done_in_place(tmp_path: Path) -> None:
    clip, path = encoded_clip(), tmp_path / "take.mp4"
    sink = Mp4File(str(path))
    sink.open(clip.header)
    sink.write(clip.packets)
    assert "it is being recorded" in refused(RemuxRequest(path=str(path)))
    carry_out(RemuxRequest(path=str(path), output=str(tmp_path / "so far.mp4")))
    assert file_facts(tmp_path / "so far.mp4").video.frame_indexes == list(range(90))
    sink.close()
    whole = (tmp_path / "so far.mp4").read_bytes()
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(whole[: len(whole) // 2])
    assert "no header" in refused(RemuxRequest(path=str(torn))) or "missing" in refused(RemuxRequest(path=str(torn)))


def test_parts_of_a_recording_join_without_a_seam(own: Path, tmp_path: Path) -> None:
    parts = []
    for index, (start, end) in enumerate(((0.0, 2.0), (2.0, 4.0), (4.0, None))):
        parts.append(str(tmp_path / f"{index}.mp4"))
        carry_out(ClipRequest(path=str(own), output=parts[-1], start_seconds=start, end_seconds=end))
    output = tmp_path / "whole.mp4"
    done = carry_out(ConcatRequest(paths=tuple(parts), output=str(output)))
    assert done.duration_seconds == pytest.approx(200 / 30)
    assert file_facts(output).video.frame_indexes == list(range(200))
    assert [luma.tobytes() for _, luma in decode_luma(output)] == [luma.tobytes() for _, luma in decode_luma(own)]
    before, after = decode_sound(own), decode_sound_loosely(output)
    for at, samples in after:
        inside = samples[: max(0, len(before.samples) - (at - before.start))]
        assert np.abs(inside - before.samples[at - before.start :][: len(inside)]).max(initial=0) < 1e-3


def decode_sound_loosely(path: Path) -> list[tuple[int, "np.ndarray"]]:
    """(time, samples) of each decoded block: at a joint packets may overlap."""
    with av.open(str(path)) as container:
        return [(frame.pts or 0, frame.to_ndarray().T) for frame in container.decode(audio=0)]


def test_many_joints_do_not_drift(foreign: Path, tmp_path: Path) -> None:
    output = tmp_path / "many.mp4"
    done = carry_out(ConcatRequest(paths=(str(foreign),) * 10, output=str(output)))
    assert done.duration_seconds == pytest.approx(40.0)
    with av.open(str(output)) as container:
        times = [packet.pts for packet in container.demux(video=0) if packet.pts is not None and packet.size]
    assert sorted(times) == [index * 512 for index in range(1000)]
    starts = [pts for pts, _ in decode_sound_loosely(output)]
    for second in range(1, 10):  # each file's sound begins within half a packet of its pictures
        assert min(abs(pts - second * 4 * 44_100) for pts in starts) <= 512


def test_unequal_files_are_refused_in_words(own: Path, foreign: Path, tmp_path: Path) -> None:
    output = str(tmp_path / "x.mp4")
    write_foreign(tmp_path / "one.mp4", 10)
    assert "another time scale" in refused(ConcatRequest(paths=(str(own), str(tmp_path / "one.mp4")), output=output))
    write_foreign(tmp_path / "wide.mp4", 10, size=128, sounds=2)
    wide = str(tmp_path / "wide.mp4")
    assert f"{wide}: it has pictures of 128x48, not 64x48" in refused(
        ConcatRequest(paths=(str(foreign), wide), output=output)
    )
    write_foreign(tmp_path / "other.mp4", 10, bframes=0, sounds=2)
    assert "encoded with other settings" in refused(
        ConcatRequest(paths=(str(foreign), str(tmp_path / "other.mp4")), output=output)
    )
    assert "has 2 tracks, not 3" in refused(
        ConcatRequest(paths=(str(foreign), str(tmp_path / "one.mp4")), output=output)
    )
    assert not (tmp_path / "x.mp4").exists()


def test_a_copy_over_its_own_source_is_refused(own: Path, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    shutil.copyfile(own, path)
    before = path.read_bytes()
    same = str(path)
    requests = [
        ClipRequest(path=same, output=same, overwrite=True),
        RemuxRequest(path=same, output=same, overwrite=True),
        ConcatRequest(paths=[str(own), same], output=same, overwrite=True),
    ]
    for request in requests:
        with pytest.raises(IoniaError, match="one of the files that it would be made of"):
            carry_out(request)
    assert path.read_bytes() == before
