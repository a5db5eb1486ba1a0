"""Names of displays and cookies, as the X library reads them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionia.sources.linux.x11_address import INET, INET6, UNIX, choose_cookie, parse_display

HERE = b"machine"
FAMILY_INET, FAMILY_INET6, FAMILY_LOCAL, FAMILY_WILD = 0, 6, 256, 65535


@pytest.mark.parametrize(
    ("name", "host", "display", "screen", "families"),
    [
        (":0", "localhost", 0, 0, (UNIX, INET, INET6)),
        (":12.1", "localhost", 12, 1, (UNIX, INET, INET6)),
        (" :3 ", "localhost", 3, 0, (UNIX, INET, INET6)),
        ("unix:4", "", 4, 0, (UNIX,)),
        ("unix/here:4.2", "", 4, 2, (UNIX,)),
        ("localhost:10.0", "localhost", 10, 0, (INET, INET6)),
        ("my-host.example:1", "my-host.example", 1, 0, (INET, INET6)),
        ("10.1.2.3:0", "10.1.2.3", 0, 0, (INET, INET6)),
        ("[::1]:7", "::1", 7, 0, (INET6,)),
        ("::1:7", "::1", 7, 0, (INET6,)),
        ("[fe80::1%eth0]:7.1", "fe80::1%eth0", 7, 1, (INET6,)),
        ("tcp/localhost:5", "localhost", 5, 0, (INET, INET6)),
        ("tcp/:5", "localhost", 5, 0, (INET, INET6)),
        ("inet6/localhost:5", "localhost", 5, 0, (INET6,)),
        (":70000", "", 70000, 0, (UNIX,)),
    ],
)
def test_names(name: str, host: str, display: int, screen: int, families: tuple[str, ...]) -> None:
    parsed = parse_display(name)
    assert (parsed.host, parsed.display, parsed.screen, parsed.families) == (host, display, screen, families)


def test_where_they_listen() -> None:
    assert parse_display(":3").unix_paths == ("/tmp/.X11-unix/X3", "\0/tmp/.X11-unix/X3")  # noqa: S108
    assert parse_display("unix:/run/x/socket").unix_paths == ("/run/x/socket",)
    assert parse_display("/run/x:0").unix_paths == ("/run/x:0",)
    assert parse_display("host:3").port == 6003


@pytest.mark.parametrize("name", ["", "nonsense", "host", ":", ":x", "host:60000", "decnet/host:0", "a/b/c:0"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(ValueError, match=r"display|port"):
        parse_display(name)


def _entry(family: int, address: bytes, number: bytes, cookie: bytes, name: bytes = b"MIT-MAGIC-COOKIE-1") -> bytes:
    fields = (address, number, name, cookie)
    return struct.pack(">H", family) + b"".join(struct.pack(">H", len(field)) + field for field in fields)


@pytest.mark.parametrize(
    ("entry", "peer"),
    [
        (_entry(FAMILY_LOCAL, HERE, b"5", b"right"), ""),
        (_entry(FAMILY_LOCAL, HERE, b"", b"right"), ""),
        (_entry(FAMILY_WILD, b"", b"5", b"right"), ""),
        (_entry(FAMILY_WILD, b"anything", b"", b"right"), "10.0.0.1"),
        (_entry(FAMILY_LOCAL, HERE, b"5", b"right"), "127.0.0.1"),
        (_entry(FAMILY_LOCAL, HERE, b"5", b"right"), "::1"),
        (_entry(FAMILY_LOCAL, HERE, b"5", b"right"), "::ffff:127.0.0.1"),
        (_entry(FAMILY_INET, bytes((10, 0, 0, 1)), b"5", b"right"), "10.0.0.1"),
        (_entry(FAMILY_INET, bytes((10, 0, 0, 1)), b"5", b"right"), "::ffff:10.0.0.1"),
        (_entry(FAMILY_INET6, bytes.fromhex("fe80" + "00" * 13 + "02"), b"5", b"right"), "fe80::2%eth0"),
    ],
)
def test_the_cookie_for_this_server_is_found_among_others(entry: bytes, peer: str) -> None:
    others = _entry(FAMILY_LOCAL, b"elsewhere", b"5", b"wrong") + _entry(FAMILY_LOCAL, HERE, b"6", b"wrong")
    others += _entry(FAMILY_INET, bytes((10, 0, 0, 9)), b"5", b"wrong")
    others += _entry(FAMILY_LOCAL, HERE, b"5", b"wrong", b"XDM-AUTHORIZATION-1")
    assert choose_cookie(others + entry, peer=peer, hostname=HERE, display=5) == b"right"
    assert choose_cookie(others, peer=peer, hostname=HERE, display=5) is None


def test_the_first_that_fits_is_taken() -> None:
    both = _entry(FAMILY_WILD, b"", b"", b"first") + _entry(FAMILY_LOCAL, HERE, b"5", b"second")
    assert choose_cookie(both, peer="", hostname=HERE, display=5) == b"first"


@given(st.integers(0, 60))
def test_a_file_that_is_cut_off_gives_what_is_whole(length: int) -> None:
    whole = _entry(FAMILY_WILD, b"", b"", b"x" * 16)
    cookie = choose_cookie((whole + whole)[:length], peer="", hostname=HERE, display=1)
    assert cookie == (b"x" * 16 if length >= len(whole) else None)


@given(st.binary(max_size=80))
def test_no_file_breaks_it(authority: bytes) -> None:
    choose_cookie(authority, peer="", hostname=HERE, display=1)
