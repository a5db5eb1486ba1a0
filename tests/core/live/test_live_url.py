"""live_url: each address by its kind, and none of two kinds in one stream."""

import pytest

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.live_url import all_whip, parse_live_url
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.live.whip_url import WhipUrl

RTMP, WHIP = parse_live_url("rtmp://h/app", "key"), parse_live_url("whip://h/room", "token")


def test_by_kind() -> None:
    assert isinstance(RTMP, RtmpUrl)
    assert isinstance(WHIP, WhipUrl)
    assert (RTMP.key, WHIP.key) == ("key", "token")


def test_one_kind_in_a_stream() -> None:
    assert not all_whip([RTMP, RTMP])
    assert all_whip([WHIP])
    with pytest.raises(IoniaError) as refused:
        all_whip([WHIP, RTMP])
    assert refused.value.kind is ErrorKind.BAD_URL
