"""How many cores each stage uses: nothing changes where little is to be done, or few cores are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.video.effort import Effort, cores_needed, effort, spent

HD, QHD, UHD = (1920, 1080), (2560, 1440), (3840, 2160)


@pytest.mark.parametrize(
    ("cores", "size", "fps", "expected"),
    [
        (1, UHD, 60, Effort(convert_threads=2, slices=1, overlap=False)),
        (2, HD, 30, Effort(convert_threads=2, slices=2, overlap=False)),
        (2, HD, 60, Effort(convert_threads=2, slices=2, overlap=True)),
        (2, QHD, 30, Effort(convert_threads=2, slices=2, overlap=True)),
        (2, UHD, 60, Effort(convert_threads=2, slices=2, overlap=True)),
        (4, HD, 60, Effort(convert_threads=2, slices=4, overlap=True)),
        (4, UHD, 30, Effort(convert_threads=2, slices=4, overlap=True)),
        (8, QHD, 60, Effort(convert_threads=4, slices=8, overlap=True)),
        (16, (64, 48), 10, Effort(convert_threads=2, slices=1, overlap=False)),
        (16, (1280, 720), 30, Effort(convert_threads=2, slices=1, overlap=False)),
        (16, HD, 30, Effort(convert_threads=2, slices=2, overlap=False)),
        (16, HD, 60, Effort(convert_threads=2, slices=4, overlap=True)),
        (16, QHD, 60, Effort(convert_threads=4, slices=8, overlap=True)),
        (16, UHD, 30, Effort(convert_threads=4, slices=8, overlap=True)),
        (16, UHD, 60, Effort(convert_threads=4, slices=12, overlap=True)),
        (64, UHD, 60, Effort(convert_threads=4, slices=12, overlap=True)),
    ],
)
def test_the_table(cores: int, size: tuple[int, int], fps: int, expected: Effort) -> None:
    assert effort(cores, *size, fps) == expected


@given(st.integers(1, 256), st.integers(2, 8192), st.integers(2, 8192), st.integers(1, 240))
def test_no_stage_has_more_than_there_is_and_more_cores_never_take_any_away(
    cores: int, width: int, height: int, fps: int
) -> None:
    few, many = effort(cores, width, height, fps), effort(cores + 1, width, height, fps)
    assert 1 <= few.slices <= cores
    assert few.slices <= many.slices
    assert few.convert_threads <= many.convert_threads
    assert few.overlap <= many.overlap


def test_stages_side_by_side_take_as_long_as_the_slower_or_as_the_cores_need() -> None:
    alone, beside = effort(2, 1920, 1080, 30), effort(16, 3840, 2160, 60)
    assert spent(alone, 2, 7, 23) == 30
    assert spent(beside, 16, 5, 20) == 20
    assert spent(beside, 16, 40, 20) == 40
    few = effort(4, 3840, 2160, 30)
    assert spent(few, 4, 12, 20) == (12 * few.convert_threads + 20 * few.slices) // 4


def test_how_many_cores_an_encoder_takes() -> None:
    assert cores_needed(640, 360, 30, 11_000_000) == 1
    assert cores_needed(1280, 720, 30, 11_000_000) == 3
    assert cores_needed(1920, 1080, 30, 11_000_000) == 6
    assert cores_needed(16, 16, 1, 11_000_000) == 1
