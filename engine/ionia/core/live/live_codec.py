"""What to tell of a stream whose codec not every server takes: before it goes live, and once a server has answered."""

from ionia.core.codec.codec import VideoCodec
from ionia.core.live.enhanced_flv import is_enhanced

_H264_ALONE = {"twitch.tv": "Twitch", "live-video.net": "Kick and other services on IVS", "facebook.com": "Facebook"}
"""Services by the end of their servers' names. YouTube takes all three codecs."""


def known_of(host: str, codec: VideoCodec) -> str | None:
    """One line for people if the service at this host is known to take H.264 alone."""
    host = host.lower().rstrip(".")
    for domain, name in _H264_ALONE.items():
        if is_enhanced(codec) and (host == domain or host.endswith("." + domain)):
            return f"{name} took H.264 alone when this was written, and the stream is {codec.name.upper()}."
    return None


def not_promised(destination: str, codec: VideoCodec) -> str:
    """One line for people: the server said nothing of codecs."""
    return (
        f"Destination {destination}: the server doesn't say whether it takes {codec.name.upper()}. Some that do don't "
        "say so; look whether viewers see a picture, or stream H.264."
    )
