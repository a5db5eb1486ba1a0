"""One line per record, no secrets, and no waiting for a parent that doesn't read."""

import logging
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from ionia.core.redaction import Redactor
from ionia.rpc import logs
from tests.fakes.engine_service import DEADLINE


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    reading, writing = os.pipe()
    root = logging.getLogger()
    ionia = logging.getLogger("ionia")
    before = (root.handlers[:], root.level, ionia.level)
    yield reading, writing
    root.handlers[:], level, ionia_level = before
    root.setLevel(level)
    ionia.setLevel(ionia_level)
    logging.captureWarnings(capture=False)
    os.close(reading)
    os.close(writing)


def test_one_line_and_no_secret(pipe: tuple[int, int]) -> None:
    redactor = Redactor()
    logs.set_up(redactor, fd=pipe[1])
    redactor.learn(["streamkey"])
    log = logging.getLogger("ionia.test")
    try:
        raise ValueError("rtmp://u:p@host/app/KEY")
    except ValueError:
        log.exception("opening %s\n2026 ERROR forged", "streamkey")
    line = os.read(pipe[0], 65536)
    assert line.count(b"\n") == 1
    assert line.endswith(b"ValueError: rtmp://host/app/****\n")
    assert b"opening ****\\n2026 ERROR forged\\nTraceback" in line


def test_debug_is_a_switch(pipe: tuple[int, int]) -> None:
    logs.set_up(Redactor(), fd=pipe[1])
    log = logging.getLogger("ionia.test")
    log.debug("one")
    logs.set_debug(enabled=True)
    log.debug("two")
    logs.set_debug(enabled=False)
    log.debug("three")
    logging.getLogger("other").info("four")
    assert os.read(pipe[0], 65536).split()[3:] == [b"ionia.test:", b"two"]


def test_a_record_that_cannot_be_formatted(pipe: tuple[int, int]) -> None:
    logs.set_up(Redactor(), fd=pipe[1])
    logging.getLogger("ionia.test").error("%d", "x")
    assert b"unprintable log record from test_logs.py" in os.read(pipe[0], 65536)


def test_warnings_are_logged(pipe: tuple[int, int]) -> None:
    logs.set_up(Redactor(), fd=pipe[1])
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("look out", UserWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert b"look out" in os.read(pipe[0], 65536)


def test_a_full_pipe_blocks_nobody(pipe: tuple[int, int]) -> None:
    logs.set_up(Redactor(), fd=pipe[1])
    log = logging.getLogger("ionia.test")
    for _ in range(200):
        log.info("x" * 5000)
    while len(os.read(pipe[0], 65536)) == 65536:
        pass
    log.info("back")
    assert b"lines lost before)" in os.read(pipe[0], 65536)


def test_a_closed_stderr_is_no_failure(pipe: tuple[int, int]) -> None:
    handler = logs.FdHandler(-1)
    handler.emit(logging.LogRecord("a", logging.INFO, "b", 1, "c", None, None))
    assert handler._lost == 1


def test_the_same_lines_go_to_a_file(pipe: tuple[int, int], tmp_path: Path) -> None:
    redactor = Redactor()
    redactor.learn(["streamkey"])
    kept = logs.set_up(redactor, fd=pipe[1], folder=tmp_path / "logs")
    kept.flush(DEADLINE)
    assert kept.path == str(tmp_path / "logs" / "engine.log")
    log = logging.getLogger("ionia.test")
    log.info("opening %s\nforged", "streamkey")
    log.debug("not unless it is asked for")
    logs.set_debug(enabled=True)
    log.debug("now")
    kept.flush(DEADLINE)
    told = os.read(pipe[0], 65536).decode()
    assert Path(kept.path).read_text().splitlines()[1:] == told.splitlines()
    assert told.splitlines()[0].endswith("ionia.test: opening ****\\nforged")
    assert told.splitlines()[1].endswith("DEBUG ionia.test: now")


def test_a_log_that_cannot_be_kept_is_no_failure(pipe: tuple[int, int], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    kept = logs.set_up(Redactor(), fd=pipe[1], folder=tmp_path / "file")
    logging.getLogger("ionia.test").info("told")
    kept.flush(DEADLINE)
    assert kept.path is None
    assert b"told" in os.read(pipe[0], 65536)


def test_a_thread_writes_where_nobody_can_tell_whether_a_write_blocks(pipe: tuple[int, int]) -> None:
    logs.set_up(Redactor(), fd=pipe[1], threaded=True)
    log = logging.getLogger("ionia.test")
    for _ in range(5000):
        log.info("x" * 1000)  # far more than the pipe takes: nobody waits
    log.info("lost, too")
    read = b""
    while b"lines lost)" not in read:
        read = read[-100:] + os.read(pipe[0], 1 << 20)
