"""The engine's side of a job's process: start it, hear its lines, end it."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from ionia.core.media_request import MediaRequest, output_of
from ionia.platform.own_program import start_own

SUBCOMMAND = "media-job"
"""Of the engine's program, hidden from people."""


class MediaJob:
    """One job. `messages` on one thread; `kill` on any."""

    def __init__(self, request: MediaRequest) -> None:
        """Starts the process. Raises OSError if the system can't."""
        from ionia.sinks.media_files.table import encoded  # noqa: PLC0415 - no start of an engine waits for it

        self._output = output_of(request)
        self._process = start_own(SUBCOMMAND, "ionia.sinks.media_job_process")
        try:
            assert self._process.stdin is not None  # noqa: S101 - asked for above
            self._process.stdin.write(encoded(request) + b"\n")
            self._process.stdin.flush()
        except BaseException:  # it ended before it could read
            self.discard()
            raise

    def messages(self) -> Iterator[dict[str, Any]]:
        """What the process says, until it ends. What it began and was killed over is removed then."""
        with self._process as process:
            assert process.stdout is not None  # noqa: S101 - asked for above
            for line in process.stdout:
                yield json.loads(line)
        if self._output is not None and process.returncode:
            from ionia.sinks.media_files.new_file import sweep_beside  # noqa: PLC0415 - likewise

            sweep_beside(self._output)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def discard(self) -> None:
        """`kill`, for a job whose `messages` nobody hears: nothing of it is left."""
        self._process.kill()
        with contextlib.suppress(OSError), self._process:  # a request that it didn't take
            pass
