"""One self-test at a time, and none beside what it would disturb."""

import threading
from collections.abc import Set as AbstractSet

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.selftest_report import SelftestReport
from ionia.core.settings import SessionKind
from ionia.runtime.backends import SelftestRun

_NAMES = {SessionKind.RECORDER: "a recording", SessionKind.STREAMER: "a stream", SessionKind.REPLAY: "a replay"}
"""Of what runs, for people."""


class Selftests:
    """Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False  # protected by _lock
        self._current: SelftestRun | None = None  # protected by _lock

    def run(self, test: SelftestRun, kinds: AbstractSet[SessionKind]) -> SelftestReport:
        """Run it to its end. `kinds`: of the sessions that run. Raises IoniaError(ALREADY_RUNNING)."""
        with self._lock:
            if self._closed:
                raise IoniaError(ErrorKind.INTERNAL, "The engine is shutting down.")
            running = [name for kind, name in _NAMES.items() if kind in kinds]
            running += ["another self-test"] if self._current is not None else []
            if running:
                words = " and ".join(running)
                raise IoniaError(
                    ErrorKind.ALREADY_RUNNING,
                    f"{words[0].upper()}{words[1:]} {'is' if len(running) == 1 else 'are'} running.",
                    "Stop it first: each would disturb the other.",
                )
            self._current = test
        try:
            return test.run()
        finally:
            with self._lock:
                self._current = None

    def cancel(self) -> bool:
        """Have the one under way end soon; False if there is none."""
        with self._lock:
            test = self._current
        if test is not None:
            test.cancel()
        return test is not None

    def close(self) -> None:
        """End the one under way, and begin no other."""
        with self._lock:
            self._closed = True
        self.cancel()
