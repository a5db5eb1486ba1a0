"""Which of a session's calls may run now. Pure: no thread, no clock, no queue of the operating system.

The contract's order: calls on one session run in the order sent, except that a query (`getStats`, `isRunning`, ...)
overtakes a `stop` or `dispose` under way, so that it is answered while a file is being completed. A query still waits
for every `initialize` and `start` sent before it, and nothing overtakes a query. A change of sound (`audio.set`) waits
for no other change, of which some wait for a screen, an encoder or a disk. So at most three calls of a session run at
once: one command, one change of sound and one query.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ionia.rpc.schema import Role

Item = TypeVar("Item")


@dataclass(slots=True, kw_only=True, eq=False)
class _Entry(Generic[Item]):
    item: Item
    role: Role
    running: bool = field(default=False)


class SessionOrder(Generic[Item]):
    """The unfinished calls of one session. The owner's lock protects it."""

    def __init__(self) -> None:
        self._entries: list[_Entry[Item]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def submit(self, item: Item, role: Role) -> list[Item]:
        """Append a call. Returns the calls that may run now; each is returned once, here or by `finish`."""
        self._entries.append(_Entry(item=item, role=role))
        return self._ready()

    def finish(self, item: Item) -> list[Item]:
        """A running call has ended. Returns the calls that may run now."""
        self._entries = [entry for entry in self._entries if entry.item is not item]
        return self._ready()

    def withdraw(self) -> list[Item]:
        """Take back every call that was not yet returned as ready."""
        waiting = [entry.item for entry in self._entries if not entry.running]
        self._entries = [entry for entry in self._entries if entry.running]
        return waiting

    def _ready(self) -> list[Item]:
        ready = []
        command_ahead = settle_ahead = sound_waits = False
        for entry in self._entries:
            query, sound = entry.role is Role.QUERY, entry.role is Role.SOUND
            before = settle_ahead if query else sound_waits if sound else command_ahead
            if not before and not entry.running:
                entry.running = True
                ready.append(entry.item)
            if query:
                break  # nothing overtakes a query
            command_ahead = True
            settle_ahead |= entry.role is Role.SETTLE
            sound_waits |= entry.role in (Role.SETTLE, Role.DRAIN, Role.SOUND)
        return ready
