"""Entry point: without arguments the JSON-RPC server on stdin and stdout, else the command line for people."""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ionia.platform.descriptors import open_standard_descriptors
from ionia.platform.linux_process import share_one_heap
from ionia.platform.windows_surroundings import complete_surroundings

if TYPE_CHECKING:
    from ionia.core.service import EngineService, Listener


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the engine; the process's exit code. Imports happen here and lazily: the first answer must come soon."""
    open_standard_descriptors()
    complete_surroundings()
    share_one_heap()  # before there are threads
    rest = list(sys.argv[1:] if arguments is None else arguments)
    if not rest:
        gc.disable()  # until all is imported: nothing of it is garbage
        from ionia.rpc.stdio import serve_stdio  # noqa: PLC0415 - only this path needs the server

        return serve_stdio(_make_engine)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        # An exception in the middle of an import becomes whatever that makes of it.
        signal.signal(signal.SIGINT, _leave)
    if rest[0] == "media-job":
        from ionia.sinks.media_job_process import main as media_job  # noqa: PLC0415 - a process of its own needs no more

        media_job()
    if rest[0] == "encoder-trial":
        from ionia.media.trial_process import main as encoder_trial  # noqa: PLC0415 - likewise

        encoder_trial()
    from ionia.cli.main import run  # noqa: PLC0415 - only this path needs the command line

    return run(rest, _ready)


def _leave(*_: object) -> None:
    """Ctrl+C while nothing has begun."""
    os.write(2, b"ionia-engine: interrupted.\n")
    os._exit(130)


def _ready() -> None:
    """From here on there may be something to put in order."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _make_engine(listener: "Listener") -> "EngineService":
    from ionia.app import make_engine  # noqa: PLC0415 - libav comes after the signals are in hand

    engine = make_engine(listener)
    gc.freeze()  # what was imported stays: no collection in mid-take looks through it
    gc.enable()
    return engine


if __name__ == "__main__":
    sys.exit(main())
