"""An RTMP publishing client as one machine: it is handed what came, and answers what to send and what happened.

It has no deadlines of its own: how long a server may take is the connection policy's to say. Whatever a server sends,
its memory is bounded (see `chunk_reader` and `amf0`), and so is what it answers: never more bytes than came in, but for
one chunk size and one `_checkbw`. FFmpeg's publisher is the model (libavformat/rtmpproto.c); where this one differs is
written in decision 0250.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from ionia.core.live.failure_code import FailureCode
from ionia.core.live.rtmp_url import RtmpUrl
from ionia.core.redaction import one_line
from ionia.core.rtmp import amf0, commands, messages
from ionia.core.rtmp.amf0 import Amf, AmfError
from ionia.core.rtmp.answers import failure_of, status_of
from ionia.core.rtmp.authentication import Login, LoginError, next_login
from ionia.core.rtmp.capabilities import Promise, promise_of, takes_several_sounds
from ionia.core.rtmp.chunk_reader import ChunkError, ChunkReader
from ionia.core.rtmp.chunk_writer import ChunkWriter
from ionia.core.rtmp.client_events import Acknowledged, ClientEvent, Failed, LoginAsked, Published
from ionia.core.rtmp.flv_messages import messages_of
from ionia.core.rtmp.handshake import RANDOM_BYTES, Handshake, HandshakeError
from ionia.core.rtmp.messages import Message

CHUNK_SIZE = 4096
"""Bytes of a message between two headers of one byte: 1.0002 times the media."""

NONCE_BYTES = 4
RANDOM = RANDOM_BYTES + NONCE_BYTES
"""Random bytes that a client is given."""

MOST_WORDS = 300
"""Characters of a server's words that are kept."""

_PING_REQUEST, _PING_RESPONSE = 6, 7
_CHANNELS = {messages.AUDIO: messages.AUDIO_CSID, messages.DATA: messages.AUDIO_CSID}


class _State(Enum):
    HANDSHAKE = "handshake"
    CONNECTING = "connecting"
    CREATING = "creating"
    ASKING = "asking"
    LIVE = "live"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """`send` goes out before anything else, even if the last event says that it is over. It may hold the key."""

    events: tuple[ClientEvent, ...] = ()
    send: bytes = field(default=b"", repr=False)


class RtmpClient:
    """One connection, from the first byte to the last. One owner."""

    def __init__(
        self, url: RtmpUrl, random: bytes, login: Login | None = None, four_cc: str = "", sound_four_cc: str = ""
    ) -> None:
        """`random`: RANDOM bytes of anything. `login`: what `LoginAsked` said, on the connection after it.

        `four_cc`: of the pictures' codec, empty for H.264. `sound_four_cc`: of several sounds, empty for one.
        """
        self._url = url
        self._login = login or Login()
        self._commands = commands.Commands(url, self._login.arguments, four_cc, sound_four_cc)
        self._four_cc = four_cc
        self._promised = True
        self._takes_sounds = False
        self._handshake = Handshake(random[NONCE_BYTES:])
        self._nonce = random[:NONCE_BYTES].hex()
        self._reader = ChunkReader()
        self._writer = ChunkWriter()
        self._state = _State.HANDSHAKE
        self._stream = 0
        self._received = self._acknowledged = 0
        self._window = 0  # 0: the server wants no acknowledgements
        self._checked = False
        self._events: list[ClientEvent] = []
        self._out: list[bytes] = []

    def begin(self) -> bytes:
        """The first bytes."""
        return self._handshake.first

    def receive(self, data: bytes) -> Heard:
        """What the server sent; b"" means that it closed. Nothing happens once it is over."""
        if self._state is _State.OVER:
            return Heard()
        if not data:
            self._fail(FailureCode.RESET if self._state is _State.LIVE else FailureCode.HUNG_UP, "closed by the server")
            return self._heard()
        try:
            self._read(data)
        except HandshakeError as error:
            self._fail(FailureCode.NOT_RTMP, f"RTMP handshake: {error}")
        except (ChunkError, AmfError) as error:
            code = FailureCode.RESET if self._state is _State.LIVE else FailureCode.NOT_RTMP
            self._fail(code, f"not RTMP: {error}")
        return self._heard()

    def publish(self, tags: bytes) -> bytes:
        """FLV tags as they go out. Raises ValueError, and changes nothing, before Published and after the end."""
        if self._state is not _State.LIVE:
            raise ValueError(f"media while {self._state.value}")
        said = messages_of(tags, stream=self._stream)
        return b"".join([self._writer.write(_CHANNELS.get(one.kind, messages.VIDEO_CSID), one) for one in said])

    def media(self, kind: int, body: bytes, milliseconds: int) -> bytes:
        """One tag by its parts. Raises ValueError likewise."""
        if self._state is not _State.LIVE:
            raise ValueError(f"media while {self._state.value}")
        message = Message(kind=kind, body=body, timestamp=milliseconds, stream=self._stream)
        return self._writer.write(_CHANNELS.get(kind, messages.VIDEO_CSID), message)

    def goodbye(self) -> bytes:
        """The last bytes: the stream ends. Empty if the server knows of none, or if it was said."""
        state, self._state = self._state, _State.OVER
        if state not in (_State.ASKING, _State.LIVE):
            return b""
        self._command(self._commands.named(commands.UNANNOUNCE))
        self._command(self._commands.delete(self._stream))
        return self._heard().send

    def _heard(self) -> Heard:
        heard = Heard(events=tuple(self._events), send=b"".join(self._out))
        self._events.clear()
        self._out.clear()
        return heard

    def _read(self, data: bytes) -> None:
        if self._state is _State.HANDSHAKE:
            done = self._handshake.feed(data)
            if done is None:
                return
            second, data = done
            self._state = _State.CONNECTING
            self._out.append(second)
            self._command(self._commands.connect())
        self._received += len(data)
        for message in self._reader.feed(data):
            self._take(message)
            if self._state is _State.OVER:
                return
        if self._window and self._received - self._acknowledged > self._window // 2:
            self._acknowledged = self._received
            self._control(messages.ACKNOWLEDGEMENT, (self._received & 0xFFFFFFFF).to_bytes(4, "big"))

    def _take(self, message: Message) -> None:
        body = bytes(message.body)
        match message.kind:
            case messages.ACKNOWLEDGEMENT if len(body) >= 4:
                self._events.append(Acknowledged(total=int.from_bytes(body[:4], "big")))
            case messages.WINDOW_SIZE if len(body) >= 4:
                self._window = max(1, int.from_bytes(body[:4], "big"))
            case messages.USER_CONTROL if body[:2] == _PING_REQUEST.to_bytes(2, "big"):
                self._control(messages.USER_CONTROL, _PING_RESPONSE.to_bytes(2, "big") + body[2:6])
            case messages.COMMAND:
                self._hear(amf0.decode(body))
            case messages.COMMAND_AMF3:
                self._hear(amf0.decode(body[1:]))
            case _:
                pass

    def _hear(self, values: Sequence[Amf]) -> None:
        """A command of the server's, or its answer to one of ours."""
        name = values[0] if values else None
        transaction = values[1] if len(values) > 1 else None
        match name:
            case "_result":
                self._succeed(self._commands.answered(transaction), values[2:])
            case "_error":
                self._refuse(self._commands.answered(transaction), values[2:])
            case "onStatus":
                self._note(values[2:])
            case "onBWDone" if not self._checked:
                self._checked = True
                self._command(self._commands.check_bandwidth())
            case "close":
                self._fail(FailureCode.RESET if self._state is _State.LIVE else FailureCode.HUNG_UP, "told to close")
            case _:
                pass

    def _succeed(self, command: str, values: Sequence[Amf]) -> None:
        if command == commands.CONNECT and self._state is _State.CONNECTING:
            promise = promise_of(values, self._four_cc)
            if promise is Promise.REFUSED:
                self._fail(FailureCode.CODEC, f"the server lists other codecs than {self._four_cc}")
                return
            self._promised = promise is Promise.GIVEN
            self._takes_sounds = takes_several_sounds(values)
            self._state = _State.CREATING
            self._control(messages.SET_CHUNK_SIZE, CHUNK_SIZE.to_bytes(4, "big"))
            self._command(self._commands.named(commands.RELEASE))
            self._command(self._commands.named(commands.ANNOUNCE))
            self._command(self._commands.create())
        elif command == commands.CREATE and self._state is _State.CREATING:
            number = next((value for value in values if isinstance(value, float)), -1.0)
            if not 0 <= number < 2**32:
                self._fail(FailureCode.NOT_RTMP, "a stream without a number")
                return
            self._stream = int(number)
            self._state = _State.ASKING
            self._command(self._commands.publish(), csid=messages.STREAM_CSID, stream=self._stream)

    def _refuse(self, command: str, values: Sequence[Amf]) -> None:
        if command in commands.OPTIONAL:
            return
        status = status_of(values)
        if command == commands.CONNECT and self._state is _State.CONNECTING:
            try:
                login = next_login(self._url, self._login, status.description, self._nonce)
            except LoginError as error:
                self._fail(FailureCode.LOGIN, str(error))
                return
            if login is not None:
                self._over(LoginAsked(login=login))
                return
        published = self._state is _State.LIVE
        self._fail(failure_of(status, published=published), status.words, redirect=status.redirect)

    def _note(self, values: Sequence[Amf]) -> None:
        status = status_of(values)
        if status.level == "error":
            published = self._state is _State.LIVE
            self._fail(failure_of(status, published=published), status.words, redirect=status.redirect)
        elif status.code == "NetStream.Publish.Start" and self._state is _State.ASKING:
            self._state = _State.LIVE
            self._events.append(Published(promised=self._promised, several_sounds=self._takes_sounds))

    def _fail(self, code: FailureCode, detail: str, *, redirect: str = "") -> None:
        # Shortened after it was scrubbed: half a key would not be found.
        self._over(Failed(code=code, detail=one_line(self._url.scrub(detail))[:MOST_WORDS], redirect=redirect))

    def _over(self, last: LoginAsked | Failed) -> None:
        self._state = _State.OVER
        self._events.append(last)

    def _command(self, body: bytes, *, csid: int = messages.COMMAND_CSID, stream: int = 0) -> None:
        self._out.append(self._writer.write(csid, Message(kind=messages.COMMAND, body=body, stream=stream)))

    def _control(self, kind: int, body: bytes) -> None:
        self._out.append(self._writer.write(messages.CONTROL_CSID, Message(kind=kind, body=body)))
