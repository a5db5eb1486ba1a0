"""A slow or broken network between this process and a server: a network namespace, a veth pair and a token bucket.

Needs root. The server runs inside the namespace (`enter`), the sender outside; what goes to the server is limited.
"""

import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_CLONE_NEWNET = 0x40000000


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowNetwork:
    """One link. `server_address` is the namespace's end; `enter` is put before a command to run it there."""

    name: str
    device: str
    server_address: str

    @property
    def enter(self) -> list[str]:
        """Command prefix."""
        return ["ip", "netns", "exec", self.name]

    def listen(self) -> socket.socket:
        """A listening socket at the far end, usable from here: a socket stays in the namespace it was made in."""
        made: list[socket.socket] = []

        def make() -> None:  # on a thread of its own, because setns moves the thread
            with Path(f"/run/netns/{self.name}").open("rb") as namespace:
                if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _CLONE_NEWNET):
                    return
            made.append(socket.create_server((self.server_address, 0)))

        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
        if not made:
            pytest.skip("a thread can't enter a network namespace here")
        return made[0]

    def limit(self, megabits: float) -> None:
        """Rate towards the server from now on. The queue in front of the link holds 100 ms, as a good router's does."""
        rate, queue = f"{round(megabits * 1e6)}bit", f"{max(10_000, round(megabits * 1e6 / 8 * 0.1))}b"
        _run("tc", "qdisc", "replace", "dev", self.device, "root", "tbf", "rate", rate, "burst", "8k", "limit", queue)

    def cut(self, *, on: bool = True) -> None:
        """Take the link down without a word to anybody: packets vanish, no error comes back."""
        if on:
            # Loss, not a downed interface: that would tell the local kernel, and no real outage does.
            _run(
                "tc",
                "qdisc",
                "replace",
                "dev",
                self.device,
                "root",
                "tbf",
                "rate",
                "8bit",
                "burst",
                "1540",
                "limit",
                "1",
            )
        else:
            _run("tc", "qdisc", "del", "dev", self.device, "root")


@contextmanager
def slow_network() -> Iterator[SlowNetwork]:
    """A link without limits; skips the test where it can't be made."""
    if os.geteuid() != 0 or shutil.which("ip") is None or shutil.which("tc") is None:
        pytest.skip("needs root, ip and tc")
    number = os.getpid() % 16_000
    name, near, far = f"ionia{number}", f"ion{number}a", f"ion{number}b"
    first = f"10.{200 + number // 64 // 250 % 50}.{number // 64 % 250}.{number % 64 * 4}"
    base = first.rsplit(".", 1)
    here, there = f"{base[0]}.{int(base[1]) + 1}", f"{base[0]}.{int(base[1]) + 2}"
    try:
        _run("ip", "netns", "add", name)
    except RuntimeError as error:
        pytest.skip(f"no network namespaces here: {error}")
    try:
        _run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        _run("ip", "addr", "add", f"{here}/30", "dev", near)
        _run("ip", "link", "set", near, "up")
        inside = ("ip", "netns", "exec", name)
        _run(*inside, "ip", "addr", "add", f"{there}/30", "dev", far)
        _run(*inside, "ip", "link", "set", far, "up")
        _run(*inside, "ip", "link", "set", "lo", "up")
        if shutil.which("ethtool"):
            # Segments of 64 kB would pass the token bucket as one packet, or not at all.
            _run("ethtool", "-K", near, "tso", "off", "gso", "off", "gro", "off")
            _run(*inside, "ethtool", "-K", far, "tso", "off", "gso", "off", "gro", "off")
        else:
            _run("ip", "link", "set", near, "gso_max_size", "1500", "gso_max_segs", "1")
        yield SlowNetwork(name=name, device=near, server_address=there)
    finally:
        # By hand: with the namespace it goes later, once nothing uses that any more, and its name is taken until then.
        _run("ip", "link", "del", near)
        _run("ip", "netns", "del", name)
