"""What can be done with a file once it is there, or while it is still being recorded: one value per kind of job.

`path` is the file that is read, `output` the one that is made. Limits are checked where a request comes from; what the
file itself refuses is said by the job.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from ionia.core.facts import Mark

CutMode = Literal["keyframe", "exact"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalizeRequest:
    """Make an ordinary file of an unfinished recording, in place."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRequest:
    """Look what is in it, without decoding anything."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipRequest:
    """A part of it as a file of its own. `end_seconds` None: to the end."""

    path: str
    output: str
    start_seconds: float = 0.0
    end_seconds: float | None = None
    mode: CutMode = "keyframe"
    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemuxRequest:
    """The same samples as an ordinary file with its index in front. `output` None: in its own place."""

    path: str
    output: str | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcatRequest:
    """Files of equal settings one after the other, in one file."""

    paths: tuple[str, ...]
    output: str
    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailRequest:
    """One picture, as JPEG or PNG by the name of the output. `max_width` None: as large as it is."""

    path: str
    output: str
    seconds: float = 0.0
    max_width: int | None = None
    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpritesRequest:
    """Small pictures of the whole file in one large one, and a WebVTT beside it that says which is where."""

    path: str
    output: str
    interval_seconds: float | None = None
    width: int = 160
    overwrite: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GifRequest:
    """A part of it as an animated GIF. `end_seconds` None: ten seconds."""

    path: str
    output: str
    start_seconds: float = 0.0
    end_seconds: float | None = None
    fps: int = 12
    width: int = 480
    overwrite: bool = False


MediaRequest = (
    FinalizeRequest
    | ProbeRequest
    | ClipRequest
    | RemuxRequest
    | ConcatRequest
    | ThumbnailRequest
    | SpritesRequest
    | GifRequest
)

REQUESTS: dict[str, type[MediaRequest]] = {
    "finalize": FinalizeRequest,
    "probe": ProbeRequest,
    "clip": ClipRequest,
    "remux": RemuxRequest,
    "concat": ConcatRequest,
    "thumbnail": ThumbnailRequest,
    "sprites": SpritesRequest,
    "gif": GifRequest,
}
"""By their verb: `media.<verb>` on the wire, `ionia-engine <verb>` on the command line."""

VERBS: dict[type[MediaRequest], str] = {request: verb for verb, request in REQUESTS.items()}


def output_of(request: MediaRequest) -> str | None:
    """The path at which the job makes a file; None where it makes none."""
    match request:
        case FinalizeRequest() | ProbeRequest():
            return None
        case RemuxRequest():
            return request.path if request.output is None else request.output
        case _:
            return request.output


MediaState = Literal["finished", "unfinished", "recording", "damaged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaTrackFacts:
    """One track of a file."""

    kind: Annotated[Literal["video", "audio", "other"], "What it carries."]
    codec: Annotated[str, "As libav names it: h264, aac; else the file's own four-character code."]
    name: Annotated[str, "What the recorder called it, or empty."]
    duration_seconds: float
    bytes: Annotated[int, "Of its samples alone."]
    bitrate: Annotated[int, "Bits per second on average; 0 for nothing."]
    samples: Annotated[int, "Pictures, or packets of sound."]
    width: Annotated[int | None, Mark.OMITTED_IF_NONE, "Pixels, as they are coded; pictures only."] = None
    height: Annotated[int | None, Mark.OMITTED_IF_NONE] = None
    fps: Annotated[float | None, Mark.OMITTED_IF_NONE, "Pictures per second on average."] = None
    keyframes: Annotated[int | None, Mark.OMITTED_IF_NONE] = None
    sample_rate: Annotated[int | None, Mark.OMITTED_IF_NONE, "Sound only."] = None
    channels: Annotated[int | None, Mark.OMITTED_IF_NONE] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterFacts:
    """A named moment in a file."""

    title: str
    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """What is in a file."""

    state: Annotated[
        MediaState,
        "unfinished: left by a crash, plays, and media.finalize makes it an ordinary file. recording: still being "
        "written. damaged: media is missing, see lostBytes.",
    ]
    fragmented: Annotated[bool, "Whether it is made of fragments, without one index."]
    index_first: Annotated[bool, "Whether the index is in front, so that it plays while it is still being fetched."]
    lost_bytes: Annotated[int, "Of samples that the index names and the file lacks, or torn at the end."]
    tracks: tuple[MediaTrackFacts, ...]
    start_utc: Annotated[str | None, Mark.OMITTED_IF_NONE, "When it begins, ISO 8601, where the file says so."] = None
    tags: Annotated[dict[str, str], "Title and the like, as libav names them."]
    chapters: tuple[ChapterFacts, ...]
