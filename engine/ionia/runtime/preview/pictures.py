"""What a preview's pictures are made of, as its thread sees it."""

from dataclasses import dataclass
from typing import Protocol

from ionia.core.frame_rate import FrameRate
from ionia.core.preview.request import PreviewChange
from ionia.core.preview.wire import Coding
from ionia.core.video.framing import Size


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One picture. `data` is None where it looks like the one before."""

    captured_ns: int
    data: bytes | None
    keyframe: bool = True


class Pictures(Protocol):
    """Owned by the preview's thread, and made before it runs.

    Whoever fills it calls `wake`, which it was made with, when something comes while `take` has found nothing.
    """

    coding: Coding

    @property
    def fps(self) -> FrameRate | None:
        """How many come in a second, where that can't be chosen; None where it can."""

    @property
    def codec(self) -> str | None:
        """As WebCodecs takes it; None for pictures that are whole each by itself."""

    @property
    def size(self) -> Size:
        """Of the pictures as they are now."""

    @property
    def alive(self) -> bool:
        """Whether the picture before would still be right if none came."""

    def check(self) -> None:
        """Raises EndedError when there is nothing to look at any more."""

    def follow(self, now_ns: int, *, glance: bool, wanted: bool) -> int:
        """Look at what is to be looked at; when to look again. `glance`: at once. `wanted`: somebody waits for a
        picture. Raises EndedError."""

    def take(self) -> Made | None:
        """The picture that a reader gets now; None while there is none."""

    def change(self, change: PreviewChange) -> int | None:
        """As preview.update asks. Pictures a second from now on; None if that stays."""

    def refresh(self) -> None:
        """Somebody else looks: begin again with what can be seen without what was before."""

    def release(self) -> None:
        """Look at nothing. Idempotent; `follow` looks again."""
