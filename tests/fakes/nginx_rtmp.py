"""nginx with its RTMP module as a real server: records what it gets, rejects keys, can play dead."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")

_CONFIG = """
load_module {module};
worker_processes 1;
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
events {{ worker_connections 128; }}
rtmp {{
  server {{
    listen 127.0.0.1:{rtmp_port};
    chunk_size 4096;
    application live {{
      live on;
      record all; record_path {folder}/rec; record_unique on;
      notify_method get;
      on_publish http://127.0.0.1:{http_port}/publish;
    }}
  }}
}}
http {{
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{http_port};
    location /publish {{ if ($arg_name ~ ^rejected) {{ return 403; }} return 200; }}
    location /stat {{ rtmp_stat all; }}
  }}
}}
"""


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens on this port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass
class NginxRtmp:
    """A running server. Keys that begin with "rejected" are refused; everything else is recorded."""

    port: int
    http_port: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    def url(self, key: str = "key") -> str:
        """Where to publish."""
        return f"rtmp://127.0.0.1:{self.port}/live/{key}"

    def recordings(self, key: str = "key") -> list[Path]:
        """FLV files of this key, oldest first."""
        found = (self.folder / "rec").glob(f"{key}-*.flv")
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    def log(self) -> str:
        """The error log: publishes, disconnects and deleteStreams among others."""
        return (self.folder / "error.log").read_text(errors="replace")

    def wait_until_over(self, key: str, timeout: float = 20) -> None:
        """Wait until nobody publishes this key any more: its recording is complete."""
        deadline = time.monotonic() + timeout
        while f"<name>{key}</name>" in self.stat():
            assert time.monotonic() < deadline, f"{key} is still being published"
            time.sleep(0.02)

    def stat(self) -> str:
        """The statistics page (XML)."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/stat", timeout=5) as answer:
            return str(answer.read().decode())

    def freeze(self) -> None:
        """SIGSTOP: connections stay, nothing is read or answered."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL: connections are reset. May be called twice."""
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        """Start (again) on the same ports and wait until it listens."""
        self.process = _launch(self.folder, self.port)


@contextmanager
def nginx_rtmp() -> Iterator[NginxRtmp]:
    """A server of one's own; skips the test where nginx or its module isn't installed."""
    if shutil.which("nginx") is None or not MODULE.exists():
        pytest.skip("needs nginx with its RTMP module (Debian: nginx-light libnginx-mod-rtmp)")
    folder = Path(tempfile.mkdtemp(prefix="ionia-nginx-"))
    folder.chmod(0o755)
    (folder / "rec").mkdir(mode=0o777)
    (folder / "rec").chmod(0o777)
    ports = free_port(), free_port()
    user = "user root;\n" if os.geteuid() == 0 else ""
    config = _CONFIG.format(module=MODULE, folder=folder, rtmp_port=ports[0], http_port=ports[1])
    (folder / "nginx.conf").write_text(user + config)
    server = NginxRtmp(port=ports[0], http_port=ports[1], folder=folder, process=_launch(folder, ports[0]))
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _launch(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"},
    )
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise RuntimeError(f"nginx did not start: {(folder / 'error.log').read_text()}") from None
            time.sleep(0.02)
