"""live_url: each address by its kind."""

from ionia.core.live.live_url import parse_live_url
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.live.whip_url import WhipUrl

RTMP, WHIP = parse_live_url("rtmp://h/app", "key"), parse_live_url("whip://h/room", "token")


def test_by_kind() -> None:
    assert isinstance(RTMP, RtmpUrl)
    assert isinstance(WHIP, WhipUrl)
    assert (RTMP.key, WHIP.key) == ("key", "token")
