"""Which servers a stream goes to at this moment: they come, change their address, and leave while it runs."""

import threading
from collections.abc import Callable, Sequence

from ionia.core.errors import ErrorKind, IoniaError
from ionia.core.live.joined_figures import joined
from ionia.core.live.link import LiveFigures
from ionia.core.settings import MOST_DESTINATIONS, Destination
from ionia.runtime.session.stream_destination import StreamDestination


class StreamRoster:
    """Any thread. Whoever is in it belongs to the stream's thread, which takes what changed."""

    def __init__(
        self,
        wishes: Sequence[Destination],
        make: Callable[[Destination], StreamDestination],
        changed: Callable[[], None],
    ) -> None:
        """Two of one address are an IoniaError(BAD_DESTINATION); `make` raises IoniaError(BAD_URL, CONNECT_FAILED).

        `changed` is told when there is something to take.
        """
        self._make = make
        self._changed = changed
        self._lock = threading.Lock()
        # By name, in the order in which they came; protected by _lock, as are the others.
        self._destinations: dict[str, StreamDestination] = {}
        for wish in wishes:
            one = make(wish)
            self._must_be_alone(one)
            self._destinations[wish.name] = one
        self._arriving = list(self._destinations.values())  # not begun yet
        self._departing: list[StreamDestination] = []  # not stopped yet
        self._gone: LiveFigures | None = None  # what those that were removed counted

    @property
    def present(self) -> tuple[StreamDestination, ...]:
        """In their order."""
        with self._lock:
            return tuple(self._destinations.values())

    def figures(self) -> tuple[tuple[StreamDestination, ...], LiveFigures]:
        """Who is present, and all figures as those of one stream, also of those that left."""
        with self._lock:
            present, gone = tuple(self._destinations.values()), self._gone
        return present, joined([one.figures for one in present], gone)

    def add(self, wish: Destination) -> StreamDestination:
        """One more. Raises IoniaError(BAD_DESTINATION, BAD_URL, CONNECT_FAILED)."""
        made = self._make(wish)
        with self._lock:
            if wish.name in self._destinations:
                raise _bad(f"There is a destination {wish.name!r} already.", "streamer.setDestination changes it.")
            self._must_be_alone(made)
            if len(self._destinations) >= MOST_DESTINATIONS:
                raise _bad(f"A stream has {MOST_DESTINATIONS} destinations at most.")
            self._destinations[wish.name] = made
            self._arriving.append(made)
        self._changed()
        return made

    def set(self, wish: Destination) -> StreamDestination:
        """Another in place of the one of that name. Raises IoniaError."""
        made = self._make(wish)
        with self._lock:
            if wish.name not in self._destinations:
                raise _unknown(wish.name)
            self._must_be_alone(made)
            before = self._destinations[wish.name]
            if made.url.key == before.url.key:
                made.after = before.after or before
            self._depart(before)
            self._destinations[wish.name] = made
            self._arriving.append(made)
        self._changed()
        return made

    def remove(self, name: str) -> None:
        """One less. Raises IoniaError(BAD_DESTINATION)."""
        with self._lock:
            if name not in self._destinations:
                raise _unknown(name)
            others = [one for one in self._destinations.values() if one.name != name]
            if not others:
                raise _bad("A stream has one destination at least.", "streamer.stop ends the stream.")
            if all(one.failed for one in others):  # it would go on for nobody, and say nothing of it
                raise _bad("All other destinations were given up.", "streamer.stop ends the stream.")
            self._depart(self._destinations.pop(name))
        self._changed()

    def take_arriving(self) -> list[StreamDestination]:
        """Those to begin with, each once."""
        with self._lock:
            arriving, self._arriving = self._arriving, []
        return arriving

    def take_departing(self) -> list[StreamDestination]:
        """Those to stop, each once."""
        with self._lock:
            departing, self._departing = self._departing, []
        return departing

    def _must_be_alone(self, one: StreamDestination) -> None:
        """Under the lock. A server takes one stream of a key: the second would be refused, or end the first."""
        same = [other.name for other in self._destinations.values() if other.url == one.url and other.name != one.name]
        if same:
            raise _bad(f"The destinations {same[0]!r} and {one.name!r} have the same address and key.")

    def _depart(self, destination: StreamDestination) -> None:
        """Under the lock. Whatever it counts from now on is its goodbye."""
        if destination in self._arriving:  # it never began
            self._arriving.remove(destination)
            return
        self._departing.append(destination)
        self._gone = joined([destination.figures], self._gone)


def _bad(message: str, hint: str = "") -> IoniaError:
    return IoniaError(ErrorKind.BAD_DESTINATION, message, hint)


def _unknown(name: str) -> IoniaError:
    return _bad(f"The stream has no destination {name!r}.", "streamer.getStats lists them.")
