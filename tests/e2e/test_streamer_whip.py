"""Going live by WHIP, from the real engine to aiortc's peer: media, another session after an outage, and no secret."""

from pathlib import Path

from tests.e2e.test_streamer_secrets import visible
from tests.fakes.engine_process import EngineProcess
from tests.fakes.live_stream import CARD, wait_connected
from tests.fakes.whip_server import whip_server

TOKEN, PLACE = "ToKeNoFmInE", "PlAcEoFmInE"


def test_a_stream_comes_back_in_another_session_and_shows_no_secret(engine: EngineProcess) -> None:
    with whip_server(token=TOKEN) as server:
        engine.call("engine.setDebugLogging", [True])
        options = {**CARD, "desktopAudio": "test", "audioMode": "desktop", "reconnectInitialMs": 10}
        url = server.url(f"/whip/{PLACE}")
        engine.call("streamer.initialize", {**options, "rtmpUrl": url, "streamKey": TOKEN})
        engine.call("streamer.start")
        wait_connected(engine)
        server.wait_for(lambda: len(server.sessions[0].pictures) > 5 and server.sessions[0].sound_samples > 9600)
        seen = visible(engine.process.pid) if Path("/proc/self").exists() else ""
        server.drop()
        wait_connected(engine, times=2)
        server.wait_for(lambda: len(server.sessions) > 1 and bool(server.sessions[1].pictures))
        stats = engine.call("streamer.getStats")
        assert engine.call("streamer.stop") is True
        server.wait_for(lambda: server.sessions[1].ended)
    assert {session.authorization for session in server.sessions} == {f"Bearer {TOKEN}"}
    assert stats["rtmpUrl"].endswith("/****")
    said = "\n".join([seen, engine.stderr, str(engine.notifications), str(stats)])
    assert not [secret for secret in (TOKEN, PLACE, "SeCrEtSession") if secret in said]
