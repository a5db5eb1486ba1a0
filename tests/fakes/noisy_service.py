"""`python -m tests.fakes.noisy_service` serves an engine without media on stdio, for tests of the real process."""

import ctypes
import os
import signal
import sys
import threading

from ionia.core.events import StatsSampled
from ionia.core.service import Listener
from ionia.core.settings import SessionKind
from tests.fakes.engine_service import FakeEngineService, wait
from tests.fakes.stats import recorder_stats


def make_noisy_service(listener: Listener) -> FakeEngineService:
    """A service for the subprocess tests, whose session ids say what goes wrong."""
    service = FakeEngineService(listener=listener)
    asked = threading.Event()

    def on_initialize(session_id: str) -> None:
        if session_id == "noisy":
            print("a library prints to stdout", flush=True)  # noqa: T201
            os.write(1, b"and another writes to descriptor 1\n")
        if session_id == "signalled":
            signal.raise_signal(getattr(signal, "SIGBREAK", signal.SIGTERM))
        if session_id == "broken":
            raise RuntimeError("cannot open rtmp://host/app/SECRETKEY\nforged line")

    def on_stop(session_id: str) -> None:
        if session_id == "flushing":
            wait(asked)
        if session_id == "hanging":
            threading.Event().wait()
        if session_id == "locked":
            ctypes.PyDLL(None).sleep(60)  # as a driver may hang in libav: with Python's lock held

    def on_stats(session_id: str) -> None:
        if session_id == "flushing":
            asked.set()
        if session_id == "flooding":
            for number in range(20_000):
                stats = recorder_stats(total_bytes=number)
                listener(StatsSampled(session_id=session_id, session_kind=SessionKind.RECORDER, stats=stats))

    for kind in SessionKind:
        service.hooks[f"{kind.value}.initialize"] = on_initialize
        service.hooks[f"{kind.value}.stop"] = on_stop
        service.hooks[f"{kind.value}.getStats"] = on_stats
    return service


if __name__ == "__main__":
    from ionia.rpc.stdio import serve_stdio

    sys.exit(serve_stdio(make_noisy_service))
