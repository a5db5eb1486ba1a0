"""The methods that begin a job on a file: a row each, params and all."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ionia.core.media_request import REQUESTS, MediaRequest
from ionia.rpc.param_types import OutputPath

MediaPath = Annotated[
    str,
    Meta(min_length=1, max_length=32_767, description="The file to read: an MP4, also one that is being recorded."),
]
Seconds = Annotated[float, Meta(ge=0, le=10_000_000, description="From the file's beginning.")]
End = Annotated[Seconds | None, Meta(description="To before this moment; default: to the file's end.")]
Overwrite = Annotated[bool, Meta(description="Whether a file that is there already is replaced.")]


class FinalizeMedia(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of media.finalize."""

    path: Annotated[
        str,
        Meta(
            min_length=1, max_length=32_767, description="The recording that was not finished; also an .ionia-….part."
        ),
    ]


class ProbeMedia(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of media.probe."""

    path: MediaPath


class ClipMedia(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of media.clip."""

    path: MediaPath
    output: OutputPath
    start_seconds: Seconds = 0.0
    end_seconds: End = None
    mode: Annotated[
        Literal["keyframe", "exact"],
        Meta(
            description="keyframe: begins at the keyframe before, in no time. exact: at that very picture; what lies "
            "before the next keyframe is encoded anew."
        ),
    ] = "keyframe"
    overwrite: Overwrite = False


class RemuxMedia(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of media.remux."""

    path: MediaPath
    output: Annotated[OutputPath | None, Meta(description="Default: in the file's own place.")] = None
    overwrite: Overwrite = False


class ConcatMedia(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of media.concat."""

    paths: Annotated[tuple[MediaPath, ...], Meta(min_length=1, max_length=1000, description="In their order.")]
    output: OutputPath
    overwrite: Overwrite = False


class ThumbnailMedia(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of media.thumbnail."""

    path: MediaPath
    output: Annotated[OutputPath, Meta(description="A .jpg, .png or .webp.")]
    seconds: Seconds = 0.0
    max_width: Annotated[
        Annotated[int, Meta(ge=16, le=16_384)] | None, Meta(description="Pixels; default: as wide as the film.")
    ] = None
    overwrite: Overwrite = False


class SpritesMedia(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of media.sprites."""

    path: MediaPath
    output: Annotated[OutputPath, Meta(description="A .jpg, .png or .webp; the .vtt comes to lie beside it.")]
    interval_seconds: Annotated[
        Annotated[float, Meta(ge=0.1, le=86_400)] | None,
        Meta(description="Between two pictures; default: about a hundred of the whole film."),
    ] = None
    width: Annotated[int, Meta(ge=16, le=1024, description="Pixels of each.")] = 160
    overwrite: Overwrite = False


class GifMedia(Struct, frozen=True, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """Parameters of media.gif."""

    path: MediaPath
    output: Annotated[OutputPath, Meta(description="A .gif.")]
    start_seconds: Seconds = 0.0
    end_seconds: Annotated[Seconds | None, Meta(description="Default: ten seconds later.")] = None
    fps: Annotated[int, Meta(ge=1, le=50, description="Pictures per second.")] = 12
    width: Annotated[int, Meta(ge=16, le=1920, description="Pixels; never more than the film has.")] = 480
    overwrite: Overwrite = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRow:
    """A method media.<verb>. `positional`: wire names."""

    verb: str
    params: type[Struct]
    summary: str
    positional: tuple[str, ...]

    def request(self, params: Any) -> MediaRequest:
        """What is asked, as the engine takes it: the fields have the same names."""
        return REQUESTS[self.verb](**msgspec.structs.asdict(params))


MEDIA: dict[str, MediaRow] = {
    row.verb: row
    for row in [
        MediaRow(
            verb="finalize",
            params=FinalizeMedia,
            summary="Begin to make an ordinary file of a recording that a crash left unfinished; a job.",
            positional=("path",),
        ),
        MediaRow(
            verb="probe",
            params=ProbeMedia,
            summary="Look what is in a file: length, tracks, whether it is whole; a job, and quick.",
            positional=("path",),
        ),
        MediaRow(
            verb="clip",
            params=ClipMedia,
            summary="Make a file of a part of another; a job.",
            positional=("path", "output", "startSeconds", "endSeconds"),
        ),
        MediaRow(
            verb="remux",
            params=RemuxMedia,
            summary="Copy a file as an ordinary one with its index in front, so that it plays while it loads; a job.",
            positional=("path", "output"),
        ),
        MediaRow(
            verb="concat",
            params=ConcatMedia,
            summary="Join files that were recorded with the same settings, by copying; a job.",
            positional=("paths", "output"),
        ),
        MediaRow(
            verb="thumbnail",
            params=ThumbnailMedia,
            summary="Save one picture of a file; a job.",
            positional=("path", "output", "seconds"),
        ),
        MediaRow(
            verb="sprites",
            params=SpritesMedia,
            summary="Save small pictures of a whole film as one, with a WebVTT for a player's time bar; a job.",
            positional=("path", "output"),
        ),
        MediaRow(
            verb="gif",
            params=GifMedia,
            summary="Make an animated GIF of a part of a file; a job.",
            positional=("path", "output", "startSeconds", "endSeconds"),
        ),
    ]
}
