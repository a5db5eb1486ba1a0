"""Files to work on, made once."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ionia.core.media import VIDEO, MediaHeader
from ionia.core.mp4.tags import FileTags
from ionia.media.no_picture import NoPictureEncoder
from ionia.sinks.mp4_file import Mp4File
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.foreign_clip import write_foreign
from tests.sinks.test_mp4_repair import crashed


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of ours: 200 pictures at 30 a second, a keyframe each 60."""
    path = tmp_path_factory.mktemp("own") / "own.mp4"
    clip = encoded_clip(200)
    sink = Mp4File(str(path))
    sink.open(clip.header)
    sink.describe(FileTags(start_utc_ns=1_700_000_000_250_000_000))
    for at in range(0, len(clip.packets), 20):
        sink.write(clip.packets[at : at + 20])
    sink.close()
    return path


@pytest.fixture(scope="session")
def sound_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of ours without pictures: 100 frames of 30 a second."""
    path = tmp_path_factory.mktemp("sound") / "sound.m4a"
    begun_sound(path).close()
    return path


@pytest.fixture(scope="session")
def unfinished_sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a kill leaves of it."""
    path = tmp_path_factory.mktemp("killed") / "killed.m4a"
    sink = begun_sound(path.with_name("victim.m4a"))
    shutil.copyfile(path.with_name("victim.m4a"), path)
    sink.close()
    return path


def begun_sound(path: Path) -> Mp4File:
    """All of a recording without pictures, but its end."""
    clip = encoded_clip(100)
    sink = Mp4File(str(path))
    sink.open(MediaHeader(tracks=(NoPictureEncoder(fps=30, interval=60).info, *clip.header.sounds)))
    sink.write([replace(packet, data=b"") if packet.track == VIDEO else packet for packet in clip.packets])
    return sink


@pytest.fixture(scope="session")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording that a crash left: 90 pictures of it."""
    path = tmp_path_factory.mktemp("unfinished") / "unfinished.mp4"
    crashed(path)
    return path


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """libav's: 100 pictures at 25 a second with B-frames, a keyframe each 25, two sounds of 44.1 kHz."""
    path = tmp_path_factory.mktemp("foreign") / "foreign.mp4"
    write_foreign(path, sounds=2)
    return path
