"""The self-test writes to the disk that recordings go to, for a second, and takes it away again."""

import os
import tempfile
from pathlib import Path

from ionia.core.selftest_report import Finding, Outcome, Part
from ionia.core.settings import MediaSettings
from ionia.selftest.context import SECOND_NS, SelftestContext
from ionia.selftest.judge import judge_disk

LENGTH_NS = SECOND_NS
CHUNK_BYTES = 4_000_000
MOST_BYTES = 512_000_000
SHARE_OF_FREE = 10
"""At most a tenth of what is free is written: the test must not be what fills the disk."""


def run_disk(context: SelftestContext) -> Finding:
    """Raises CancelledError."""
    context.tell(0.0, "Writing to the disk.")
    settings = context.settings
    folder = Path(settings.folder or "")
    try:
        folder = folder.absolute()  # where the current folder was deleted it is in none
        free = context.backends.free_bytes(str(folder / "recording.mp4"))
        rate = _write(context, folder, min(MOST_BYTES, free // SHARE_OF_FREE))
    except OSError as error:
        return Finding(
            part=Part.DISK,
            outcome=Outcome.BAD,
            title="Disk",
            found=f"{folder} can't be written to: {(error.strerror or type(error).__name__).lower()}",
            advice="Record to another folder.",
            figures={"folder": str(folder)},
        )
    return judge_disk(
        folder=str(folder),
        bytes_per_second=rate,
        free_bytes=free,
        needed_bytes_per_second=(settings.video_bitrate + MediaSettings().audio_bitrate) / 8,
    )


def _write(context: SelftestContext, folder: Path, most: int) -> float:
    """Bytes a second that reach the disk: until the system says that they are there, not until it has taken them."""
    data = os.urandom(CHUNK_BYTES)  # some disks compress
    clock, written = context.clock, 0
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        begin_ns = clock.now_ns()
        while written == 0 or (clock.now_ns() - begin_ns < LENGTH_NS and written + CHUNK_BYTES <= most):
            context.check()
            written += file.write(data)
            os.fsync(file.fileno())
        return written * SECOND_NS / (clock.now_ns() - begin_ns)
