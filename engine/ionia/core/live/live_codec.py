"""What to tell of a stream whose codec not every server takes: before it goes live, and once a server has answered."""

from ionia.core.codec.codec import VideoCodec
from ionia.core.live.enhanced_flv import is_enhanced
from ionia.core.live.service_limits import service_of


def known_of(host: str, codec: VideoCodec) -> str | None:
    """One line for people if the service at this host is known to take H.264 alone."""
    service = service_of(host)
    if service is None or service.takes_others or not is_enhanced(codec):
        return None
    return f"{service.name} took H.264 alone when this was written, and the stream is {codec.name.upper()}."


def not_promised(destination: str, codec: VideoCodec) -> str:
    """One line for people: the server said nothing of codecs."""
    return (
        f"Destination {destination}: the server doesn't say whether it takes {codec.name.upper()}. Some that do don't "
        "say so; look whether viewers see a picture, or stream H.264."
    )
