"""What all addresses of servers have in common: blanks around them, characters that they can't have, host and port.

What is raised is an IoniaError(BAD_URL) whose message never has any part of the address or key.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field

from ionia.core.errors import ErrorKind, IoniaError

MAX_URL_LENGTH = 4096
"""FFmpeg's RTMP keeps the parts of an address in buffers of this size."""

_SHAPE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)
_BEGINNINGS = "rtmp://, rtmps://, whip:// or whips://"
_ENCODE = "Encode it, for instance a space as %20"
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_-]{1,63})*\.?")


def bad_address(message: str, hint: str = "") -> IoniaError:
    """What is raised for an address: the message never has any part of it."""
    return IoniaError(ErrorKind.BAD_URL, message, hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressParts:
    """An address in its parts, none of them looked into; `beside` is the key or token that came with it, and `trimmed`
    says whether there was something invisible at an end."""

    scheme: str
    authority: str = field(repr=False)
    rest: str = field(repr=False)
    beside: str = field(repr=False)
    trimmed: bool


def taken_apart(text: str, beside: str, schemes: Collection[str], *, beside_is: str, hint: str = "") -> AddressParts:
    """The parts of an address of one of these schemes; blanks around both are forgiven. Raises IoniaError(BAD_URL).

    `beside_is`: the subject of a message about `beside`. `hint`: what to say of another scheme.
    """
    text, had_more = trimmed(text)
    beside, beside_had_more = trimmed(beside)
    if len(text) > MAX_URL_LENGTH:
        raise bad_address(f"The address is longer than {MAX_URL_LENGTH} characters")
    check_characters(text, "The address")
    check_characters(beside, beside_is)
    shape = _SHAPE.fullmatch(text)
    if shape is None or shape["scheme"].lower() not in schemes:
        raise bad_address(f"The address must begin with {_BEGINNINGS}", hint)
    return AddressParts(
        scheme=shape["scheme"].lower(),
        authority=shape["authority"],
        rest=shape["rest"],
        beside=beside,
        trimmed=had_more or beside_had_more,
    )


def trimmed(text: str) -> tuple[str, bool]:
    """Without what can't be seen at its ends, and whether there was more of it than ordinary blanks.

    Web pages put zero-width spaces and the like beside what is copied from them.
    """
    plain = text.strip(" \t\r\n")
    begin, end = 0, len(plain)
    while begin < end and invisible(plain[begin]):
        begin += 1
    while begin < end and invisible(plain[end - 1]):
        end -= 1
    return plain[begin:end], end - begin < len(plain)


def invisible(character: str) -> bool:
    """Spaces, control and format characters, and halves of a character (Unicode's general categories)."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")


def check_characters(text: str, what: str) -> None:
    """Raises IoniaError(BAD_URL). `what` is the subject of the message."""
    for character in text:
        if character == " " or unicodedata.category(character) == "Cc":
            raise bad_address(f"{what} contains a space or a control character", _ENCODE)
        if invisible(character):
            raise bad_address(f"{what} contains an invisible character", "Type it, or copy it anew")


def location_of(location: str, default_port: int) -> tuple[str, int]:
    """Host and port of `host`, `host:port`, `[v6]` or `[v6]:port`."""
    if location.startswith("["):
        host, closed, rest = location[1:].partition("]")
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise bad_address("The address contains an invalid IPv6 address") from None
        if not closed or (rest and not rest.startswith(":")):
            raise bad_address("The address contains an invalid IPv6 address")
        port_text = rest[1:]
    else:
        host, _, port_text = location.partition(":")
        host = _ascii_host(host)
    if not port_text:
        return host, default_port
    if not re.fullmatch(r"[0-9]{1,5}", port_text) or not 1 <= int(port_text) <= 65535:
        raise bad_address("The port in the address must be a number from 1 to 65535")
    return host, int(port_text)


def _ascii_host(host: str) -> str:
    if not host:
        raise bad_address("The address names no host", "Between :// and the next slash comes the server.")
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        raise bad_address("The address contains an invalid host name") from None
    if not _HOST.fullmatch(host):
        raise bad_address("The address contains an invalid host name")
    return host


def percent_encoded(text: str) -> str:
    """Non-ASCII as percent-encoded UTF-8 (RFC 3987, 3.1); everything else as it is."""
    return "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in text)
