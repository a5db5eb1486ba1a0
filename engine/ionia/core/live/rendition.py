"""What each of a stream's encodes is: destinations that ask for the same share one, and all show one capture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ionia.core.audio.wishes import TrackWish
from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.live_url import LiveUrl, parse_live_url
from ionia.core.live.whip_url import WhipUrl
from ionia.core.settings import Destination, MediaSettings, SoundCodecName, StreamerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """In what a stream's encodes differ. `width` and `height` as asked; None: as it comes.

    Encodes that differ in their sound alone share the picture (see `core.sharing`).
    """

    video_bitrate: int
    width: int | None
    height: int | None
    sound_codec: SoundCodecName
    tracks: tuple[TrackWish, ...]
    """Of sound."""

    @property
    def picture(self) -> tuple[int, int | None, int | None]:
        """What those have in common that share the picture."""
        return self.video_bitrate, self.width, self.height

    def applied(self, media: MediaSettings) -> MediaSettings:
        """These settings for this encode."""
        return replace(
            media,
            video_bitrate=self.video_bitrate,
            width=self.width,
            height=self.height,
            sound_codec=self.sound_codec,
            tracks=self.tracks,
        )

    def beside(self, other: "Rendition", now: MediaSettings) -> MediaSettings:
        """The settings of this encode, where `now` are those that `other` has by now.

        A stream that shows another screen than it began with keeps its size.
        """
        if (self.width, self.height) == (other.width, other.height):
            return replace(self, width=now.width, height=now.height).applied(now)
        return self.applied(now)


def rendition_of(wish: Destination, settings: StreamerSettings) -> Rendition:
    """The encode that a destination gets: the stream's settings, but for what it asks for itself. By WHIP there is one
    sound, the first, and so there is by RTMP where not all were asked for.

    Raises IoniaError(BAD_URL), and BAD_DESTINATION for WHIP in a stream that isn't H.264.
    """
    url, media = parse_live_url(wish.rtmp_url, wish.stream_key), settings.media
    codec = sound_codec_of(url)
    if isinstance(url, WhipUrl) and media.codec != "h264":
        raise IoniaError(ErrorKind.BAD_DESTINATION, "By WHIP a stream is H.264.", 'Leave "codec" out.')
    own = wish.own
    own_size = own.width is not None or own.height is not None
    return Rendition(
        video_bitrate=own.video_bitrate or media.video_bitrate,
        width=own.width if own_size else media.width,
        height=own.height if own_size else media.height,
        sound_codec=codec,
        tracks=media.all_tracks if settings.multitrack_audio and codec == "aac" else media.all_tracks[:1],
    )


def sound_codec_of(url: LiveUrl) -> SoundCodecName:
    """What sound is coded in for the server at this address."""
    return "opus" if isinstance(url, WhipUrl) else "aac"


def renditions_of(settings: StreamerSettings) -> tuple[Rendition, ...]:
    """All of a stream's, each once, in the order of its destinations; the first is the session's own. Raises as
    above."""
    return tuple(dict.fromkeys(rendition_of(wish, settings) for wish in settings.destinations))


def total_bitrate(renditions: Sequence[Rendition], media: MediaSettings) -> int:
    """Bits per second of all of them."""
    return sum(rendition.applied(media).total_bitrate for rendition in renditions)
