"""What a publishing address means, and how it may be shown. The stream key leaves this module only towards the wire.

`rtmp(s)://[user:password@]host[:port]/app[/more]/key[?args]`, the other forms that `rtmp_path` knows, and a stream key
given beside an address that names the application only.
"""

from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from ionia.core.live.address_parts import (
    bad_address,
    invisible,
    location_of,
    percent_encoded,
    taken_apart,
    trimmed,
)
from ionia.core.live.rtmp_path import split_path, whole_application
from ionia.core.redaction import MASK, shown_application, without_secrets

DEFAULT_PORTS = {"rtmp": 1935, "rtmps": 443}
"""Ports when the address names none (Adobe's RTMP specification; RTMPS is RTMP inside TLS on HTTPS' port)."""

_WITHOUT_APP = ".live-video.net"
"""Amazon's IVS (Kick among its users) hands out addresses without the application, which is `app` there."""

# Not in the form of an address: that would be redacted.
_EXAMPLE = "After rtmp:// come the server, the application and the stream key, with a slash between each."
_WHIP_EXAMPLE = "Of the address of a WHIP server write whips:// for https:// and whip:// for http://."
_LOGIN_HINT = "In a user or password, write / as %2F, @ as %40, : as %3A, ? as %3F and # as %23."


@dataclass(frozen=True, slots=True, kw_only=True)
class RtmpUrl:
    """A checked address. Only `redacted` and `str()` may be shown.

    `host` has no brackets; `key` includes the arguments, and is empty where the server knows the stream by its
    application; `app` and `key` are as they go on the wire (percent encoding is not undone: servers compare these
    strings as they are); `user` and `password` are decoded. `trimmed`: at an end there was something invisible.
    """

    secure: bool
    host: str
    port: int
    app: str = field(repr=False)
    key: str = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    trimmed: bool = False

    @property
    def application_url(self) -> str:
        """The address by which the publisher reached the server, as it tells it (tcUrl, Adobe's RTMP specification
        7.2.1.1)."""
        return f"{self._scheme}://{self._bracketed_host}:{self.port}/{self.app}"

    @property
    def redacted(self) -> str:
        """The address for people and logs: no user, and of the path the application's first segment at most."""
        port = "" if self.port == DEFAULT_PORTS[self._scheme] else f":{self.port}"
        app = "" if "?" in self.app else shown_application(f"{self.app}/{self.key}")
        shown = f"/{app}" if app else ""
        return f"{self._scheme}://{self._bracketed_host}{port}{shown}/{MASK}"

    def scrub(self, text: str) -> str:
        """`text` without this address' secrets, for messages that a library or a server wrote.

        What follows the application's first segment counts, as a key may have slashes.
        """
        name, _, arguments = self.key.partition("?")
        secrets = {self.key, name, arguments, self.password, quote(self.password, safe=""), self.app.partition("?")[2]}
        more = self.app.partition("/")[2]
        secrets |= {more, more.partition("?")[0]}
        if not self.key:
            secrets |= {self.app, self.app.partition("?")[0]}
        return without_secrets(text, secrets)

    def __str__(self) -> str:
        return self.redacted

    @property
    def _scheme(self) -> str:
        return "rtmps" if self.secure else "rtmp"

    @property
    def _bracketed_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def parse_rtmp_url(text: str, stream_key: str = "") -> RtmpUrl:
    """Check an address; blanks around it are forgiven, empty path segments too.

    With a `stream_key` the whole path of the address is the application. Raises IoniaError(BAD_URL) whose message
    never contains any part of the address or key.
    """
    hint = _WHIP_EXAMPLE if trimmed(text)[0].lower().startswith(("http://", "https://")) else _EXAMPLE
    parts = taken_apart(text, stream_key, DEFAULT_PORTS, beside_is="The stream key", hint=hint)
    _check_login(parts.authority, parts.rest)
    login, _, location = parts.authority.rpartition("@")
    user, _, password = login.partition(":")
    host, port = location_of(location, DEFAULT_PORTS[parts.scheme])
    app, name = _path(parts.rest, parts.beside.lstrip("/") if stream_key else None, host)
    return RtmpUrl(
        secure=parts.scheme == "rtmps",
        host=host,
        port=port,
        app=percent_encoded(app),
        key=percent_encoded(name),
        user=_decoded(user),
        password=_decoded(password),
        trimmed=parts.trimmed,
    )


def _check_login(authority: str, rest: str) -> None:
    """Refuse what can only be the end of a password with one of / ? # in it, before any of it is taken for a host."""
    app, name = split_path(rest)
    misplaced = "@" in (app if name else app.partition("?")[0])
    begun = authority.endswith(":") and "@" in rest  # a user, and a password that begins with one of them
    if misplaced or begun or ("@" in rest and not rest.startswith("/")):
        raise bad_address("The address has an @ where none can be", _LOGIN_HINT)


def _path(rest: str, stream_key: str | None, host: str) -> tuple[str, str]:
    """Application and name. `stream_key` None: the address has it."""
    place = rest.partition("?")[0]
    needs_no_app = host.lower().rstrip(".").endswith(_WITHOUT_APP)
    if stream_key is not None:
        if not stream_key or "://" in stream_key:
            raise bad_address(
                "The stream key is empty or an address", "Give the address and the key apart from each other."
            )
        app, name = whole_application(rest) or ("app" if needs_no_app else ""), stream_key
    elif needs_no_app and place.count("/") == 1 and place not in ("/", "/app"):
        app, name = "app", rest.removeprefix("/")
    else:
        app, name = split_path(rest)
    if not app or app.startswith("?"):
        raise bad_address("The address names no application and no stream key", _EXAMPLE)
    if not name and (place.endswith("/") or rest.endswith("/") or needs_no_app):
        raise bad_address("The address has no stream key after the application", _EXAMPLE)
    return app, name


def _decoded(text: str) -> str:
    """Percent-encoding undone: users and passwords are no part of what a server compares as it is."""
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise bad_address("The user or password in the address is no UTF-8 once it is decoded") from None
    if any(invisible(character) and character != " " for character in decoded):
        raise bad_address("The user or password in the address contains an invisible character")
    return decoded
