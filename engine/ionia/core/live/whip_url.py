"""What a WHIP address means (RFC 9725), and how it may be shown: `whip(s)://host[:port]/path[?args]`.

It is the endpoint's `http(s)` address under another name, as OBS and FFmpeg have it. The token is no part of it but
given beside it, as a stream key is. Services also put secrets into the path, so nothing of that is shown.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from ionia.core.live.address_parts import bad_address, location_of, percent_encoded, taken_apart, trimmed
from ionia.core.redaction import MASK, without_secrets

WHIP_PORTS = {"whip": 80, "whips": 443}
"""Ports when the address names none: those of HTTP and HTTPS."""

_TOKEN = re.compile(r"[\x21-\x7e]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhipUrl:
    """A checked address. Only `redacted` and `str()` may be shown.

    `host` has no brackets. `target`: path and arguments as they go on the wire. `token`: what proves the user to the
    server, empty if none was given. `trimmed`: at an end there was something invisible.
    """

    secure: bool
    host: str
    port: int
    target: str = field(repr=False)
    token: str = field(default="", repr=False)
    trimmed: bool = False

    @property
    def key(self) -> str:
        """What stands for a stream key."""
        return self.token

    @property
    def origin(self) -> str:
        """Host and port as HTTP's `Host` has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == WHIP_PORTS[self._scheme] else f"{host}:{self.port}"

    @property
    def redacted(self) -> str:
        """The address for people and logs."""
        return f"{self._scheme}://{self.origin}/{MASK}"

    def scrub(self, text: str) -> str:
        """`text` without this address' secrets."""
        path, _, arguments = self.target.partition("?")
        secrets = {self.token, self.target, path, path.strip("/"), arguments} - {"", "/"}
        return without_secrets(text, secrets)

    def resource(self, location: str) -> "WhipUrl | None":
        """Where the server says that the session is, to be ended there; None if it is with somebody else.

        A token is for the server that it was given for, and not for wherever that one points.
        """
        http = "https" if self.secure else "http"
        try:
            there = urlsplit(urljoin(f"{http}://{self.origin}{self.target}", location))
            port = there.port
        except ValueError:
            return None
        default = WHIP_PORTS[self._scheme]
        if (there.scheme, there.hostname, port or default) != (http, self.host.lower(), self.port):
            return None
        target = (there.path or "/") + (f"?{there.query}" if there.query else "")
        if not _TOKEN.fullmatch(target):
            return None
        return WhipUrl(secure=self.secure, host=self.host, port=self.port, target=target, token=self.token)

    def __str__(self) -> str:
        return self.redacted

    @property
    def _scheme(self) -> str:
        return "whips" if self.secure else "whip"


def is_whip(text: str) -> bool:
    """Whether this is to be a WHIP address, good or not."""
    return trimmed(text)[0].lower().startswith(("whip://", "whips://"))


def parse_whip_url(text: str, token: str = "") -> WhipUrl:
    """Check an address and the token beside it. Raises IoniaError(BAD_URL), whose message has no part of either."""
    parts = taken_apart(text, token, WHIP_PORTS, beside_is="The token")
    if "@" in parts.authority:
        raise bad_address("A WHIP address has no user and password", "Give the token as the stream key.")
    if not _TOKEN.fullmatch(parts.beside):
        raise bad_address("The token has characters that none can have", "Copy it anew.")
    host, port = location_of(parts.authority, WHIP_PORTS[parts.scheme])
    target = percent_encoded(parts.rest.partition("#")[0])
    return WhipUrl(
        secure=parts.scheme == "whips",
        host=host,
        port=port,
        target=target if target.startswith("/") else f"/{target}",
        token=parts.beside,
        trimmed=parts.trimmed,
    )
