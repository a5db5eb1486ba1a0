"""Connections to real X servers: every way to be let in, and no wait without an end."""

import os
import resource
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

if os.name != "posix":
    pytest.skip("X11 is Linux's", allow_module_level=True)

from ionia.core.errors import IoniaError
from ionia.core.ports import ScreenSource
from ionia.sources import screens
from ionia.sources.linux import x11_setup
from ionia.sources.linux.x11_connection import XConnection, XRequestError
from tests.fakes.xvfb import Xvfb, xvfb_missing
from tests.sources.screen_protocol import RealClock

pytestmark = [pytest.mark.x11, pytest.mark.skipif(xvfb_missing(), reason="Xvfb is not installed")]

WILD = 65535
COOKIE = bytes(range(16))


def _authority(path: Path, family: int = WILD, address: bytes = b"", cookie: bytes = COOKIE) -> Path:
    fields = (address, b"", b"MIT-MAGIC-COOKIE-1", cookie)
    path.write_bytes(struct.pack(">H", family) + b"".join(struct.pack(">H", len(field)) + field for field in fields))
    return path


def _source(name: str | None = None) -> ScreenSource:
    return screens.open_screen(name, cursor=True, clock=RealClock(), fps=30)


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Xvfb]:
    """A server that wants the cookie, over TCP, too."""
    server_file = _authority(tmp_path / "server")
    with Xvfb(64, 48, "-auth", str(server_file), "-listen", "tcp") as server:
        monkeypatch.setenv("DISPLAY", server.display)
        monkeypatch.setenv("XAUTHORITY", str(tmp_path / "client"))
        yield server


@pytest.mark.parametrize("family", ["wild", "local"])
@pytest.mark.parametrize("name", ["{}", "{}.0", " {} ", "unix{}", "localhost{}.0", "127.0.0.1{}", "[::1]{}", "::1{}"])
def test_a_cookie_lets_in_by_every_name(
    locked: Xvfb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, family: str
) -> None:
    if "::1" in name and not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    if family == "wild":
        _authority(tmp_path / "client")
    else:
        _authority(tmp_path / "client", 256, socket.gethostname().encode())
    monkeypatch.setenv("DISPLAY", name.format(locked.display))
    (screen,) = screens.list_screens()
    source = _source(screen.id)
    assert source.open() == (64, 48)
    assert source.grab() is not None
    source.close()


@pytest.mark.parametrize("cookie", ["wrong", "none", "unreadable"])
def test_without_the_cookie_it_is_said_what_is_wrong(locked: Xvfb, tmp_path: Path, cookie: str) -> None:
    if cookie == "wrong":
        _authority(tmp_path / "client", cookie=b"x" * 16)
    elif cookie == "unreadable":
        (tmp_path / "client").mkdir()
    assert screens.list_screens() == ()
    with pytest.raises(IoniaError, match=locked.display) as caught:
        _source().open()
    assert "XAUTHORITY" in caught.value.hint
    told = {"wrong": "nvalid", "none": "no cookie file", "unreadable": "s a directory"}[cookie]
    assert told in caught.value.message


def test_a_cookie_that_is_not_trusted_is_told_and_nothing_is_offered(
    locked: Xvfb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = _authority(tmp_path / "trusted")
    generate = ["xauth", "-f", str(tmp_path / "client"), "generate", locked.display, ".", "untrusted", "timeout", "60"]
    subprocess.run(generate, env={**os.environ, "XAUTHORITY": str(trusted)}, capture_output=True, check=True)
    assert screens.list_screens() == ()
    with pytest.raises(IoniaError, match="trusted") as caught:
        _source().open()
    assert "ssh -Y" in caught.value.hint


def test_a_server_without_a_socket_in_the_file_system_is_found() -> None:
    with Xvfb(64, 48, "-nolisten", "unix") as server:
        source = _source(server.display)
        assert source.open() == (64, 48)
        source.close()


def test_a_server_that_is_reached_through_a_port_alone_is_found() -> None:
    with Xvfb(64, 48, "-listen", "tcp", "-nolisten", "unix", "-nolisten", "local", "-ac") as server:
        # Not by ":0" alone: another server of this machine may have that number for its socket.
        for name in (f"localhost{server.display}", f"127.0.0.1{server.display}.0"):
            source = _source(name)
            assert source.open() == (64, 48)
            assert "MIT-SHM" in " ".join(source.fallbacks)  # type: ignore[attr-defined]
            source.close()


def test_two_servers_with_other_numbers_take_turns() -> None:
    with Xvfb(64, 48) as one, Xvfb(80, 60, "-extension", "SECURITY") as other:
        for server, size in ((one, (64, 48)), (other, (80, 60)), (one, (64, 48))):
            source = _source(server.display)
            assert source.open() == size
            assert source.grab() is not None
            source.close()


def test_a_server_that_returns_with_other_numbers_is_opened_again() -> None:
    with Xvfb(64, 48) as server:
        source = _source(server.display)
        source.open()
        server.kill()
        server._arguments = ("-extension", "SECURITY", "-extension", "MIT-SHM")
        server.start(80, 60)
        assert source.open() == (80, 60)
        assert source.grab() is not None
        source.close()


def test_a_server_that_resets_whenever_its_last_client_leaves_is_always_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(64, 48, reset=True) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        for _ in range(15):
            assert len(screens.list_screens()) == 1
            source = _source()
            assert source.open() == (64, 48)
            source.close()


def test_each_of_several_screens_is_a_display_of_its_own() -> None:
    with Xvfb(64, 48, "-screen", "1", "80x60x16") as server:
        for number, size in ((0, (64, 48)), (1, (80, 60))):
            source = _source(f"{server.display}.{number}")
            assert source.open() == size
            assert source.grab() is not None
            source.close()
        with pytest.raises(IoniaError, match="no screen 2"):
            _source(f"{server.display}.2").open()


@contextmanager
def _many_descriptors(count: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count + 200:
        pytest.skip(f"this system allows {hard} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 200, hard))
    try:
        with ExitStack() as opened:
            for _ in range(count):
                opened.enter_context(open(os.devnull, "rb"))  # noqa: PTH123 - a thousand of the cheapest
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_name_server_that_doesnt_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    away = threading.Event()

    def look(*_: object) -> list[object]:
        away.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look)
    monkeypatch.setattr(x11_setup, "LOOK_UP_TIMEOUT", 0.01)
    try:
        with pytest.raises(IoniaError, match=r"no name server says where far\.example is"):
            _source("far.example:1").open()
    finally:
        away.set()


def test_what_is_said_is_why_the_first_way_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A display of this machine that isn't there, where nobody knows "localhost" either."""

    def unknown(*_: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(IoniaError, match=r"(refused|No such file)"):
        _source(":53").open()


def test_a_process_with_more_than_a_thousand_files_records_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with Xvfb(64, 48) as server:
        monkeypatch.setenv("DISPLAY", server.display)
        with _many_descriptors(1100):
            assert len(screens.list_screens()) == 1
            source = _source()
            source.open()
            assert source.grab() is not None
            source.close()


def test_a_server_that_freezes_while_it_is_open_is_lost_and_found() -> None:
    with Xvfb(64, 48) as server:
        source = _source(server.display)
        source.open()
        with server.frozen():
            began = time.monotonic()
            with pytest.raises(Exception, match="gone"):
                source.grab()
            assert time.monotonic() - began < 20  # without a limit it would be for ever
        assert source.open() == (64, 48)
        source.close()


def test_a_stranger_that_takes_connections_and_says_nothing_is_left_after_a_second() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        number = silent.getsockname()[1] - 6000
        if number < 0:
            pytest.skip("the system gave a port below those of X servers")
        began = time.monotonic()
        with pytest.raises(IoniaError, match="timed out"):
            _source().open() if number < 0 else _open(f"127.0.0.1:{number}")
        assert time.monotonic() - began < 20  # without a limit it would be for ever


def test_a_stranger_that_closes_each_connection_is_left_after_a_second() -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:
        rude.settimeout(10)

        def refuse() -> None:
            while True:
                try:
                    rude.accept()[0].close()
                except OSError:
                    return

        refuser = threading.Thread(target=refuse)
        refuser.start()
        try:
            with pytest.raises(IoniaError, match=r"closed the connection|reset"):
                _open(f"127.0.0.1:{rude.getsockname()[1] - 6000}")
        finally:
            rude.shutdown(socket.SHUT_RDWR)
            refuser.join()


def _open(name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DISPLAY", name)
        _source().open()


class TestRequests:
    @pytest.fixture
    def connection(self) -> Iterator[XConnection]:
        with Xvfb(64, 48) as server:
            connection = XConnection(server.display)
            yield connection
            connection.close()

    def test_an_error_belongs_to_its_request(self, connection: XConnection) -> None:
        geometry = struct.pack("=BBHI", 14, 0, 2, 0x123456)
        with pytest.raises(XRequestError) as caught:
            connection.ask(geometry)
        assert caught.value.code == 9
        assert connection.atom_name(connection.atom("WM_NAME")) == "WM_NAME"
        with pytest.raises(XRequestError):
            connection.check(struct.pack("=BBHI", 4, 0, 2, 0x123456))  # destroy a window that isn't there
        connection.check(struct.pack("=BBH", 127, 0, 1))

    def test_events_are_told_once_and_errors_of_what_nobody_waits_for_are_none(self, connection: XConnection) -> None:
        root = connection.screen.root
        connection.send(struct.pack("=BBHIII", 2, 0, 4, root, 1 << 11, 1 << 22))  # changes of properties
        connection.send(struct.pack("=BBHI", 4, 0, 2, 0x123456))
        connection.send(struct.pack("=BBHIII B3xI", 18, 0, 6, root, 39, 31, 8, 0))
        assert connection.atom("a name of its own") > 0
        assert not connection.happened(0, 17)
        assert connection.happened(17, 28)
        assert not connection.happened(17, 28)

    def test_answers_of_several_requests_keep_their_order(self, connection: XConnection) -> None:
        root = connection.screen.root
        pointer, tree = struct.pack("=BBHI", 38, 0, 2, root), struct.pack("=BBHI", 15, 0, 2, root)
        nothing = struct.pack("=BBH", 127, 0, 1)
        for _ in range(3):
            connection.send(pointer + nothing + tree, answered=(0, 2))
            assert struct.unpack_from("=I", connection.answer(), 8)[0] == root
            assert struct.unpack_from("=I", connection.answer(), 8)[0] == root

    def test_answers_that_nobody_took_are_not_the_next_questions(self, connection: XConnection) -> None:
        window, atom = struct.pack("=BBHI", 14, 0, 2, connection.screen.root), connection.atom("WM_NAME")
        name = struct.pack("=BBHI", 17, 0, 2, atom)
        connection.send(window + name + name, answered=(0, 1, 2))
        connection.answer()
        assert connection.atom_name(atom) == "WM_NAME"
        connection.send(window + name, answered=(0, 1))
        assert connection.happened(12) is False
        assert connection.atom_name(atom) == "WM_NAME"

    def test_seventy_thousand_requests_later_it_still_counts_right(self, connection: XConnection) -> None:
        nothing = struct.pack("=BBH", 127, 0, 1) * 1000
        for _ in range(70):
            connection.send(nothing)
            assert connection.atom_name(39) == "WM_NAME"

    def test_numbers_for_new_things_differ_and_are_ours(self, connection: XConnection) -> None:
        ids = {connection.new_id() for _ in range(1000)}
        assert len(ids) == 1000
        assert all(id_ & ~0x1FFFFF == connection.new_id() & ~0x1FFFFF for id_ in ids)
