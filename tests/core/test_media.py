"""media: a header's tracks, found, replaced and left out; the formats of pictures."""

from copy import copy, deepcopy
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from ionia.core.codec.codec import HEVC
from ionia.core.media import (
    AUDIO,
    VIDEO,
    MediaHeader,
    Picture,
    PictureFormat,
    PixelFormat,
    SurfaceFrame,
    TrackId,
    TrackKind,
    VideoFrame,
    even,
)
from tests.fakes.media import EXTRADATA, HEADER

MIC = TrackId(kind=TrackKind.AUDIO, index=1)


def test_tracks_are_told_by_kind_and_place() -> None:
    assert TrackId(kind=TrackKind.AUDIO) == AUDIO != MIC
    assert VIDEO.is_video
    assert not MIC.is_video
    assert len({VIDEO, AUDIO, MIC, TrackId(kind=TrackKind.VIDEO)}) == 3


def test_of_each_track_there_is_one_object_that_stays_as_it_is() -> None:
    assert TrackId(kind=TrackKind.AUDIO, index=1) is MIC
    assert replace(AUDIO, index=1) is copy(MIC) is deepcopy(MIC) is MIC
    with pytest.raises(FrozenInstanceError):
        MIC.index = 2  # type: ignore[misc]  # what is asked


def test_a_headers_tracks_are_found_in_their_order() -> None:
    video, sound = HEADER.tracks
    mic = replace(HEADER.sounds[0], id=MIC, name="mic")
    header = MediaHeader(tracks=(video, sound, mic))
    assert header.video is video
    assert header.sounds == (sound, mic)
    assert header.ids == (VIDEO, AUDIO, MIC)
    assert (video.timescale, sound.timescale) == (30, 48_000)
    assert header.only(VIDEO, AUDIO) == HEADER
    with pytest.raises(LookupError):
        header.only(MIC).video  # noqa: B018 - that it raises is what is tested


def test_a_track_takes_the_place_of_the_one_with_its_id() -> None:
    wide = replace(HEADER.video, width=128)
    assert HEADER.with_track(wide).tracks == (wide, *HEADER.sounds)
    assert HEADER.with_track(replace(HEADER.sounds[0], id=MIC)) == HEADER


def test_another_encoders_pictures_follow_in_a_file_only_where_they_can_be_decoded_there() -> None:
    video = replace(HEADER.video, extradata=EXTRADATA)
    assert video.goes_on_as(replace(video, bitrate=1, extradata=video.extradata + b"\0\0\0\1\6\0"))
    assert not video.goes_on_as(replace(video, reordered=True))
    assert not video.goes_on_as(replace(video, codec=HEVC))
    other = replace(video, extradata=video.extradata.replace(b"\x68", b"\x68\x01", 1))
    assert not video.goes_on_as(other)
    assert replace(video, sets_in_keyframes=True).goes_on_as(replace(other, sets_in_keyframes=True))
    assert not video.goes_on_as(replace(other, sets_in_keyframes=True))


def test_pictures_have_even_sides() -> None:
    assert [even(size) for size in (0, 1, 2, 3, 1080, 1081)] == [2, 2, 2, 2, 1080, 1080]
    for width, height in ((63, 48), (64, 47), (0, 48)):
        with pytest.raises(ValueError, match="even"):
            PictureFormat(width=width, height=height, pixels=PixelFormat.NV12)


def test_planes_of_each_layout() -> None:
    shapes = {pixels: PictureFormat(width=64, height=48, pixels=pixels).plane_shapes for pixels in PixelFormat}
    assert shapes == {
        PixelFormat.YUV420P: ((48, 64), (24, 32), (24, 32)),
        PixelFormat.NV12: ((48, 64), (24, 64)),
        PixelFormat.SURFACE: (),
    }


class Card:
    """A surface that may be lost."""

    width, height = 4, 2

    def __init__(self, pixels: Picture | None) -> None:
        self._pixels = pixels

    def read(self) -> Picture:
        if self._pixels is None:
            raise OSError("lost")
        return self._pixels

    def read_small(self, width: int, height: int) -> Picture:
        return self.read()[:height, :width]


def test_a_picture_on_the_graphics_card_is_read_when_it_is_asked_for() -> None:
    pixels = np.full((2, 4, 4), 7, np.uint8)
    frame = SurfaceFrame(captured_ns=5, surface=Card(pixels))
    assert (frame.captured_ns, frame.width, frame.height) == (5, 4, 2)
    assert frame.pixels is pixels
    assert frame.pixels_for(3, 1).shape == (1, 3, 4)
    assert VideoFrame(captured_ns=5, pixels=pixels).pixels_for(3, 1) is pixels
    lost = SurfaceFrame(captured_ns=5, surface=Card(None))
    for black in (lost.pixels, lost.pixels_for(3, 1)):
        assert not black.any()
