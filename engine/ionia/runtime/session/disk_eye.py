"""Looks at one file of a recording and at its disk, and warns while there is still time to do something."""

from collections.abc import Callable

from ionia.core.disk_space import DiskWatch, GrowthRate
from ionia.core.ports import FileSink
from ionia.core.warning import FileLimit, Warn, WarningCode


class DiskEye:
    """The sink's thread owns it: what it asks may stand still as the sink may."""

    def __init__(
        self,
        sink: FileSink,
        *,
        rate: GrowthRate,
        free_bytes: Callable[[str], int],
        warn: Warn,
        disk: DiskWatch,
        keeps_below: Callable[[int], bool],
    ) -> None:
        """`rate`: of this file. `disk`: what was told of it stays told when the recording goes on in another file.

        `keeps_below`: whether another file takes over before one that may have so many bytes has them.
        """
        self._sink = sink
        self._rate = rate
        self._free_bytes = free_bytes
        self._warn = warn
        self._keeps_below = keeps_below
        self._disk = disk
        self._limit = DiskWatch()
        self._unreadable = False

    def look(self) -> None:
        """About once a second."""
        self._sink.look()
        bytes_per_second = self._rate.update(self._sink.bytes_written)
        self._look_at_limit(bytes_per_second)
        try:
            free = self._free_bytes(self._sink.path)
        except OSError as error:
            if not self._unreadable:
                self._warn(
                    WarningCode.DISK_UNREADABLE,
                    f"Nobody can say how full the disk is: {(error.strerror or type(error).__name__).lower()}.",
                )
            self._unreadable = True
            return
        self._unreadable = False
        low = self._disk.update(free, bytes_per_second)
        if low is not None:
            self._warn(
                WarningCode.DISK_LOW,
                f"The disk has room for about {_time(low.minutes_left)} more.",
                low,
            )

    def _look_at_limit(self, bytes_per_second: float) -> None:
        limit = self._sink.limit
        if limit is None or self._keeps_below(limit.most_bytes):
            return
        left = limit.most_bytes - self._sink.bytes_written - self._sink.index_bytes
        low = self._limit.update(max(0, left), bytes_per_second)
        if low is not None:
            self._warn(
                WarningCode.FILE_LIMIT,
                f"In about {_time(low.minutes_left)} the recording ends: no file there may have more than "
                f"{limit.words}.",
                FileLimit(minutes_left=low.minutes_left, limit_bytes=limit.most_bytes),
            )


def _time(minutes: float) -> str:
    return f"{minutes:g} minutes" if minutes >= 1 else f"{minutes * 60:.0f} seconds"
