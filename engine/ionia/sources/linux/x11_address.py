"""Where an X server listens and which cookie opens it, as the X library reads DISPLAY and the authority file. Pure.

Sources: X(7) "DISPLAY NAMES", libxcb's xcb_util.c and xcb_auth.c, libXau's AuGetBest.c.
"""

import ipaddress
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

UNIX, INET, INET6 = "unix", "inet", "inet6"

_FAMILY_INTERNET, _FAMILY_INTERNET6, _FAMILY_LOCAL, _FAMILY_WILD = 0, 6, 256, 65535

_FIRST_PORT = 6000
_LOOPBACK = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))
_FAMILIES: dict[str, tuple[str, ...]] = {
    "": (INET, INET6),
    "tcp": (INET, INET6),
    "inet": (INET,),
    "inet6": (INET6,),
    "unix": (UNIX,),
    "local": (UNIX,),
}

COOKIE = b"MIT-MAGIC-COOKIE-1"
"""The one way to be let in that is in use."""

_NAME = re.compile(r"(?:(?P<protocol>[A-Za-z0-9]+)/)?(?P<host>.*):(?P<display>\d+)(?:\.(?P<screen>\d+))?", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayName:
    """What a name like ":0", "host:10.0", "[::1]:2.1" or "/tmp/socket:0" says. `host` is for the families of TCP."""

    host: str
    display: int
    screen: int
    families: tuple[str, ...]
    """Which kinds of socket to try, in this order."""
    path: str = ""
    """A socket in the file system that was named by its path."""

    @property
    def unix_paths(self) -> tuple[str, ...]:
        """Sockets of this machine in the order in which to try them; the last is abstract."""
        listens = f"/tmp/.X11-unix/X{self.display}"  # noqa: S108 - where X servers listen
        return (self.path,) if self.path else (listens, f"\0{listens}")

    @property
    def port(self) -> int:
        """The TCP port."""
        return _FIRST_PORT + self.display


def parse_display(name: str) -> DisplayName:
    """Raises ValueError for what is no display's name."""
    name = name.strip()
    path = name.removeprefix("unix:")
    if path.startswith("/"):
        return DisplayName(host="", display=0, screen=0, families=(UNIX,), path=path)
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is not the name of a display, such as :0")
    protocol, host = found["protocol"] or "", found["host"]
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    families = _FAMILIES.get(protocol)
    number = int(found["display"])
    if protocol == "" and host == "unix":
        families = (UNIX,)
    elif protocol == "" and host == "":
        # The X library's last resort, for a server in another place whose port is forwarded.
        families = (UNIX, INET, INET6) if number <= 0xFFFF - _FIRST_PORT else (UNIX,)
    if families is None or "/" in host:
        raise ValueError(f"{name!r} is not the name of a display, such as :0")
    if families == (UNIX,):
        host = ""
    elif number > 0xFFFF - _FIRST_PORT:
        raise ValueError(f"{name!r} has no TCP port")
    elif ":" in host:
        families = (INET6,)
    return DisplayName(
        host=host if families == (UNIX,) else host or "localhost",
        display=number,
        screen=int(found["screen"] or 0),
        families=families,
    )


def choose_cookie(authority: bytes, *, peer: str, hostname: bytes, display: int) -> bytes | None:
    """The first cookie in an authority file that fits; None if none does. What is cut off or broken is passed over.

    `peer`: the server's address as text, or empty for a socket of this machine. `hostname`: this machine's.
    """
    family, address = _peer_address(peer, hostname)
    for entry_family, entry_address, number, name, cookie in _entries(authority):
        same_place = entry_family == _FAMILY_WILD or (entry_family, entry_address) == (family, address)
        if same_place and number in (b"", str(display).encode()) and name == COOKIE:
            return cookie
    return None


def _peer_address(peer: str, hostname: bytes) -> tuple[int, bytes]:
    """As files name it: loopback counts as this machine, which is how a cookie for a forwarded display is stored."""
    if not peer:
        return _FAMILY_LOCAL, hostname
    address = ipaddress.ip_address(peer.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address in _LOOPBACK:
        return _FAMILY_LOCAL, hostname
    return _FAMILY_INTERNET if address.version == 4 else _FAMILY_INTERNET6, address.packed


def _entries(authority: bytes) -> Iterator[tuple[int, bytes, bytes, bytes, bytes]]:
    at = 0
    while at + 2 <= len(authority):
        (family,) = struct.unpack_from(">H", authority, at)
        at += 2
        fields: list[bytes] = []
        for _ in range(4):
            if at + 2 > len(authority):
                return
            (length,) = struct.unpack_from(">H", authority, at)
            fields.append(authority[at + 2 : at + 2 + length])
            at += 2 + length
        if at > len(authority):
            return
        address, number, name, cookie = fields
        yield family, address, number, name, cookie
