"""A replay in virtual time: the engine's own join, output and saves, into MP4 files in memory.

Only saves run beside the loop, each on its own thread, and whoever asks for one waits for it.
"""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from ionia.core.errors import IoniaError
from ionia.core.events import SavedReplay
from ionia.core.media import EncodedPacket, MediaHeader
from ionia.core.timeline.replay_ring import Held
from ionia.runtime.encode.join import Past
from ionia.runtime.encode.session_feeds import SessionFeeds
from ionia.runtime.session.moment import Moment
from ionia.runtime.session.replay_output import ReplayOutput, ReplayWishes
from tests.simulation.chain import Feeds
from tests.simulation.recorder import WAIT_SECONDS, MemoryFile


@dataclass(frozen=True, kw_only=True)
class Save:
    """What was saved, of which seconds, and what had come to the replay by then."""

    file: MemoryFile
    told: SavedReplay
    seconds: float | None
    pictures: int


class Replay:
    """What a session does with a `ReplayOutput`. As `Holder`, a recording can begin in it. No warning is expected."""

    is_running = True

    def __init__(self, feeds: Feeds, header: MediaHeader, *, seconds: float, max_bytes: int) -> None:
        self.saves: list[Save] = []
        self.refused: list[IoniaError] = []
        self.pictures: list[EncodedPacket] = []  # all that came, in order
        self.warnings: list[str] = []
        self.most_bytes = 0
        self._files: list[MemoryFile] = []
        self._feeds = feeds
        self.output = ReplayOutput(
            ReplayWishes(seconds=seconds, max_bytes=max_bytes, make_sink=self._make),
            warn=lambda code, *_: self.warnings.append(str(code)),
            fail=self._fail,
            saved=lambda _: None,
            slept_ns=lambda: 0,
        )
        self.output.open(header, cast(SessionFeeds, feeds))
        self._join = feeds.join(self)

    def deliver(self, packets: Sequence[EncodedPacket]) -> None:
        """See Subscriber; noted on the way."""
        self.pictures += [packet for packet in packets if packet.track.is_video]
        self.output.deliver(packets)
        with self.output._lock:
            assert self.output._ring is not None
            self.most_bytes = max(self.most_bytes, self.output._ring.size)

    def complete(self) -> None:
        """Nothing is waited for."""

    def _make(self, path: str, _: object) -> MemoryFile:
        self._files.append(MemoryFile(path))
        return self._files[-1]

    @staticmethod
    def _fail(error: Exception) -> None:
        raise error

    def save(self, seconds: float | None) -> None:
        """As a client does, which waits for the answer."""
        answers: list[SavedReplay | IoniaError] = []
        answered = threading.Event()

        def done(result: SavedReplay | IoniaError) -> None:
            answers.append(result)
            answered.set()

        try:
            self.output.save(f"save-{len(self.saves)}.mp4", seconds, done)
        except IoniaError as error:
            self.refused.append(error)
            return
        assert answered.wait(WAIT_SECONDS)
        told = answers[0]
        if isinstance(told, IoniaError):
            raise told
        self.saves.append(Save(file=self._files[-1], told=told, seconds=seconds, pictures=len(self.pictures)))

    @property
    def feeds(self) -> SessionFeeds:
        """See Holder, as what follows."""
        return cast(SessionFeeds, self._feeds)

    @property
    def seconds_wanted(self) -> float:
        return self.output.seconds_wanted

    def past(self, seconds: float | None, before: int) -> Past[Moment] | None:
        def last() -> Held[Moment] | None:
            return self.output.last(seconds, before)

        return self._join.past(last)

    @contextlib.contextmanager
    def kept(self, seconds: float | None, before: int) -> Iterator[None]:
        with self.output.kept(seconds, before):
            yield
