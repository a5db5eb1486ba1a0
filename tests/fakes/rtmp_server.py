"""A small RTMP server: enough of the protocol to be published to, and a note of every message with its instant.

It can misbehave at any stage (see `Misbehaviour`). Real servers are in nginx_rtmp.py; this one exists for what they
never do, and to look at what arrives without a file in between. Adobe's RTMP specification 1.0, AMF0.
"""

import base64
import hashlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from urllib.parse import parse_qs

from tests.fakes.amf import decode_amf, encode_amf
from tests.fakes.rtmp_chunks import IncomingChunks

CHUNK_SIZE = 4096


class Stage(Enum):
    """Points in a connection's life, in order."""

    ACCEPTED = "accepted"
    HANDSHAKEN = "handshaken"
    CONNECT = "connect"
    CREATE_STREAM = "createStream"
    PUBLISH = "publish"
    MEDIA = "media"


class Act(Enum):
    """What a misbehaving server does when the stage is reached, instead of answering."""

    STALL = "stall"  # keep the connection, never read nor answer again
    CLOSE = "close"
    RESET = "reset"
    REJECT = "reject"  # connect or publish: an error status
    SLOW = "slow"  # media: read only `bytes_per_second`


@dataclass(frozen=True, slots=True, kw_only=True)
class Misbehaviour:
    """`after_messages`: at Stage.MEDIA, only after so many audio and video messages. `words`: what a rejection says;
    without them it says its code."""

    stage: Stage
    act: Act
    words: str = ""
    after_messages: int = 0
    bytes_per_second: int = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaMessage:
    """One audio (8) or video (9) message."""

    kind: int
    timestamp: int
    body: bytes
    arrived: float

    @property
    def is_sequence_header(self) -> bool:
        """AVC or AAC configuration."""
        return self.body[1] == 0

    @property
    def is_keyframe(self) -> bool:
        """A video keyframe that is no configuration."""
        return self.kind == 9 and self.body[0] >> 4 == 1 and self.body[1] == 1


@dataclass(slots=True)
class Publication:
    """One connection and what came over it."""

    app: str = ""
    tc_url: str = ""
    key: str = ""
    commands: list[str] = field(default_factory=list)
    dialogue: list[tuple[int, int, object]] = field(default_factory=list)
    """All that isn't media: kind, stream, and the body, of commands and data their values."""
    media: list[MediaMessage] = field(default_factory=list)
    bytes_read: int = 0
    over: bool = False

    def of(self, kind: int) -> list[MediaMessage]:
        """Audio (8) or video (9) without sequence headers and end-of-sequence."""
        return [m for m in self.media if m.kind == kind and len(m.body) > 1 and (m.kind == 8 or m.body[1] == 1)
                and not m.is_sequence_header]  # fmt: skip

    @property
    def picture_seconds(self) -> float:
        """From the arrival of its first picture to that of its newest: a connection stands at least so long."""
        pictures = self.of(9)
        return pictures[-1].arrived - pictures[0].arrived if pictures else 0.0


class RtmpServer:
    """Listens on 127.0.0.1 from construction on. Every connection has a thread; `close` ends all of them."""

    def __init__(
        self,
        *,
        misbehaviour: Misbehaviour | None = None,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
        listener: socket.socket | None = None,
        login: tuple[str, str] | None = None,
    ) -> None:
        """`listener`: a listening socket, for instance one in another network namespace; it is closed in the end.

        `login`: user and password that publishers must know, asked for in Adobe's way.

        `publications` are those of the `connections` over which RTMP was spoken: over one whose certificate wasn't
        taken there was none.
        """
        self.misbehaviour = misbehaviour
        self.login = login
        self.abilities: dict[str, object] = {}
        """What the answer to `connect` says beside its status."""
        self.connections: list[Publication] = []
        self.publications: list[Publication] = []
        self._tls = tls
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = listener or socket.create_server(("127.0.0.1", port), reuse_port=False)
        self.host, self.port = self._listener.getsockname()[:2]
        self._start(self._accept)

    def url(self, key: str = "key", app: str = "live") -> str:
        """Where to publish."""
        return f"{'rtmps' if self._tls else 'rtmp'}://{self.host}:{self.port}/{app}/{key}"

    def wait_for(self, condition: object, timeout: float = 60) -> None:
        """Wait until `condition()` holds; it is looked at after every message. AssertionError if it never does."""
        assert callable(condition)
        with self._changed:
            assert self._changed.wait_for(condition, timeout), "the server waited in vain"

    def hang_up(self) -> None:
        """Close every connection; go on listening."""
        with self._changed:
            for connection in self._sockets:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close everything and wait for the threads."""
        self._closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(10)

    def _start(self, target: object, *arguments: object) -> None:
        assert callable(target)
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            publication = Publication()
            with self._changed:
                self.connections.append(publication)
                self._sockets.add(connection)
                self._changed.notify_all()
            self._start(self._serve, connection, publication)

    def _serve(self, connection: socket.socket, publication: Publication) -> None:
        try:
            if self._tls:
                plain = connection
                connection = self._tls.wrap_socket(connection, server_side=True)
                with self._changed:
                    self._sockets.discard(plain)
                    self._sockets.add(connection)
            _Conversation(self, connection, publication).run()
        except (OSError, _HangUp):
            pass
        finally:
            with self._changed:
                self._sockets.discard(connection)
                publication.over = True
                self._changed.notify_all()
            connection.close()

    @property
    def sockets(self) -> list[socket.socket]:
        """Of the connections that stand."""
        with self._changed:
            return list(self._sockets)

    def admit(self, publication: Publication) -> None:
        """Its first byte came."""
        with self._changed:
            self.publications.append(publication)
            self._changed.notify_all()

    def note(self, publication: Publication, message: MediaMessage) -> None:
        """A media message came."""
        with self._changed:
            publication.media.append(message)
            self._changed.notify_all()

    def stall(self) -> None:
        """Block until the server is closed."""
        self._closing.wait()

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the server's end."""
        self._closing.wait(seconds)


class _HangUp(Exception):  # noqa: N818 - the way a conversation ends, not a mistake
    """End this connection."""


class _Conversation:
    """One connection: handshake, chunks, commands."""

    def __init__(self, server: RtmpServer, connection: socket.socket, publication: Publication) -> None:
        self.server, self.connection, self.publication = server, connection, publication
        self.answer_chunk_size = 128
        self.chunks = IncomingChunks(self.read)

    def run(self) -> None:
        self.read(1)
        self.server.admit(self.publication)
        self.reached(Stage.ACCEPTED)
        client = self.read(1536)
        self.connection.sendall(b"\x03" + bytes(1536) + client)
        self.read(1536)
        self.reached(Stage.HANDSHAKEN)
        while True:
            kind, timestamp, stream, body = self.chunks.message()
            if kind not in (8, 9):
                self.publication.dialogue.append((kind, stream, decode_amf(body) if kind in (18, 20) else body))
            if kind == 20:
                self.command(body)
            elif kind in (8, 9):
                message = MediaMessage(kind=kind, timestamp=timestamp, body=body, arrived=time.monotonic())
                self.server.note(self.publication, message)
                self.reached(Stage.MEDIA)

    def reached(self, stage: Stage) -> bool:
        """Misbehave if it is time; True if a request is to be rejected."""
        plan = self.server.misbehaviour
        if plan is None or plan.stage is not stage:
            return False
        if stage is Stage.MEDIA and len(self.publication.media) < plan.after_messages:
            return False
        if plan.act is Act.STALL:
            self.server.stall()
        if plan.act is Act.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if plan.act in (Act.STALL, Act.CLOSE, Act.RESET):
            raise _HangUp
        return plan.act is Act.REJECT

    def read(self, count: int) -> bytes:
        data = bytearray()
        plan = self.server.misbehaviour
        slow = plan is not None and plan.act is Act.SLOW and bool(self.publication.media)
        while len(data) < count:
            piece = self.connection.recv(min(count - len(data), 2000) if slow else count - len(data))
            if not piece:
                raise _HangUp
            data += piece
            self.publication.bytes_read += len(piece)
            if slow and plan is not None:
                self.server.pause(len(piece) / plan.bytes_per_second)
        return bytes(data)

    def command(self, body: bytes) -> None:
        values = decode_amf(body)
        name, transaction = str(values[0]), float(str(values[1]))
        self.publication.commands.append(name)
        if name == "connect":
            details = values[2]
            assert isinstance(details, dict)
            self.publication.app = str(details["app"])
            self.publication.tc_url = str(details["tcUrl"])
            if self.server.login:
                self.ask_for(*self.server.login)
            if self.reached(Stage.CONNECT):
                self.answer("_error", transaction, None, self.refusal("NetConnection.Connect.Rejected"))
                raise _HangUp
            # As real servers do; FFmpeg then uses it as well, instead of 128 bytes at a time.
            self.connection.sendall(b"\x02" + bytes(3) + b"\0\0\4\1" + bytes(4) + CHUNK_SIZE.to_bytes(4, "big"))
            self.answer_chunk_size = CHUNK_SIZE
            told = status("NetConnection.Connect.Success") | self.server.abilities
            self.answer("_result", transaction, {"fmsVer": "FMS/3,0"}, told)
        elif name == "createStream":
            self.reached(Stage.CREATE_STREAM)
            self.answer("_result", transaction, None, 1.0)
        elif name == "publish":
            self.publication.key = str(values[3])
            if self.reached(Stage.PUBLISH):
                self.answer("onStatus", 0.0, None, self.refusal("NetStream.Publish.BadName"))
                self.server.pause(0.2)
                raise _HangUp
            self.answer("onStatus", 0.0, None, status("NetStream.Publish.Start"))

    def refusal(self, code: str) -> dict[str, object]:
        plan = self.server.misbehaviour
        words = plan.words if plan else ""
        return {**status(code, "error"), **({"description": words} if words else {})}

    def ask_for(self, user: str, password: str) -> None:
        """Hang up unless the application's arguments prove that the publisher knows both."""
        asked = parse_qs(self.publication.app.partition("?")[2])
        salt, challenge = "5a1t", "cha11enge"
        if asked.get("user") != [user]:
            told = "code=403 need auth; authmod=adobe ] :"
        elif "response" not in asked:
            told = (
                f"authmod=adobe ] : ?reason=needauth&user={user}&salt={salt}&challenge={challenge}&opaque={challenge}"
            )
        else:
            known = _digest(_digest(user + salt + password) + challenge + asked["challenge"][0])
            if asked["response"][0].replace(" ", "+") == known:
                return
            told = "authmod=adobe ] : ?reason=authfailed"
        refusal = status("NetConnection.Connect.Rejected", "error")
        self.answer("_error", 1.0, None, {**refusal, "description": f"[ AccessManager.Reject ] : [ {told}"})
        raise _HangUp

    def answer(self, *values: object) -> None:
        body = b"".join(encode_amf(value) for value in values)
        header = bytes([3]) + bytes(3) + len(body).to_bytes(3, "big") + bytes([20]) + bytes(4)
        size = self.answer_chunk_size
        pieces = [body[index : index + size] for index in range(0, len(body), size)]
        self.connection.sendall(header + bytes([0xC3]).join(pieces))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.md5(text.encode()).digest()).decode()  # noqa: S324 - as Adobe's servers do


def status(code: str, level: str = "status") -> dict[str, object]:
    """An information object."""
    return {"level": level, "code": code, "description": code}


@contextmanager
def rtmp_server(
    *,
    misbehaviour: Misbehaviour | None = None,
    tls: ssl.SSLContext | None = None,
    listener: socket.socket | None = None,
    login: tuple[str, str] | None = None,
) -> Iterator[RtmpServer]:
    """A server for the length of a test."""
    server = RtmpServer(misbehaviour=misbehaviour, tls=tls, listener=listener, login=login)
    try:
        yield server
    finally:
        server.close()


def server_context(certificate: Path) -> ssl.SSLContext:
    """TLS with this file's key and certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
