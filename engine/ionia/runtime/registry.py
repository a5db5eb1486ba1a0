"""Things that several sessions use at once: made by the first who asks, closed by the last who gives back."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class Shared(Protocol):
    """Closed once, by whoever gives it back last. A failed one is handed to nobody any more."""

    @property
    def failed(self) -> bool: ...

    def close(self) -> None: ...


CLOSING_TIMEOUT_S = 5.0
"""How long whoever wants a thing anew waits until the one before is closed; longer than two threads' joins take."""

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Shared)


@dataclass(slots=True, eq=False)
class _Entry(Generic[K, V]):
    """`making` is held while it is made, so that a second user waits for the first. `before`: what had its key."""

    key: K
    users: int = 0
    value: V | None = None
    error: BaseException | None = None
    making: threading.Lock = field(default_factory=threading.Lock)
    closed: threading.Event = field(default_factory=threading.Event)
    before: "tuple[_Entry[K, V], ...]" = ()


class Lease(Generic[K, V]):
    """One user's share of a thing."""

    def __init__(self, registry: "Registry[K, V]", entry: _Entry[K, V], value: V) -> None:
        self.value = value
        self._registry = registry
        self._entry = entry
        self._held = True

    @property
    def key(self) -> K:
        """The identity that it is found by."""
        return self._entry.key

    def alone(self, leases: int = 1) -> bool:
        """Whether nobody else uses it at this moment than whoever has so many leases of it. Any thread."""
        return self._registry._users(self._entry) == leases

    def rekey_if_alone(self, key: K, leases: int = 1) -> bool:
        """Be found by another identity from now on; False, and nothing changes, while somebody else uses it too."""
        return self._registry._rekey_if_alone(self._entry, key, leases)

    def release(self) -> None:
        """Give it back. Idempotent; one user calls it."""
        if self._held:
            self._held = False
            self._registry._drop(self._entry)


class Registry(Generic[K, V]):
    """Any thread. Making and closing happen outside the lock: one slow device delays only those who want it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[_Entry[K, V]] = []  # protected by _lock
        self._closing: list[_Entry[K, V]] = []  # protected by _lock

    def __len__(self) -> int:
        """How many things are in use."""
        return len(self._entries)

    def acquire(self, key: K, make: Callable[[], V], *, alone: bool = False) -> Lease[K, V]:
        """The thing of this identity, made by `make` if nobody has it yet (`alone`: made anew in any case).

        One that is still being closed is waited for: a device that is open twice may refuse, or give each half.
        Raises what `make` raises, to everyone who waited for it.
        """
        with self._lock:
            entry = None if alone else next((one for one in self._entries if one.key == key and _usable(one)), None)
            if entry is None:
                entry = _Entry(key, before=tuple(one for one in self._closing if one.key == key))
                self._entries.append(entry)
            entry.users += 1
        try:
            with entry.making:
                value = self._made(entry, make)
        except BaseException:
            self._drop(entry)
            raise
        return Lease(self, entry, value)

    def borrow(self, wanted: Callable[[K, V], bool]) -> Lease[K, V] | None:
        """A share of a thing that is there already; None if there is none that is `wanted`. Never waits."""
        with self._lock:
            for entry in self._entries:
                if entry.value is not None and _usable(entry) and wanted(entry.key, entry.value):
                    entry.users += 1
                    return Lease(self, entry, entry.value)
        return None

    def seen(self, wanted: Callable[[K], bool]) -> V | None:
        """A thing whose identity is `wanted`, without a share of it: it may be closed at any moment. Never waits."""
        with self._lock:
            usable = (entry for entry in self._entries if entry.value is not None and _usable(entry))
            return next((entry.value for entry in usable if wanted(entry.key)), None)

    def _made(self, entry: _Entry[K, V], make: Callable[[], V]) -> V:
        if entry.error is not None:
            raise entry.error
        if entry.value is None:
            try:
                for one in entry.before:
                    one.closed.wait(CLOSING_TIMEOUT_S)
                entry.before = ()
                entry.value = make()
            except BaseException as error:
                entry.error = error
                raise
        return entry.value

    def _users(self, entry: _Entry[K, V]) -> int:
        with self._lock:
            return entry.users

    def _rekey_if_alone(self, entry: _Entry[K, V], key: K, leases: int) -> bool:
        with self._lock:
            if entry.users != leases:
                return False
            entry.key = key
            return True

    def _drop(self, entry: _Entry[K, V]) -> None:
        with self._lock:
            entry.users -= 1
            if entry.users > 0:
                return
            self._entries.remove(entry)
            if entry.value is None:
                return
            self._closing.append(entry)
        try:
            entry.value.close()
        finally:
            with self._lock:
                self._closing.remove(entry)
            entry.closed.set()


def _usable(entry: _Entry[K, V]) -> bool:
    return entry.error is None and (entry.value is None or not entry.value.failed)
