"""Arguments of `ionia-engine`, and what an error looks like to a person: one line, exit code 1."""

from __future__ import annotations

import argparse
import logging
import sys
from typing import TYPE_CHECKING

import ionia
from ionia.cli.complaint import complain
from ionia.cli.options import add_options
from ionia.cli.output_encoding import use_utf8
from ionia.cli.parser import Parser
from ionia.cli.secret_arguments import hide_addresses
from ionia.core.audio.wishes import WishError
from ionia.core.errors import IoniaError
from ionia.core.selftest_report import Part
from ionia.platform.descriptors import silence
from ionia.rpc.initialize_params import InitializeRecorder, InitializeReplay, InitializeStreamer
from ionia.rpc.params import Selftest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Commands = argparse._SubParsersAction[Parser]


def run(arguments: Sequence[str], ready: Callable[[], None] = lambda: None) -> int:
    """Run one sub-command; its exit code. `ready`: called when all is imported, and before anything is done."""
    try:
        return _run(arguments, ready)
    finally:
        try:
            sys.stdout.flush()
        except OSError:
            silence(sys.stdout)  # `ionia-engine devices | head -1` got what it wanted


def _run(arguments: Sequence[str], ready: Callable[[], None]) -> int:
    hide_addresses(arguments)
    use_utf8()
    options = _parser().parse_all(arguments)
    # Warnings reach people as events; without a handler Python would print the log as well.
    logging.getLogger("ionia").addHandler(logging.NullHandler())
    try:
        ready()
        return int(options.run(options))
    except BrokenPipeError:
        return 1
    except (OSError, WishError) as error:
        complain(error)
        return 1
    except EOFError:  # Ctrl+D at a question
        return 130
    except IoniaError as error:
        complain(error)
        return 1
    except KeyboardInterrupt:
        complain("interrupted.")
        return 130


def _parser() -> Parser:
    parser = Parser(
        prog="ionia-engine",
        description="Records and streams the screen and its sound. Without arguments: JSON-RPC on stdin and stdout.",
    )
    parser.add_argument("--version", action="version", version=f"ionia-engine {ionia.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_record(commands)
    _add_replay(commands)
    _add_stream(commands)
    _add_selftest(commands)
    _add_others(commands)
    return parser


def _add_record(commands: Commands) -> None:
    from ionia.cli.record import FILTERS, named_filter, record  # noqa: PLC0415 - imported when the command line is used at all

    parser = commands.add_parser("record", help="record to an MP4 file, or sound alone to an .m4a")
    parser.add_argument("output", metavar="OUT", help="the MP4 file to write, or .m4a")
    parser.add_argument("--seconds", type=_positive, help="stop after so long (default: at Ctrl+C)")
    parser.add_argument(
        "--replay",
        metavar="SECONDS",
        type=_positive,
        help="hold the last so many seconds in memory, also in a pause: on a terminal r saves them beside OUT",
    )
    parser.add_argument(
        "--separate-tracks",
        action="store_true",
        help="beside the mix, which plays everywhere, a track each for desktop sound and microphone",
    )
    parser.add_argument(
        "--filter",
        dest="filters",
        action="append",
        type=named_filter,
        default=[],
        metavar="SOUND=FILTER",
        help=f"put a sound through {' or '.join(FILTERS)}, as mic=gate; several times, in this order",
    )
    add_options(parser, InitializeRecorder)
    parser.set_defaults(run=record)


def _add_replay(commands: Commands) -> None:
    from ionia.cli.replay import replay  # noqa: PLC0415 - imported when the command line is used at all

    parser = commands.add_parser("replay", help="hold the last seconds in memory; on a terminal r saves them")
    parser.add_argument("output", metavar="OUT", help="an MP4 file; the saves are OUT-replay-1.mp4, ...")
    parser.add_argument(
        "--for", dest="seconds_long", metavar="SECONDS", type=_positive, help="end after so long (default: at Ctrl+C)"
    )
    add_options(parser, InitializeReplay)
    parser.set_defaults(run=replay)


def _add_stream(commands: Commands) -> None:
    from ionia.cli.own_encodes import OWN_HELP, own_encode  # noqa: PLC0415 - likewise
    from ionia.cli.stream import stream  # noqa: PLC0415 - imported when the command line is used at all

    parser = commands.add_parser(
        "stream",
        help="go live to servers, by RTMP or WHIP",
        epilog="The address carries your stream key, and the arguments of a program are no secret: shells keep them "
        "and other users can see them (they are overwritten once the program runs, where the system allows it). "
        "With - the address is asked for and not shown, or read from a pipe: ionia-engine stream - < FILE. "
        "With --ask-key that is so for the key alone. Of several, each is asked for, one a line, its key after it.",
    )
    parser.add_argument(
        "urls",
        metavar="URL",
        nargs="+",
        help="rtmp://server/app/key, rtmps://… or whip(s)://…; - asks for it (better). Several get the same encode",
    )
    parser.add_argument("--own", metavar="N=RATE", type=own_encode, action="append", default=[], help=OWN_HELP)
    parser.add_argument("--seconds", type=_positive, help="stop after so long (default: at Ctrl+C)")
    parser.add_argument(
        "--separate-tracks",
        action="store_true",
        help="beside the mix, a track for each sound: to servers that take several, and in the recording",
    )
    add_ask_key(parser)
    parser.add_argument(
        "--record",
        metavar="FILE",
        help="record to this MP4 file as well, from the same encode unless --quality asks for another",
    )
    add_options(parser, InitializeStreamer)
    parser.set_defaults(run=stream)


def _add_selftest(commands: Commands) -> None:
    from ionia.cli.selftest import selftest  # noqa: PLC0415 - imported when the command line is used at all

    parser = commands.add_parser("selftest", help="try everything for half a minute, and say what to do about it")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--report", metavar="FILE", help="write the figures to a new file, fit to be sent to others")
    parser.add_argument("--url", metavar="URL", help="stream the test card there for ten seconds, too; - asks for it")
    add_ask_key(parser)
    parser.add_argument("--only", nargs="+", metavar="PART", choices=[part.value for part in Part], help="some parts")
    parser.add_argument("--folder", metavar="DIR", help="where recordings go (default: the current folder)")
    add_options(parser, Selftest)
    parser.add_argument("--apply", action="store_true", help="correct the sound's offset from now on, if one is found")
    parser.add_argument("--forget", metavar="DEVICE", help="correct the sound of this device no more")
    parser.set_defaults(run=selftest)


def _add_others(commands: Commands) -> None:
    from ionia.cli.inspect import devices, doctor  # noqa: PLC0415 - imported when the command line is used at all
    from ionia.cli.media import add_media  # noqa: PLC0415 - likewise
    from ionia.cli.reference_clip import write_reference_clip  # noqa: PLC0415 - likewise
    from ionia.cli.repair import repair  # noqa: PLC0415 - likewise
    from ionia.cli.screenshot import screenshot  # noqa: PLC0415 - likewise

    parser = commands.add_parser("devices", help="list screens, sound devices and encoders")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=devices)
    parser = commands.add_parser("doctor", help="what works here, what doesn't, and what to do about it")
    parser.set_defaults(run=doctor)
    parser = commands.add_parser("screenshot", help="write one picture of a screen or window to a file")
    parser.add_argument("output", metavar="OUT", help="a .png, .jpg or .webp")
    parser.add_argument("--screen", metavar="ID", help="screen or window id from `devices` (default: primary)")
    parser.add_argument("--max-width", metavar="PIXELS", type=_pixels, help="smaller, with its shape kept")
    parser.add_argument("--no-cursor", action="store_true", help="without the pointer")
    parser.add_argument("--overwrite", action="store_true", help="replace a file that is there already")
    parser.set_defaults(run=screenshot)
    parser = commands.add_parser("repair", help="make recordings that a crash left unfinished ordinary files")
    parser.add_argument("files", metavar="FILE", nargs="+", help="recordings, also .ionia-….part")
    parser.set_defaults(run=repair)
    add_media(commands)
    parser = commands.add_parser("test-card", help="write the reference clip: test card and tone, exact to the sample")
    parser.add_argument("output", metavar="OUT", help="the MP4 file to write")
    parser.add_argument("--seconds", type=_positive, default=10.0, help="length (default: 10)")
    add_options(parser, InitializeRecorder, only=("fps",))
    parser.set_defaults(run=write_reference_clip)


def add_ask_key(parser: argparse.ArgumentParser) -> None:
    """The way for a stream key that is not in the address. It takes no value: arguments are no secret."""
    parser.add_argument(
        "--ask-key",
        action="store_true",
        help="ask for the stream key, or read it from a pipe, after the address if asked",
    )


def _pixels(text: str) -> int:
    if not text.isdecimal() or not 16 <= int(text) <= 16_384:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of pixels from 16 to 16384")
    return int(text)


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return value
