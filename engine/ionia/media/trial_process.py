"""The process of encoders' trials (`expendable`): made to be killed, by the engine or by a driver.

It says by an empty line that it listens, reads requests until stdin ends, and answers each with a line.
"""

import faulthandler
import os
import pickle
import signal
import sys
from typing import NoReturn

import msgspec

import ionia.media.encoder_trial  # noqa: F401 - what it is asked for is loaded before it says that it listens

_ALONE_S = 4.0
"""Past the limit: a driver that hangs with Python's lock lets nothing notice that the engine is gone."""


def main() -> NoReturn:
    """Serve one engine, then end the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C in a terminal is meant for the engine, which ends us
    _crash_silently()
    answers = os.dup(1)
    os.dup2(2, 1)  # drivers print
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.write(answers, b"\n")
    while True:
        try:
            limit_s, call = pickle.load(sys.stdin.buffer)  # noqa: S301 - the engine's own
        except EOFError:
            os._exit(0)
        faulthandler.dump_traceback_later(limit_s + _ALONE_S, exit=True, file=nothing)
        answer = call()
        faulthandler.cancel_dump_traceback_later()
        os.write(answers, msgspec.json.encode(answer) + b"\n")


def _crash_silently() -> None:
    """Without a window that asks what to do about it, and without an image of the memory."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - Windows alone has it

        msvcrt.SetErrorMode(msvcrt.SEM_FAILCRITICALERRORS | msvcrt.SEM_NOGPFAULTERRORBOX)
    else:
        import resource  # noqa: PLC0415 - likewise

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
