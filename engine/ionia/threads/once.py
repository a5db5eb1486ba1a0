"""A call that several may make, and that is made once."""

import threading
from collections.abc import Callable


class Once:
    """Any thread. The first call is carried out, without a lock held; later ones do nothing."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._call: Callable[[], None] | None = call  # protected by _lock

    def __call__(self) -> None:
        """Make the call, if nobody has."""
        with self._lock:
            call, self._call = self._call, None
        if call is not None:
            call()
