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
"""Called with each key, on a thread of ours; returns at once."""

if sys.platform == "win32":
    import msvcrt

    _LOOK_S = 0.05

    @contextmanager
    def pressed_keys(press: Press) -> Iterator[bool]:
        """While inside, keys go to `press`; whether there is a terminal that gives any."""
        if not (sys.stdin is not None and sys.stdin.isatty()):
            yield False
            return
        over = threading.Event()

        def look() -> None:
            while not over.wait(_LOOK_S):
                while msvcrt.kbhit():
                    press(msvcrt.getwch())

        thread = threading.Thread(target=look, name="ionia-keys")
        thread.start()
        try:
            yield True
        finally:
            over.set()
            thread.join()

else:
    import select
    import signal
    import termios

    @contextmanager
    def pressed_keys(press: Press) -> Iterator[bool]:
        """While inside, keys go to `press`; whether there is a terminal that gives any. Main thread only."""
        terminal = _foreground_terminal()
        if terminal is None:
            yield False
            return
        before = termios.tcgetattr(terminal)
        wake, woken = os.pipe()
        thread = threading.Thread(target=_read, args=(terminal, wake, press), name="ionia-keys")

        def without_enter(*_: object) -> None:
            if _in_foreground(terminal):
                mode = termios.tcgetattr(terminal)
                mode[3] &= ~(termios.ICANON | termios.ECHO)  # Ctrl+C stays Ctrl+C
                termios.tcsetattr(terminal, termios.TCSANOW, mode)

        # Continued after Ctrl+Z the shell has given us its own mode; and in the background no read may stop us.
        handlers = {
            signal.SIGCONT: signal.signal(signal.SIGCONT, without_enter),
            signal.SIGTTIN: signal.signal(signal.SIGTTIN, signal.SIG_IGN),
        }
        try:
            without_enter()
            thread.start()
            yield True
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

    def _foreground_terminal() -> int | None:
        try:
            terminal = sys.stdin.fileno()
        except (AttributeError, OSError, ValueError):
            return None
        return terminal if os.isatty(terminal) and _in_foreground(terminal) else None

    def _in_foreground(terminal: int) -> bool:
        try:
            return os.tcgetpgrp(terminal) == os.getpgrp()
        except OSError:
            return False

    def _read(terminal: int, wake: int, press: Press) -> None:
        while True:
            readable, _, _ = select.select([terminal, wake], [], [])
            if wake in readable:
                return
            if not _in_foreground(terminal):
                if select.select([wake], [], [], 0.5)[0]:
                    return
                continue
            try:
                data = os.read(terminal, 64)
            except OSError:
                return
            if not data:
                return
            for key in data.decode(errors="replace"):
                press(key)
