"""rendition: which destinations share an encode, and what a later one is made of."""

from dataclasses import replace

import pytest

from ionia.core.audio.wishes import TrackWish
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.rendition import Rendition, rendition_of, renditions_of, total_bitrate
from ionia.core.settings import Destination, MediaSettings, OwnEncode, StreamerSettings

MEDIA = MediaSettings(video_bitrate=4_000_000, audio_bitrate=100_000, width=1920, height=1080)
RTMP, WHIP = "rtmp://h/app/key", "whip://h/room"
STREAM = Rendition(video_bitrate=4_000_000, width=1920, height=1080, sound_codec="aac", tracks=MEDIA.all_tracks)


def wish(url: str = RTMP, **own: int) -> Destination:
    return Destination(rtmp_url=url, own=OwnEncode(**own))


def live(media: MediaSettings = MEDIA, *more: Destination, multitrack_audio: bool = False) -> StreamerSettings:
    return StreamerSettings(rtmp_url=RTMP, media=media, more=more, multitrack_audio=multitrack_audio)


def test_what_is_asked_for_is_the_destinations_and_the_rest_the_streams() -> None:
    assert rendition_of(wish(), live()) == STREAM
    assert rendition_of(wish(video_bitrate=4_000_000), live()) == STREAM
    assert rendition_of(wish(WHIP), live()) == replace(STREAM, sound_codec="opus")
    assert rendition_of(wish(video_bitrate=800_000), live()) == replace(STREAM, video_bitrate=800_000)
    assert rendition_of(wish(height=720), live()) == replace(STREAM, width=None, height=720)


def test_all_sound_tracks_go_where_they_were_asked_for_and_can_go() -> None:
    tracks = (
        TrackWish(name="mix", sounds=("desktop", "mic"), bitrate=1),
        TrackWish(name="m", sounds=("mic",), bitrate=1),
    )
    media = replace(MEDIA, tracks=tracks)
    assert rendition_of(wish(), live(media)).tracks == tracks[:1]
    assert rendition_of(wish(), live(media, multitrack_audio=True)).tracks == tracks
    assert rendition_of(wish(WHIP), live(media, multitrack_audio=True)).tracks == tracks[:1]


def test_each_once_in_the_order_of_destinations() -> None:
    more = (wish(), wish(WHIP), wish(height=720), wish(WHIP))
    settings = StreamerSettings(rtmp_url=RTMP, own=OwnEncode(video_bitrate=1_000_000), media=MEDIA, more=more)
    made = renditions_of(settings)
    assert made == (
        replace(STREAM, video_bitrate=1_000_000),
        STREAM,
        replace(STREAM, sound_codec="opus"),
        replace(STREAM, width=None, height=720),
    )
    assert total_bitrate(made, MEDIA) == 13_000_000 + 4 * 100_000


def test_one_that_comes_later_keeps_the_streams_size_and_shows_what_it_shows() -> None:
    natural = MediaSettings()
    own = rendition_of(wish(), live(natural))
    moved = replace(natural, screen="other", width=1280, height=720)
    slower = rendition_of(wish(video_bitrate=800_000), live(natural))
    assert slower.beside(own, moved) == replace(moved, video_bitrate=800_000, tracks=natural.all_tracks)
    small = rendition_of(wish(width=640), live(natural))
    assert small.beside(own, moved) == replace(moved, width=640, height=None, tracks=natural.all_tracks)


def test_whip_is_h264() -> None:
    with pytest.raises(IoniaError, match=r"By WHIP a stream is H\.264") as refused:
        rendition_of(wish(WHIP), live(replace(MEDIA, codec="hevc")))
    assert refused.value.kind is ErrorKind.BAD_DESTINATION
