"""A place to connect to that only this user finds and may use; one reader at a time. No network is involved."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What came of a wait; nothing of it if it was over or somebody woke it."""

    came: bool = False
    """A reader connected."""
    gone: bool = False
    """It isn't there any more."""
    received: bytes = b""


class PrivateEndpoint(Protocol):
    """One thread owns it; `wake` is for any."""

    address: str

    @property
    def unsent(self) -> int:
        """Bytes that the reader has not taken yet."""
        ...

    def wait(self, timeout: float | None) -> Happened:
        """Until something happens, or for so many seconds. Sends meanwhile what is unsent."""
        ...

    def send(self, data: bytes) -> None:
        """To the reader that is there, as it takes it; never waits."""
        ...

    def drop(self) -> None:
        """Let go of the reader; another may come. Idempotent."""
        ...

    def wake(self) -> None:
        """End the wait under way, or the next one. Any thread, also when it is closed."""
        ...

    def close(self) -> None:
        """Leave nothing behind. Idempotent."""
        ...
