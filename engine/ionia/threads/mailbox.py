"""Hand-offs between threads: bounded, and each says what it does when full."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """Room for one value; a new one overwrites. Any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: T | None = None  # protected by _lock

    def put(self, value: T) -> None:
        """Replace whatever is there."""
        with self._lock:
            self._value = value

    def put_back(self, value: T) -> None:
        """What was taken, unless a newer one is there."""
        with self._lock:
            if self._value is None:
                self._value = value

    def take(self) -> T | None:
        """The newest value, once; None when it was taken already."""
        with self._lock:
            value, self._value = self._value, None
            return value


class Inbox(Generic[T]):
    """First in, first out, drained as a whole. When full, the oldest gives way and is told. Any thread."""

    def __init__(self, capacity: int, gave_way: Callable[[T], None]) -> None:
        """`gave_way` is told of each item that nobody will get, on the thread that puts; it must only count."""
        self._gave_way = gave_way
        self._lock = threading.Lock()
        self._items: deque[T] = deque(maxlen=capacity)  # protected by _lock

    def put(self, item: T) -> None:
        """Append; never waits."""
        with self._lock:
            if len(self._items) == self._items.maxlen:
                self._gave_way(self._items[0])
            self._items.append(item)

    def drain(self) -> list[T]:
        """Everything that is there, oldest first."""
        with self._lock:
            items = list(self._items)
            self._items.clear()
            return items
