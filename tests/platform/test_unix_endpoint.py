"""A place that only this user may connect to, on a real socket."""

import errno
import os
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ionia.platform.endpoints import open_endpoint
from ionia.platform.unix_endpoint import UnixEndpoint

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Windows' is tested on the rig")

WAIT_SECONDS = 30.0


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[UnixEndpoint]:
    made = UnixEndpoint(tmp_path)
    yield made
    made.close()
    assert list(tmp_path.iterdir()) == []


def connected(endpoint: UnixEndpoint) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(WAIT_SECONDS)
    client.connect(endpoint.address)
    return client


def test_nobody_else_can_reach_it_and_its_name_is_not_to_be_guessed(endpoint: UnixEndpoint, tmp_path: Path) -> None:
    (folder,) = tmp_path.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    other = UnixEndpoint(tmp_path)
    assert other.address != endpoint.address
    other.close()


def test_bytes_go_both_ways_and_the_next_reader_comes_after_the_first(endpoint: UnixEndpoint) -> None:
    with connected(endpoint) as first:
        assert endpoint.wait(WAIT_SECONDS).came
        first.sendall(b"hello")
        assert endpoint.wait(WAIT_SECONDS).received == b"hello"
        endpoint.send(b"picture")
        assert first.recv(100) == b"picture"
        with connected(endpoint) as second:
            assert not endpoint.wait(0).came  # it waits for the first to go
            first.close()
            assert endpoint.wait(WAIT_SECONDS).gone
            assert endpoint.wait(WAIT_SECONDS).came
            endpoint.send(b"more")
            assert second.recv(100) == b"more"
            endpoint.drop()
            assert second.recv(100) == b""


def test_a_reader_that_does_not_read_holds_nobody_up(endpoint: UnixEndpoint) -> None:
    data = os.urandom(4 << 20)
    with connected(endpoint) as reader:
        assert endpoint.wait(WAIT_SECONDS).came
        endpoint.send(data)
        assert endpoint.unsent > 0
        assert endpoint.wait(0).received == b""
        got = bytearray()
        while len(got) < len(data):
            got += reader.recv(1 << 20)
            endpoint.wait(0)
        assert bytes(got) == data
        assert endpoint.unsent == 0


def test_a_reader_that_dies_in_the_middle_is_gone(endpoint: UnixEndpoint) -> None:
    with connected(endpoint):
        assert endpoint.wait(WAIT_SECONDS).came
        endpoint.send(bytes(4 << 20))
    endpoint.send(b"more")
    assert endpoint.wait(WAIT_SECONDS).gone
    assert endpoint.unsent == 0
    endpoint.send(b"to nobody")


def test_a_wait_is_woken_from_another_thread(endpoint: UnixEndpoint) -> None:
    thread = threading.Timer(0, endpoint.wake)
    thread.start()
    endpoint.wait(None)
    thread.join()
    for _ in range(100_000):  # more than there is room for
        endpoint.wake()
    endpoint.wait(None)


def test_waking_one_that_is_closed_does_nothing(tmp_path: Path) -> None:
    endpoint = UnixEndpoint(tmp_path)
    endpoint.close()
    endpoint.wake()
    endpoint.close()


def test_what_it_began_is_gone_when_it_can_not_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socketpair", no_room)
    with pytest.raises(OSError, match="Too many"):
        UnixEndpoint(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_room_for_a_reader_it_does_not_try_all_the_time(
    endpoint: UnixEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    select, waits = endpoint._selector.select, []

    def at_once(timeout: float | None) -> object:
        waits.append(timeout)
        return select(0)

    monkeypatch.setattr(endpoint._selector, "select", at_once)
    with connected(endpoint) as reader, monkeypatch.context() as patch:
        patch.setattr(socket.socket, "accept", lambda _: no_room())
        assert not endpoint.wait(None).came
        endpoint.wake()
        for timeout in (None, None, 0.25, 0.25):
            assert not endpoint.wait(timeout).came
        assert waits == [None, 1.0, 1.0, 0.25, 0.25]
        patch.undo()
        assert endpoint.wait(None).came
        endpoint.send(b"picture")
        assert reader.recv(100) == b"picture"


def no_room() -> tuple[socket.socket, object]:
    raise OSError(errno.EMFILE, "Too many open files")


def test_a_runtime_folder_with_too_long_a_name_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 80)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    endpoint = open_endpoint()
    assert not endpoint.address.startswith(str(long))
    endpoint.close()
