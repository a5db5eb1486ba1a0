"""What is asked when one picture of a screen, a window or a session is to become a file, and what came of it."""

from dataclasses import dataclass
from typing import Annotated

from ionia.core.settings import SessionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenshotRequest:
    """`kind`: of the session that is asked; None: the screen named, by default the primary one.

    `format`: png, jpeg or webp; None: as the path ends. `seconds_ago`: how old the picture shall be; only a replay has
    the past.
    """

    path: str
    format: str | None = None
    max_width: int | None = None
    overwrite: bool = False
    screen: str | None = None
    cursor: bool = True
    kind: SessionKind | None = None
    session_id: str = ""
    seconds_ago: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screenshot:
    """Answer of screenshot.save: the file is complete."""

    path: str
    width: Annotated[int, "Pixels."]
    height: Annotated[int, "Pixels."]
    utc: Annotated[str, "When the screen was last seen to show this picture, ISO 8601 in UTC."]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """Answer of engine.thumbnail: a small picture of a screen or window, for a picker."""

    media_type: Annotated[str, "image/jpeg."]
    data: Annotated[str, "The image's bytes, Base64."]
    width: Annotated[int, "Pixels."]
    height: Annotated[int, "Pixels."]
