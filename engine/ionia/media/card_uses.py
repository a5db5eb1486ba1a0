"""Remembers in which encoders' drivers engines ended, so that a driver that ends them is left alone.

A process that is ended by its driver can tell nobody. So the beginning of each use is written down before it, and taken
back when pictures come; whose process is gone meanwhile was ended in there. Later, in the middle of an hour, a driver's
crash can't be told from a power cut or an engine that somebody killed, and isn't counted.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from ionia.core.media import EncodedPacket, YuvPicture
from ionia.media.kept_json import KeptJson
from ionia.media.surface_encoder import DirectEncoder
from ionia.platform.processes import is_running, own_name
from ionia.threads.clock import utc_seconds
from ionia.threads.worker import Worker

_log = logging.getLogger(__name__)

FILE_NAME = "gpu-uses.json"

MOST_ENDS = 2
"""One may have been ended by anything; two in a row, with no use between them that ended well, are the driver's."""

REMEMBERED_S = 7 * 24 * 3600
"""How long an end counts, in seconds: whoever just ends processes is not to lose the card for good."""

FIRST_PICTURES = 30
"""With so many of them back a use has begun well: a second at 30 fps."""


class CardUses:
    """By encoder and driver. Any thread."""

    def __init__(
        self,
        folder: Path | None = None,
        now_s: Callable[[], float] = utc_seconds,
        own: str | None = None,
        runs: Callable[[str], bool] = is_running,
    ) -> None:
        """`now_s`: seconds of UTC since 1970. `own` names this process, and `runs` says whether one still does."""
        self._file = KeptJson(FILE_NAME, folder)
        self._now_s = now_s
        self._own = own
        self._runs = runs
        self._lock = threading.Lock()
        self._over: deque[tuple[str, bool]] = deque()  # filled by any thread, emptied by who holds _lock

    def refused(self, key: str) -> str:
        """Why it isn't to be used; empty if it may be."""
        with self._lock, self._file.alone():
            self._catch_up()
            running, ends = self._known(key)
            self._keep(key, running, ends)
        if len(ends) < MOST_ENDS:
            return ""
        return f"its driver failed the last {len(ends)} times it was opened, as {FILE_NAME} keeps"

    def begin(self, key: str) -> None:
        """This process opens it now. It may do so several times at once."""
        with self._lock, self._file.alone():
            self._catch_up()
            running, ends = self._known(key)
            self._keep(key, [*running, self._name()], ends)

    def end(self, key: str, *, well: bool) -> None:
        """One of its beginnings is over. `well`: it made pictures, so that earlier ends were not the driver's."""
        with self._lock, self._file.alone():
            self._over.append((key, well))
            self._catch_up()

    def end_soon(self, key: str, *, well: bool) -> None:
        """As `end`, for whoever can't wait for a disk. Whatever is asked or told from now on comes after it."""
        self._over.append((key, well))
        worker = Worker("card-use", self._settle, lambda error: _log.error("a card's use stays open: %s", error))
        try:
            worker.start()
        except RuntimeError:  # no thread any more
            self._settle()

    def failed(self, key: str) -> None:
        """Its driver never came back, or ended a process that was there to be ended. Counts as one end."""
        with self._lock, self._file.alone():
            self._catch_up()
            running, ends = self._known(key)
            self._keep(key, self._without_one(running), [*ends, self._now_s()])

    def _settle(self) -> None:
        with self._lock, self._file.alone():
            self._catch_up()

    def _catch_up(self) -> None:
        """What is over and not written yet. The lock is held."""
        while self._over:
            key, well = self._over.popleft()
            running, ends = self._known(key)
            self._keep(key, self._without_one(running), [] if well else ends)

    def _without_one(self, running: list[str]) -> list[str]:
        if self._name() in running:
            running.remove(self._name())
        return running

    def _name(self) -> str:
        self._own = self._own or own_name()
        return self._own

    def _known(self, key: str) -> tuple[list[str], list[float]]:
        """Who uses it, and when those ended who can't say so."""
        entry = self._file.read().get(key)
        entry = entry if isinstance(entry, dict) else {}
        running, ends = entry.get("running"), entry.get("ends")
        names = [str(name) for name in running] if isinstance(running, list) else []
        times = [float(at) for at in ends if isinstance(at, (int, float))] if isinstance(ends, list) else []
        alive = {name: name == self._name() or self._runs(name) for name in set(names)}
        now_s = self._now_s()
        times += [now_s for name, runs in alive.items() if not runs]  # one end, however many uses it had
        return [name for name in names if alive[name]], [at for at in times if now_s - at < REMEMBERED_S]

    def _keep(self, key: str, running: list[str], ends: list[float]) -> None:
        whole = self._file.read()
        before = whole.pop(key, None)
        entry = {"running": running, "ends": ends}
        if running or ends:
            whole[key] = entry
        if before != whole.get(key):
            self._file.write(whole)


class UsedEncoder:
    """A DirectEncoder whose beginning is over with its first pictures, or when it is closed."""

    def __init__(self, encoder: DirectEncoder, uses: CardUses, key: str) -> None:
        self.codec, self.follows_bitrate = encoder.codec, encoder.follows_bitrate
        self.takes, self.info = encoder.takes, encoder.info
        self._encoder = encoder
        self._uses = uses
        self._key = key
        self._made = 0
        self._begins = True

    def encode(self, picture: YuvPicture, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port."""
        return self._counted(self._encoder.encode(picture, index, keyframe=keyframe))

    def repeat(self, index: int, *, keyframe: bool = False) -> list[EncodedPacket]:
        """See the port."""
        return self._counted(self._encoder.repeat(index, keyframe=keyframe))

    def hold(self, index: int) -> list[EncodedPacket]:
        """See the port."""
        return self._encoder.hold(index)

    def set_bitrate(self, bits_per_second: int) -> None:
        """See the port."""
        self._encoder.set_bitrate(bits_per_second)

    def flush(self) -> list[EncodedPacket]:
        """See the port."""
        return self._encoder.flush()

    def close(self) -> None:
        """See the port."""
        self._encoder.close()
        self._begun(well=self._made > 0)

    def abandon(self) -> None:
        """See DirectEncoder."""
        self._encoder.abandon()
        self._begun(well=self._made > 0)

    def _counted(self, packets: list[EncodedPacket]) -> list[EncodedPacket]:
        self._made += len(packets)
        if self._made >= FIRST_PICTURES and self._begins:
            self._begins = False
            self._uses.end_soon(self._key, well=True)  # in the middle of a take, whose pictures wait for nobody
        return packets

    def _begun(self, *, well: bool) -> None:
        if self._begins:
            self._begins = False
            self._uses.end(self._key, well=well)
