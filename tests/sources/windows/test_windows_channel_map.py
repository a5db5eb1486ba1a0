"""Any channel count becomes stereo, in WAVEFORMATEXTENSIBLE's order."""

import numpy as np
import pytest

from ionia.core.audio.channel_mix import mix_by_place
from ionia.sources.windows.channel_map import layout

HALF = pytest.approx(0.7071, abs=1e-4)


def mixed(*channels: float) -> list[float]:
    samples = np.array([channels], np.float32)
    stereo = mix_by_place(layout(len(channels)))(samples)
    assert stereo.shape == (1, 2)
    assert stereo.dtype == np.float32
    return [float(value) for value in stereo[0]]


def test_mono_goes_to_both_sides_and_stereo_is_left_alone() -> None:
    assert mixed(0.5) == [0.5, 0.5]
    assert mixed(0.25, 0.75) == [0.25, 0.75]


def test_surround_channels_go_to_their_sides() -> None:
    assert mixed(0, 0, 0, 0, 1, 0) == [HALF, 0.0]  # 5.1: left surround
    assert mixed(0, 0, 0, 0, 0, 0, 0, 1) == [0.0, HALF]  # 7.1: right side
    assert mixed(0, 0, 1, 0, 0, 0) == [HALF, HALF]  # 5.1: centre
    assert mixed(0, 0, 0, 1, 0) == [HALF, 0.0]  # 5.0: left surround
    assert mixed(0, 0, 0, 0, 0, 0, 1) == [0.5, 0.5]  # 6.1: back centre
    assert mixed(0, 0, 1, 0) == [HALF, 0.0]  # quad: back left
    assert mixed(0, 0, 1) == [HALF, HALF]  # 3.0: centre


def test_the_bass_channel_is_left_out() -> None:
    assert mixed(0, 0, 0, 1, 0, 0) == [0.0, 0.0]


def test_stereo_on_a_surround_device_keeps_its_level() -> None:
    assert mixed(0.5, 0.25, 0, 0, 0, 0, 0, 0) == [0.5, 0.25]


def test_an_interface_with_many_outputs_gives_all_of_them_in_pairs() -> None:
    assert mixed(0.5, 0.25, *[0.0] * 16) == [0.5, 0.25]
    assert mixed(0, 0, *[0.0] * 13, 0.5, 0, 0) == [0.0, 0.5]
