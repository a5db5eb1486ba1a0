"""`ionia-engine stream` as people use it: in a terminal, in a pipe, with a recording, and with a key to keep."""

import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.live_stream import KEY, PATIENCE, check_begin
from tests.fakes.media_check import file_facts
from tests.fakes.nginx_rtmp import free_port
from tests.fakes.rtmp_server import RtmpServer, rtmp_server
from tests.fakes.small_disk import fill

STREAM = [sys.executable, "-m", "ionia", "stream"]
CARD = ["--screen", "test", "--desktop-audio", "test", "--audio", "desktop", "--encoder", "x264"]


@pytest.fixture
def server() -> Iterator[RtmpServer]:
    with rtmp_server() as made:
        yield made


def test_in_a_pipe_with_a_recording(server: RtmpServer, tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    command = [*STREAM, "-", "--ask-key", "--record", str(path), *CARD]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as run:
        assert run.stdin is not None
        run.stdin.write(f"{server.url('').rstrip('/')}\n{KEY}\n")
        run.stdin.flush()
        server.wait_for(lambda: server.publications and len(server.publications[0].of(9)) >= 60)
        run.send_signal(signal.SIGINT)
        out, errors = run.communicate(timeout=PATIENCE)
    assert (run.returncode, errors) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"Streaming to rtmp://127.0.0.1:{server.port}/live/****. Ctrl+C ends it."
    assert "Connected." in lines
    assert lines[-1] == f"Saved {path}."
    last = re.fullmatch(
        r"0:\d\d:\d\d  ended  [\d.]+ of [\d.]+ Mbit/s  latency \d+ ms  \d+ dropped  \d+ reconnects  "
        r"[\d.]+ [kM]B sent",
        lines[-2],
    )
    assert last, lines[-2]
    assert KEY not in out
    publication = server.publications[0]
    server.wait_for(lambda: publication.over)
    assert publication.key == KEY
    check_begin(publication.media)
    assert file_facts(path).video.pts


def test_the_stream_outlives_the_recording(server: RtmpServer, small_disk: Path) -> None:
    path = small_disk / "take.mp4"
    with subprocess.Popen(
        [*STREAM, server.url(KEY), "--record", str(path), *CARD],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        assert run.stdout is not None
        server.wait_for(lambda: server.publications and len(server.publications[0].of(9)) >= 60)
        fill(small_disk / "filler")
        lines = []
        for line in run.stdout:
            lines.append(line)
            if "no space left" in line.lower():
                break
        sent = len(server.publications[0].of(9))
        server.wait_for(lambda: len(server.publications[0].of(9)) >= sent + 60)
        run.send_signal(signal.SIGINT)
        lines += run.stdout
        assert run.wait(PATIENCE) == 1
    (small_disk / "filler").unlink()
    assert len(server.publications) == 1
    assert lines[-1] == f"Kept what was recorded in {path}.\n"
    assert file_facts(path).video.pts


def test_in_a_terminal_the_address_is_not_shown_and_ctrl_c_ends_it(server: RtmpServer) -> None:
    master, slave = pty.openpty()
    with subprocess.Popen(
        [*STREAM, "-", *CARD], stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    ) as run:
        os.close(slave)
        shown = bytearray()

        def read_until(text: bytes) -> None:
            while text not in shown:
                shown.extend(os.read(master, 4096))

        read_until(b"Address (not shown): ")
        os.write(master, server.url(KEY).encode() + b"\n")
        read_until(b"Connected.")
        read_until(b"live")
        server.wait_for(lambda: len(server.publications[0].of(9)) >= 10)
        run.send_signal(signal.SIGINT)
        try:
            while data := os.read(master, 4096):
                shown.extend(data)
        except OSError:  # Linux' way to say that the other end of a terminal is closed
            pass
        assert run.wait(PATIENCE) == 0
    os.close(master)
    assert b"\r" in shown
    assert KEY.encode() not in shown
    assert server.publications[0].commands[-1] == "deleteStream"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process write over its arguments")
def test_a_key_among_the_arguments_is_made_unreadable(server: RtmpServer) -> None:
    url = server.url(KEY)
    with subprocess.Popen([*STREAM, url, *CARD], stdout=subprocess.PIPE, text=True) as run:
        server.wait_for(lambda: server.publications and server.publications[0].of(9))
        arguments = Path(f"/proc/{run.pid}/cmdline").read_bytes()
        assert KEY.encode() not in arguments
        assert arguments.split(b"\0")[-len(CARD) - 1 : -1] == [argument.encode() for argument in CARD]
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0
    assert KEY not in said


def test_several_servers_each_with_its_lines_and_none_of_their_keys(server: RtmpServer) -> None:
    gone = f"rtmp://127.0.0.1:{free_port()}/live/{KEY}"
    command = [*STREAM, server.url(f"{KEY}2"), "-", server.url(KEY), *CARD]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        assert run.stdin is not None
        run.stdin.write(f"{gone}\n")
        run.stdin.flush()
        server.wait_for(lambda: len(server.publications) == 2 and all(one.of(9) for one in server.publications))
        assert KEY.encode() not in Path(f"/proc/{run.pid}/cmdline").read_bytes()
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=PATIENCE)
    assert {"Destination 1: Connected.", "Destination 3: Connected."} <= set(said.splitlines())
    assert re.search(r"Destination 2: Connecting in [\d.]+ s: the server refuses connections\.", said)
    assert {one.key for one in server.publications} == {KEY, f"{KEY}2"}
    assert said.endswith("Destination 2: Nothing was streamed, it never connected.\n")
    assert run.returncode == 1
    assert KEY not in said


def test_a_server_that_is_not_there_and_an_address_that_is_none() -> None:
    command = [*STREAM, f"rtmp://127.0.0.1:{free_port()}/live/{KEY}", *CARD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        assert run.stdout is not None
        lines = []
        for line in run.stdout:
            lines.append(line)
            if re.match(r"Connecting in 0\.\d s: the server refuses connections\.", line):
                run.send_signal(signal.SIGINT)
        assert run.wait(PATIENCE) == 1
    assert lines[-1] == "Nothing was streamed: it never connected.\n"
    assert any("refuses connections" in line for line in lines)
    assert not any(KEY in line for line in lines)
    wrong = subprocess.run(
        [*STREAM, f"http://127.0.0.1/live/{KEY}"], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("ionia-engine: The address must begin with rtmp://, rtmps://, whip:// or whips://.")
    assert KEY not in wrong.stderr
