"""The picture that was asked for, in every state of a file."""

from pathlib import Path

import av
import numpy as np
import pytest

from ionia.core.errors import IoniaError
from ionia.core.media_request import GifRequest, SpritesRequest, ThumbnailRequest
from ionia.sinks.media_files.table import carry_out
from tests.fakes.encoded_clip import grey_of


def image(path: Path) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    with av.open(str(path)) as container:
        return next(container.decode(video=0)).to_ndarray(format="rgb24")


@pytest.mark.parametrize(
    ("which", "seconds", "index"),
    [("own", 3.35, 100), ("own", 0.0, 0), ("own", 99.0, 199), ("foreign", 2.0, 50), ("unfinished", 2.5, 75)],
)
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_the_picture_at_a_moment(
    which: str, seconds: float, index: int, suffix: str, *, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    output = tmp_path / f"still{suffix}"
    done = carry_out(
        ThumbnailRequest(path=str(request.getfixturevalue(which)), output=str(output), seconds=seconds, max_width=32)
    )
    pixels = image(output)
    assert pixels.shape == (24, 32, 3)
    assert abs(float(pixels.mean()) - grey_of(index)) < 3.5
    assert done.start_seconds == pytest.approx(index / (25 if which == "foreign" else 30))
    assert [entry.name for entry in tmp_path.iterdir()] == [output.name]


def test_a_thumbnail_is_never_larger_than_the_film(own: Path, tmp_path: Path) -> None:
    carry_out(ThumbnailRequest(path=str(own), output=str(tmp_path / "a.png"), max_width=640))
    assert image(tmp_path / "a.png").shape == (48, 64, 3)


def test_a_sheet_of_the_whole_film(own: Path, tmp_path: Path) -> None:
    request = SpritesRequest(path=str(own), output=str(tmp_path / "sheet.png"), interval_seconds=1.0, width=32)
    done = carry_out(request)
    assert done.index_path == str(tmp_path / "sheet.vtt")
    pixels = image(tmp_path / "sheet.png")
    assert pixels.shape == (24, 7 * 32, 3)
    # A keyframe where the second has one (each 60 pictures), else the picture at its beginning.
    for tile, index in enumerate((0, 30, 60, 90, 120, 150, 180)):
        assert abs(float(pixels[:, tile * 32 : (tile + 1) * 32].mean()) - grey_of(index)) < 3.5
    cues = [line for line in (tmp_path / "sheet.vtt").read_text().splitlines() if "xywh" in line]
    assert cues[6] == "sheet.png#xywh=192,0,32,24"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["sheet.png", "sheet.vtt"]


def test_a_gif_of_a_part(foreign: Path, tmp_path: Path) -> None:
    output = tmp_path / "part.gif"
    done = carry_out(
        GifRequest(path=str(foreign), output=str(output), start_seconds=1.0, end_seconds=2.0, fps=5, width=32)
    )
    assert done.start_seconds == pytest.approx(1.0)
    with av.open(str(output)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert container.duration == 1_000_000
    assert len(frames) == 5
    for place, frame in enumerate(frames):
        assert frame.shape == (24, 32, 3)
        assert abs(float(frame.mean()) - grey_of(25 + 5 * place)) < 3.5
    assert [entry.name for entry in tmp_path.iterdir()] == ["part.gif"]


def test_what_can_not_be_shown_is_said(own: Path, tmp_path: Path) -> None:
    def refused(request: ThumbnailRequest | SpritesRequest | GifRequest) -> str:
        with pytest.raises(IoniaError) as caught:
            carry_out(request)
        assert list(tmp_path.iterdir()) == []
        return caught.value.message

    assert "must end with .jpg or .jpeg or .png" in refused(
        ThumbnailRequest(path=str(own), output=str(tmp_path / "a.bmp"))
    )
    assert "longer interval" in refused(
        SpritesRequest(path=str(own), output=str(tmp_path / "a.jpg"), interval_seconds=0.001)
    )
    gif = str(tmp_path / "a.gif")
    assert "no such part" in refused(GifRequest(path=str(own), output=gif, start_seconds=9.0))
    assert "too large" in refused(GifRequest(path=str(own), output=gif, end_seconds=6.0, fps=50_000))
