"""The servers of a stream: as `streamer.initialize` is asked for them, and what its methods of them are sent."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from ionia.core.audio.wishes import WishError
from ionia.core.live.delay_line import MOST_SECONDS
from ionia.core.redaction import secrets_of
from ionia.core.settings import FIRST_DESTINATION, MOST_DESTINATIONS, Destination, OwnEncode
from ionia.rpc.param_types import (
    DEFAULT_SESSION_ID,
    DestinationName,
    OwnCaFile,
    RtmpUrl,
    SessionId,
    Side,
    StreamKey,
    VideoBitrate,
)

OwnBitrate = Annotated[
    VideoBitrate | None,
    Meta(description="Bits per second of an encode of its own, out of the same capture; default: the stream's."),
]
OwnWidth = Annotated[
    Side | None,
    Meta(description="Width of an encode of its own, even, or what its shape makes of height; default: the stream's."),
]
OwnHeight = Annotated[Side | None, Meta(description="Height of an encode of its own, likewise.")]


class DestinationOption(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """One server that a stream goes to."""

    rtmp_url: RtmpUrl
    stream_key: StreamKey = ""
    destination: Annotated[
        DestinationName | None, Meta(description="What it is called; default: its number, from 1.")
    ] = None
    video_bitrate: OwnBitrate = None
    width: OwnWidth = None
    height: OwnHeight = None
    ca_file: OwnCaFile = ""

    def __repr__(self) -> str:
        """Without the URL, which carries the stream key."""
        return "DestinationOption()"


RtmpUrls = Annotated[
    tuple[RtmpUrl | DestinationOption, ...] | None,
    Meta(
        description="In place of rtmpUrl: several servers, up to eight, that get the same encode, or one of their own."
    ),
]


def destinations_of(
    url: str | None, urls: Sequence[str | DestinationOption] | None, stream_key: str
) -> list[Destination]:
    """All of them, by name."""
    if urls is None:
        return [Destination(rtmp_url=url or "", stream_key=stream_key)]
    return [
        Destination(name=str(number), rtmp_url=one)
        if isinstance(one, str)
        else _destination(one.destination or str(number), one)
        for number, one in enumerate(urls, 1)
    ]


def check_destinations(url: str | None, urls: Sequence[str | DestinationOption] | None, stream_key: str) -> None:
    """One param of both, and names that tell the destinations apart; else WishError."""
    if (url is None) is (urls is None):
        raise WishError('streamer.initialize needs the param "rtmpUrl" or, for several servers, "rtmpUrls"')
    if urls is None:
        return
    if not 1 <= len(urls) <= MOST_DESTINATIONS:
        raise WishError(f'"rtmpUrls" must be a list of 1 to {MOST_DESTINATIONS} addresses')
    if stream_key:
        raise WishError('"streamKey" belongs to "rtmpUrl"; in "rtmpUrls", an object has it')
    names = [one.name for one in destinations_of(url, urls, stream_key)]
    if len(set(names)) < len(names):
        raise WishError('"rtmpUrls" must have a "destination" only once')


DelaySeconds = Annotated[
    float, Meta(ge=0, le=MOST_SECONDS, description="By how much viewers see the stream later. It is held in memory.")
]


class SetDelay(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of streamer.setDelay."""

    delay_seconds: DelaySeconds
    id: SessionId = DEFAULT_SESSION_ID


class SetDestination(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of streamer.setDestination."""

    rtmp_url: RtmpUrl
    stream_key: StreamKey = ""
    destination: DestinationName = FIRST_DESTINATION
    id: SessionId = DEFAULT_SESSION_ID
    video_bitrate: OwnBitrate = None
    width: OwnWidth = None
    height: OwnHeight = None
    ca_file: OwnCaFile = ""

    def __repr__(self) -> str:
        """Without the URL, which carries the stream key."""
        return f"SetDestination(id={self.id!r})"

    def secrets(self) -> frozenset[str]:
        """The key, wherever it is, and what else the address hides."""
        return secrets_of(self.rtmp_url, self.stream_key)

    def wish(self) -> Destination:
        """The same for the engine."""
        return _destination(self.destination, self)


class AddDestination(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of streamer.addDestination."""

    rtmp_url: RtmpUrl
    stream_key: StreamKey = ""
    destination: Annotated[
        DestinationName | None, Meta(description="What to call it; default: the next number that is free.")
    ] = None
    id: SessionId = DEFAULT_SESSION_ID
    video_bitrate: OwnBitrate = None
    width: OwnWidth = None
    height: OwnHeight = None
    ca_file: OwnCaFile = ""

    def __repr__(self) -> str:
        """Without the URL, which carries the stream key."""
        return f"AddDestination(id={self.id!r})"

    def secrets(self) -> frozenset[str]:
        """The key, wherever it is, and what else the address hides."""
        return secrets_of(self.rtmp_url, self.stream_key)

    def wish(self, taken: Sequence[str]) -> Destination:
        """The same for the engine, with a name beside those that are taken."""
        numbers = (str(number) for number in range(1, len(taken) + 2))
        name = self.destination or next(number for number in numbers if number not in taken)
        return _destination(name, self)


class RemoveDestination(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of streamer.removeDestination."""

    destination: DestinationName
    id: SessionId = DEFAULT_SESSION_ID


def _destination(name: str, params: DestinationOption | SetDestination | AddDestination) -> Destination:
    own = OwnEncode(video_bitrate=params.video_bitrate, width=params.width, height=params.height)
    return Destination(
        name=name, rtmp_url=params.rtmp_url, stream_key=params.stream_key, own=own, ca_file=params.ca_file
    )
