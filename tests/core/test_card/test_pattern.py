"""The test card's pictures and the tone's beeps: what is painted and played is read back."""

import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.test_card.pattern import (
    BARS_BGR,
    DESKTOP_BEEP_HZ,
    INDEX_LIMIT,
    MIC_BEEP_HZ,
    CardLayout,
    CardPainter,
    beep_second,
    code_bits,
    find_beeps,
    in_flash,
    read_flash,
    read_index,
)
from tests.fakes.examples import examples

indexes = st.integers(0, INDEX_LIMIT - 1)


@examples(60)
@given(index=indexes, flash=st.booleans(), width=st.integers(64, 700), height=st.integers(64, 500))
def test_a_card_of_any_size_tells_its_index_and_its_flash(index: int, flash: bool, width: int, height: int) -> None:
    picture = CardPainter(width, height).paint(index, flash=flash)
    assert picture.shape == (height, width, 4)
    assert picture.dtype == np.uint8
    assert (picture[:, :, 3] == 255).all()
    assert read_index(picture) == index
    assert read_flash(picture) is flash


@examples(30)
@given(sequence=st.lists(st.tuples(indexes, st.booleans()), min_size=2, max_size=12))
def test_a_reused_picture_is_as_a_fresh_one(sequence: list[tuple[int, bool]]) -> None:
    painter = CardPainter(400, 240)
    for index, flash in sequence:
        reused = painter.paint(index, flash=flash)
        assert np.array_equal(reused, CardPainter(400, 240).paint(index, flash=flash))
        del reused


def test_a_picture_that_somebody_holds_is_left_alone() -> None:
    painter = CardPainter(64, 64)
    held = [painter.paint(index, flash=False) for index in range(20)]
    corner = painter.paint(99, flash=True)[:32, :32].reshape(-1)
    later = [painter.paint(index, flash=False) for index in range(100, 120)]
    assert [read_index(picture) for picture in held] == list(range(20))
    assert [read_index(picture) for picture in later] == list(range(100, 120))
    assert corner[0] == 255


def test_a_picture_that_nobody_holds_is_used_again() -> None:
    painter = CardPainter(64, 64)
    addresses = {painter.paint(index, flash=False).ctypes.data for index in range(20)}
    assert len(addresses) == 1


def test_memory_that_is_not_needed_for_a_while_is_given_back() -> None:
    painter = CardPainter(64, 64)
    held = [painter.paint(index, flash=False) for index in range(20)]
    memory = [weakref.ref(picture.base) for picture in held]
    kept = held.pop(7)
    held.clear()
    for index in range(280):
        painter.paint(index, flash=False)
    assert sum(each() is not None for each in memory) == 20
    for index in range(20):
        painter.paint(index, flash=False)
    assert [number for number, each in enumerate(memory) if each() is not None] == [0, 7]
    assert read_index(kept) == 7


def test_the_bars_have_their_colours() -> None:
    painter = CardPainter(1280, 720)
    picture = painter.paint(7, flash=True)
    for box, colour in zip(painter.layout.bars, BARS_BGR, strict=True):
        assert (box.inner().of(picture)[:, :, :3] == colour).all()


def test_the_box_moves_from_edge_to_edge_within_its_track() -> None:
    layout = CardLayout(1280, 720)
    boxes = [layout.moving_box(index) for index in range(241)]
    assert boxes[0].left == 0
    assert max(box.right for box in boxes) <= layout.width
    assert len({box.left for box in boxes}) == 240
    assert boxes[240] == boxes[0]


def test_the_title_is_left_out_where_it_has_no_room() -> None:
    small, large = CardPainter(64, 64), CardPainter(640, 360)
    assert not small.layout.text.of(small.paint(1, flash=False))[:, :, :3].any()
    assert large.layout.text.of(large.paint(1, flash=False))[:, :, :3].any()


@pytest.mark.parametrize(("width", "height"), [(63, 64), (64, 63)])
def test_a_card_too_small_to_read_is_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match="at least 64x64"):
        CardLayout(width, height)
    assert read_index(np.zeros((height, width, 4), np.uint8)) is None
    assert not read_flash(np.full((height, width), 255, np.uint8))


@given(index=indexes, block=st.integers(0, 31))
def test_one_wrong_block_is_no_index(index: int, block: int) -> None:
    picture = CardPainter(64, 64).paint(index, flash=False)
    area = CardLayout(64, 64).code[block].of(picture)
    area[:, :, :3] = 255 - area[:, :, :3]
    assert read_index(picture) is None


@pytest.mark.parametrize("level", [0, 16, 128, 235, 255])
def test_a_plain_picture_is_no_card(level: int) -> None:
    assert read_index(np.full((720, 1280), level, np.uint8)) is None
    assert read_index(np.full((720, 1280, 4), level, np.uint8)) is None


def test_limited_range_luma_is_read() -> None:
    picture = CardPainter(160, 90).paint(123_456, flash=True)
    luma = (16 + picture[:, :, 1].astype(np.float64) * 219 / 255).astype(np.uint8)
    assert read_index(luma) == 123_456
    assert read_flash(luma)


def test_the_code_counts_modulo_its_limit() -> None:
    assert code_bits(INDEX_LIMIT + 5) == code_bits(5)
    assert len(code_bits(0)) == 32


@pytest.mark.parametrize(
    ("now_ns", "flashes"),
    [(0, True), (99_999_999, True), (100_000_000, False), (999_999_999, False), (7_000_000_000, True)],
)
def test_flashes_are_on_whole_seconds(now_ns: int, flashes: bool) -> None:
    assert in_flash(now_ns) is flashes


def _tone(hz: int, at: int, seconds: int = 3) -> np.ndarray:
    samples = np.zeros((at + seconds * 48_000, 2), np.float32)
    samples[at:] = np.tile(beep_second(hz), (seconds, 1))
    return samples


@pytest.mark.parametrize("hz", [DESKTOP_BEEP_HZ, MIC_BEEP_HZ])
@given(at=st.integers(481, 48_000))
@examples(20)
def test_beeps_are_found_to_the_sample(hz: int, at: int) -> None:
    found = find_beeps(_tone(hz, at), hz)
    assert found == pytest.approx([at, at + 48_000, at + 96_000], abs=1.0)


def test_beeps_of_the_other_pitch_are_not_mistaken() -> None:
    both = _tone(DESKTOP_BEEP_HZ, 5_000) + _tone(MIC_BEEP_HZ, 5_000) * 0.5
    assert find_beeps(_tone(MIC_BEEP_HZ, 5_000), DESKTOP_BEEP_HZ) == ()
    assert find_beeps(both, DESKTOP_BEEP_HZ) == pytest.approx([5_000, 53_000, 101_000], abs=10)
    assert find_beeps(both, MIC_BEEP_HZ) == pytest.approx([5_000, 53_000, 101_000], abs=10)


def test_noise_moves_an_onset_by_less_than_a_tenth_of_a_millisecond() -> None:
    noise = np.random.default_rng(1).normal(0, 0.02, (3 * 48_000 + 9_000, 2)).astype(np.float32)
    assert find_beeps(_tone(1000, 9_000) + noise) == pytest.approx([9_000, 57_000, 105_000], abs=4.8)


def test_a_beep_cut_by_the_beginning_and_a_click_do_not_count() -> None:
    samples = _tone(1000, 0, seconds=2)
    samples[:2_400] = 0  # only the second half of the first beep is left: it begins 50 ms late and is too short
    samples[30_000:30_480] = 0.9
    assert find_beeps(samples) == pytest.approx([48_000], abs=1)
    assert find_beeps(_tone(1000, 0, seconds=2)) == pytest.approx([48_000], abs=1)


@pytest.mark.parametrize("length", [0, 100, 48_000])
def test_silence_has_no_beeps(length: int) -> None:
    assert find_beeps(np.zeros((length, 2), np.float32)) == ()


@pytest.mark.parametrize("hz", [DESKTOP_BEEP_HZ, MIC_BEEP_HZ])
def test_a_beep_begins_and_ends_at_zero(hz: int) -> None:
    second = beep_second(hz)
    assert second.shape == (48_000, 2)
    assert second.dtype == np.float32
    assert not second[0].any()
    assert second[1].all()
    assert abs(second[4_799, 0]) < 0.07
    assert not second[4_800:].any()
