"""What Linux is asked for, as Linux tells it again."""

import errno
import os
import platform
import sys
import threading
from pathlib import Path

import pytest

from ionia.platform.linux_process import SHORTEST_SLICE_NS
from ionia.threads.worker import Worker

DEADLINE = 30.0
KEEPS_SLICES = sys.platform == "linux" and [int(part) for part in platform.release().split(".")[:2]] >= [6, 12]


def schedule() -> dict[str, str]:
    """The calling thread's figures, by their names in the kernel."""
    lines = Path(f"/proc/self/task/{threading.get_native_id()}/sched").read_text("utf-8").splitlines()
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


@pytest.mark.skipif(not KEEPS_SLICES, reason="asked of Linux from 6.12 on")
def test_urgent_threads_take_short_turns_and_their_children_usual_ones() -> None:
    seen: dict[str, tuple[dict[str, str], int, int]] = {}

    def look(name: str) -> None:
        seen[name] = schedule(), os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0) & 0xFF

    def body() -> None:
        look("urgent")
        child = threading.Thread(target=look, args=("child",))
        child.start()
        child.join()

    worker = Worker("a", body, lambda _: None, urgent="Capture")
    worker.start()
    assert worker.join(DEADLINE)
    look("usual")
    if "se.slice" not in seen["usual"][0]:
        pytest.skip("this kernel was built without CONFIG_SCHED_DEBUG's figures")
    assert int(seen["urgent"][0]["se.slice"]) == SHORTEST_SLICE_NS
    assert int(seen["child"][0]["se.slice"]) == int(seen["usual"][0]["se.slice"]) > SHORTEST_SLICE_NS
    assert seen["urgent"][1:] == seen["child"][1:] == seen["usual"][1:]


@pytest.mark.skipif(sys.platform != "linux", reason="nobody else is asked")
def test_an_urgent_thread_runs_where_the_system_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def refuse(thread: int) -> int:
        asked.append(thread)
        raise OSError(errno.ENOSYS, "Function not implemented")  # musl's

    monkeypatch.setattr(os, "sched_getscheduler", refuse)
    ran, errors = threading.Event(), list[BaseException]()
    worker = Worker("a", ran.set, errors.append, urgent="Capture")
    worker.start()
    assert worker.join(DEADLINE)
    assert (asked, ran.is_set(), errors) == ([0], True, [])
