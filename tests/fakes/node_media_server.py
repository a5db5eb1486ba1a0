"""node-media-server as a real server: the second opinion on RTMP, and HTTP-FLV for players that join at any time."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.live_stream import eventually
from tests.fakes.nginx_rtmp import free_port, listens

PROGRAM = Path(__file__).parents[2] / "electron-shell/node_modules/node-media-server/bin/app.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeMediaServer:
    """A running server; everything published is recorded."""

    port: int
    http_port: int
    folder: Path

    def url(self, key: str) -> str:
        """Where to publish."""
        return f"rtmp://127.0.0.1:{self.port}/live/{key}"

    def player_url(self, key: str) -> str:
        """Where to watch."""
        return f"http://127.0.0.1:{self.http_port}/live/{key}.flv"

    def recordings(self) -> list[Path]:
        """All FLV files."""
        return sorted(self.folder.rglob("*.flv"))


@contextmanager
def node_media_server() -> Iterator[NodeMediaServer]:
    """A server of one's own; skips the test where Node or the package isn't installed."""
    if shutil.which("node") is None or not PROGRAM.exists():
        pytest.skip("needs Node.js and `npm ci` in electron-shell (node-media-server is among its dev dependencies)")
    folder = Path(tempfile.mkdtemp(prefix="ionia-nms-"))
    server = NodeMediaServer(port=free_port(), http_port=free_port(), folder=folder)
    arguments = ["--bind", "127.0.0.1", "--rtmp-port", str(server.port), "--http-port", str(server.http_port)]
    arguments += ["--data-path", str(folder / "data"), "--record-path", str(folder / "rec")]
    process = subprocess.Popen(
        ["node", str(PROGRAM), *arguments, "--record-auto", "--no-admin"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: listens(server.port) and listens(server.http_port), "node-media-server did not start")
        yield server
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
