"""Which function carries out which job. Imports what a job needs when it begins: most need no libav."""

import dataclasses
from typing import Any

import msgspec

from ionia.core.events import JobResult
from ionia.core.media_request import (
    REQUESTS,
    VERBS,
    ClipRequest,
    ConcatRequest,
    FinalizeRequest,
    GifRequest,
    MediaRequest,
    ProbeRequest,
    RemuxRequest,
    SpritesRequest,
    ThumbnailRequest,
)
from ionia.sinks.mp4_repair import Progress, repair_file


def carry_out(request: MediaRequest, progress: Progress = lambda _: None) -> JobResult:  # noqa: PLR0911 - a table
    """Do it, here and now. Raises IoniaError(MEDIA_FAILED); then nothing is left, and the source is as it was."""
    match request:
        case FinalizeRequest():
            done = repair_file(request.path, progress)
            return JobResult(path=done.path, duration_seconds=done.seconds, bytes=done.size, changed=done.changed)
        case ProbeRequest():
            from ionia.sinks.media_files.probe import probe  # noqa: PLC0415 - see above

            return probe(request, progress)
        case ClipRequest():
            from ionia.sinks.media_files.clip import clip  # noqa: PLC0415 - see above

            return clip(request, progress)
        case RemuxRequest() | ConcatRequest():
            from ionia.sinks.media_files.remux import concat, remux  # noqa: PLC0415 - see above

            return remux(request, progress) if isinstance(request, RemuxRequest) else concat(request, progress)
        case ThumbnailRequest() | SpritesRequest() | GifRequest():
            from ionia.sinks.media_files import pictures  # noqa: PLC0415 - see above

            match request:
                case ThumbnailRequest():
                    return pictures.thumbnail(request, progress)
                case SpritesRequest():
                    return pictures.sprites(request, progress)
                case GifRequest():
                    return pictures.gif(request, progress)


def encoded(request: MediaRequest) -> bytes:
    """A request as one line for a job's process."""
    return msgspec.json.encode({"job": VERBS[type(request)], **dataclasses.asdict(request)})


def decoded(line: bytes) -> MediaRequest:
    """The request of such a line. Raises msgspec's errors, or LookupError."""
    fields: dict[str, Any] = msgspec.json.decode(line)
    return msgspec.convert(fields, REQUESTS[fields.pop("job")])
