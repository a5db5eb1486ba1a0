"""publisher: what is spoken is what the address asks for."""

from ionia.core.live.live_url import parse_live_url
from ionia.core.media import VIDEO
from ionia.sinks.publisher import Publisher
from tests.fakes.encoded_clip import encoded_clip
from tests.fakes.rtmp_server import rtmp_server
from tests.fakes.sender_events import PATIENCE, SenderEvents
from tests.fakes.whip_server import whip_server


def test_by_the_address() -> None:
    clip = encoded_clip(30, audio=False)
    with rtmp_server() as rtmp, whip_server() as whip:
        for url in (rtmp.url(), whip.url()):
            sender, events = Publisher(), SenderEvents()
            sender.connect(parse_live_url(url), clip.header.only(VIDEO), events)
            events.connected()
            sender.send(clip.live)
            events.delivered(len(clip.live))
            assert sender.close(PATIENCE)
            assert events.ended().code is None
        assert len(rtmp.publications) == 1
        whip.wait_for(lambda: whip.sessions[0].ended)


def test_killing_ends_either() -> None:
    with rtmp_server() as rtmp, whip_server() as whip:
        for url in (rtmp.url(), whip.url()):
            sender, events = Publisher(), SenderEvents()
            sender.connect(parse_live_url(url), encoded_clip(30, audio=False).header, events)
            sender.kill()
            sender.leave()
            assert events.ended().code is not None
