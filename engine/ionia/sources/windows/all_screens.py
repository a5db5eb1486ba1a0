"""All screens as one picture: each of them captured by itself, and put where the desktop has it.

How a screen is captured is handed in, and where the screens are, too: what is decided here is tested everywhere.
"""

import logging
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ionia.core.errors import ErrorKind, IoniaError, SourceLost
from ionia.core.media import Picture, VideoFrame
from ionia.core.ports import Clock, ScreenSource
from ionia.core.recovery import ReopenPolicy
from ionia.core.timebase import NS_PER_S
from ionia.core.video.framing import Region
from ionia.core.warning import LOCKED_CODES, WarningCode
from ionia.sources.spare_pictures import OwnPages, SparePictures
from ionia.sources.windows.fallback import TransientCaptureError

log = logging.getLogger(__name__)

LOOK_NS = NS_PER_S
"""How often the places of the screens are looked at, besides whenever one is lost."""

LONGEST_NS = 10 * NS_PER_S
"""The longest wait for one screen beside others that are captured: a try at a dark one takes half a second, in which
the others stand still too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A screen and the part of the desktop that it shows, in pixels; left of or above the primary one it is negative.

    `id` is what it is captured by.
    """

    id: str
    name: str
    area: Region


class _Part:
    """One of the screens: its source, and the newest picture of it."""

    def __init__(self, place: Place, area: Region, source: ScreenSource) -> None:
        self.place = place
        self.area = area
        """Its part of the picture."""
        self.source = source
        self.opened = False
        self.policy = ReopenPolicy(longest_ns=LONGEST_NS)
        self.due_ns = 0
        self.wrong = ""
        self.picture: Picture | None = None
        self.version = 0
        """Of `picture`; 0 while there is none."""

    def open(self, clock: Clock) -> IoniaError | SourceLost | None:
        """Opened, or why not."""
        try:
            self.source.open()
        except (IoniaError, SourceLost) as error:
            self.wrong = error.message
            self.due_ns = self.policy.lost(clock.now_ns())
            return error
        self.opened, self.wrong = True, ""
        self.policy = ReopenPolicy(longest_ns=LONGEST_NS)
        return None

    def lost(self, now_ns: int) -> None:
        self.opened = False
        self.due_ns = self.policy.lost(now_ns)

    def close(self) -> None:
        self.opened = False
        self.source.close()

    def put_into(self, whole: Picture) -> None:
        """Cut to its part, which is black where the picture is smaller: either follows the other within a second."""
        if self.picture is None:
            return
        area = self.area
        part = whole[area.y : area.y + area.height, area.x : area.x + area.width]
        height, width = min(area.height, self.picture.shape[0]), min(area.width, self.picture.shape[1])
        part[:height, :width] = self.picture[:height, :width]
        part[height:] = 0
        part[:, width:] = 0


class AllScreens:
    """A ScreenSource. One thread owns it and what is in it.

    A picture shows what each screen showed when it was grabbed. Its instant is that of the newest change in it: what
    did not change since is on its screen still. The pointer is drawn by the screen that it is on.

    One screen that is lost is told, opened again, and holds its last picture meanwhile, while the others go on. When
    all are lost, or the desktop is locked, the whole is.
    """

    def __init__(
        self, places: Callable[[], Sequence[Place]], begin: Callable[[Place], ScreenSource], *, clock: Clock
    ) -> None:
        """`begin` makes the source of one screen, unopened."""
        self.backend = "none"
        self.fallbacks: tuple[str, ...] = ()
        self._places = places
        self._begin = begin
        self._clock = clock
        self._laid: tuple[Place, ...] = ()
        self._parts: tuple[_Part, ...] = ()
        self._size = (0, 0)
        self._changed_ns: int | None = None  # the newest change that was not handed out yet
        self._looked_ns = 0
        self._spares = SparePictures(OwnPages)
        self._drawn: weakref.WeakKeyDictionary[OwnPages, dict[int, int]] = weakref.WeakKeyDictionary()
        """Which version of each part lies in that memory already."""

    def open(self) -> tuple[int, int]:
        """See ScreenSource. What is open and where it was stays open."""
        places = tuple(self._places())
        if not places:
            raise TransientCaptureError(ErrorKind.CAPTURE_UNAVAILABLE, "There is no screen.")
        if places != self._laid:
            self.close()
            self._lay(places)
        wrong = [error for part in self._parts if not part.opened and (error := part.open(self._clock)) is not None]
        if len(wrong) == len(self._parts):
            raise next((error for error in wrong if isinstance(error, TransientCaptureError)), wrong[0])
        self.backend = "+".join(sorted({part.source.backend for part in self._parts if part.opened}))
        self.fallbacks = tuple(sentence for part in self._parts for sentence in _told(part))
        self._looked_ns = self._clock.now_ns()
        return self._size

    def grab(self) -> VideoFrame | None:
        """See ScreenSource. SourceLost: screen_changed (open again at once), and each that one screen has."""
        if not self._laid:
            raise SourceLost(WarningCode.SCREEN_CLOSED, "The screens are not open.", retry_at_once=True)
        now_ns = self._clock.now_ns()
        self._spares.trim(now_ns)
        if now_ns - self._looked_ns >= LOOK_NS:
            self._looked_ns = now_ns
            self._require_same_places()
        losses = [lost for part in self._parts if (lost := self._grab(part, now_ns)) is not None]
        if losses:
            raise self._lost(losses)
        if self._changed_ns is None:
            return None
        captured_ns, self._changed_ns = self._changed_ns, None
        return VideoFrame(captured_ns=captured_ns, pixels=self._whole(now_ns))

    def close(self) -> None:
        """See ScreenSource."""
        for part in self._parts:
            part.close()
        self._parts = self._laid = ()
        self._changed_ns = None
        self._spares.close()
        self._drawn.clear()

    def _lay(self, places: tuple[Place, ...]) -> None:
        left, top = min(place.area.x for place in places), min(place.area.y for place in places)
        right = max(place.area.x + place.area.width for place in places)
        bottom = max(place.area.y + place.area.height for place in places)
        self._size = right - left, bottom - top
        self._laid = places
        self._parts = tuple(
            _Part(
                place,
                Region(x=place.area.x - left, y=place.area.y - top, width=place.area.width, height=place.area.height),
                self._begin(place),
            )
            for place in places
        )

    def _grab(self, part: _Part, now_ns: int) -> SourceLost | None:
        if not part.opened:
            if now_ns < part.due_ns or part.open(self._clock) is not None:
                return None
            log.info("%s is captured again", part.place.name)
        try:
            frame = part.source.grab()
        except SourceLost as lost:
            part.lost(now_ns)
            return lost
        if frame is not None:
            part.picture, part.version = frame.pixels, part.version + 1
            self._changed_ns = max(self._changed_ns or frame.captured_ns, frame.captured_ns)
        return None

    def _lost(self, losses: Sequence[SourceLost]) -> SourceLost:
        locked = next((lost for lost in losses if lost.code in LOCKED_CODES), None)
        if locked is not None:  # all of them are, whether they know it yet or not
            for part in self._parts:
                part.close()
            return locked
        self._require_same_places()
        first = losses[0]
        others = any(part.opened for part in self._parts)
        return SourceLost(first.code, first.message, retry_at_once=first.retry_at_once or others)

    def _require_same_places(self) -> None:
        """Raises SourceLost."""
        if tuple(self._places()) == self._laid:
            return
        raise SourceLost(WarningCode.SCREEN_CHANGED, "The screens changed their sizes or places.", retry_at_once=True)

    def _whole(self, now_ns: int) -> Picture:
        """The newest of each part, in memory of its own; only what isn't there yet is copied."""
        width, height = self._size
        memory, pixels = self._spares.lend(width * height * 4, now_ns)
        whole = pixels.reshape(height, width, 4)
        drawn = self._drawn.setdefault(memory, {})  # fresh pages are black
        for number, part in enumerate(self._parts):
            if drawn.get(number, 0) != part.version:
                part.put_into(whole)
                drawn[number] = part.version
        return whole


def _told(part: _Part) -> Sequence[str]:
    name = part.place.name
    if not part.opened:
        shown = "black" if part.picture is None else "its last picture"
        return (f"{name} is shown as {shown} until it can be captured: {part.wrong}",)
    return [f"{name}: {sentence}" for sentence in part.source.fallbacks]
