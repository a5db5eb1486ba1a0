"""The sender against a real server: nginx's RTMP module, which records what it gets."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from ionia.core.live.connection import LONGEST_NS
from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.live.sender_events import Progress
from ionia.core.media import SAMPLE_RATE, VIDEO, EncodedPacket
from ionia.core.timebase import NS_PER_S
from tests.fakes.encoded_clip import encoded_clip, luma_of
from tests.fakes.media_check import decode_luma, file_facts
from tests.fakes.nginx_rtmp import NginxRtmp, nginx_rtmp
from tests.fakes.sender_events import PATIENCE, SenderEvents, open_publisher
from tests.fakes.tcp_relay import tcp_relay

pytestmark = pytest.mark.rtmp


@pytest.fixture(scope="module")
def nginx() -> Iterator[NginxRtmp]:
    with nginx_rtmp() as server:
        yield server


def first_loud_ms(path: Path, *, after_ms: int) -> float:
    """When the sound gets loud, in the file's time. FLV rounds to milliseconds, so samples don't join exactly."""
    with av.open(str(path)) as container:
        for frame in container.decode(container.streams.audio[0]):
            assert frame.time is not None
            loud = np.flatnonzero(np.abs(frame.to_ndarray()[0]) > 0.1)
            if len(loud) and frame.time * 1000 >= after_ms:
                return frame.time * 1000 + float(loud[0]) / 48
    raise AssertionError("silence")


def test_the_recording_has_every_picture_and_the_sound_in_place(nginx: NginxRtmp) -> None:
    clip = encoded_clip()
    events = SenderEvents()
    with open_publisher() as sender:
        sender.connect(parse_rtmp_url(nginx.url("whole")), clip.header, events)
        sender.send(clip.live)
        events.delivered(len(clip.live))
        assert sender.close(PATIENCE)
        assert events.ended().code is None
    (recording,) = nginx.recordings("whole")
    nginx.wait_until_over("whole")
    pictures = decode_luma(recording)
    assert [round(float(luma.mean())) for _, luma in pictures] == pytest.approx(
        [luma_of(index) for index in range(100)], abs=2
    )
    facts = file_facts(recording)
    assert facts.video.keyframes == [0, 2000]
    assert facts.audio is not None
    # The tone of second 1 and picture 30 belong together.
    assert first_loud_ms(recording, after_ms=500) == pytest.approx(pictures[30][0], abs=5)
    stamps = sorted([*facts.video.pts, *facts.audio.pts])
    assert all(b > a for a, b in itertools.pairwise(stamps))


@pytest.mark.parametrize("seconds", [2**24 // 1000 - 2, LONGEST_NS // NS_PER_S - 4], ids=["24 bits", "the longest"])
def test_as_old_as_a_connection_becomes_nothing_is_lost_or_moves(nginx: NginxRtmp, seconds: int) -> None:
    """The second half of the clip comes so much later by its times; in the first case they pass 2^24 ms in it."""
    clip = encoded_clip()
    fps = clip.header.video.fps
    begins = next(packet.dts for packet in clip.live if packet.track == VIDEO and packet.keyframe and packet.dts)

    def aged(packet: EncodedPacket) -> EncodedPacket:
        rate = fps if packet.track == VIDEO else SAMPLE_RATE
        later = seconds * rate if packet.dts * fps >= begins * rate else 0
        return replace(packet, pts=packet.pts + later, dts=packet.dts + later)

    events, key = SenderEvents(), f"aged-{seconds}"
    with open_publisher() as sender:
        sender.connect(parse_rtmp_url(nginx.url(key)), clip.header, events)
        sender.send([aged(packet) for packet in clip.live])
        events.delivered(len(clip.live))
        assert sender.close(PATIENCE)
    nginx.wait_until_over(key)
    (recording,) = nginx.recordings(key)
    facts = file_facts(recording)
    assert facts.video.keyframes == [0, 2000 + seconds * 1000]
    assert len(facts.video.pts) == 100
    assert max(facts.video.pts) == seconds * 1000 + 99 * 1000 // fps
    assert facts.audio is not None
    stamps = sorted([*facts.video.pts, *facts.audio.pts])
    assert all(b > a for a, b in itertools.pairwise(stamps))


def test_a_rejected_key_and_an_unknown_application(nginx: NginxRtmp) -> None:
    for url in (nginx.url("rejected-SeCrEt"), nginx.url("SeCrEt").replace("/live/", "/nowhere/")):
        events = SenderEvents()
        with open_publisher() as sender:
            sender.connect(parse_rtmp_url(url), encoded_clip().header, events)
            end = events.ended()
        assert end.code in (FailureCode.HUNG_UP, FailureCode.REJECTED)
        assert "SeCrEt" not in end.detail


def test_a_server_that_dies_and_one_that_freezes() -> None:
    clip = encoded_clip()
    with nginx_rtmp() as nginx:
        events = SenderEvents()
        with open_publisher() as sender:
            sender.connect(parse_rtmp_url(nginx.url()), clip.header, events)
            events.connected()
            sender.send(clip.live)
            events.delivered(len(clip.live))
            nginx.freeze()
            sender.send(clip.flood(1000, first=200))  # far more than all sockets hold
            stuck = events.until(lambda event: isinstance(event, Progress) and event.sent_bytes > event.delivered_bytes)
            assert isinstance(stuck, Progress)
            nginx.thaw()
            nginx.kill()
            end = events.ended()
        assert end.code is FailureCode.RESET
        nginx.start()
        events = SenderEvents()
        with open_publisher() as sender:
            sender.connect(parse_rtmp_url(nginx.url("again")), clip.header, events)
            events.connected()


def test_a_link_that_stalls_recovers_and_breaks(nginx: NginxRtmp) -> None:
    clip = encoded_clip()
    events = SenderEvents()
    with tcp_relay(nginx.port) as relay, open_publisher() as sender:
        sender.connect(parse_rtmp_url(f"rtmp://127.0.0.1:{relay.port}/live/relayed"), clip.header, events)
        events.connected()
        half = len(clip.live) // 2
        sender.send(clip.live[:half])
        events.delivered(half)
        relay.throttle(200_000)
        sender.send(clip.live[half:])
        events.delivered(len(clip.live))
        relay.reset()  # found out although nothing is being written
        assert events.ended().code is FailureCode.RESET
