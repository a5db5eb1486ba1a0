"""HEVC and AV1 to libav's own RTMP server and reader, which must see each picture as it was."""

import subprocess
import sys
import time
from contextlib import suppress

import pytest

from ionia.core.live.rtmp_url import parse_rtmp_url
from ionia.core.media import MediaHeader
from ionia.core.settings import CodecName, EncoderChoice, VideoEncodeSettings
from ionia.core.test_card.pattern import CardPainter
from ionia.media.converter import Converter
from ionia.media.encoder_probe import open_video_encoder
from tests.fakes.nginx_rtmp import free_port
from tests.fakes.sender_events import PATIENCE, SenderEvents, open_publisher

WIDTH, HEIGHT, FPS, COUNT = 320, 180, 10, 8

READER = """
import sys, av
from ionia.core.test_card.pattern import read_index
with av.open(sys.argv[1], format="flv", options={"listen": "1"}) as container:
    stream = container.streams.video[0]
    frames = []
    try:
        for packet in container.demux(stream):
            frames += packet.decode()
    except OSError:  # how it ends for a server of libav's
        frames += stream.decode(None)
    seen = [read_index(frame.to_ndarray(format="bgra")) for frame in frames]
    print(stream.codec_context.name, stream.codec_context.color_primaries, *seen)
"""
"""In a process of its own: PyAV holds Python's lock while it waits for a connection."""


@pytest.mark.parametrize(("codec", "decoder"), [("hevc", "hevc"), ("av1", "libdav1d")])
def test_libav_reads_each_picture(codec: CodecName, decoder: str) -> None:
    settings = VideoEncodeSettings(codec=codec, encoder=EncoderChoice.X264, fps=FPS, video_bitrate=800_000, live=True)
    encoder, track, _ = open_video_encoder(settings, WIDTH, HEIGHT)
    converter, painter = Converter(encoder.takes), CardPainter(WIDTH, HEIGHT)
    packets = []
    for index in range(COUNT):
        packets += encoder.encode(converter.convert(painter.paint(index, flash=False)), index, keyframe=index == 0)
    encoder.close()
    url = f"rtmp://127.0.0.1:{free_port()}/live/key"
    with subprocess.Popen([sys.executable, "-c", READER, url], stdout=subprocess.PIPE, text=True) as reader:
        try:
            for _ in range(1000):  # until it listens
                time.sleep(0.03)
                events = SenderEvents()
                with open_publisher() as sender:
                    sender.connect(parse_rtmp_url(url), MediaHeader(tracks=(track,)), events)
                    with suppress(AssertionError):
                        events.connected()
                        sender.send(packets)
                        events.delivered(len(packets))
                        sender.close(PATIENCE)
                        break
            told, _ = reader.communicate(timeout=PATIENCE)
        finally:
            reader.kill()
    assert told.split() == [decoder, "1", *map(str, range(COUNT))]
    assert [event.promised for event in events.seen if hasattr(event, "promised")] == [False]
