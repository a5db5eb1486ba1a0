"""A recording is read back frame by frame and sample by sample."""

import argparse
from pathlib import Path

import numpy as np

from ionia.cli.reference_clip import SIZE, write_reference_clip
from ionia.core.media import SAMPLE_RATE
from ionia.core.test_card.pattern import Box, find_beeps, read_flash, read_index
from ionia.media.recording_reader import read_lumas, read_sound
from ionia.selftest.judge_av import card_samples


def test_the_reference_clip_comes_back(tmp_path: Path) -> None:
    path = str(tmp_path / "clip.mp4")
    write_reference_clip(argparse.Namespace(output=path, seconds=2.5, fps=30))
    lumas = [luma.copy() for luma in read_lumas(path, lambda w, h: Box(left=0, top=0, right=w, bottom=h))]
    assert [read_index(luma) for luma in lumas] == list(range(75))
    assert lumas[0].shape == (SIZE[1], SIZE[0])
    beeps = [beep / SAMPLE_RATE for beep in find_beeps(read_sound(path))]
    offsets = [sample.offset_ms for sample in card_samples([read_flash(luma) for luma in lumas], beeps, fps=30)]
    assert len(offsets) == 2
    assert np.abs(offsets).max() < 1


def test_only_the_area_asked_for_is_given(tmp_path: Path) -> None:
    path = str(tmp_path / "clip.mp4")
    write_reference_clip(argparse.Namespace(output=path, seconds=0.2, fps=30))
    lumas = read_lumas(path, lambda width, height: Box(left=width // 2, top=0, right=width, bottom=height // 4))
    assert next(iter(lumas)).shape == (SIZE[1] // 4, SIZE[0] // 2)
    lumas.close()
