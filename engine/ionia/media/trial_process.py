"""The process of encoders' trials: made to be killed, by the engine or by a driver.

It says by an empty line that it listens, reads requests until stdin ends, and answers each with a line: what the
pictures are worth, and why the encoder can't be taken.
"""

import faulthandler
import os
import pickle
import signal
import sys
from typing import NoReturn

import msgspec

from ionia.media import encoder_trial
from ionia.media.encoder_specs import specs_for

_ALONE_S = 5.0
"""Past the trial's limit: a driver that hangs with Python's lock lets nothing notice that the engine is gone."""


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
            name, settings, width, height, least_psnr = pickle.load(sys.stdin.buffer)  # noqa: S301 - the engine's own
        except EOFError:
            os._exit(0)
        spec = next(one for one in specs_for(sys.platform, settings.codec) if one.name == name)
        faulthandler.dump_traceback_later(encoder_trial.LIMIT_S + _ALONE_S, exit=True, file=nothing)
        answer = encoder_trial.tried(spec, settings, width, height, least_psnr=least_psnr)
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
