"""A stream key and a password are on the wire and nowhere else."""

import os
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.fakes.engine_process import EngineProcess, RpcError
from tests.fakes.live_stream import CARD, KEY, connections, go_live, stream_stats, wait_connected
from tests.fakes.nginx_rtmp import free_port
from tests.fakes.rtmp_server import Act, Misbehaviour, Stage, rtmp_server

PASSWORD = "PaSsWoRdOfMiNe"
TOKEN = "ToKeNoFmInE"
SECRETS = (KEY, PASSWORD, TOKEN)


def visible(pid: int) -> str:
    """Arguments, environment and open file names of a process and its children, as other programs see them."""
    seen = []
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        folder = Path(f"/proc/{process.pid}")
        with suppress(OSError):
            seen += [(folder / name).read_bytes().decode(errors="replace") for name in ("cmdline", "environ", "comm")]
            for link in (folder / "fd").iterdir():
                with suppress(OSError):
                    seen.append(os.readlink(link))  # noqa: PTH115 - pipes and sockets aren't paths
            for thread in (folder / "task").iterdir():
                with suppress(OSError):
                    seen.append((thread / "comm").read_text())
    return "\n".join(seen)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")
def test_secrets_are_nowhere_but_on_the_wire(tmp_path: Path) -> None:
    rejecting = Misbehaviour(stage=Stage.PUBLISH, act=Act.REJECT)
    key = f"{KEY}?token={TOKEN}"
    said = []
    sessions = ("good", "bad", "login", "beside", "nowhere", "several")
    with (
        rtmp_server() as good,
        rtmp_server(misbehaviour=rejecting) as bad,
        EngineProcess(cwd=str(tmp_path)) as engine,
    ):
        engine.call("engine.setDebugLogging", [True])
        engine.call("engine.subscribe", {"statsIntervalMs": 100, "audioLevels": True})
        go_live(engine, good.url(key), "good")
        go_live(engine, bad.url(key), "bad")
        go_live(engine, good.url(key).replace("://", f"://me:{PASSWORD}@"), "login")
        beside = f"{KEY}-beside?token={TOKEN}"
        go_live(engine, good.url(""), "beside", streamKey=f"{beside}\u200b")
        go_live(engine, f"rtmp://no-such-host.invalid/live/{key}", "nowhere")
        several = [bad.url(key), {"rtmpUrl": good.url("").rstrip("/"), "streamKey": f"{KEY}-first"}]
        engine.call("streamer.initialize", {"rtmpUrls": several, "id": "several", **CARD})
        engine.call("streamer.start", ["several"])
        engine.call("streamer.addDestination", {"rtmpUrl": good.url(f"{KEY}-added"), "id": "several"})
        engine.call("streamer.setDestination", {"rtmpUrl": good.url(f"{KEY}-set"), "id": "several"})
        for url in (
            bad.url(key),
            f"rtmp://127.0.0.1:{free_port()}/live/{key}",
            f"rtmp://me:{PASSWORD}@127.0.0.1:x/live/{key}",
            f"ftp://me:{PASSWORD}@host/live/{key}",
            f"rtmp://me:12/{PASSWORD}@127.0.0.1/live/{key}",
        ):
            with pytest.raises(RpcError) as refused:
                go_live(engine, url, "refused", requireConnection=True)
            said.append(str(refused.value))
        # One whose types are wrong, so that what validates params speaks.
        with pytest.raises(RpcError) as wrong:
            engine.call("streamer.initialize", {"rtmpUrl": good.url(key), "fps": "x", **CARD})
        said.append(str(wrong.value))
        wait_connected(engine, "good")
        wait_connected(engine, "beside")
        wait_connected(engine, "several", times=3)
        names = {one["destination"] for one in connections(engine, "several") if one["state"] == "connected"}
        assert names == {"1", "2", "3"}
        engine.wait_for("session.warning", lambda one: one["id"] == "beside" and one["code"] == "address_trimmed")
        said.append(visible(engine.process.pid))
        good.hang_up()
        wait_connected(engine, "good", times=2)
        engine.wait_for("streamer.connection", lambda one: one["id"] == "nowhere" and bool(one["reason"]))
        said.append(visible(engine.process.pid))
        said += [str(stream_stats(engine, session)) for session in sessions]
        assert connections(engine, "bad")
        said.append(str(engine.notifications))
        for session in sessions:
            engine.call("streamer.dispose", [session])
    said.append(engine.stderr)
    assert len(engine.stderr) > 200
    assert any(publication.key == beside for publication in good.publications)
    assert any(publication.key == key for publication in good.publications)
    for name in ("first", "added", "set"):
        assert any(publication.key == f"{KEY}-{name}" and publication.of(9) for publication in good.publications)
    for secret in SECRETS:
        for text in said:
            at = text.find(secret)
            assert at < 0, text[max(0, at - 300) : at]
    assert list(tmp_path.iterdir()) == []
