"""A WHIP server on aiortc's peer: it takes sessions over HTTP and keeps what arrives. Loopback only."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiortc import RTCPeerConnection, RTCSessionDescription


@dataclass(slots=True)
class WhipSession:
    """One publisher and what came of it. `pictures`: luma of each and the instant at which it was there."""

    authorization: str
    target: str
    pictures: list[tuple[int, float]] = field(default_factory=list)
    sound_samples: int = 0
    ended: bool = False
    peer: Any = None


class WhipServer:
    """Answers on a thread of its own; the peers have a loop on another."""

    def __init__(self, *, token: str = "", status: int = 201, tls: ssl.SSLContext | None = None) -> None:
        """`status`: what every offer is answered with; 201 takes those who know the token."""
        self.sessions: list[WhipSession] = []
        self.status = status
        self._token = token
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = False  # closing it waits for whoever is being answered
        self._secure = tls is not None
        if tls is not None:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self._threads = [
            threading.Thread(target=self._loop.run_forever, daemon=True),
            threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def url(self, path: str = "/whip/room") -> str:
        """Where to publish."""
        return f"{'whips' if self._secure else 'whip'}://127.0.0.1:{self._http.server_address[1]}{path}"

    def wait_for(self, condition: Callable[[], bool], timeout: float = 30) -> None:
        """Until it holds; looked at whenever something came."""
        with self._changed:
            assert self._changed.wait_for(condition, timeout), "the server waited in vain"

    def drop(self) -> None:
        """All peers are gone without a word to anybody."""
        for session in self.sessions:
            if session.ended:
                continue
            session.ended = True
            asyncio.run_coroutine_threadsafe(session.peer.close(), self._loop).result(10)

    def want_keyframe(self) -> None:
        """As a viewer who begins to watch."""
        receiver = next(one.receiver for one in self.sessions[-1].peer.getTransceivers() if one.kind == "video")
        source = receiver.getSynchronizationSources()[0].source
        asyncio.run_coroutine_threadsafe(receiver._send_rtcp_pli(source), self._loop).result(10)

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self.drop()
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        for thread in self._threads:
            thread.join(10)
        self._loop.close()

    def offered(self, handler: BaseHTTPRequestHandler, offer: str) -> tuple[int, str, str]:
        """Status, location and answer."""
        authorization = handler.headers.get("Authorization", "")
        if self.status != 201:
            return self.status, "", ""
        if self._token and authorization != f"Bearer {self._token}":
            return 401, "", ""
        session = WhipSession(authorization=authorization, target=handler.path)
        answer = asyncio.run_coroutine_threadsafe(self._answer(session, offer), self._loop).result(10)
        with self._changed:
            self.sessions.append(session)
            self._changed.notify_all()
        return 201, f"/session/{len(self.sessions)}?secret=SeCrEtSession", answer

    def deleted(self, path: str) -> None:
        """A publisher ends its session."""
        number = int(path.split("/")[2].partition("?")[0])
        session = self.sessions[number - 1]
        if session.ended:
            return
        asyncio.run_coroutine_threadsafe(session.peer.close(), self._loop).result(10)
        with self._changed:
            session.ended = True
            self._changed.notify_all()

    async def _answer(self, session: WhipSession, offer: str) -> str:
        session.peer = peer = RTCPeerConnection()
        readers = []
        peer.on("track", lambda track: readers.append(asyncio.ensure_future(self._read(session, track))))
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        return str(peer.localDescription.sdp)

    async def _read(self, session: WhipSession, track: Any) -> None:
        while True:
            try:
                frame = await track.recv()
            except Exception:  # noqa: BLE001 - aiortc's word for the end
                return
            with self._changed:
                if track.kind == "video":
                    session.pictures.append((round(frame.to_ndarray()[: frame.height].mean()), time.monotonic()))
                else:
                    session.sound_samples += frame.samples
                self._changed.notify_all()


async def _cancel_all() -> None:
    """What aiortc leaves behind."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


def _handler(server: WhipServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            offer = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, location, answer = server.offered(self, offer)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Type", "application/sdp")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer.encode())

        def do_DELETE(self) -> None:
            server.deleted(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    return Handler


@contextmanager
def whip_server(*, token: str = "", status: int = 201, tls: ssl.SSLContext | None = None) -> Iterator[WhipServer]:
    """A server for the length of a test."""
    server = WhipServer(token=token, status=status, tls=tls)
    try:
        yield server
    finally:
        server.close()
