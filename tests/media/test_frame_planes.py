"""Pictures between black bars, plane by plane."""

import numpy as np
import pytest

from ionia.core.video.framing import Placement, Region
from ionia.media.frame_planes import black_frame, framed, plane_rows

PLACE = Placement(cut=Region(x=0, y=0, width=8, height=4), left=4, top=2, width=8, height=4)


@pytest.mark.parametrize(("pixels", "black"), [("yuv420p", 16), ("nv12", 16), ("yuvj420p", 0)])
def test_it_lies_where_it_should_in_every_plane_and_the_rest_is_black(pixels: str, black: int) -> None:
    scaled = black_frame((8, 4), pixels)
    for plane in scaled.planes:
        plane_rows(plane)[:] = 200
    whole = framed(scaled, PLACE, (16, 8))
    luma = plane_rows(whole.planes[0])[:8, :16]
    assert np.all(luma[2:6, 4:12] == 200)
    assert np.sum(luma == black) == 16 * 8 - 8 * 4
    for plane in whole.planes[1:]:
        wide = 2 if pixels == "nv12" else 1
        chroma = plane_rows(plane)[:4, : 8 * wide]
        assert np.all(chroma[1:3, 2 * wide : 6 * wide] == 200)
        assert np.sum(chroma == 128) == (8 * 4 - 4 * 2) * wide


def test_what_has_the_size_already_is_left_as_it_is() -> None:
    picture = black_frame((8, 4), "yuv420p")
    assert framed(picture, PLACE, (8, 4)) is picture
