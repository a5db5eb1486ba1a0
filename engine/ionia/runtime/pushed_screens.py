"""Screens whose pictures the caller pushes, as far as they were opened here: they end with the engine."""

import threading

from ionia.core.video.pushed_layout import PushedScreen
from ionia.runtime.backends import Pushed


class PushedScreens:
    """Any thread."""

    def __init__(self, screens: Pushed) -> None:
        self._screens = screens
        self._lock = threading.Lock()
        self._open: set[str] = set()  # protected by _lock
        self._closed = False  # protected by _lock

    def open(self, width: int, height: int) -> PushedScreen:
        """Raises IoniaError. One that is opened while the engine ends is closed at once."""
        opened = self._screens.open(width, height)
        with self._lock:
            closed = self._closed
            self._open.add(opened.screen)
        if closed:
            self._screens.close(opened.screen)
        return opened

    def close(self, screen: str) -> bool:
        """False if there is none of this name."""
        with self._lock:
            self._open.discard(screen)
        return self._screens.close(screen)

    def close_all(self) -> None:
        """The engine has ended its sessions."""
        with self._lock:
            self._closed = True
            left = tuple(self._open)
        for screen in left:
            self._screens.close(screen)
