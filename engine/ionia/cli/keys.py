"""Single keys from a terminal while a command runs, without Enter. The terminal is as before on every way out.

Only where stdin is a terminal and the command is in its foreground: one that reads in the background would be stopped
by the system, and with it what it records.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Press = Callable[[str], None]
"""Called with each key, on a thread of ours or in `Typed`; returns at once."""

Typed = Callable[[], None]
"""Hands on at once what was typed until now and not looked at yet. Any thread."""

if sys.platform == "win32":
    import msvcrt

    _LOOK_S = 0.05

    def gives_keys() -> bool:
        """Whether there is a terminal that gives keys."""
        return sys.stdin is not None and sys.stdin.isatty()

    @contextmanager
    def pressed_keys(press: Press) -> Iterator[Typed | None]:
        """While inside, keys go to `press`; None where no terminal gives any."""
        if not gives_keys():
            yield None
            return
        over = threading.Event()
        lock = threading.Lock()

        def typed() -> None:
            with lock:
                while msvcrt.kbhit():
                    press(msvcrt.getwch())

        def look() -> None:
            while not over.wait(_LOOK_S):
                typed()

        thread = threading.Thread(target=look, name="ionia-keys")
        thread.start()
        try:
            yield typed
        finally:
            over.set()
            thread.join()

else:
    import select
    import signal
    import termios

    def gives_keys() -> bool:
        """Whether there is a terminal that gives keys."""
        return _foreground_terminal() is not None

    @contextmanager
    def pressed_keys(press: Press) -> Iterator[Typed | None]:
        """While inside, keys go to `press`; None where no terminal gives any. Main thread only."""
        terminal = _foreground_terminal()
        reading = None if terminal is None else _without_waiting()
        if terminal is None or reading is None:
            yield None
            return
        before = termios.tcgetattr(terminal)
        wake, woken = os.pipe()
        keys = _Keys(reading, press)
        thread = threading.Thread(target=_look, args=(keys, wake), name="ionia-keys")

        def without_enter(*_: object) -> None:
            if _in_foreground(terminal):
                mode = termios.tcgetattr(terminal)
                mode[3] &= ~(termios.ICANON | termios.ECHO)  # Ctrl+C stays Ctrl+C
                mode[3] |= termios.NOFLSH  # and doesn't throw away what was typed before it
                termios.tcsetattr(terminal, termios.TCSANOW, mode)

        # Continued after Ctrl+Z the shell has given us its own mode; and in the background no read may stop us.
        handlers = {
            signal.SIGCONT: signal.signal(signal.SIGCONT, without_enter),
            signal.SIGTTIN: signal.signal(signal.SIGTTIN, signal.SIG_IGN),
        }
        try:
            without_enter()
            thread.start()
            yield keys.typed
        finally:
            os.close(woken)
            if thread.ident is not None:
                thread.join()
            os.close(wake)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            if _in_foreground(terminal):
                with contextlib.suppress(termios.error):  # a terminal that was closed
                    termios.tcsetattr(terminal, termios.TCSADRAIN, before)
            os.close(reading)

    class _Keys:
        """What a terminal gives. Reading never waits: between the look whether there is a key and the reading of it
        the system may throw it away, or the shell take the terminal back. Any thread."""

        def __init__(self, reading: int, press: Press) -> None:
            self.reading = reading
            self._press = press
            self._lock = threading.Lock()  # a key that is read is handed on before another looks

        def typed(self) -> None:
            """Hand on what was typed."""
            self.hand_on()

        def hand_on(self) -> bool:
            """The same; False when the terminal is gone."""
            with self._lock:
                while _in_foreground(self.reading):
                    try:
                        data = os.read(self.reading, 64)
                    except BlockingIOError:
                        return True
                    except OSError:
                        return False
                    if not data:
                        return False
                    for key in data.decode(errors="replace"):
                        self._press(key)
            return True

    def _look(keys: _Keys, wake: int) -> None:
        while True:
            readable, _, _ = select.select([keys.reading, wake], [], [])
            if wake in readable or not keys.hand_on():
                return
            if not _in_foreground(keys.reading) and select.select([wake], [], [], 0.5)[0]:
                return

    def _foreground_terminal() -> int | None:
        try:
            terminal = sys.stdin.fileno()
        except (AttributeError, OSError, ValueError):
            return None
        return terminal if os.isatty(terminal) and _in_foreground(terminal) else None

    def _without_waiting() -> int | None:
        """The same terminal, opened once more: that reading doesn't wait must not be so for others who have it."""
        try:
            return os.open("/dev/tty", os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        except OSError:
            return None

    def _in_foreground(terminal: int) -> bool:
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        except OSError:
            return False
