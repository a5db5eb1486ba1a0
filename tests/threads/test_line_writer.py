"""Lines for a place that may hang: nobody waits, and what is lost is counted."""

import threading

from ionia.threads.line_writer import CAPACITY, LineWriter

DEADLINE = 30.0


def test_lines_are_written_in_order() -> None:
    written: list[bytes] = []
    writer = LineWriter("log", written.append)
    writer.start()
    for number in range(100):
        writer.put(b"%d\n" % number)
    assert writer.flush(DEADLINE)
    assert b"".join(written) == b"".join(b"%d\n" % number for number in range(100))


def test_a_place_that_hangs_makes_nobody_wait() -> None:
    written: list[bytes] = []
    begun, release = threading.Event(), threading.Event()

    def write(data: bytes) -> None:
        begun.set()
        assert release.wait(DEADLINE)
        written.append(data)

    writer = LineWriter("log", write)
    writer.start()
    writer.put(b"first\n")
    assert begun.wait(DEADLINE)
    for _ in range(CAPACITY + 5):
        writer.put(b"x\n")
    assert writer.flush(0) is False
    release.set()
    assert writer.flush(DEADLINE)
    assert b"".join(written) == b"first\n" + b"x\n" * CAPACITY + b"(5 lines lost)\n"


def test_a_place_that_refuses_is_told_what_it_missed() -> None:
    written: list[bytes] = []
    full = True

    def write(data: bytes) -> None:
        if full:
            raise OSError(28, "no space left")
        written.append(data)

    writer = LineWriter("log", write)
    writer.start()
    writer.put(b"a\n")
    assert writer.flush(DEADLINE)
    full = False
    writer.put(b"b\n")
    assert writer.flush(DEADLINE)
    assert b"".join(written) == b"b\n(1 lines lost)\n"
