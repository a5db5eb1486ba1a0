"""The address of any server that a stream can go to."""

from ionia.core.live.rtmp_url import RtmpUrl, parse_rtmp_url
from ionia.core.live.whip_url import WhipUrl, is_whip, parse_whip_url

LiveUrl = RtmpUrl | WhipUrl


def parse_live_url(text: str, stream_key: str = "") -> LiveUrl:
    """Check an address, and what was given beside it: of RTMP a stream key, of WHIP a token.

    Raises IoniaError(BAD_URL), whose message has no part of either.
    """
    return parse_whip_url(text, stream_key) if is_whip(text) else parse_rtmp_url(text, stream_key)
