"""Every job on a file without pictures: done where there is something to do, and refused in words where there isn't."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.media_request import (
    VERBS,
    ClipRequest,
    ConcatRequest,
    CutMode,
    FinalizeRequest,
    GifRequest,
    MediaRequest,
    ProbeRequest,
    RemuxRequest,
    SpritesRequest,
    ThumbnailRequest,
)
from ionia.sinks.media_files.table import carry_out
from tests.fakes.media_check import decode_sound

NOISE = 1e-3


@pytest.mark.parametrize("mode", ["keyframe", "exact"])
def test_a_part_begins_and_ends_where_it_was_asked_for(sound_alone: Path, tmp_path: Path, mode: CutMode) -> None:
    output = tmp_path / "part.m4a"
    request = ClipRequest(path=str(sound_alone), output=str(output), start_seconds=1.25, end_seconds=2.5, mode=mode)
    done = carry_out(request)
    assert (done.start_seconds, done.duration_seconds) == (1.25, 1.25)
    source, part = decode_sound(sound_alone), decode_sound(output)
    at = 60_000 - source.start
    assert part.start == 0
    assert np.abs(part.samples[:60_000] - source.samples[at : at + 60_000]).max() < NOISE


def test_it_is_probed_finalized_copied_and_joined(sound_alone: Path, tmp_path: Path) -> None:
    mine, copied, joined = (tmp_path / name for name in ("mine.m4a", "copy.m4a", "joined.m4a"))
    shutil.copyfile(sound_alone, mine)
    facts = carry_out(ProbeRequest(path=str(mine))).media
    assert facts is not None
    assert [track.kind for track in facts.tracks] == ["audio"]
    assert carry_out(FinalizeRequest(path=str(mine))).changed is False
    carry_out(RemuxRequest(path=str(mine), output=str(copied)))
    carry_out(ConcatRequest(paths=(str(mine), str(copied)), output=str(joined)))
    once, twice = decode_sound(mine), decode_sound(joined)
    assert len(twice.samples) == pytest.approx(2 * len(once.samples), abs=1024)
    assert np.array_equal(decode_sound(copied).samples, once.samples)


def test_after_a_kill_it_begins_as_sound_beside_pictures_does_and_repaired_at_0(
    unfinished_sound: Path, unfinished: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.m4a"
    shutil.copyfile(unfinished_sound, mine)
    assert decode_sound(mine).start == decode_sound(unfinished).start
    assert carry_out(FinalizeRequest(path=str(mine))).changed
    assert decode_sound(mine).start == 0


@pytest.mark.parametrize(
    "request_",
    [
        ThumbnailRequest(path="", output="a.png"),
        SpritesRequest(path="", output="a.png"),
        GifRequest(path="", output="a.gif"),
    ],
    ids=lambda one: VERBS[type(one)],
)
def test_what_makes_pictures_is_refused(
    sound_alone: Path, tmp_path: Path, request_: ThumbnailRequest | SpritesRequest | GifRequest
) -> None:
    asked: MediaRequest = replace(request_, path=str(sound_alone), output=str(tmp_path / request_.output))
    with pytest.raises(IoniaError, match="it has no pictures") as caught:
        carry_out(asked)
    assert caught.value.kind is ErrorKind.MEDIA_FAILED
    assert list(tmp_path.iterdir()) == []
