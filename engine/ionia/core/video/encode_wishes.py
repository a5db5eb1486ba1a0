"""What the takers of a video encode want of it: keyframes, and rest. Pure; a lock is around it."""

from collections.abc import Hashable


class EncodeWishes:
    """Whoever holds it protects it."""

    def __init__(self) -> None:
        self._keyframes: list[int] = []  # from which indexes on somebody needs one
        self._resting: dict[Hashable, int] = {}  # who needs nothing from which index on

    def ask_keyframe(self, index: int) -> None:
        """The first picture to be encoded from frame `index` on is to be one."""
        self._keyframes.append(index)

    def take_keyframe(self, index: int) -> bool:
        """Whether frame `index` is to be one; asked once."""
        wanted = self._wants_keyframe(index)
        self._keyframes = [later for later in self._keyframes if later > index]
        return wanted

    def rest(self, who: Hashable, index: int) -> None:
        """This taker needs nothing from frame `index` on."""
        self._resting[who] = index

    def wake(self, who: Hashable) -> None:
        """It needs packets again. Idempotent."""
        self._resting.pop(who, None)

    def all_rest(self, index: int, takers: int) -> bool:
        """Whether every one of so many takers said that it needs nothing from this frame on."""
        return sum(since <= index for since in self._resting.values()) >= takers > 0

    def needless(self, index: int, takers: int, *, fed: int, given: int, shown: int) -> bool:
        """Whether nobody needs frame `index` of an encoder that took frames up to `fed` and gave those up to `given`.

        `shown`: the last one to be shown of those that it gave. A keyframe that was asked for is given first: a file
        begins with it.
        """
        if not self.all_rest(index, takers) or self._wants_keyframe(index):
            return False
        # What an encoder gives late is not to wait for the end of the pause.
        # But one that B-frames refer to is in the file, and so are those before it (decision 0430).
        return given >= max(min(fed, max(self._resting.values()) - 1), shown - 1)

    def _wants_keyframe(self, index: int) -> bool:
        return any(wanted <= index for wanted in self._keyframes)
