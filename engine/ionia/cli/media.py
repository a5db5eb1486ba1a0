"""`ionia-engine probe`, `clip`, `remux`, `concat`, `thumbnail`, `sprites`, `gif`: what is done with files later."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

import msgspec

from ionia.cli.progress import clock_text, size_text
from ionia.core.media_request import (
    ClipRequest,
    ConcatRequest,
    GifRequest,
    MediaFacts,
    MediaRequest,
    ProbeRequest,
    RemuxRequest,
    SpritesRequest,
    ThumbnailRequest,
)
from ionia.rpc.wire import to_wire
from ionia.sinks.media_files.table import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from ionia.cli.parser import Parser
    from ionia.core.events import JobResult

    Commands = argparse._SubParsersAction[Parser]

_FIELDS = frozenset(
    name
    for request in (ClipRequest, RemuxRequest, ConcatRequest, ThumbnailRequest, SpritesRequest, GifRequest)
    for name in request.__dataclass_fields__
)


def add_media(commands: Commands) -> None:
    """The sub-commands."""
    parser = commands.add_parser("probe", help="what is in a file, and whether it is whole")
    parser.add_argument("path", metavar="FILE", help="an MP4, also one that is being recorded")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=probe)

    parser = _add(commands, "clip", "save a part of a file, without encoding it anew", ClipRequest)
    parser.add_argument("output", metavar="OUT", help="the MP4 file to write")
    _add_part(parser, "the end of the file")
    parser.add_argument(
        "--exact",
        dest="mode",
        action="store_const",
        const="exact",
        default="keyframe",
        help="begin at that very picture, not at the keyframe before: up to a few seconds are encoded anew",
    )
    parser = _add(commands, "remux", "put the index of a file in front, so that it plays while it loads", RemuxRequest)
    parser.add_argument("output", metavar="OUT", nargs="?", help="another file (default: in its own place)")

    parser = commands.add_parser("concat", help="join files that were recorded with the same settings")
    parser.add_argument("paths", metavar="FILE", nargs="+", type=str)
    parser.add_argument("--output", metavar="OUT", required=True, help="the MP4 file to write")
    _finish(parser, ConcatRequest)

    parser = _add(commands, "thumbnail", "save one picture of a file", ThumbnailRequest)
    parser.add_argument("output", metavar="OUT", help="a .jpg, .png or .webp")
    parser.add_argument("--at", dest="seconds", type=moment, default=0.0, metavar="TIME", help="12.5 or 1:02:03")
    parser.add_argument("--max-width", type=_count, metavar="PIXELS", help="default: as wide as the film")

    parser = _add(commands, "sprites", "save small pictures of a whole film as one, and a WebVTT", SpritesRequest)
    parser.add_argument("output", metavar="OUT", help="a .jpg, .png or .webp; the .vtt comes to lie beside it")
    parser.add_argument(
        "--interval", dest="interval_seconds", type=_interval, metavar="SECONDS", help="default: about 100 pictures"
    )
    parser.add_argument("--width", type=_count, default=160, metavar="PIXELS", help="of each (default: 160)")

    parser = _add(commands, "gif", "make an animated GIF of a part of a file", GifRequest)
    parser.add_argument("output", metavar="OUT", help="a .gif")
    _add_part(parser, "ten seconds later")
    parser.add_argument("--fps", type=_count, default=12, help="pictures per second (default: 12)")
    parser.add_argument("--width", type=_count, default=480, metavar="PIXELS", help="default: 480, or the film's own")


def _add(commands: Commands, verb: str, words: str, request: type[MediaRequest]) -> Parser:
    parser = commands.add_parser(verb, help=words)
    parser.add_argument("path", metavar="FILE", help="an MP4, also one that is being recorded")
    _finish(parser, request)
    return parser


def _finish(parser: argparse.ArgumentParser, request: type[MediaRequest]) -> None:
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there already")
    parser.set_defaults(run=make, request=request)


def _add_part(parser: argparse.ArgumentParser, end: str) -> None:
    parser.add_argument(
        "--from", dest="start_seconds", type=moment, default=0.0, metavar="TIME", help="12.5 or 1:02:03 (default: 0)"
    )
    parser.add_argument("--to", dest="end_seconds", type=moment, metavar="TIME", help=f"default: {end}")


def make(options: argparse.Namespace) -> int:
    """Carry one request out."""
    fields = {name: value for name, value in vars(options).items() if name in _FIELDS}
    if "paths" in fields:
        fields["paths"] = tuple(fields["paths"])
    done = carry_out(options.request(**fields), _shown_progress())
    if not done.changed:
        print(f"{done.path} has its index in front already.")
        return 0
    begins = "" if done.start_seconds is None else f", from {moment_text(done.start_seconds)}"
    length = f"{moment_text(done.duration_seconds)}, " if done.duration_seconds else ""
    beside = "" if done.index_path is None else f" and {done.index_path}"
    print(f"Saved {done.path}{beside} ({length}{size_text(done.bytes)}{begins}).")
    return 0


def _shown_progress() -> Callable[[float], None]:
    """A percentage on a terminal, where there is one."""
    shown = -1

    def show(fraction: float) -> None:
        nonlocal shown
        percent = int(100 * fraction)
        if percent > shown and sys.stderr.isatty():
            shown = percent
            print(f"\r{percent} %" if percent < 100 else "\r     \r", end="", file=sys.stderr, flush=True)

    return show


def probe(options: argparse.Namespace) -> int:
    """Print what is in a file."""
    done = carry_out(ProbeRequest(path=options.path))
    if options.json:
        print(msgspec.json.format(msgspec.json.encode(to_wire(done, texts=str)), indent=2).decode())
        return 0
    assert done.media is not None  # noqa: S101 - it is what was asked for
    for line in _lines(done, done.media):
        print(line)
    return 0


def _lines(done: JobResult, facts: MediaFacts) -> list[str]:
    words = {
        "finished": "whole",
        "unfinished": "left unfinished by a crash; `ionia-engine repair` makes it an ordinary file",
        "recording": "still being recorded",
        "damaged": f"damaged: {size_text(facts.lost_bytes)} are missing",
    }
    lines = [f"{done.path}: {moment_text(done.duration_seconds)}, {size_text(done.bytes)}, {words[facts.state]}"]
    if facts.start_utc is not None:
        lines.append(f"  begins {facts.start_utc}")
    for track in facts.tracks:
        form = {
            "video": f"{track.width}x{track.height}, {track.fps:g} pictures/s" if track.fps is not None else "",
            "audio": f"{track.sample_rate} Hz, {track.channels} channels",
            "other": "",
        }[track.kind]
        parts = [track.kind, track.codec, form, f"{track.bitrate / 1e6:.3g} Mbit/s", track.name]
        lines.append("  " + ", ".join(part for part in parts if part))
    lines += [f"  {key}: {value}" for key, value in facts.tags.items()]
    lines += [f"  {moment_text(chapter.start_seconds)} {chapter.title}" for chapter in facts.chapters]
    return lines


def moment_text(seconds: float) -> str:
    """h:mm:ss.mmm, exact to the millisecond."""
    milliseconds = round(seconds * 1000)
    return f"{clock_text(milliseconds / 1000)}.{milliseconds % 1000:03}"


def moment(text: str) -> float:
    """12.5, 1:02 or 1:02:03.5 as seconds."""
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        parts = []
    if not 1 <= len(parts) <= 3 or not all(0 <= part < 1e7 for part in parts) or any(part >= 60 for part in parts[1:]):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time, such as 12.5, 1:02 or 1:02:03")
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + part
    return seconds


def _interval(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0.1 to 86400")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 16_384:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 16384")
    return int(text)
