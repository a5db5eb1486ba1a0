"""What a publishing address means, and how it may be shown. The stream key leaves this module only towards the wire.

`rtmp(s)://[user:password@]host[:port]/app[/more]/key[?args]`: the last path segment is the stream key, together with
its arguments; what stands before it is the application. Some servers cut elsewhere by guessing; we never guess.
"""

import ipaddress
import re
from dataclasses import dataclass, field

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.redaction import MASK, redact_text, redact_url

DEFAULT_PORTS = {"rtmp": 1935, "rtmps": 443}
"""Ports when the address names none (Adobe's RTMP specification; RTMPS is RTMP inside TLS on HTTPS' port)."""

MAX_URL_LENGTH = 4096
"""FFmpeg's RTMP keeps the parts of an address in buffers of this size."""

_EXAMPLE = "Example: rtmp://server/app/key"
_SHAPE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?:/(?P<rest>.*))?", re.DOTALL)
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?")
_UNWANTED = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RtmpUrl:
    """A checked address. Only `redacted` and `str()` may be shown.

    `host` has no brackets; `key` includes the arguments; `app` and `key` are as they go on the wire (percent
    encoding is not undone: servers compare these strings as they are).
    """

    secure: bool
    host: str
    port: int
    app: str
    key: str = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def server_url(self) -> str:
        """The address without application and key, to connect to; still a secret if there is a password."""
        return f"{self._scheme}://{self._login}{self._bracketed_host}:{self.port}/"

    def carried_url(self, port: int) -> str:
        """`server_url` by way of a carrier, which listens at `port` of this machine and speaks TLS with the server."""
        return f"rtmp://{self._login}127.0.0.1:{port}/"

    @property
    def application_url(self) -> str:
        """How the server is told where the publisher believes to be (tcUrl of Adobe's RTMP specification, 7.2.1.1)."""
        return f"{self._scheme}://{self._bracketed_host}:{self.port}/{self.app}"

    @property
    def redacted(self) -> str:
        """The address for people and logs."""
        port = "" if self.port == DEFAULT_PORTS[self._scheme] else f":{self.port}"
        return redact_url(f"{self._scheme}://{self._bracketed_host}{port}/{self.app}/{self.key}")

    def scrub(self, text: str) -> str:
        """`text` without this address' secrets, for messages that a library or a server wrote."""
        text = redact_text(text)
        name, _, arguments = self.key.partition("?")
        for secret in sorted({self.key, name, arguments, self.password}, key=len, reverse=True):
            if secret:
                text = text.replace(secret, MASK)
        return text

    def __str__(self) -> str:
        return self.redacted

    @property
    def _login(self) -> str:
        return f"{self.user}:{self.password}@" if self.user or self.password else ""

    @property
    def _scheme(self) -> str:
        return "rtmps" if self.secure else "rtmp"

    @property
    def _bracketed_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def parse_rtmp_url(text: str) -> RtmpUrl:
    """Check an address; blanks around it are forgiven, empty path segments too.

    Raises IoniaError(BAD_URL) whose message never contains any part of the address that could be a secret.
    """
    text = text.strip()
    if len(text) > MAX_URL_LENGTH:
        raise _bad(f"The address is longer than {MAX_URL_LENGTH} characters")
    if _UNWANTED.search(text):
        raise _bad("The address contains a space or a control character", "Encode it, for instance a space as %20")
    shape = _SHAPE.fullmatch(text)
    if shape is None or shape["scheme"].lower() not in DEFAULT_PORTS:
        raise _bad("The address must begin with rtmp:// or rtmps://", _EXAMPLE)
    scheme = shape["scheme"].lower()
    login, _, location = shape["authority"].rpartition("@")
    user, _, password = login.partition(":")
    host, port = _location(location, DEFAULT_PORTS[scheme])
    app, key = _path(shape["rest"] or "")
    return RtmpUrl(
        secure=scheme == "rtmps",
        host=host,
        port=port,
        app=app,
        key=key,
        user=_percent_encoded(user),
        password=_percent_encoded(password),
    )


def _bad(message: str, hint: str = "") -> IoniaError:
    return IoniaError(ErrorKind.BAD_URL, message, hint)


def _location(location: str, default_port: int) -> tuple[str, int]:
    """Host and port of `host`, `host:port`, `[v6]` or `[v6]:port`."""
    if location.startswith("["):
        host, closed, rest = location[1:].partition("]")
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise _bad("The address contains an invalid IPv6 address") from None
        if not closed or (rest and not rest.startswith(":")):
            raise _bad("The address contains an invalid IPv6 address")
        port_text = rest[1:]
    else:
        host, _, port_text = location.partition(":")
        host = _ascii_host(host)
    if not port_text:
        return host, default_port
    if not re.fullmatch(r"[0-9]{1,5}", port_text) or not 1 <= int(port_text) <= 65535:
        raise _bad("The port in the address must be a number from 1 to 65535")
    return host, int(port_text)


def _ascii_host(host: str) -> str:
    if not host:
        raise _bad("The address names no host", _EXAMPLE)
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _bad("The address contains an invalid host name") from None
    if not _HOST.fullmatch(host):
        raise _bad("The address contains an invalid host name")
    return host


def _path(rest: str) -> tuple[str, str]:
    path, question, arguments = rest.partition("?")
    segments = [segment for segment in path.split("/") if segment]
    if not segments:
        raise _bad("The address names no application and no stream key", _EXAMPLE)
    if len(segments) == 1 or path.endswith("/"):
        raise _bad("The address has no stream key after the application", _EXAMPLE)
    return _percent_encoded("/".join(segments[:-1])), _percent_encoded(segments[-1] + question + arguments)


def _percent_encoded(text: str) -> str:
    """Non-ASCII as percent-encoded UTF-8 (RFC 3987, 3.1); everything else as it is."""
    return "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in text)
