"""An encoder whose pictures aren't what it was given is refused, with the figures."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.core.codec.encoder_proof import LEAST_PSNR, EncoderProof, ProofError, Shown, prove_pictures


def shown(seed: int, width: int = 64, height: int = 36) -> Shown:
    """Coarse blocks of colour, as on a screen."""
    blocks = np.random.default_rng(seed)

    def plane(rows: int, columns: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        small = blocks.integers(30, 220, (-(-rows // 4), -(-columns // 4)), np.uint8)
        return small.repeat(4, axis=0).repeat(4, axis=1)[:rows, :columns]

    return Shown(luma=plane(height, width), blue=plane(height // 2, width // 2), red=plane(height // 2, width // 2))


GIVEN = [shown(seed) for seed in range(4)]


def refused(made: list[Shown]) -> str:
    with pytest.raises(ProofError) as caught:
        prove_pictures(GIVEN, made, least_psnr=LEAST_PSNR)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_same_pictures_are_proof() -> None:
    assert prove_pictures(GIVEN, GIVEN, least_psnr=LEAST_PSNR) == EncoderProof(psnr=99.0, colour_error=0.0)


def test_a_little_noise_is_what_encoders_do() -> None:
    noise = np.random.default_rng(9).integers(-2, 3, GIVEN[0].luma.shape)
    made = [replace(one, luma=(one.luma + noise).astype(np.uint8)) for one in GIVEN]
    proof = prove_pictures(GIVEN, made, least_psnr=LEAST_PSNR)
    assert 45.0 < proof.psnr < 46.0  # 20 log10(255 / sqrt(2))
    assert proof.colour_error < 2.0


def test_swapped_colours_are_refused_with_the_figures() -> None:
    words = refused([replace(one, blue=one.red, red=one.blue) for one in GIVEN])
    assert "luma PSNR 99.0 dB, colours within 1" in words
    assert "asked: 32 dB, within 10" in words


def test_full_range_in_a_limited_file_is_refused() -> None:
    full = [
        replace(one, luma=((one.luma.astype(float) - 16) * 255 / 219).clip(0, 255).astype(np.uint8)) for one in GIVEN
    ]
    assert "differ from what it was given" in refused(full)


def test_pictures_in_another_order_are_refused() -> None:
    assert refused([GIVEN[0], GIVEN[2], GIVEN[1], GIVEN[3]]) == "gives its pictures in another order"


def test_a_picture_shown_twice_is_refused() -> None:
    assert refused([GIVEN[0], GIVEN[0], GIVEN[2], GIVEN[3]]) == "gives its pictures in another order"


def test_a_lost_picture_is_refused() -> None:
    assert refused(GIVEN[:3]) == "its 4 pictures decode to 3"


def test_a_crop_that_was_forgotten_is_refused() -> None:
    assert refused([shown(seed, 64, 48) for seed in range(4)]) == "makes pictures of 64x48 from 64x36"


def test_colours_marked_as_others_are_refused() -> None:
    assert "matrix 5" in refused([replace(one, matrix=5) for one in GIVEN])
    assert "range 2" in refused([replace(one, colour_range=2) for one in GIVEN])


def test_colours_marked_as_nothing_are_the_containers_to_tell() -> None:
    made = [replace(one, matrix=2, colour_range=0) for one in GIVEN]
    assert prove_pictures(GIVEN, made, least_psnr=LEAST_PSNR).psnr == 99.0


def test_torn_lines_are_refused() -> None:
    torn = [replace(one, luma=np.roll(one.luma.ravel(), 7 * 64 + 9).reshape(one.luma.shape)) for one in GIVEN]
    assert refused(torn)


@given(st.integers(1, 70), st.integers(1, 40))
def test_any_size_can_be_compared(half_width: int, half_height: int) -> None:
    pictures = [
        replace(
            shown(1, 2 * half_width, 2 * half_height), luma=np.full((2 * half_height, 2 * half_width), at, np.uint8)
        )
        for at in (50, 90)
    ]
    assert prove_pictures(pictures, pictures, least_psnr=LEAST_PSNR).colour_error == 0.0
