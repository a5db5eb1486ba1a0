"""What is asked when somebody wants to look at a screen or session, and what is answered."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated

from ionia.core.settings import SessionKind
from ionia.core.sharing import CaptureKey
from ionia.core.video.framing import Framing, Region, Size


class PreviewFormat(Enum):
    """How pictures are coded, by the wire's names."""

    JPEG = "jpeg"
    """Made small for whoever looks."""
    H264 = "h264"
    """What a session's encode makes for its own ends: nothing further is encoded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewShape:
    """How large its pictures may be, and how many there may be in a second."""

    max_width: int = 640
    max_height: int = 360
    fps: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is looked at: which part of which capture, and in which size an encoder gets it (None: as it comes)."""

    key: CaptureKey
    framing: Framing
    width: int | None = None
    height: int | None = None

    def size(self, source: Size) -> Size:
        """Of what an encoder gets of a source of this size. Raises IoniaError(CAPTURE_UNAVAILABLE)."""
        return self.framing.size(source, self.width, self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRequest:
    """`kind`: of the session that is asked for; None: the screen named, by default the primary one, or a part of it.

    `cursor`: whether the pointer is in it, as long as no session takes pictures of that screen.
    """

    shape: PreviewShape = PreviewShape()
    screen: str | None = None
    region: Region | None = None
    cursor: bool = True
    kind: SessionKind | None = None
    session_id: str = ""
    format: PreviewFormat = PreviewFormat.JPEG


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewChange:
    """What is to become different; None: as it is. `paused`: nobody looks for now, and nothing is done."""

    max_width: int | None = None
    max_height: int | None = None
    fps: int | None = None
    paused: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewOpened:
    """Answer of preview.open. How pictures come is told under x-preview."""

    preview_id: Annotated[str, "What preview.update and preview.close take."]
    endpoint: Annotated[
        str,
        "Where to connect: the path of a Unix domain socket that only this user may open or, on Windows, the name of a "
        "named pipe likewise. One reader at a time; it is there until the preview ends.",
    ]
    token: Annotated[str, "What a reader says first. Keep it to yourself."] = field(repr=False)
    width: Annotated[int, "Pixels of the pictures as they are now; each says its own."]
    height: Annotated[int, "Pixels, likewise."]
    fps: Annotated[int | float, "Pictures a second at most; of h264, those of the session."]
    format: PreviewFormat
    codec: Annotated[
        str | None, "Of h264: the codec as WebCodecs' VideoDecoder.configure takes it, such as avc1.64001f; else null."
    ] = None
