"""The frozen engine streams to a real RTMP server."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from ionia.core.test_card.pattern import read_index
from tests.fakes.certificates import make_certificate
from tests.fakes.engine_process import EngineProcess
from tests.fakes.frozen_engine import FrozenEngine, freeze
from tests.fakes.live_stream import check_begin, go_live
from tests.fakes.media_check import decode_luma, file_facts
from tests.fakes.nginx_rtmp import NginxRtmp, nginx_rtmp
from tests.fakes.rtmp_server import rtmp_server, server_context
from tests.fakes.windows_rig import WindowsRig, windows_rig

__all__ = ["windows_rig"]  # a fixture
pytestmark = [pytest.mark.slow, pytest.mark.rtmp]

CARD = {"screen": "test", "desktopAudio": "test", "audioMode": "desktop", "encoder": "x264", "fps": 30}
DEADLINE_S = 60.0


@pytest.fixture(scope="module", params=["linux", pytest.param("windows", marks=pytest.mark.wine)])
def frozen(request: pytest.FixtureRequest) -> FrozenEngine:
    rig: WindowsRig | None = request.getfixturevalue("windows_rig") if request.param == "windows" else None
    return freeze(request.param, rig)


@pytest.fixture(scope="module")
def nginx() -> Iterator[NginxRtmp]:
    with nginx_rtmp() as server:
        yield server


def test_node_drives_a_stream(frozen: FrozenEngine, nginx: NginxRtmp) -> None:
    key = f"node-{frozen.system}"
    said, printed = frozen.drive_from_node("streamer", {"rtmpUrl": nginx.url(key), **CARD}, seconds=5)
    assert "connected" in said["connection"]
    assert said["connection"][-1] == "closed"
    assert (said["running"], said["stats"]["audioPacketsDropped"]) == (True, 0)
    assert key not in printed  # the key is a secret
    nginx.wait_until_over(key)
    (recording,) = nginx.recordings(key)
    facts = file_facts(recording)
    assert facts.video.end_seconds >= 1.5
    assert facts.audio is not None
    indexes = [index for index in (read_index(luma) for _, luma in decode_luma(recording)) if index is not None]
    assert len(indexes) == len(facts.video.pts)
    assert all(after >= before for before, after in pairwise(indexes))


def test_a_stream_comes_back_after_the_server_did(frozen: FrozenEngine) -> None:
    with nginx_rtmp() as server, frozen.start() as engine:
        engine.call("streamer.initialize", {"rtmpUrl": server.url("again"), **CARD})
        engine.call("streamer.start")
        engine.wait_for("streamer.connection", lambda params: params["state"] == "connected")
        engine.wait_stats("streamer.getStats", "default", lambda stats: stats["videoPackets"] >= 30)
        server.kill()
        engine.wait_for("streamer.connection", lambda params: params["state"] == "reconnecting")
        server.start()
        engine.wait_stats(
            "streamer.getStats", "default", lambda stats: stats["reconnectCount"] >= 1 and stats["connected"]
        )
        assert engine.call("streamer.stop") is True
        server.wait_until_over("again")
        assert len(server.recordings("again")) == 2


def test_a_killed_engine_ends_its_stream(frozen: FrozenEngine) -> None:
    with nginx_rtmp() as server, frozen.start() as engine:
        engine.call("streamer.initialize", {"rtmpUrl": server.url("killed"), **CARD})
        engine.call("streamer.start")
        engine.wait_stats("streamer.getStats", "default", lambda stats: stats["videoPackets"] >= 30)
        engine.process.kill()
        engine.process.wait(DEADLINE_S)
        server.wait_until_over("killed", DEADLINE_S)


def wait_refused(engine: EngineProcess, session: str) -> None:
    """However often a busy machine has to try."""
    engine.wait_for("streamer.connection", lambda one: one["id"] == session and one["kind"] == "certificate")


def test_a_key_goes_only_to_a_server_with_a_good_certificate(frozen: FrozenEngine, tmp_path: Path) -> None:
    good, other = make_certificate(tmp_path), make_certificate(tmp_path, names="DNS:elsewhere.test")
    trusted = tmp_path / "authorities.pem"
    trusted.write_bytes(good.read_bytes() + other.read_bytes())
    with (
        rtmp_server(tls=server_context(good)) as right,
        rtmp_server(tls=server_context(other)) as wrong,
        frozen.start(SSL_CERT_FILE=frozen.path(trusted)) as engine,
    ):
        go_live(engine, right.url())
        go_live(engine, wrong.url(), "wrong")
        wait_refused(engine, "wrong")
        right.wait_for(lambda: any(len(one.of(9)) >= 30 for one in right.publications), DEADLINE_S)
        publication = next(one for one in right.publications if len(one.of(9)) >= 30)
        check_begin(publication.media)
        assert publication.tc_url == f"rtmps://127.0.0.1:{right.port}/live"
        assert wrong.connections
        assert not wrong.publications
        engine.process.kill()
        right.wait_for(lambda: all(one.over for one in right.publications), DEADLINE_S)


def test_a_key_does_not_go_to_a_server_that_the_system_does_not_trust(frozen: FrozenEngine, tmp_path: Path) -> None:
    with rtmp_server(tls=server_context(make_certificate(tmp_path))) as server, frozen.start() as engine:
        go_live(engine, server.url())
        wait_refused(engine, "default")
        assert server.connections
        assert not server.publications
