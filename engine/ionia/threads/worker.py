"""A thread with an owner: started when told, joined with a limit, its error reported."""

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext

from ionia.platform.linux_process import take_short_turns
from ionia.platform.windows_process import tick_thread

log = logging.getLogger(__name__)


class Worker:
    """Runs `body` once on its own thread.

    An exception that leaves `body` is handed to `on_error`, on that thread. The body must end by
    itself once it is told to, by whatever it waits for; `join` only waits. `urgent`, for threads that must not come
    late and do little, is the multimedia task whose priority the thread gets on Windows; Linux lets it run sooner.
    `may_be_held`: by a device or a library, for good; then nothing is lost where the process ends before it.
    """

    def __init__(
        self,
        name: str,
        body: Callable[[], None],
        on_error: Callable[[BaseException], None],
        *,
        urgent: str | None = None,
        may_be_held: bool = False,
    ) -> None:
        self.name = name
        self._body = body
        self._on_error = on_error
        self._urgent = urgent
        self._thread = threading.Thread(target=self._run, name=f"ionia-{name}", daemon=may_be_held)

    def start(self) -> None:
        """Start the thread; once only."""
        self._thread.start()

    def join(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds; True once the body has ended (or never began). 0 only asks."""
        if self._thread.ident is None:
            return True
        self._thread.join(timeout)
        if self._thread.is_alive():
            if timeout > 0:
                log.error("thread %s did not end within %.1f s", self.name, timeout)
            return False
        return True

    def _run(self) -> None:
        try:
            if self._urgent:
                take_short_turns()
            with tick_thread(self._urgent) if self._urgent else nullcontext():
                self._body()
        except BaseException as error:
            log.debug("thread %s failed", self.name, exc_info=True)
            self._on_error(error)
