"""Writes pictures for a pushed screen as a caller in another process does: by the path and layout that it was told."""

from pathlib import Path
from types import TracebackType

from ionia.core.video.pushed_layout import newest_bytes


class PushedWriter:
    """A context manager; `opened` is the answer of push.open as it is on the wire."""

    def __init__(self, opened: dict[str, object]) -> None:
        self._file = Path(str(opened["path"])).open("r+b", buffering=0)  # noqa: SIM115 - closed by __exit__
        self._slots = int(str(opened["slots"]))
        self._slot_bytes = int(str(opened["slotBytes"]))
        self._first_slot_at = int(str(opened["firstSlotAt"]))
        self.number = 0

    def __enter__(self) -> "PushedWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, pixels: bytes, *, whole: bool = True) -> None:
        """The next picture; `whole=False`: its first half, and nobody is told."""
        assert len(pixels) == self._slot_bytes
        number = self.number + 1
        self._file.seek(self._first_slot_at + number % self._slots * self._slot_bytes)
        self._file.write(pixels if whole else pixels[: self._slot_bytes // 2])
        if whole:
            self._file.seek(0)
            self._file.write(newest_bytes(number))
            self.number = number
