"""Going live to real servers, and what they have afterwards: every stamp, picture, beep and byte."""

import json
import shutil
import statistics
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from ionia.core.test_card.pattern import read_index
from tests.fakes.certificates import make_certificate
from tests.fakes.engine_process import EngineProcess, RpcError
from tests.fakes.live_stream import (
    check_begin,
    eventually,
    flv_tags,
    go_live,
    indexes_of,
    offsets_ms,
    pictures_of,
    stream_stats,
    wait_connected,
)
from tests.fakes.nginx_rtmp import NginxRtmp, free_port, nginx_rtmp
from tests.fakes.node_media_server import node_media_server
from tests.fakes.rtmp_server import rtmp_server, server_context

pytestmark = pytest.mark.rtmp


@pytest.fixture(scope="module")
def nginx() -> Iterator[NginxRtmp]:
    with nginx_rtmp() as server:
        yield server


def streamed(engine: EngineProcess, frames: int, session: str = "default") -> dict[str, object]:
    """Wait until so many pictures have been sent, stop, and return the final stats."""
    engine.wait_stats("streamer.getStats", session, lambda stats: stats["videoPackets"] >= frames)
    assert engine.call("streamer.stop", [session]) is True
    return stream_stats(engine, session)


def test_nginx_records_every_picture_and_the_sound_in_place(engine: EngineProcess, nginx: NginxRtmp) -> None:
    go_live(engine, nginx.url("whole"))
    stats = streamed(engine, 160)  # flashes of the first second may fall on pictures that a late machine left out
    nginx.wait_until_over("whole")
    (recording,) = nginx.recordings("whole")
    tags = flv_tags(recording)
    check_begin(tags)
    pictures = pictures_of(tags)
    indexes = indexes_of(pictures)
    # Each picture once and in order: the card's count goes on by one from picture to picture.
    # Where this machine was late, a picture is repeated and the next one skips what nobody saw. And once, since looks
    # begin the earlier the longer they take: where that goes over the beat of the card, one lies between two (0451).
    causes = ("videoFramesLagged", "videoFramesSkipped", "videoFramesDuplicated")
    late = sum(int(str(stats[cause])) for cause in causes)
    assert sum(b - a != 1 for a, b in pairwise(indexes)) <= 1 + 2 * late
    assert max(b - a for a, b in pairwise(indexes)) <= 2 + late
    assert indexes == sorted(indexes)
    assert len(pictures) == stats["videoPackets"]
    assert abs(sum(tag.kind == 8 for tag in tags) - 1 - int(str(stats["audioPackets"]))) <= 2
    offsets = offsets_ms(recording)
    assert len(offsets) >= 2
    # A flash is seen with the picture in whose 33 ms it began, or with the one after; a late machine shows it later.
    assert -35 - 34 * late <= statistics.median(offsets) <= 35, offsets
    assert (stats["videoPacketsDropped"], stats["audioPacketsDropped"], stats["reconnectCount"]) == (0, 0, 0)


@pytest.mark.ffprobe
def test_ffprobe_finds_a_complete_stream_of_the_right_rate(engine: EngineProcess, nginx: NginxRtmp) -> None:
    go_live(engine, nginx.url("probe"), videoBitrate=2_000_000)
    streamed(engine, 90)
    nginx.wait_until_over("probe")
    (recording,) = nginx.recordings("probe")
    command = ["ffprobe", "-v", "warning", "-show_streams", "-show_packets", "-of", "json", str(recording)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    assert done.stderr == b""
    answer = json.loads(done.stdout)
    video, audio = answer["streams"]
    assert (video["codec_name"], video["width"], video["height"]) == ("h264", 1280, 720)
    assert (audio["codec_name"], audio["sample_rate"], audio["channels"]) == ("aac", "48000", 2)
    packets = answer["packets"]
    assert packets[0]["codec_type"] == "video"
    assert packets[0]["flags"].startswith("K")
    sizes = [int(packet["size"]) for packet in packets if packet["codec_type"] == "video"]
    seconds = [sum(sizes[at : at + 30]) * 8 for at in range(0, len(sizes) - 29, 30)]
    assert all(1_800_000 <= bits <= 2_200_000 for bits in seconds), seconds


def test_what_is_counted_is_what_arrived(engine: EngineProcess) -> None:
    with rtmp_server() as server:
        go_live(engine, server.url())
        stats = streamed(engine, 90)
        publication = server.publications[0]
        server.wait_for(lambda: publication.over)
    assert len(publication.of(9)) == stats["videoPackets"]
    assert len(publication.of(8)) == pytest.approx(stats["audioPackets"], abs=2)
    assert publication.bytes_read == pytest.approx(stats["bytesSent"], rel=0.01)
    assert publication.commands[-2:] == ["FCUnpublish", "deleteStream"]
    check_begin(publication.media)


def test_node_media_server_and_a_player_that_joins_late(engine: EngineProcess) -> None:
    with node_media_server() as server:
        go_live(engine, server.url("late"))
        engine.wait_stats("streamer.getStats", "default", lambda stats: stats["videoPackets"] >= 75)
        command = ["ffprobe", "-v", "error", "-read_intervals", "%+#40", "-show_packets", "-of", "json"]
        joined = subprocess.run([*command, server.player_url("late")], capture_output=True, check=True, timeout=60)
        packets = json.loads(joined.stdout)["packets"]
        pictures = [packet for packet in packets if packet["codec_type"] == "video"]
        assert joined.stderr == b""
        assert pictures[0]["flags"].startswith("K")
        stats = streamed(engine, 100)

        def complete() -> bool:
            files = server.recordings()
            return bool(files) and len(pictures_of(flv_tags(files[0]))) >= int(str(stats["videoPackets"]))

        eventually(complete, "the recording has fewer pictures than were sent")
    assert stats["reconnectCount"] == 0


def test_ffmpeg_as_a_server(engine: EngineProcess, tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs the ffmpeg program")
    port, path = free_port(), tmp_path / "taken.flv"
    url = f"rtmp://127.0.0.1:{port}/live/key"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-f", "flv", "-listen", "1", "-i", url, "-c", "copy", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as server:
        # It takes one connection and ends with it, so a look at its port would be the end of it: we just try.
        go_live(engine, url, reconnectInitialMs=50)
        wait_connected(engine)
        stats = streamed(engine, 60)
        _, said = server.communicate(timeout=60)
    # It ends every publication so, its own `ffmpeg` publishing to it included.
    assert said.decode().strip() in ("", f"{url}: Input/output error")
    tags = flv_tags(path)
    check_begin(tags)
    pictures = pictures_of(tags)
    assert len(pictures) == stats["videoPackets"]
    assert read_index(pictures[0][1]) is not None


def test_rtmps_with_a_certificate_that_fits_and_with_one_that_does_not(tmp_path: Path) -> None:
    good = make_certificate(tmp_path)
    other = make_certificate(tmp_path, names="DNS:elsewhere.test")
    trusted = tmp_path / "authorities.pem"
    trusted.write_bytes(good.read_bytes() + other.read_bytes())
    with (
        rtmp_server(tls=server_context(good)) as right,
        rtmp_server(tls=server_context(other)) as wrong,
        EngineProcess({"SSL_CERT_FILE": str(trusted)}) as engine,
    ):
        go_live(engine, right.url())
        with pytest.raises(RpcError, match="certificate is for another name") as refused:
            go_live(engine, wrong.url(), "wrong", requireConnection=True)
        assert (refused.value.code, refused.value.kind) == (1303, "connect_failed")
        streamed(engine, 30)
        check_begin(right.publications[0].media)
        assert wrong.connections
        assert not wrong.publications
    untrusting = (rtmp_server(tls=server_context(good)), EngineProcess())
    with untrusting[0] as right, untrusting[1] as engine, pytest.raises(RpcError, match="certificate"):
        go_live(engine, right.url(), requireConnection=True)
