"""Whoever waits for a line of the sidecar: told in time even if the disk stands still."""

import threading

from ionia.threads.once import Once


class NotedWaits:
    """Any thread. Who was told already may stay in here; `Once` tells nobody twice."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._new: list[Once] = []  # since the last look; protected by _lock
        self._old: list[Once] = []  # since the look before that; protected by _lock

    def add(self, noted: Once) -> None:
        """Tell it two looks from now at the latest."""
        with self._lock:
            self._new.append(noted)

    def look(self) -> None:
        """Tell who has waited since the look before last. Once a second."""
        with self._lock:
            overdue, self._old, self._new = self._old, self._new, []
        for noted in overdue:
            noted()

    def end(self) -> None:
        """Tell everybody."""
        self.look()
        self.look()
