"""The process of one job on a file: made to be killed, and of so low a priority that a recording doesn't notice it.

It reads one line, the request, and writes lines: how far it is, and at last the result or why there is none. It ends
when stdin does: then its engine is gone. Killed at any moment it leaves a file that plays.
"""

import os
import signal
import sys
import threading
from typing import NoReturn

import msgspec
import psutil

from ionia.core.errors import IoniaError
from ionia.sinks.media_files.new_file import abandon
from ionia.sinks.media_files.table import carry_out, decoded

_STEP = 0.01
"""Progress is told in steps of so much."""


def main() -> NoReturn:
    """Carry out the job that stdin names, then end the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in a terminal is meant for the engine, which ends us
    _be_modest()
    line = b""
    while not line.endswith(b"\n"):
        data = os.read(0, 65_536)
        if not data:
            os._exit(1)
        line += data
    threading.Thread(target=_end_with_stdin, name="stdin", daemon=True).start()
    told = 0.0

    def progress(fraction: float) -> None:
        nonlocal told
        if fraction - told >= _STEP:
            told = fraction
            _say({"progress": round(fraction, 3)})

    try:
        done = carry_out(decoded(line), progress)
    except IoniaError as error:
        _say({"failed": {"message": error.message, "hint": error.hint}})
        os._exit(1)
    _say({"done": done})
    os._exit(0)


def _say(message: object) -> None:
    data = msgspec.json.encode(message) + b"\n"
    while data:
        data = data[os.write(1, data) :]


def _end_with_stdin() -> None:
    while os.read(0, 65_536):
        pass
    abandon()
    os._exit(1)


def _be_modest() -> None:
    process = psutil.Process()
    try:
        if sys.platform == "win32":
            process.nice(psutil.IDLE_PRIORITY_CLASS)
            process.ionice(psutil.IOPRIO_VERYLOW)
        else:
            process.nice(19)
            process.ionice(psutil.IOPRIO_CLASS_IDLE)
    except (psutil.Error, OSError, AttributeError):
        pass  # a system that knows no such thing


if __name__ == "__main__":
    main()
